"""Whether the weight of a record is there and is the one that the record promises."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from typing import Literal

from lineament.errors import WeightError
from lineament.weight_source import FileSource
from lineament.weights import WeightRecord


@dataclass(frozen=True, slots=True)
class WeightState:
    """What a look at the weight's files found.

    Attributes:
        state: `ok`: there, with the right checksum; `absent`: an optional package that is not
            installed; `broken`: anything else.
        size: bytes of all its networks; 0 unless `ok`.
        message: what is wrong and what to do; empty if `ok`.
    """

    state: Literal["ok", "absent", "broken"]
    size: int = 0
    message: str = ""


def weight_state(record: WeightRecord) -> WeightState:
    """Read every network of a record and compare its checksum."""
    try:
        size = sum(len(record.model_bytes(stage)) for stage in range(len(record.networks)))
    except WeightError as error:
        return WeightState("absent" if _is_optional(record) else "broken", 0, str(error))
    return WeightState("ok", size)


def requirements() -> dict[str, list[str]]:
    """Names of the distributions that each extra asks for; the base install is the extra ``."""
    wanted: dict[str, list[str]] = {}
    for requirement in importlib.metadata.requires("lineament") or []:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)""", requirement)
        if name:
            wanted.setdefault(extra[1] if extra else "", []).append(name[0])
    return wanted


def installed_version(distribution: str) -> str | None:
    """Version of an installed distribution; None if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _is_optional(record: WeightRecord) -> bool:
    """Whether the weight lies in a package that the base install does not bring, and is absent."""
    base = requirements().get("", [])
    return any(
        network.source.distribution not in base
        and installed_version(network.source.distribution) is None
        for network in record.networks
        if not isinstance(network.source, FileSource)
    )
