"""Reader of people-free photographs: a folder of picture files in which nobody is to be found."""

from __future__ import annotations

from pathlib import Path

from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.labelled_picture import NOBODY
from lineament.datasets.layout import check_part, dataset_folder
from lineament.errors import DataError
from lineament.image import SUFFIXES

DATASET = "people-free photographs"


def read_people_free(folder: Path | str, part: str = "all") -> DetectionSet:
    """Every picture file of a folder and its sub-folders, sorted; hidden ones are passed over.

    Raises:
        ConfigError: another part than `all`.
        DataError: no such folder, or no picture in it.
    """
    check_part(part, ("all",), DATASET)
    root = dataset_folder(folder, DATASET)
    pictures = []
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        hidden = any(word.startswith(".") for word in inside.parts)
        if not hidden and path.suffix.lower() in SUFFIXES and path.is_file():
            pictures.append(DetectionPicture(path, inside.as_posix(), NOBODY))
    if not pictures:
        raise DataError(
            f"{DATASET}: {root} holds no picture; expected files that end in "
            f"{', '.join(sorted(SUFFIXES))}"
        )
    return DetectionSet(
        name="people-free",
        pictures=tuple(pictures),
        truth="nobody: whatever is found is false",
        kind="people-free",
    )
