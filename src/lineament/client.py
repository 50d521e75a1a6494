"""A thin typed client of the server's API (extra `client`).

from lineament.client import Client

with Client("http://127.0.0.1:8000") as server:
    found = server.analyze(Path("photo.jpg"))
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

try:
    import httpx
except ImportError as error:
    raise ImportError(
        f"the client needs the extra client ({error}): pip install 'lineament[client]'",
        name=error.name,
    ) from error
from pydantic import BaseModel

from lineament.errors import LineamentError
from lineament.server.answers import (
    EnrolmentData,
    ForgottenData,
    FoundFaces,
    GalleryState,
    Health,
    Model,
    People,
    PersonWithTemplates,
    SearchAnswer,
    Verification,
)

Answer = TypeVar("Answer", bound=BaseModel)
Picture = bytes | Path

TIMEOUT_SECONDS = 60.0


class ServerError(LineamentError):
    """The server refused a request, or failed at it, or was not reached.

    Attributes:
        status: the HTTP status; None where the server was not reached.
        kind: the last word of the problem's type, such as `busy` or `unreadable-picture`.
        retry_after: seconds after which to ask again, where the server says so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        kind: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.retry_after = status, kind, retry_after


class Client:
    """Talks to one server; safe to use from many threads.

    Args:
        url: of the server, such as `http://127.0.0.1:8000`.
        key: API key, where the server asks for one.
        patience: seconds to go on asking a busy server, as it says when to come again.
        http: the HTTP client to use instead of one of its own; its base URL must be the server's.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        patience: float = 0.0,
        http: httpx.Client | None = None,
    ) -> None:
        self._http = http or httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience = patience

    def health(self) -> Health:
        """Whether the server takes requests."""
        return self._asked(Health, "GET", "/health")

    def models(self) -> list[Model]:
        """The weights that the server knows."""
        return [Model.model_validate(each) for each in self._json("GET", "/v1/models")]

    def analyze(
        self,
        picture: Picture,
        *,
        heads: Sequence[str] | None = None,
        min_score: float | None = None,
    ) -> FoundFaces:
        """The faces of a picture.

        Args:
            picture: bytes of a file, or its path.
            heads: landmarks, attributes, parts, embedding; None takes the server's, an empty
                sequence boxes alone.
            min_score: least score of a face.
        """
        named = None if heads is None else ",".join(heads) or "none"
        data = _given(heads=named, min_score=min_score)
        return self._asked(FoundFaces, "POST", "/v1/analyze", data, {"picture": [picture]})

    def verify(self, first: Picture, second: Picture, *, fmr: float | None = None) -> Verification:
        """Whether two pictures show one person.

        Args:
            first, second: bytes of a file, or its path.
            fmr: false match rate of the decision.
        """
        files = {"first": [first], "second": [second]}
        return self._asked(Verification, "POST", "/v1/verify", _given(fmr=fmr), files)

    def gallery(self) -> GalleryState:
        """What the gallery is."""
        return self._asked(GalleryState, "GET", "/v1/gallery")

    def enrol(
        self,
        name: str,
        pictures: Sequence[Picture],
        *,
        tags: Sequence[str] = (),
        retention_days: float | None = None,
        keep_thumbnails: bool = False,
        allow_lookalike: bool = False,
    ) -> EnrolmentData:
        """Enrol a person by pictures, of each of which the largest face is taken."""
        data = _given(
            name=name,
            tags=list(tags) or None,
            retention_days=retention_days,
            keep_thumbnails=str(keep_thumbnails).lower(),
            allow_lookalike=str(allow_lookalike).lower(),
        )
        files = {"pictures": pictures}
        return self._asked(EnrolmentData, "POST", "/v1/gallery/enrol", data, files)

    def search(
        self,
        picture: Picture,
        *,
        top: int = 5,
        fpir: float | None = None,
        tags: Sequence[str] = (),
    ) -> SearchAnswer:
        """Whom the faces of a picture resemble."""
        data = _given(top=top, fpir=fpir, tags=list(tags) or None)
        return self._asked(SearchAnswer, "POST", "/v1/gallery/search", data, {"picture": [picture]})

    def people(self, *, tags: Sequence[str] = (), offset: int = 0, limit: int = 100) -> People:
        """A page of the people."""
        query = _given(tag=list(tags) or None, offset=offset, limit=limit)
        return self._asked(People, "GET", "/v1/gallery/people", query=query)

    def person(self, person_id: str) -> PersonWithTemplates:
        """A person and what is enrolled of them."""
        return self._asked(PersonWithTemplates, "GET", f"/v1/gallery/people/{person_id}")

    def forget_person(self, person_id: str) -> ForgottenData:
        """Forget a person for good."""
        return self._asked(ForgottenData, "DELETE", f"/v1/gallery/people/{person_id}")

    def forget_template(self, template_id: str) -> ForgottenData:
        """Forget one picture of a person for good."""
        return self._asked(ForgottenData, "DELETE", f"/v1/gallery/templates/{template_id}")

    def thumbnail(self, template_id: str) -> bytes:
        """The JPEG that was kept of a template."""
        return self._answer("GET", f"/v1/gallery/templates/{template_id}/thumbnail").content

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _asked(self, model: type[Answer], *request: Any, **options: Any) -> Answer:
        # What a later server adds is passed over.
        return model.model_validate(self._json(*request, **options), extra="ignore")

    def _json(self, *request: Any, **options: Any) -> Any:
        return self._answer(*request, **options).json()

    def _answer(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Sequence[Picture]] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        # A file name would tell the server what the picture is called; it has no use for it.
        sent = [
            (name, ("picture", each if isinstance(each, bytes) else each.read_bytes()))
            for name, pictures in (files or {}).items()
            for each in pictures
        ]
        ends = time.monotonic() + self._patience
        while True:
            try:
                answer = self._http.request(
                    method, path, data=data, files=sent, params=query, headers=self._headers
                )
            except httpx.HTTPError as error:
                raise ServerError(
                    f"no answer from {self._http.base_url}: {error}; check the address, and that "
                    "`lineament serve` runs there"
                ) from error
            if answer.is_success:
                return answer
            problem = _problem(answer)
            wait = problem.retry_after
            if wait is None or time.monotonic() + wait > ends:
                raise problem
            time.sleep(wait)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _problem(answer: httpx.Response) -> ServerError:
    try:
        told = answer.json()
        detail, kind = str(told["detail"]), str(told["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        detail, kind = f"it answered {answer.status_code} without a reason", None
    retry = answer.headers.get("retry-after", "")
    return ServerError(
        detail,
        status=answer.status_code,
        kind=kind,
        retry_after=float(retry) if retry.isdigit() else None,
    )
