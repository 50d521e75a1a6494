"""The value types: what is known about a face.

Frame of all coordinates: pixels of the photo, x to the right, y down, the centre of the first
pixel at (0, 0). Left and right are the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.choice import Choice as Choice
from lineament.face_embedding import FaceEmbedding as FaceEmbedding
from lineament.face_parts import FaceParts as FaceParts
from lineament.face_pose import HeadPose as HeadPose

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]

FIVE_POINTS = ("right_eye", "left_eye", "nose_tip", "right_mouth_corner", "left_mouth_corner")
"""Order of `Face.five_points`. The person's right eye is on the left of an unmirrored photo."""


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-parallel box in photo pixels; it may reach over the border of the photo.

    Raises:
        ValueError: a coordinate is not finite, or the box has no area.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        values = (self.x1, self.y1, self.x2, self.y2)
        if not np.isfinite(values).all():
            raise ValueError(f"a box needs four finite numbers, got {values}")
        if self.x2 <= self.x1 or self.y2 <= self.y1:
            raise ValueError(f"a box needs x1 < x2 and y1 < y2, got {values}")

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def to_list(self) -> list[float]:
        """`[x1, y1, x2, y2]`, rounded to a hundredth of a pixel."""
        return [round(float(v), 2) for v in (self.x1, self.y1, self.x2, self.y2)]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points of one face in the order of a published scheme.

    Attributes:
        points: (N,2) float32, x and y in photo pixels.
        scheme: name of the order of points, such as `ibug-68` (300-W).

    Raises:
        ValueError: the array has another shape or holds a number that is not finite.
    """

    points: FloatArray
    scheme: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points))

    def to_dict(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "points": rounded(self.points)}


NAMED_ATTRIBUTES = ("gender_presentation", "age_group", "smile", "glasses", "pose_bin")
"""The tasks that have a field of their own in `FaceAttributes`."""

SURE = 0.6
"""Least probability of a choice that is put into words; the data hold every one."""

_SAID_BY_THE_LABEL = ("gender_presentation", "age_group")
_NOTHING = ("no", "none")


@dataclass(frozen=True, slots=True)
class FaceAttributes:
    """What a picture shows of a face; what its weight does not answer is None.

    docs/attributes.md says what each label means and what it does not.

    Attributes:
        gender_presentation: `feminine` or `masculine`: how the face is shaped and styled in the
            picture; it says nothing of who the person is.
        age_group: of the appearance.
        smile, glasses: `no` or `yes`.
        pose_bin: MTFL's five bins of the yaw, whose left and right are the viewer's.
        others: further choices by the name of their task.
        pose: how the head is turned, as the attribute network says; `Face.pose` is what follows
            from the landmarks.
        landmarks: the points that the attribute network gives beside its answers.

    Raises:
        ValueError: `others` names a task that has a field.
    """

    gender_presentation: Choice | None = None
    age_group: Choice | None = None
    smile: Choice | None = None
    glasses: Choice | None = None
    pose_bin: Choice | None = None
    others: Mapping[str, Choice] = field(default_factory=dict)
    pose: HeadPose | None = None
    landmarks: Landmarks | None = None

    def __post_init__(self) -> None:
        double = sorted(set(self.others) & set(NAMED_ATTRIBUTES))
        if double:
            raise ValueError(f"{', '.join(double)} has a field and must not stand in others")

    @classmethod
    def from_choices(
        cls,
        choices: Mapping[str, Choice],
        *,
        pose: HeadPose | None = None,
        landmarks: Landmarks | None = None,
    ) -> FaceAttributes:
        """Choices by task, each in its field or in `others`.

        A choice of `glasses_kind` (none, clear, dark) also answers `glasses` where nothing else
        does: the probabilities of both kinds are added up.
        """
        if "glasses" not in choices and "glasses_kind" in choices:
            choices = {**choices, "glasses": _worn(choices["glasses_kind"])}
        own = {name: choice for name, choice in choices.items() if name in NAMED_ATTRIBUTES}
        others = {name: choice for name, choice in choices.items() if name not in own}
        return cls(**own, others=others, pose=pose, landmarks=landmarks)

    @property
    def choices(self) -> dict[str, Choice]:
        """Every choice that was made, by task: the named ones first."""
        named = {name: getattr(self, name) for name in NAMED_ATTRIBUTES}
        made = {name: choice for name, choice in named.items() if choice is not None}
        return {**made, **self.others}

    def phrases(self) -> list[str]:
        """The choices in words with their probability, such as `no smile 98%`, for people.

        What is less probable than `SURE` is not said; of `others` only what is there, no `no
        beard`; and `clear glasses` says `glasses`.
        """
        said = {
            task: choice
            for task, choice in self.choices.items()
            if choice.probability >= SURE
            and (task not in self.others or choice.label not in _NOTHING)
        }
        if "glasses_kind" in said:
            said.pop("glasses", None)
        return [
            f"{_in_words(task, choice.label)} {choice.probability:.0%}"
            for task, choice in said.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        named = {name: getattr(self, name) for name in NAMED_ATTRIBUTES}
        return {
            **{name: choice.to_dict() if choice else None for name, choice in named.items()},
            "others": {name: choice.to_dict() for name, choice in self.others.items()},
            "pose": self.pose.to_dict() if self.pose else None,
            "landmarks": self.landmarks.to_dict() if self.landmarks else None,
        }


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one photo. A head that was not asked for leaves its field None.

    Attributes:
        box: the detector's box.
        score: the detector's confidence, 0 to 1.
        five_points: (5,2) float32 in photo pixels, in the order of `FIVE_POINTS`.
        landmarks: the points, if the landmark head ran.
        pose: the turn of the head, where it follows from the landmarks.
        track: in a video, the number of the person's track; None for a photo.
        attributes: what else the picture shows of the face, if the attribute head ran.
        parts: which pixels show which part, if the head `parts` ran.
        embedding: what is compared with other faces, if the head `embedding` ran.
    """

    box: Box
    score: float
    five_points: FloatArray
    landmarks: Landmarks | None = None
    pose: HeadPose | None = None
    track: int | None = None
    attributes: FaceAttributes | None = None
    parts: FaceParts | None = None
    embedding: FaceEmbedding | None = None

    def __post_init__(self) -> None:
        points = checked_points(self.five_points)
        if len(points) != 5:
            raise ValueError(f"five_points needs shape (5, 2), got {points.shape}")
        object.__setattr__(self, "five_points", points)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; docs/output.md describes every field."""
        return {
            "box": self.box.to_list(),
            "score": round(self.score, 4),
            "five_points": rounded(self.five_points),
            "landmarks": self.landmarks.to_dict() if self.landmarks else None,
            "pose": self.pose.to_dict() if self.pose else None,
            "attributes": self.attributes.to_dict() if self.attributes else None,
            "parts": self.parts.to_dict() if self.parts else None,
            "embedding": self.embedding.to_dict() if self.embedding else None,
            "track": self.track,
        }


def checked_points(points: FloatArray) -> FloatArray:
    """The same points as (N,2) float32, finite, or a ValueError that says what was wrong."""
    array = np.asarray(points, dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"points need shape (N, 2), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("points must be finite numbers, got NaN or infinity")
    return array


def rounded(points: FloatArray) -> list[list[float]]:
    """Points as nested lists, to a hundredth of a pixel."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


def _in_words(task: str, label: str) -> str:
    if task in _SAID_BY_THE_LABEL:
        return label
    name = task.removesuffix("_bin").replace("_", " ")
    if task == "glasses_kind":
        return f"{label} glasses"
    if label in ("no", "yes"):
        return name if label == "yes" else f"no {name}"
    return f"{name} {label}"


def _worn(kind: Choice) -> Choice:
    """Whether any glasses are worn, from their kind."""
    none = kind.probabilities.get("none", 0.0)
    return Choice.most_probable({"no": none, "yes": 1 - none})
