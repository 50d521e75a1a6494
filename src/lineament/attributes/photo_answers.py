"""What published datasets say of a face, in the classes of our tasks.

What has no counterpart is left out: MTFL and MAFL do not tell clear glasses from dark ones, and
MAFL's `young` is no age.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from lineament.datasets.labelled_face import Attribute
from lineament.synthesis.attributes import AGE_BOUNDS, AGE_GROUPS

Attributes = Mapping[str, Attribute]

PRESENTATIONS = {"male": "masculine", "female": "feminine"}

MAFL_FLAGS = {
    "smile": "smiling",
    "glasses": "eyeglasses",
    "hat": "wearing_hat",
    "mouth_open": "mouth_slightly_open",
}
"""Attribute of CelebA that a task's `yes` stands for."""


def photo_answers(dataset: str, attributes: Attributes) -> dict[str, str]:
    """Class of each task of which the dataset says something, by the task's name.

    Args:
        dataset: name of its reader; of one without a table here nothing is known.
        attributes: of the reader's face; attributes that are missing are unknown.
    """
    return ANSWERS[dataset](attributes) if dataset in ANSWERS else {}


def _mtfl(attributes: Attributes) -> dict[str, str]:
    return {
        "gender_presentation": PRESENTATIONS[str(attributes["gender"])],
        "smile": _yes(attributes["smile"]),
        "glasses": _yes(attributes["glasses"]),
        "pose_bin": str(attributes["pose"]),
    }


def _mafl(attributes: Attributes) -> dict[str, str]:
    found = {
        task: _yes(attributes[name]) for task, name in MAFL_FLAGS.items() if name in attributes
    }
    if "no_beard" in attributes:
        found["beard"] = _yes(not attributes["no_beard"])
    if "male" in attributes:
        found["gender_presentation"] = "masculine" if attributes["male"] else "feminine"
    return found


def _utkface(attributes: Attributes) -> dict[str, str]:
    return {
        "gender_presentation": PRESENTATIONS[str(attributes["gender"])],
        "age_group": AGE_GROUPS[bisect_right(AGE_BOUNDS, float(attributes["age"]))],
    }


def _yes(true: Attribute) -> str:
    return "yes" if true else "no"


ANSWERS: Mapping[str, Callable[[Attributes], dict[str, str]]] = {
    "mtfl": _mtfl,
    "mafl": _mafl,
    "utkface": _utkface,
}
