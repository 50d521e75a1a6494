"""One face of one picture of which attributes are known, but no points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineament.datasets.labelled_face import Attribute


@dataclass(frozen=True, slots=True, eq=False)
class AttributedFace:
    """One face of one picture; what `LabelledFace` says without points.

    Attributes:
        image: path of the picture, which shows this face alone or in its middle.
        subset: part of the dataset that the face is from.
        name: unique within what one reader returned: `subset/stem`.
        attributes: what the dataset says of the face, by plain name.
    """

    image: Path
    subset: str
    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
