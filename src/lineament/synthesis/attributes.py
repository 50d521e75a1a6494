"""What is known of a rendered face besides points and parts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np

from lineament.errors import DataError

GlassesKind = Literal["none", "clear", "dark"]
Presentation = Literal["feminine", "masculine"]

GLASSES: tuple[GlassesKind, ...] = get_args(GlassesKind)
PRESENTATIONS: tuple[Presentation, ...] = get_args(Presentation)

POSE_BINS = ("left profile", "left", "frontal", "right", "right profile")
"""MTFL's classes in the order of its numbers 1 to 5 (Zhang et al., ECCV 2014).

Its left and right are the viewer's: in its training list the nose of classes 1 and 2 lies to the
left of the middle of the eyes in the picture, so that these people turn to their own right.
"""

POSE_BOUNDS = (-45.0, -15.0, 15.0, 45.0)
"""Yaw in degrees between neighbouring bins: half-way between the set's 0, 30 and 60."""

AGE_GROUPS = ("child", "teen", "young adult", "middle-aged", "old")
AGE_BOUNDS = (13.0, 20.0, 35.0, 55.0)
"""Years at which the next group begins: child below 13, teen to 19, young adult to 34,
middle-aged to 54, old from 55."""

SMILE_FROM = 0.3
"""Strength from which a face counts as smiling."""

BEARD_FROM = 0.25
"""Strength from which facial hair on chin and cheeks counts as a beard; below is a shadow."""

NO_HAT = "none"


@dataclass(frozen=True)
class Attributes:
    """Truth about one rendered face; left and right are the person's own but in `pose_bin`.

    Numbers of any kind are taken and kept as plain ones, rounded to four decimals, so that what
    is written is what is held.

    Attributes:
        yaw: degrees; positive: the person turns to their own left, to the right in the picture.
        pitch: degrees; positive: the person looks up.
        roll: degrees; positive: the person's left side is raised.
        smile_strength: 0 to 1.
        glasses: `dark` where the eyes are hidden by the tint.
        gender_presentation: how the face was shaped and styled; nothing more is meant.
        age: years that the face was made to look.
        skin_tone: of the Monk scale, 1 (lightest) to 10 (darkest).
        beard_strength: 0 (shaven) to 1 (full).
        moustache: there is hair on the upper lip.
        hat_kind: such as `beanie`; `none` without. Hoods and helmets are hats.
        hair_style: such as `bob`.
        mouth_open: the lips part.
        eyes_closed: both lids are shut.
        occlusion: share, 0 to 1, of the face's skin in the picture that foreign things cover.

    Raises:
        ValueError: a value out of range or unknown.
    """

    yaw: float
    pitch: float
    roll: float
    smile_strength: float
    glasses: GlassesKind
    gender_presentation: Presentation
    age: float
    skin_tone: int
    beard_strength: float
    moustache: bool
    hat_kind: str
    hair_style: str
    mouth_open: bool
    eyes_closed: bool
    occlusion: float

    def __post_init__(self) -> None:
        for field in fields(self):
            plain = _PLAIN[str(field.type)](getattr(self, field.name))
            object.__setattr__(self, field.name, plain)
        if not np.isfinite([self.yaw, self.pitch, self.roll]).all() or not 0 <= self.age < 150:
            raise ValueError(f"angles must be finite and the age 0 to 150, got {self}")
        for name in ("smile_strength", "beard_strength", "occlusion"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie within 0 to 1, got {getattr(self, name)}")
        if self.skin_tone not in range(1, 11):
            raise ValueError(f"skin_tone is of the Monk scale, 1 to 10, got {self.skin_tone}")
        if self.glasses not in GLASSES or self.gender_presentation not in PRESENTATIONS:
            raise ValueError(
                f"got glasses {self.glasses!r} and gender_presentation "
                f"{self.gender_presentation!r}, expected one of {GLASSES} and {PRESENTATIONS}"
            )

    @property
    def pose_bin(self) -> str:
        """One of `POSE_BINS`."""
        return POSE_BINS[bisect_right(POSE_BOUNDS, self.yaw)]

    @property
    def age_group(self) -> str:
        """One of `AGE_GROUPS`."""
        return AGE_GROUPS[bisect_right(AGE_BOUNDS, self.age)]

    @property
    def smile(self) -> bool:
        return self.smile_strength >= SMILE_FROM

    @property
    def beard(self) -> bool:
        return self.beard_strength >= BEARD_FROM

    @property
    def hat(self) -> bool:
        return self.hat_kind != NO_HAT

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, the derived values included."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in (*names, *DERIVED)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Attributes:
        """What `to_dict` wrote.

        Raises:
            DataError: a key is missing or unknown, or a value is out of range or contradicts
                one that it is derived from.
        """
        names = {field.name for field in fields(cls)}
        wrong = sorted((names | set(DERIVED)) ^ set(values))
        if wrong:
            raise DataError(f"attributes have missing or unknown keys: {', '.join(wrong)}")
        try:
            attributes = cls(**{name: values[name] for name in names})
        except (TypeError, ValueError) as error:
            raise DataError(f"attributes are malformed: {error}") from error
        for name in DERIVED:
            if values[name] != getattr(attributes, name):
                raise DataError(
                    f"attributes contradict themselves: {name} is {values[name]!r}, expected "
                    f"{getattr(attributes, name)!r} by the values it is derived from"
                )
        return attributes


DERIVED = ("pose_bin", "age_group", "smile", "beard", "hat")
"""Properties that `to_dict` writes beside the fields."""

_PLAIN: dict[str, Any] = {
    "float": lambda value: round(float(value), 4),
    "int": int,
    "bool": bool,
    "str": str,
    "GlassesKind": str,
    "Presentation": str,
}
