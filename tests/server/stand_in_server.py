"""A server with networks that only look at colours, so that its tests are quick."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from embedding_weight import write_embedding
from fastapi.testclient import TestClient
from stand_in_gallery import StandInGallery

from lineament.errors import WeightError
from lineament.face import Box, Face, FaceEmbedding, Landmarks
from lineament.server.app import build_app
from lineament.server.audit import AuditLog
from lineament.server.gallery_work import GalleryWork
from lineament.server.keys import KeyFile
from lineament.server.service import Service
from lineament.server.settings import ServerSettings
from lineament.server.start import build_service
from lineament.weights import load_record

HEADS = ("landmarks", "attributes", "parts", "embedding")
CURSED = (7, 77, 177)
"""A picture of this colour makes the networks fail."""


def picture(*colours: Sequence[int], side: int = 32, suffix: str = ".png") -> bytes:
    """A file of vertical stripes, each a face whose embedding is its colour."""
    image = np.zeros((side, side * len(colours), 3), np.uint8)
    for number, colour in enumerate(colours):
        image[:, number * side : (number + 1) * side] = colour
    return bytes(cv2.imencode(suffix, image[..., ::-1])[1].tobytes())


EMPTY = picture((0, 0, 0))
RED, GREEN, GREY = (200, 10, 10), (10, 200, 10), (120, 120, 130)


class StandInAnalyzer:
    """Every stripe of 32 pixels that is not black is a face.

    Attributes:
        calls: number of pictures of each call of `analyze_many`.
        gate: held closed, no call comes back.
    """

    def __init__(self, folder: Path, *, dimension: int = 3) -> None:
        self.heads = HEADS
        self.record = load_record(write_embedding(folder, dimension=dimension, calibrated=True))
        self.least = 0.0
        self.calls: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    @property
    def records(self) -> dict[str, Any]:
        named = {head: self.record for head in self.heads if head != "embedding"}
        return {"detection": self.record, "recognition": self.record, **named}

    def only(self, heads: Sequence[str], *, min_score: float | None = None) -> StandInAnalyzer:
        few = copy.copy(self)
        few.heads, few.least = tuple(heads), min_score or 0.0
        return few

    def analyze_many(self, images: Any) -> list[list[Face]]:
        self.gate.wait()
        images = list(images)
        self.calls.append(len(images))
        return [self._faces(image) for image in images]

    def _faces(self, image: np.ndarray) -> list[Face]:
        faces = []
        for left in range(0, image.shape[1], 32):
            colour = image[0, left].astype(np.float32)
            if tuple(colour) == CURSED:
                raise WeightError("output holds NaN, expected finite numbers")
            if not colour.any() or self.least > 0.9:
                continue
            vector = colour / np.linalg.norm(colour)
            points = np.full((5, 2), left + 8, np.float32)
            faces.append(
                Face(
                    box=Box(left, 0, left + 31, 31),
                    score=0.9,
                    five_points=points,
                    landmarks=Landmarks(points, "five") if "landmarks" in self.heads else None,
                    embedding=FaceEmbedding(vector, self.record.identifier, 1.0)
                    if "embedding" in self.heads
                    else None,
                )
            )
        return faces


def small_service(
    folder: Path, *, keys: KeyFile | None = None, gallery: bool = True, **limits: Any
) -> Service:
    """A service over stand-ins; its workers end with the process.

    Args:
        folder: where the weight and the audit log are put.
        keys: asked for, if given.
        gallery: whether there is one.
        limits: of `ServerSettings`.
    """
    analyzer = StandInAnalyzer(folder)
    work = None
    if gallery:
        log = AuditLog(folder / "audit.jsonl")
        work = GalleryWork(StandInGallery(analyzer.record.identifier), log)
    settings = ServerSettings(**{"workers": 2, "max_wait": 0.002, **limits})
    return build_service(settings, analyzer, keys=keys, gallery=work)


def asker(service: Service, **headers: str) -> TestClient:
    """A client on the loopback address."""
    app = build_app(service)
    return TestClient(
        app, base_url="http://127.0.0.1:8000", headers=headers, raise_server_exceptions=False
    )


def problem_of(answer: Any, status: int) -> str:
    """The detail of a problem, after checking that it is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["type"].startswith("urn:lineament:problem:")
    assert told["title"] and told["request"] == answer.headers["x-request-id"]
    return str(told["detail"])
