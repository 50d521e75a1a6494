"""A page of thumbnails of the annotated pictures, to be opened from a folder without a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from lineament.errors import ImageError

MOST_DESCRIBED = 50
"""Faces of one photo whose attributes are spelled out on its card."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One photo of a contact sheet.

    Attributes:
        name: what the photo is called, as a person knows it.
        picture: path of the annotated picture relative to the page, with forward slashes;
            None where there is none.
        faces: how many faces were found.
        width: pixels of a row of the photo, 0 where it could not be read.
        height: rows of the photo, 0 where it could not be read.
        seconds: time that the photo took.
        error: why it could not be analysed, or None.
        described: for each face of which more is known, what it is called in the picture, or
            nothing, and then phrases such as `smile 98%`.
    """

    name: str
    picture: str | None
    faces: int
    width: int
    height: int
    seconds: float
    error: str | None = None
    described: tuple[tuple[str, ...], ...] = ()


def write_contact_sheet(path: Path, entries: Sequence[SheetEntry], title: str) -> None:
    """Write one HTML page that needs nothing but the pictures beside it.

    Args:
        path: the page, such as `out/index.html`; its folder must exist.
        entries: in the order in which they are shown.
        title: heading of the page.

    Raises:
        ImageError: the page cannot be written.
    """
    cards = "\n".join(_card(entry) for entry in entries) or '<p class="none">No photos.</p>'
    page = PAGE.format(
        title=escape(title), style=STYLE, summary=escape(_summary(entries)), cards=cards
    )
    try:
        path.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ImageError(f"cannot write {path}: {error.strerror or error}") from error


def _summary(entries: Sequence[SheetEntry]) -> str:
    read = [entry for entry in entries if entry.error is None]
    parts = [_counted(len(read), "photo"), _counted(sum(entry.faces for entry in read), "face")]
    without = sum(entry.faces == 0 for entry in read)
    if without:
        parts.append(f"{without} without a face")
    if len(read) < len(entries):
        parts.append(f"{len(entries) - len(read)} not readable")
    return " · ".join(parts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _card(entry: SheetEntry) -> str:
    name = escape(entry.name)
    if entry.error is not None:
        return (
            '<li class="card failed"><div class="frame"><p class="reason">'
            f"{escape(entry.error)}</p></div>"
            f'<div class="text"><p class="name" title="{name}">{name}</p>'
            '<p class="facts"><span class="badge">error</span></p></div></li>'
        )
    count = _counted(entry.faces, "face") if entry.faces else "no face"
    badge = "badge" if entry.faces else "badge empty"
    facts = f"{entry.width} × {entry.height} px · {_duration(entry.seconds)}"  # noqa: RUF001
    return (
        f'<li class="card"><div class="frame">{_thumbnail(entry)}</div>'
        f'<div class="text"><p class="name" title="{name}">{name}</p>'
        f'<p class="facts"><span class="{badge}">{count}</span>'
        f"<span>{facts}</span></p>{_descriptions(entry)}</div></li>"
    )


def _descriptions(entry: SheetEntry) -> str:
    """A list with one item for each described face, in the order of the data."""
    if not entry.described:
        return ""
    items = "".join(
        f"<li>{f'<b>{escape(name)}</b> ' if name else ''}{escape(' · '.join(phrases))}</li>"
        for name, *phrases in entry.described[:MOST_DESCRIBED]
    )
    rest = len(entry.described) - MOST_DESCRIBED
    more = f"<li>and {_counted(rest, 'face')} more</li>" if rest > 0 else ""
    return f'<ol class="described" tabindex="0">{items}{more}</ol>'


def _thumbnail(entry: SheetEntry) -> str:
    if entry.picture is None:
        return '<p class="reason">no picture was written</p>'
    address = escape(quote(f"./{entry.picture}", errors="replace"))
    return (
        f'<a href="{address}"><img src="{address}" loading="lazy" '
        f'width="{entry.width}" height="{entry.height}" '
        f'alt="{escape(entry.name)} with the faces marked"></a>'
    )


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><p>{summary}</p></header>
<main><ul>
{cards}
</ul></main>
</body>
</html>
"""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --edge: #dcdfe5; --frame: #e6e8ed;
  --ink: #16181d; --soft: #5a6070; --accent: #0b5f73; --accent-ink: #ffffff;
  --bad: #a3182b; --bad-page: #fdecee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111317; --card: #1a1d23; --edge: #2c313a; --frame: #0b0c0f;
    --ink: #eceef2; --soft: #9aa1b0; --accent: #6fe3f5; --accent-ink: #06222a;
    --bad: #ff98a4; --bad-page: #33171c;
  }
}
* { box-sizing: border-box; margin: 0; }
body { background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header { padding: 2rem clamp(1rem, 4vw, 3rem) 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
header p { color: var(--soft); margin-top: 0.3rem; }
main { padding: 0 clamp(1rem, 4vw, 3rem) 3rem; }
ul {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
  gap: 1rem; list-style: none; padding: 0; max-width: 110rem;
}
.card:only-child { max-width: 36rem; grid-column: 1 / -1; }
.card {
  background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
  overflow: hidden; display: flex; flex-direction: column; min-width: 0;
}
.frame {
  position: relative; background: var(--frame); aspect-ratio: 4 / 3;
  display: grid; place-items: center;
}
.frame a { position: absolute; inset: 0; }
.frame a:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
img { display: block; width: 100%; height: 100%; object-fit: contain; }
.text { padding: 0.65rem 0.8rem 0.75rem; }
.name { font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.facts {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.6rem; margin-top: 0.3rem;
  color: var(--soft); font-size: 0.85rem;
}
.described {
  list-style: none; padding: 0; margin-top: 0.45rem; font-size: 0.85rem; color: var(--soft);
  max-height: 8.5rem; overflow-y: auto; overscroll-behavior: contain;
}
.described:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.described li + li { margin-top: 0.2rem; }
.described b { color: var(--ink); font-variant-numeric: tabular-nums; margin-right: 0.3rem; }
.badge {
  background: var(--accent); color: var(--accent-ink); font-weight: 600;
  padding: 0.05rem 0.55rem; border-radius: 1rem;
}
.empty { background: var(--frame); color: var(--soft); }
.reason {
  padding: 1rem; color: var(--soft); text-align: center; overflow-wrap: anywhere; max-width: 100%;
}
.failed { border-color: var(--bad); }
.failed .frame { background: var(--bad-page); }
.failed .reason { color: var(--bad); }
.failed .badge { background: var(--bad); color: var(--card); }
.none { color: var(--soft); }
"""
