"""The page is well formed, self-contained and safe, and says what was found."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineament.contact_sheet import MOST_DESCRIBED, SheetEntry, write_contact_sheet
from lineament.errors import ImageError

VOID = {"meta", "img", "link", "br"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; it fails on a tag that is not closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style" and data.strip():
            self.text.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def found(name: str, faces: int = 1, picture: str | None = "pictures/a.jpg") -> SheetEntry:
    return SheetEntry(name, picture, faces, 640, 480, 0.034)


def page(tmp_path: Path, *entries: SheetEntry, title: str = "Faces") -> Page:
    write_contact_sheet(tmp_path / "index.html", entries, title)
    return Page(tmp_path / "index.html")


def test_one_photo(tmp_path: Path) -> None:
    sheet = page(tmp_path, found("a.jpg"))
    assert [image["src"] for image in sheet.all("img")] == ["./pictures/a.jpg"]
    assert [link["href"] for link in sheet.all("a")] == ["./pictures/a.jpg"]
    assert "1 photo · 1 face" in sheet.text
    assert {"a.jpg", "1 face", "640 × 480 px · 34 ms"} <= set(sheet.text)  # noqa: RUF001


def test_five_hundred_photos(tmp_path: Path) -> None:
    sheet = page(tmp_path, *[found(f"{number}.jpg", number % 3) for number in range(500)])
    images = sheet.all("img")
    assert len(images) == 500
    assert all(image["loading"] == "lazy" for image in images)
    assert "500 photos · 499 faces · 167 without a face" in sheet.text


def test_no_photos(tmp_path: Path) -> None:
    sheet = page(tmp_path)
    assert {"0 photos · 0 faces", "No photos."} <= set(sheet.text)


def test_an_error_is_shown_and_counted(tmp_path: Path) -> None:
    broken = SheetEntry("b.jpg", None, 0, 0, 0, 0.0, "cannot read b.jpg: it is truncated")
    sheet = page(tmp_path, found("a.jpg", 2), broken)
    assert {"cannot read b.jpg: it is truncated", "error", "b.jpg"} <= set(sheet.text)
    assert "1 photo · 2 faces · 1 not readable" in sheet.text
    assert len(sheet.all("img")) == 1


def test_a_photo_without_a_face_or_a_picture(tmp_path: Path) -> None:
    sheet = page(tmp_path, found("sea.jpg", 0, None))
    assert {"no face", "no picture was written"} <= set(sheet.text)
    assert sheet.all("img") == []


def test_attributes_stand_below_the_picture(tmp_path: Path) -> None:
    count = MOST_DESCRIBED + 3
    people = tuple((f"face {number}", "<teen> 61%", "smile 98%") for number in range(count))
    few = SheetEntry("few.jpg", None, 3, 640, 480, 0.03, described=people[:2])
    many = SheetEntry("many.jpg", None, count, 640, 480, 0.03, described=people)
    plain = page(tmp_path, found("plain.jpg"))
    assert plain.all("ol") == []
    sheet = page(tmp_path, few, many)
    assert len(sheet.all("ol")) == 2
    assert len(sheet.all("li")) == 2 + 2 + MOST_DESCRIBED + 1
    assert sheet.text.count("<teen> 61% · smile 98%") == 2 + MOST_DESCRIBED
    assert "and 3 faces more" in sheet.text
    assert sheet.text.index("face 0") < sheet.text.index("face 1")
    alone = SheetEntry("alone.jpg", None, 1, 640, 480, 0.03, described=(("", "smile 98%"),))
    assert page(tmp_path, alone).all("b") == []


def test_names_are_escaped(tmp_path: Path) -> None:
    nasty = '"><script>alert(1)</script>&amp; {title}.jpg'
    sheet = page(tmp_path, found(nasty, picture=f"pictures/{nasty}"), title="<b>A & B</b>")
    assert sheet.all("script") == []
    assert sheet.all("b") == []
    assert nasty in sheet.text
    assert sheet.text.count("<b>A & B</b>") == 2
    source = sheet.all("img")[0]["src"]
    assert source is not None
    assert unquote(source) == f"./pictures/{nasty}"


@pytest.mark.parametrize("name", ["50%.jpg", "a#b?.jpg", "c d.jpg", "写真.jpg", "javascript:x.jpg"])
def test_links_survive_odd_names(tmp_path: Path, name: str) -> None:
    link = page(tmp_path, found(name, picture=name)).all("a")[0]["href"]
    assert link is not None
    assert link.startswith("./")
    assert not set("#? ") & set(link)
    assert unquote(link) == f"./{name}"


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    sheet = page(tmp_path, found("a.jpg"), found("b.jpg", 0))
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//|@import|url\(|<script|<link", text)
    assert "prefers-color-scheme: dark" in text
    assert {"utf-8"} == {meta["charset"] for meta in sheet.all("meta") if "charset" in meta}
    assert all(image["alt"] for image in sheet.all("img"))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_text_keeps_the_page_well_formed(
    tmp_path: Path, name: str, picture: str, error: str
) -> None:
    broken = SheetEntry(name, None, 0, 0, 0, 0.0, error)
    sheet = page(tmp_path, found(name, picture=picture), broken, title=name)
    assert len(sheet.all("li")) == 2


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """A file name on Linux may hold bytes that are not UTF-8; Python keeps them as surrogates."""
    assert len(page(tmp_path, found("caf\udce9.jpg", picture="caf\udce9.jpg")).all("img")) == 1


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"cannot write .*index\.html"):
        write_contact_sheet(tmp_path / "missing" / "index.html", [], "Faces")
