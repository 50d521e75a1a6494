"""Reader of UTKFace: age, gender and ethnicity of 23,708 aligned faces, in the names of the files.

Protocol: Zhang, Song and Qi, "Age Progression/Regression by Conditional Adversarial
Autoencoder", CVPR 2017. The labels are estimates by a network that annotators checked; gender is
as annotated. The release has no points that people set, and no parts.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from lineament.datasets.attributed_face import AttributedFace
from lineament.datasets.labelled_face import numbered
from lineament.datasets.layout import check_part, dataset_folder
from lineament.errors import DataError

log = logging.getLogger(__name__)

DATASET = "UTKFace"
PARTS = ("all",)
PLACES = (".", "UTKFace")

GENDERS = ("male", "female")
ETHNICITIES = ("White", "Black", "Asian", "Indian", "Others")
"""Names of the codes 0 to 4, as the release spells them."""

OLDEST = 116

EXPECTED = (
    f"AGE_GENDER_ETHNICITY_DATE.jpg: 0 to {OLDEST}, 0 (male) or 1 (female), "
    f"0 to {len(ETHNICITIES) - 1} ({', '.join(ETHNICITIES)}), 14 to 17 digits; "
    "mend the name or remove the file"
)

_CODE_MISSING = re.compile(r"\d{1,3}_{1,2}\d_{1,2}\d{14,17}(?!\d).*")
"""Names of the release with one code too few, such as 61_1_20170109142408075.jpg.chip.jpg: which
of the two codes is missing cannot be told."""

_LABELLED = re.compile(r"([^_]+)_([^_]+)_([^_]+)_\d{14,17}(?!\d).*")


def read_utkface(folder: Path | str, part: str = "all") -> list[AttributedFace]:
    """All faces in the order of their names.

    `attributes` has `age` (years, int), `gender` (`male` or `female`) and `ethnicity` (one of
    `ETHNICITIES`). A few names of the release lack the gender or the ethnicity. Faces whose names
    are of the form `AGE_CODE_DATE`, or with two bars where the code is missing, are left out, and
    the log says how many. What stands behind the date does not matter.

    Raises:
        ConfigError: no such part.
        DataError: no such folder, no picture in it, none with labels, or any other name that is
            not `AGE_GENDER_ETHNICITY_DATE`.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    pictures = next((found for place in PLACES if (found := _pictures(root / place))), [])
    if not pictures:
        raise DataError(
            f"{DATASET}: no *.jpg in {root}; expected the aligned faces there or in UTKFace/"
        )
    whole = [path for path in pictures if not _CODE_MISSING.fullmatch(path.name)]
    if len(whole) < len(pictures):
        log.warning(
            "%s: left out %d of %d faces of %s, whose names lack a code (AGE_CODE_DATE)",
            *(DATASET, len(pictures) - len(whole), len(pictures), root),
        )
    if not whole:
        raise DataError(f"{DATASET}: no name in {root} has all labels, expected {EXPECTED}")
    names = numbered(f"utkface/{path.name.partition('.')[0]}" for path in whole)
    return [
        AttributedFace(path, "utkface", name, _attributes(path))
        for path, name in zip(whole, names, strict=True)
    ]


def _pictures(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jpg"))


def _attributes(path: Path) -> dict[str, int | str]:
    labelled = _LABELLED.fullmatch(path.name)
    if labelled is None:
        raise DataError(f"{path}: got this name, expected {EXPECTED}")
    age, gender, ethnicity = labelled.groups()
    return {
        "age": _code(path, age, OLDEST + 1, "age"),
        "gender": GENDERS[_code(path, gender, len(GENDERS), "gender")],
        "ethnicity": ETHNICITIES[_code(path, ethnicity, len(ETHNICITIES), "ethnicity")],
    }


def _code(path: Path, word: str, count: int, what: str) -> int:
    """The number of a word below `count`."""
    if not re.fullmatch(r"[0-9]{1,3}", word) or int(word) >= count:
        raise DataError(f"{path}: got {what} {word!r} in its name, expected {EXPECTED}")
    return int(word)
