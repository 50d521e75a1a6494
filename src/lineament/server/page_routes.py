"""The web page: files of the package, at `/` and `/page/`."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "page"


def add_page(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the page of a folder: its `index.html` at `/`, all its files below `/page/`."""

    async def index() -> Response:
        return FileResponse(folder / "index.html", media_type="text/html; charset=utf-8")

    app.add_api_route("/", index, include_in_schema=False, methods=["GET", "HEAD"])
    app.mount("/page", StaticFiles(directory=folder), name="page")
