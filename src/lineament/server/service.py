"""What a running server consists of; every part is made before the first request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from lineament.server.admission import Admission
from lineament.server.keys import KeyFile
from lineament.server.metrics import Metrics
from lineament.server.photo_workers import PhotoWorkers
from lineament.server.problem import Problem
from lineament.server.settings import ServerSettings

if TYPE_CHECKING:
    from lineament.server.gallery_work import GalleryWork


@dataclass(slots=True)
class Service:
    """The parts of a server.

    Attributes:
        settings: limits.
        workers: decode pictures and run networks.
        admission: how much is taken at once.
        metrics: counters.
        keys: None where no key is asked for.
        gallery: with its audit log; None where the server has none.
    """

    settings: ServerSettings
    workers: PhotoWorkers
    admission: Admission
    metrics: Metrics
    keys: KeyFile | None = None
    gallery: GalleryWork | None = None

    @property
    def required_gallery(self) -> GalleryWork:
        """The gallery.

        Raises:
            Problem: 404, the server has none.
        """
        if self.gallery is None:
            raise Problem(
                404,
                "no-gallery",
                "this server runs without a gallery; start it with `lineament serve --gallery "
                "gallery.db`",
            )
        return self.gallery


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
