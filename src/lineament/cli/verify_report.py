"""What a comparison of two pictures says: for `lineament verify --json` and for the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lineament.face import Face
from lineament.recognition.match import Match
from lineament.weights import WeightRecord

REPORT = "lineament.verify/1"
RULE = "of several faces in a picture the largest box is taken"


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the two pictures: what it is called, and the faces found in it."""

    name: str
    faces: Sequence[Face]

    @property
    def taken(self) -> Face | None:
        """The face with the largest box; of equal ones that of the best score."""
        return max(self.faces, key=lambda face: face.box.width * face.box.height, default=None)


def missing(pictures: Sequence[Picture], weight: WeightRecord, remedy: str) -> str | None:
    """Why something of the answer is missing; None where nothing is.

    Args:
        pictures: both.
        weight: the recognition weight.
        remedy: how whoever asks lets the detector take weaker faces.
    """
    empty = [picture.name for picture in pictures if not picture.faces]
    if empty:
        return (
            f"no face found in {' and in '.join(empty)}, expected one in each picture; give a "
            f"picture that shows the face larger or more clearly, or {remedy}"
        )
    if weight.calibration is None:
        return (
            f"the record of weight {weight.identifier} has no calibration, so that nothing is "
            "known of what its scores mean: no probability, no threshold, no decision"
        )
    return None


def report(
    weight: str, pictures: Sequence[Picture], result: Match | None, reason: str | None
) -> dict[str, Any]:
    """Plain data for JSON; docs/output.md lists the fields.

    Args:
        weight: identifier of the recognition weight.
        pictures: both.
        result: None where a picture shows no face.
        reason: as of `missing`.
    """
    names = Match.__dataclass_fields__
    return {
        "schema": REPORT,
        "weight": weight,
        "pictures": [_picture_data(picture) for picture in pictures],
        "rule": RULE,
        **(result.to_dict() if result else dict.fromkeys(names)),
        "reason": reason,
    }


def _picture_data(picture: Picture) -> dict[str, Any]:
    face, quality = picture.taken, None
    if face and face.embedding and face.embedding.quality is not None:
        quality = round(face.embedding.quality, 4)
    return {
        "source": picture.name,
        "faces": len(picture.faces),
        "box": face.box.to_list() if face else None,
        "detector_score": round(face.score, 4) if face else None,
        "quality": quality,
    }
