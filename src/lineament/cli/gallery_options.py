"""Options that the commands of `lineament gallery` share, and the gallery that they open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lineament.gallery import Gallery, GalleryOptions
    from lineament.weights import WeightRecord

Store = Annotated[
    str,
    typer.Option(
        envvar="LINEAMENT_GALLERY",
        help="Path of the store, or http://... of a Milvus server.",
    ),
]
CollectionName = Annotated[str, typer.Option(help="Name of the gallery within its store.")]
Weight = Annotated[
    str | None,
    typer.Option(
        "--record", help="Recognition weight: a name or a record (.toml). \\[default: shipped]"
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")
]
Detector = Annotated[str, typer.Option(help="Detection weight: a name or a record (.toml).")]
MinScore = Annotated[float | None, typer.Option(min=0, max=1, help="Least score of a face.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")]

STORE = "gallery.db"
COLLECTION = "faces"


def recognition(name: str | None) -> WeightRecord:
    """The record named, or the shipped one."""
    from lineament.recognition.estimator import DEFAULT_RECOGNITION
    from lineament.weights import find_record

    return find_record(name or DEFAULT_RECOGNITION)


def open_gallery(
    store: str,
    collection: str,
    weight: WeightRecord,
    *,
    create: bool = False,
    options: GalleryOptions | None = None,
) -> Gallery:
    """The gallery, with the key of the environment; made where it is missing if that is wanted."""
    from lineament.gallery import Gallery, key_from_environment

    return Gallery.open(
        store,
        weight=weight,
        collection=collection,
        key=key_from_environment(),
        options=options,
        create=create,
    )
