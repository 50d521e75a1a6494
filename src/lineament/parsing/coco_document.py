"""Parts of many photos as one document in COCO's format for instances.

A category is a class of the scheme, an annotation one class of one face: its mask as compressed
run lengths over the whole photo. Two keys are our own: `face`, the place of the face in its photo
from 0, and `score`, the detector's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lineament.face import Face
from lineament.parsing.coco_rle import compress, run_lengths
from lineament.parsing.part_schemes import PartScheme


class CocoDocument:
    """Collects photos; `data` is what a JSON file holds.

    Args:
        scheme: of all parts that are added.
    """

    def __init__(self, scheme: PartScheme) -> None:
        self._scheme = scheme
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def add(self, name: str, height: int, width: int, faces: Sequence[Face]) -> None:
        """Add a photo and the parts of its faces; a face without parts adds nothing.

        Raises:
            ValueError: parts of another scheme, or a region over the border of the photo.
        """
        image = len(self._images) + 1
        self._images.append({"id": image, "file_name": name, "width": width, "height": height})
        for place, face in enumerate(faces):
            if face.parts is None:
                continue
            if face.parts.scheme != self._scheme.name:
                raise ValueError(f"got parts of {face.parts.scheme}, not {self._scheme.name}")
            mask = face.parts.full(height, width)
            for name_of_part, area in face.parts.areas().items():
                if not area:
                    continue
                number = self._scheme.number(name_of_part)
                seen = mask == number
                self._annotations.append(
                    {
                        "id": len(self._annotations) + 1,
                        "image_id": image,
                        "category_id": number,
                        "segmentation": {
                            "size": [height, width],
                            "counts": compress(run_lengths(seen)),
                        },
                        "area": area,
                        "bbox": _box(seen),
                        "iscrowd": 0,
                        "face": place,
                        "score": round(face.score, 4),
                    }
                )

    def data(self) -> dict[str, Any]:
        """The document as plain data."""
        categories = [
            {"id": number, "name": name, "supercategory": "face"}
            for number, name in enumerate(self._scheme.classes)
            if number
        ]
        return {
            "info": {"description": f"Parts of faces, scheme {self._scheme.name}"},
            "images": self._images,
            "categories": categories,
            "annotations": self._annotations,
        }


def _box(seen: np.ndarray[Any, np.dtype[np.bool_]]) -> list[int]:
    """x, y, width and height of what is seen."""
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    return [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1]
