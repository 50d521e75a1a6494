"""`lineament gallery enrol`: photos of people become templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineament.cli import gallery_options as shared
from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.analyzer import Analyzer
    from lineament.cli.inputs import Problem, Source
    from lineament.gallery import Enrolment, Gallery

REPORT = "lineament.gallery.enrol/1"
SOME_FAILED = 1
NOTHING_USABLE = 2
_PHOTOS_A_WRITE = 64


def enrol(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="With --name: photos and folders of that person. Without it: folders that hold "
            "one sub-folder for each person, which is called as the person is.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the person.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    retention_days: Annotated[
        float | None, typer.Option(help="Days until the people are forgotten. \\[default: never]")
    ] = None,
    keep_thumbnails: Annotated[
        bool, typer.Option("--keep-thumbnails", help="Keep a small picture of each face.")
    ] = False,
    allow_lookalike: Annotated[
        bool,
        typer.Option("--allow-lookalike", help="Enrol who resembles a person of another name."),
    ] = False,
    min_quality: Annotated[
        float | None, typer.Option(help="Least quality. \\[default: as the weight's record says]")
    ] = None,
    min_side: Annotated[
        float | None, typer.Option(min=0, help="Least side of a face in pixels. \\[default: 24]")
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
    """Add people to a gallery, which is made where it is missing.

    Of several faces in a picture the largest is taken. Exit code: 0 all pictures were enrolled,
    or were enrolled before; 1 some could not be read, show no face, or were refused; 2 no picture
    could be used, or a wrong option.
    """
    from lineament.cli.gallery_photos import embedding_analyzer
    from lineament.cli.summary import show_problem
    from lineament.gallery import GalleryOptions

    people, problems = _people(paths, name)
    if not people:
        for problem in problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    weight = shared.recognition(record)
    limits = {"min_quality": min_quality, "min_side": min_side}
    given: dict[str, Any] = {key: value for key, value in limits.items() if value is not None}
    options = GalleryOptions(**given)
    with shared.open_gallery(store, collection, weight, create=True, options=options) as gallery:
        analyzer = embedding_analyzer(record, detector, min_score, device, threads)
        done = []
        for enrolments, failed in _enrolled(
            gallery,
            analyzer,
            people,
            tags=tag or [],
            keep=keep_thumbnails,
            retention_days=retention_days,
            allow_lookalike=allow_lookalike,
        ):
            done += enrolments
            problems += failed
        info = gallery.info()
    enrolled = sum(len(each.enrolled) for each in done)
    refused = [each for enrolment in done for each in enrolment.refused]
    _show(done, problems, as_json=as_json)
    if as_json:
        report = {
            "schema": REPORT,
            "gallery": info.to_dict(),
            "people": [each.to_dict() for each in done],
            "failed": [_failure(problem) for problem in problems],
        }
        typer.echo(json.dumps(report))
    if not enrolled and not refused:
        raise typer.Exit(NOTHING_USABLE)
    if problems or any(each.reason != "duplicate" for each in refused):
        raise typer.Exit(SOME_FAILED)


def _people(
    paths: Sequence[str], name: str | None
) -> tuple[list[tuple[str, list[Source]]], list[Problem]]:
    """Names with their photos, and what was not found."""
    from lineament.cli.inputs import collect
    from lineament.errors import ConfigError

    if name is not None:
        inputs = collect(paths)
        return ([(name, inputs.sources)] if inputs.sources else []), inputs.problems
    people: list[tuple[str, list[Source]]] = []
    problems: list[Problem] = []
    for path in map(Path, paths):
        if not path.is_dir():
            raise ConfigError(
                f"got {path} without --name, expected a folder with one sub-folder for each "
                "person; name the person whom the picture shows: --name"
            )
        folders = sorted(f for f in path.iterdir() if f.is_dir() and not f.name.startswith("."))
        if not folders:
            raise ConfigError(
                f"{path} has no sub-folders, expected one for each person; for pictures of one "
                "person say who that is: --name"
            )
        for folder in folders:
            inputs = collect([str(folder)])
            problems += inputs.problems
            if inputs.sources:
                people.append((folder.name, inputs.sources))
    return people, problems


def _enrolled(
    gallery: Gallery,
    analyzer: Analyzer,
    people: Sequence[tuple[str, Sequence[Source]]],
    *,
    tags: Sequence[str],
    keep: bool,
    retention_days: float | None,
    allow_lookalike: bool,
) -> Iterator[tuple[list[Enrolment], list[Problem]]]:
    """What became of some photos after others, as soon as they lie in the store."""
    from lineament.cli.gallery_photos import embedded, largest, no_face
    from lineament.cli.inputs import Problem
    from lineament.gallery import Candidate, Enrolee
    from lineament.server.thumbnail import thumbnail

    names = [name for name, sources in people for each in sources if each.kind == "photo"]
    sources = [each for _, those in people for each in those]
    waiting: dict[str, list[Candidate]] = {}
    problems: list[Problem] = []

    def write() -> tuple[list[Enrolment], list[Problem]]:
        done = gallery.enrol_many(
            [Enrolee(name, candidates, tags) for name, candidates in waiting.items()],
            retention_days=retention_days,
            allow_lookalike=allow_lookalike,
        )
        failed = list(problems)
        waiting.clear()
        problems.clear()
        return done, failed

    for name, (source, item, faces) in zip(names, embedded(analyzer, sources), strict=True):
        if isinstance(item, Problem):
            problems.append(item)
        elif (face := largest(faces or [])) is None or face.embedding is None:
            problems.append(no_face(source))
        else:
            picture = thumbnail(item.image, face.box) if keep else None
            side = max(face.box.width, face.box.height)
            candidate = Candidate(face.embedding, source.name, picture, side)
            waiting.setdefault(name, []).append(candidate)
        if sum(map(len, waiting.values())) >= _PHOTOS_A_WRITE:
            yield write()
    yield write()


def _failure(problem: Problem) -> dict[str, Any]:
    return {"source": problem.source, "kind": problem.kind, "message": problem.message}


def _show(done: Sequence[Enrolment], problems: Sequence[Problem], *, as_json: bool) -> None:
    from lineament.cli.summary import show_problem

    console = stderr if as_json else stdout
    for problem in problems:
        show_problem(problem, stderr)
    for enrolment in done:
        for refusal in enrolment.refused:
            text = f"{refusal.source}: refused ({refusal.reason}): {refusal.message}"
            if refusal.person_id:
                text += f" (id {refusal.person_id})"
            stderr.print(text, style="yellow", markup=False, soft_wrap=True)
    people = {each.person.id: each.person for each in done if each.person}
    added = sum(len(each.enrolled) for each in done)
    if len(people) == 1:
        person = next(iter(people.values()))
        text = f"{person.name}: {added} enrolled, {person.templates} in all, id {person.id}"
    else:
        text = f"{added} templates of {len(people)} people enrolled"
    console.print(text, markup=False, soft_wrap=True)
