"""Contact sheets of a grouped album: a page for each person, and one that leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from lineament.contact_sheet import PAGE, STYLE
from lineament.errors import ConfigError
from lineament.grouping.album import SIDE, Album, AlbumFace
from lineament.grouping.grouping import Grouping

INDEX, PEOPLE, ONCE, ASIDE = "index.html", "people", "once.html", "aside.html"
COVERS = 4

_MORE_STYLE = """
.frame { aspect-ratio: 1; }
.frame.covers { grid-template-columns: 1fr 1fr; }
.frame.covers img { object-fit: cover; min-height: 0; }
header a { color: var(--accent); }
.card h2 { font-size: 1rem; }
.card h2 a { color: inherit; }
"""


def write_sheets(folder: Path, album: Album, grouping: Grouping) -> Path:
    """Write the pages; the one to open first.

    Every person seen at least twice has a page of its own; those seen once share one, as do the
    faces left aside.

    Args:
        folder: that the album's crops lie in.

    Raises:
        ConfigError: a page cannot be written.
    """
    members = grouping.members()
    several = [faces for faces in members if len(faces) > 1]
    once = [album.faces[face] for faces in members[len(several) :] for face in faces]
    try:
        (folder / PEOPLE).mkdir(exist_ok=True)
        for old in (folder / PEOPLE).glob("person-*.html"):
            old.unlink()
        for person, faces in enumerate(several):
            cards = [
                _face_card(album.faces[face], f"fit {grouping.fits[face]:.2f}") for face in faces
            ]
            summary = f"{_counted(len(faces), 'face')}, the best fitting first"
            page = _page(f"Person {person}", f"{summary} · {_back()}", cards)
            _write(folder / _person_page(person), page)
        pages = {
            ONCE: ("People seen once", [_face_card(face, None) for face in once]),
            ASIDE: ("Left aside", [_face_card(face, face.aside) for face in album.aside]),
        }
        for name, (title, cards) in pages.items():
            summary = f"{_counted(len(cards), 'face')} · {_back()}"
            _write(folder / PEOPLE / name, _page(title, summary, cards))
        covers = [
            _person_card(person, [album.faces[face] for face in faces])
            for person, faces in enumerate(several)
        ]
        summary = (
            f"{_counted(len(several), 'person', 'people')} seen at least twice · "
            f'<a href="./{PEOPLE}/{ONCE}">{len(once):,} seen once</a> · '
            f'<a href="./{PEOPLE}/{ASIDE}">{_counted(len(album.aside), "face")} left aside</a>'
        )
        _write(folder / INDEX, _page("People of this album", summary, covers))
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename}: {error.strerror}") from error
    return folder / INDEX


def _page(title: str, summary: str, cards: Sequence[str]) -> str:
    shown = "\n".join(cards) or '<p class="none">No faces.</p>'
    return PAGE.format(title=escape(title), style=STYLE + _MORE_STYLE, summary=summary, cards=shown)


def _person_page(person: int) -> str:
    return f"{PEOPLE}/person-{person:05d}.html"


def _back() -> str:
    return f'<a href="../{INDEX}">all people</a>'


def _person_card(person: int, faces: Sequence[AlbumFace]) -> str:
    address = f"./{_person_page(person)}"
    covers = faces[:COVERS] if len(faces) >= COVERS else faces[:1]
    pictures = "".join(_picture(face, "./", "") for face in covers)
    kind = "frame covers" if len(covers) > 1 else "frame"
    photos = len({(face.source, face.frame) for face in faces})
    return (
        f'<li class="card"><div class="{kind}">{pictures}</div><div class="text">'
        f'<h2 class="name"><a href="{address}">Person {person}</a></h2>'
        f'<p class="facts"><span class="badge">{_counted(len(faces), "face")}</span>'
        f"<span>{_counted(photos, 'photo')}</span></p></div></li>"
    )


def _face_card(face: AlbumFace, fact: str | None) -> str:
    place = "" if face.frame is None else f" frame {face.frame}"
    name = escape(f"{face.source}{place}")
    fact = f'<p class="facts"><span>{escape(fact)}</span></p>' if fact else ""
    return (
        f'<li class="card"><div class="frame">{_picture(face, "../", f"a face of {name}")}</div>'
        f'<div class="text"><p class="name" title="{name}">{name}</p>{fact}</div></li>'
    )


def _picture(face: AlbumFace, up: str, said: str) -> str:
    assert face.picture is not None, "sheets are written of albums with crops"
    address = escape(up + quote(face.picture))
    return f'<img src="{address}" loading="lazy" width="{SIDE}" height="{SIDE}" alt="{said}">'


def _counted(count: int, noun: str, nouns: str | None = None) -> str:
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def _write(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", errors="replace")
