"""`lineament gallery search`: who the faces of photos are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineament.cli import gallery_options as shared
from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.gallery import SearchResult

REPORT = "lineament.gallery.search/1"
SOME_FAILED = 1
NOTHING_USABLE = 2


def search(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Photos, folders, patterns.")
    ],
    top: Annotated[int, typer.Option(min=1, max=100, help="People for each face.")] = 5,
    fpir: Annotated[
        float | None,
        typer.Option(help="False positive identification rate of `known`. \\[default: 0.01]"),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="Among people with this tag; may be given again.")
    ] = None,
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
    detector: shared.Detector = "retinaface-mobilenet",
    min_score: shared.MinScore = None,
    device: shared.Device = "auto",
    threads: shared.Threads = None,
) -> None:
    """Say whom the faces of photos resemble, and whether that is good enough to be known.

    Exit code: 0 searched, whatever came out; 1 some photos could not be read or show no face; 2
    none could be used, or a wrong option.
    """
    from lineament.cli.gallery_photos import embedded, embedding_analyzer, no_face
    from lineament.cli.inputs import Problem, collect
    from lineament.cli.summary import show_problem

    inputs = collect(paths)
    problems = list(inputs.problems)
    pictures: list[dict[str, Any]] = []
    if inputs.sources:
        weight = shared.recognition(record)
        with shared.open_gallery(store, collection, weight) as gallery:
            analyzer = embedding_analyzer(record, detector, min_score, device, threads)
            for source, item, faces in embedded(analyzer, inputs.sources):
                if isinstance(item, Problem):
                    problems.append(item)
                    continue
                known = [face for face in faces or [] if face.embedding is not None]
                if not known:
                    problems.append(no_face(source))
                results = gallery.search(
                    [face.embedding for face in known if face.embedding],
                    top=top,
                    fpir=fpir,
                    tags=tag or None,
                )
                height, width = item.image.shape[:2]
                found = [
                    {"box": face.box.to_list(), "score": round(face.score, 4), **result.to_dict()}
                    for face, result in zip(known, results, strict=True)
                ]
                line = {"source": source.name, "width": width, "height": height, "faces": found}
                pictures.append(line)
                if not as_json:
                    _show(source.name, results)
    for problem in problems:
        show_problem(problem, stderr)
    if as_json:
        failed = [
            {"source": each.source, "kind": each.kind, "message": each.message} for each in problems
        ]
        typer.echo(json.dumps({"schema": REPORT, "pictures": pictures, "failed": failed}))
    if not pictures:
        raise typer.Exit(NOTHING_USABLE)
    if problems:
        raise typer.Exit(SOME_FAILED)


def _show(source: str, results: list[SearchResult]) -> None:
    reasons = dict.fromkeys(result.reason for result in results if result.reason)
    for index, result in enumerate(results):
        words = {True: "known", False: "nobody known", None: "nothing decided"}[result.known]
        threshold = "" if result.threshold is None else f", threshold {result.threshold:.4f}"
        where = f"{source}, face {index}" if len(results) > 1 else source
        stdout.print(f"{where}: {words}{threshold}", markup=False, soft_wrap=True)
        for match in result.matches:
            sure = "" if match.probability is None else f", probability {match.probability:.4f}"
            text = f"  {match.score:.4f}{sure}  {match.name}  {match.person_id}"
            stdout.print(text, markup=False, soft_wrap=True)
    for reason in reasons:
        stderr.print(reason, style="yellow", markup=False, soft_wrap=True)
