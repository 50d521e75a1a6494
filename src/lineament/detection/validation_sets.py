"""Published or own sets of pictures that a detector in training is measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field
from torch import nn

from lineament.datasets.detection_picture import DetectionPicture
from lineament.datasets.detection_readers import read_detection_set
from lineament.detection.detector import DetectionOptions, Detections
from lineament.detection.scaling import scaled_photo, working_copies
from lineament.detection.validation import OVERLAP, search
from lineament.evaluation.detection_recall import recall_at
from lineament.evaluation.face_matching import match_set
from lineament.strict import Strict
from lineament.weights import AnchorFreeOutput, WholePhoto


class ValidationSet(Strict):
    """A set of `datasets.detection_readers`, each picture searched on one copy.

    Attributes:
        name, path, part: of the reader.
        limit: pictures, taken evenly from the whole set.
        longest_side: of the copy.
        min_score: what counts as found.
    """

    name: str
    path: Path
    part: str | None = None
    limit: int = Field(gt=0, default=200)
    longest_side: int = Field(ge=32, default=512)
    min_score: float = Field(gt=0, lt=1, default=0.5)

    def scores(
        self, network: nn.Module, output: AnchorFreeOutput, rule: WholePhoto
    ) -> dict[str, float]:
        """What a network in evaluation finds.

        Returns:
            `NAME_recall` of the labelled faces, where there are any, and `NAME_false`, detections
            that are no face, for each picture; of a set that is not completely labelled only the
            first.

        Raises:
            DataError, ImageError: the set or a picture of it cannot be read.
        """
        whole = read_detection_set(self.name, self.path, self.part)
        step = max(1, len(whole) // self.limit)
        pictures = whole.pictures[::step][: self.limit]
        found = [self._found(picture, network, output, rule) for picture in pictures]
        matches = match_set([picture.faces for picture in pictures], found, OVERLAP)
        recall = recall_at(matches, self.min_score).value
        scores = {} if recall is None else {f"{self.name}_recall": recall}
        if whole.complete and whole.kind != "counted":
            scores[f"{self.name}_false"] = float(matches.false.sum() / len(pictures))
        return scores

    def _found(
        self,
        picture: DetectionPicture,
        network: nn.Module,
        output: AnchorFreeOutput,
        rule: WholePhoto,
    ) -> Detections:
        image = picture.read()
        height, width = image.shape[:2]
        options = DetectionOptions(longest_side=self.longest_side)
        copy = working_copies(height, width, options, rule)[0]
        padded = np.full((*copy.padded, 3), rule.padding, np.uint8)
        padded[: copy.size[0], : copy.size[1]] = scaled_photo(image, copy.size)
        faces = copy.to_photo(search(network, [padded], output)[0])
        return faces.take(faces.scores >= self.min_score)
