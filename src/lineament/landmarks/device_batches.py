"""Training batches whose crops are cut and augmented on the device that trains.

The crops are those of `LandmarkBatches`, by the same random choices; the processor only fetches
pictures. It pays where one processor core feeds a fast device.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lineament.errors import ConfigError
from lineament.landmarks.batches import LandmarkBatches
from lineament.landmarks.crops import Square
from lineament.training.augmentation.on_device import SampleBatch, augment_batch
from lineament.training.augmentation.sample import check


class DeviceLandmarkBatches(LandmarkBatches):
    """Whole pictures with where to cut them; `prepare` cuts and augments on the device."""

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """Arrays of one step.

        Returns:
            `image` (N,H,W,3) uint8, `points` (N,L,2) float32 in its pixels, `square` (N,4)
            float64 middle x, y, side and angle, `place` (N,) int64 in the run.

        Raises:
            ConfigError: pictures of a batch differ in size.
            DataError: points that are not finite or not L.
        """
        rows = [self._row(place) for place in self.places(iteration, rank, world)]
        sizes = {row["image"].shape for row in rows}
        if len(sizes) > 1:
            raise ConfigError(
                f"pictures of one batch have the sizes {sorted(sizes)}; augment_on_device needs "
                "faces of one size, or set it to false"
            )
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}

    def prepare(self, arrays: dict[str, Any], device: torch.device) -> tuple[Tensor, Tensor]:
        """Crops (N,3,S,S) uint8 and target (N,2L), see `training.loop.Prepare`."""
        images = torch.as_tensor(arrays["image"]).to(device).permute(0, 3, 1, 2)
        points = torch.as_tensor(arrays["points"]).to(device)
        squares = [
            Square(np.array(row[:2], np.float32), float(row[2]), float(row[3]))
            for row in np.asarray(arrays["square"])
        ]
        randoms = [self.random(int(place)) for place in np.asarray(arrays["place"])]
        crops = augment_batch(self.augmenter, SampleBatch(images, points), squares, randoms)
        return crops.images, crops.points.transpose(1, 2).flatten(1)

    def _row(self, place: int) -> dict[str, NDArray[Any]]:
        index = self.index(place)
        sample = self.photo(index)
        check(sample, self.scheme.count)
        # The first stage strays by a generator of its own: the crop's is drawn from on the device.
        square = self.square(index, np.random.default_rng([self.seed, place, 1]))
        return {
            "image": sample.image,
            "points": sample.points,
            "square": np.array([*square.centre, square.side, square.angle]),
            "place": np.array(place, dtype=np.int64),
        }
