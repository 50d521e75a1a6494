"""Reader of counted group photographs: pictures whose faces somebody counted.

`pictures.toml` in the folder of the pictures:

    [[pictures]]
    name = "choir.jpg"
    count = 23
    counted_by = "eye, at twice the size"
    boxes = [[10, 12, 40, 50], ...]    # x1 y1 x2 y2 of every face; for all pictures or for none
    ignored = [[60, 9, 70, 20], ...]   # beside boxes: faces too small, covered or doubtful to count
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError, model_validator

from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.labelled_picture import NOBODY, LabelledFaces
from lineament.datasets.layout import check_part, dataset_folder
from lineament.errors import DataError
from lineament.strict import Strict, describe_faults
from lineament.toml_file import read_toml

DATASET = "counted pictures"
FILE = "pictures.toml"

Box = tuple[float, float, float, float]


class CountedPicture(Strict):
    """One picture of the list.

    Attributes:
        name: path below the folder.
        count: its faces, also those that are hard to find.
        counted_by: who or what counted.
        boxes: x1 y1 x2 y2 of each face from forehead to chin; none if only the count is known.
        ignored: boxes of what was not counted but may be taken for a face; only beside `boxes`.
    """

    name: str = Field(min_length=1)
    count: int = Field(ge=1)
    counted_by: str = Field(min_length=1)
    boxes: tuple[Box, ...] = ()
    ignored: tuple[Box, ...] = ()

    @model_validator(mode="after")
    def _boxes_fit(self) -> CountedPicture:
        if self.boxes and len(self.boxes) != self.count:
            raise ValueError(
                f"got {len(self.boxes)} boxes and the count {self.count}, expected as many"
            )
        if self.ignored and not self.boxes:
            raise ValueError("got ignored boxes without boxes, expected those of the faces too")
        for x1, y1, x2, y2 in (*self.boxes, *self.ignored):
            if not (x1 < x2 and y1 < y2 and np.isfinite([x1, y1, x2, y2]).all()):
                raise ValueError(f"got the box {x1:g} {y1:g} {x2:g} {y2:g}, expected one with area")
        return self


class CountedList(Strict):
    """The file `pictures.toml`."""

    pictures: tuple[CountedPicture, ...] = Field(min_length=1)


def read_counted(folder: Path | str, part: str = "all") -> DetectionSet:
    """The pictures of `pictures.toml`, in its order; `labelled` where it gives boxes.

    Raises:
        ConfigError: another part than `all`.
        DataError: no such folder or file, a missing picture, one that is listed twice, an unknown
            key, a count below one, or boxes that do not match the count or are not given for all.
    """
    check_part(part, ("all",), DATASET)
    root = dataset_folder(folder, DATASET)
    path = root / FILE
    try:
        listed = CountedList.model_validate(read_toml(path, "list of pictures", DataError)).pictures
    except ValidationError as error:
        raise DataError(f"{path}: {describe_faults(CountedList, error)}") from error
    boxed = [bool(picture.boxes) for picture in listed]
    if any(boxed) and not all(boxed):
        raise DataError(
            f"{path}: {listed[boxed.index(False)].name} has no boxes, expected them for all "
            "pictures or for none"
        )
    names = [picture.name for picture in listed]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(f"{path}: {name} is listed twice, expected it once")
    by = sorted({picture.counted_by for picture in listed})
    return DetectionSet(
        name="counted",
        pictures=tuple(_picture(root, path, picture) for picture in listed),
        truth=f"counted by {'; '.join(by)}",
        kind="labelled" if all(boxed) else "counted",
    )


def _picture(root: Path, path: Path, listed: CountedPicture) -> DetectionPicture:
    image = root / listed.name
    if not image.resolve().is_relative_to(root.resolve()) or not image.is_file():
        raise DataError(f"{path}: its picture {image} is missing; expected it in {root}")
    if not listed.boxes:
        return DetectionPicture(image, listed.name, NOBODY, count=listed.count)
    boxes = (*listed.boxes, *listed.ignored)
    faces = LabelledFaces(
        boxes=np.array(boxes, dtype=np.float32),
        five_points=np.full((len(boxes), 5, 2), np.nan, dtype=np.float32),
        ignored=np.arange(len(boxes)) >= listed.count,
    )
    return DetectionPicture(image, listed.name, faces)
