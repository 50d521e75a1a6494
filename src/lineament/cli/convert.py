"""`lineament convert`: identity pictures and verification pairs from one format into another."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.datasets.writing_progress import Progress

REPORT = "lineament.convert/1"
TARGETS = ("folder", "rec", "shards", "bin")


def convert(
    source: Annotated[
        Path,
        typer.Argument(help="Folder of people, train.rec, shards, renderings, recipe, or pairs."),
    ],
    out: Annotated[Path, typer.Option(help="The new folder, or the new file of --to bin.")],
    to: Annotated[
        str, typer.Option(help=f"What to write: {', '.join(TARGETS)} (bin: verification pairs).")
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="What the source is: folder, rec, shards, rendered, on-the-fly; with --to bin: "
            "orl, lfw, identities. By default its files tell.",
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(help="Of people: all, training, validation, test; of pairs: the set's parts."),
    ] = None,
    singles: Annotated[
        str | None, typer.Option(help="People of a folder with one picture: kept or dropped.")
    ] = None,
    max_yaw: Annotated[
        float | None, typer.Option(help="Leave out renderings turned farther, in degrees.")
    ] = None,
    max_occlusion: Annotated[
        float | None, typer.Option(help="Leave out renderings that are covered more, 0 to 1.")
    ] = None,
    least_pictures: Annotated[
        int | None, typer.Option(help="Leave out rendered people of whom fewer pictures are left.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Where crops of renderings are kept; by default nowhere.")
    ] = None,
    encode: Annotated[
        str, typer.Option(help="Of pictures that cannot be copied: jpeg or png.")
    ] = "jpeg",
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of JPEG.")] = 95,
    shard_size: Annotated[int, typer.Option(min=1, help="Pictures of a shard.")] = 10_000,
    shuffle: Annotated[
        int | None, typer.Option(help="Seed of a random order of the shards' pictures.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Convert sets of people into folders, RecordIO or WebDataset shards, pairs into .bin.

    Encoded pictures are copied as they are wherever the new format can hold them. The result
    appears when it is whole; what exists already is not written over.
    """
    import tempfile

    from lineament.datasets.picture_encoding import PictureEncoding
    from lineament.errors import ConfigError

    if to not in TARGETS:
        raise ConfigError(f"--to is {to!r}, expected one of {', '.join(TARGETS)}")
    if encode not in ("jpeg", "png"):
        raise ConfigError(f"--encode is {encode!r}, expected jpeg or png")
    encoding = PictureEncoding(kind="png" if encode == "png" else "jpeg", quality=quality)
    started = time.perf_counter()
    given = {
        "singles": singles,
        "max_yaw": max_yaw,
        "max_occlusion": max_occlusion,
        "least_pictures": least_pictures,
    }
    options = {name: value for name, value in given.items() if value is not None}
    with tempfile.TemporaryDirectory(prefix="lineament-crops-") as room, _progress() as progress:
        if to == "bin":
            report = _pairs(source, kind, part, options, out, encoding, progress)
        else:
            kept = cache or Path(room)
            written = {"shard_size": shard_size, "shuffle": shuffle} if to == "shards" else {}
            report = _people(
                source, kind, part, options, kept, out, to, encoding, written, progress
            )
    report |= {"seconds": round(time.perf_counter() - started, 3)}
    if as_json:
        typer.echo(json.dumps({"schema": REPORT, "out": str(out), "to": to} | report, indent=2))
        return
    counts = ", ".join(f"{report[name]:,} {name}" for name in ("people", "pairs") if name in report)
    words = f"{report['pictures']:,} pictures, {counts}: {report['bytes'] / 1e6:,.1f} MB in {out}"
    stdout.print(words, markup=False, soft_wrap=True)
    if report.get("singles"):
        many = f"people with one picture: {report['singles']:,} ({singles or 'kept'})"
        stdout.print(many, markup=False, soft_wrap=True)


def _people(
    source: Path,
    kind: str | None,
    part: str | None,
    options: dict[str, Any],
    cache: Path,
    out: Path,
    to: str,
    encoding: Any,
    written: dict[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    import importlib

    from lineament.datasets.identity_readers import kind_of, read_identities

    kind = kind or kind_of(source)
    if kind == "rendered":
        options = options | {"cache": cache}
    pictures = read_identities(kind, source, part or "all", **options)
    module, function = {
        "folder": ("identity_folder_writer", "write_identity_folder"),
        "rec": ("record_io_writer", "write_record_io"),
        "shards": ("identity_shard_writer", "write_identity_shards"),
    }[to]
    write = getattr(importlib.import_module(f"lineament.datasets.{module}"), function)
    size = write(pictures, out, encoding, progress, **written)
    return {
        "from": kind,
        "pictures": len(pictures),
        "people": len(pictures.names),
        "aligned": pictures.aligned,
        "singles": getattr(pictures, "singles", None),
        "bytes": size,
    }


def _pairs(
    source: Path,
    kind: str | None,
    part: str | None,
    options: dict[str, Any],
    out: Path,
    encoding: Any,
    progress: Progress,
) -> dict[str, Any]:
    from lineament.datasets.pair_readers import read_pairs
    from lineament.datasets.picture_encoding import encode_picture
    from lineament.datasets.verification_bin import write_verification_bin
    from lineament.errors import ConfigError, DataError

    if kind is None or options:
        raise ConfigError(
            "--to bin writes verification pairs: say with --from whose (orl, lfw, identities), and "
            "give no option of identity pictures"
        )
    if out.exists():
        raise DataError(f"{out} exists already; give a new file")
    pairs = read_pairs(kind, source, part)
    if not pairs.aligned:
        raise DataError(
            f"{source}: its pictures are not aligned, a .bin holds aligned crops; run "
            "`lineament align` on them first"
        )
    contents: dict[int, bytes] = {}
    rows = pairs.pairs.reshape(-1).tolist()
    for done, row in enumerate(rows, 1):
        if row not in contents:
            contents[row] = encode_picture(pairs.pictures[row], encoding).content
        progress(done, len(rows))
    write_verification_bin(out, [contents[row] for row in rows], pairs.same.tolist())
    size = sum(map(len, contents.values()))
    return {"from": kind, "pictures": len(contents), "pairs": len(pairs), "bytes": size}


@contextmanager
def _progress() -> Iterator[Progress]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (TextColumn("pictures"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task("pictures", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
