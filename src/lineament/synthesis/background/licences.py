"""The licences of the photographs: tables of those that may be used, and that of a folder."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from lineament.errors import DataError
from lineament.strict import Strict, describe_faults
from lineament.toml_file import read_toml

CATALOGUE = Path(__file__).with_name("photographs.toml")
LICENCES = "licences.toml"

PLAIN = ("CC0", "CC-BY-", "public domain", "BSD")
SHARE_ALIKE = "-SA"
"""What a licence begins with that asks at most to be named; share-alike asks for more."""


class Picture(Strict):
    """A picture that may stand behind rendered faces.

    Attributes:
        name: its file in a prepared folder.
        kind: `photograph`: a scene; `texture`: a surface seen from close by; `cutout`: a thing
            cut out of a photograph; `painting`: a photographed painting or print.
        title: what its author, or its file, calls it.
        author: who made it; `unknown` if the licence is all that is known.
        licence: what `stated_in` says, as an SPDX name with `+` for "or later".
        stated_in: the file of the package that states the licence.
        package: the Debian package that it is from.
        version: version of the package.
        path: its file within the package; what follows a `!` is its path within that file, which
            then is a Qt resource file.
        sha256: of that file, or of what lies within it.
    """

    name: str
    kind: Literal["photograph", "texture", "cutout", "painting"]
    title: str
    author: str
    licence: str
    stated_in: str
    package: str
    version: str
    path: str
    sha256: str

    @property
    def plain(self) -> bool:
        """Whether its licence asks for nothing but, at most, to name the author."""
        return self.licence.startswith(PLAIN) and SHARE_ALIKE not in self.licence


class PreparedPicture(Picture):
    """A picture of a prepared folder; `prepared_sha256` is that of the file there."""

    prepared_sha256: str


class _Catalogue(Strict):
    picture: tuple[Picture, ...]


class _Licences(Strict):
    picture: tuple[PreparedPicture, ...]


@cache
def catalogue() -> tuple[Picture, ...]:
    """The package's table of pictures that may stand behind rendered faces."""
    return read_table(CATALOGUE)


def read_table(path: Path) -> tuple[Picture, ...]:
    """The pictures of a table as `photographs.toml` is one.

    Raises:
        DataError: there is no such file, it is malformed, it names no picture, or two pictures
            that would get the same name.
    """
    try:
        pictures = _Catalogue.model_validate(
            read_toml(path, "table of photographs", DataError)
        ).picture
    except ValidationError as error:
        raise DataError(
            f"{path}: {describe_faults(_Catalogue, error)}; expected a table as "
            f"{CATALOGUE.name} is one"
        ) from error
    if not pictures:
        raise DataError(f"{path} names no picture; expected at least one [[picture]]")
    twice = [name for name, count in Counter(one.name for one in pictures).items() if count > 1]
    if twice:
        raise DataError(f"{path}: {twice[0]} is named twice, expected each name once")
    return pictures


def read_licences(folder: Path) -> tuple[PreparedPicture, ...]:
    """What `licences.toml` of a prepared folder says of its pictures.

    Raises:
        DataError: there is no such file, it is malformed, or it names no picture.
    """
    path = folder / LICENCES
    if not path.is_file():
        raise DataError(
            f"no {LICENCES} in {folder}: expected a folder of background photographs, as "
            "`lineament synth backgrounds import --packages DIR --out DIR` writes it"
        )
    try:
        pictures = _Licences.model_validate(read_toml(path, "table of licences", DataError)).picture
    except ValidationError as error:
        raise DataError(
            f"{path}: {describe_faults(_Licences, error)}; import the photographs again"
        ) from error
    if not pictures:
        raise DataError(f"{path} names no picture; import the photographs again")
    return pictures


def write_licences(folder: Path, pictures: Iterable[PreparedPicture]) -> None:
    """Write `licences.toml`."""
    tables = ("\n".join(("[[picture]]", *_lines(picture), "")) for picture in pictures)
    (folder / LICENCES).write_text("\n".join(tables), encoding="utf-8")


def credits(folder: Path) -> str:
    """Titles and authors of a folder's pictures by licence, in Markdown, for a dataset card.

    Args:
        folder: a prepared folder.

    Raises:
        DataError: the folder has no sound `licences.toml`.
    """
    by_licence: dict[str, list[str]] = defaultdict(list)
    for picture in read_licences(folder):
        by_licence[picture.licence].append(
            f"- *{picture.title}* by {picture.author} ({picture.package} {picture.version})"
        )
    sections = (
        "\n".join((f"**{licence}**", "", *lines)) for licence, lines in sorted(by_licence.items())
    )
    return "\n\n".join(sections) + "\n"


def _lines(picture: PreparedPicture) -> Iterator[str]:
    """Keys and values; a JSON string is also a TOML string."""
    for key, value in picture.model_dump().items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
