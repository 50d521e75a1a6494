"""Where the bytes of a weight lie: in a file, in a package's file, or in a package's source."""

from __future__ import annotations

import ast
import importlib.metadata
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from lineament.errors import WeightError
from lineament.strict import Strict


class FileSource(Strict):
    """An ONNX file; a relative path starts at the record's folder."""

    kind: Literal["file"] = "file"
    path: Path


class PackageFileSource(Strict):
    """An ONNX file inside an installed distribution."""

    kind: Literal["package_file"]
    distribution: str
    version: str
    path: str


class PackageLiteralSource(Strict):
    """ONNX bytes that an installed distribution keeps as a bytes literal in a Python file.

    The file is parsed, never imported or run.
    """

    kind: Literal["package_literal"]
    distribution: str
    version: str
    path: str
    variable: str


Source = Annotated[
    FileSource | PackageFileSource | PackageLiteralSource, Field(discriminator="kind")
]


def read_source(source: Source, folder: Path) -> bytes:
    """The bytes of a weight, not yet checked against a sum.

    Args:
        source: where they lie.
        folder: where a relative path of a `FileSource` starts.

    Raises:
        WeightError: the file, the distribution (in that version) or the literal is missing.
    """
    if isinstance(source, FileSource):
        return _read_file(folder / source.path, "correct `path` in the record")
    path = _distribution_path(source)
    data = _read_file(path, f"reinstall {source.distribution}")
    if isinstance(source, PackageFileSource):
        return data
    literal = _literal(data, source.variable)
    if literal is None:
        raise WeightError(
            f"{path} holds no bytes literal named {source.variable}; reinstall "
            f"{source.distribution}"
        )
    return literal


def _literal(data: bytes, variable: str) -> bytes | None:
    """Value of `variable = b'...'` at the top level of a Python source, or None."""
    try:
        body = ast.parse(data).body
    except (SyntaxError, ValueError):
        return None
    for node in body:
        if (
            isinstance(node, ast.Assign)
            and any(isinstance(name, ast.Name) and name.id == variable for name in node.targets)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, bytes)
        ):
            return node.value.value
    return None


def _read_file(path: Path, remedy: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightError(f"cannot read the weight {path}: {error.strerror}; {remedy}") from error


def _distribution_path(source: PackageFileSource | PackageLiteralSource) -> Path:
    wanted = f"{source.distribution}=={source.version}"
    try:
        distribution = importlib.metadata.distribution(source.distribution)
    except importlib.metadata.PackageNotFoundError as error:
        raise WeightError(
            f"this weight lies in a package that is not installed: pip install {wanted}"
        ) from error
    if distribution.version != source.version:
        raise WeightError(
            f"this weight needs {wanted}, found {distribution.version}: pip install {wanted}"
        )
    return Path(str(distribution.locate_file(source.path)))
