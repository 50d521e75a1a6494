"""How well a landmark network does on faces that were kept back, while it learns."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from lineament.landmarks.batches import LandmarkBatches, cut_plain, stacked
from lineament.landmarks.networks import Coordinates, LandmarkNetwork


class Validation:
    """NME of plain crops, normalised by the outer eye corners, as shares.

    Args:
        batches: of the faces kept back; the crops are not augmented.
        size: crops of one network run.
    """

    def __init__(self, batches: LandmarkBatches, size: int = 64) -> None:
        samples = [cut_plain(batches, int(index)) for index in batches.chosen]
        self.truth = np.stack([sample.points for sample in samples])
        images = torch.from_numpy(stacked(samples)["image"]).permute(0, 3, 1, 2)
        self.images = torch.split(images, size)
        self.scheme = batches.scheme

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, float]:
        """`error` (mean) and `median` of a network as the training loop holds it."""
        device = next(network.parameters()).device
        bare = getattr(network, "module", network)
        assert isinstance(bare, LandmarkNetwork)
        answers = Coordinates(bare)
        rows = [answers(part.to(device).float().div_(255)).float().cpu() for part in self.images]
        predicted = torch.cat(rows).view(len(self.truth), 2, -1).permute(0, 2, 1).numpy()
        distance = np.linalg.norm(predicted - self.truth, axis=2).mean(axis=1)
        across = self._across()
        # Profiles have no distance between the eyes to divide by.
        error = distance / np.maximum(across, 0.2 * across.mean())
        return {"error": float(error.mean()), "median": float(np.median(error))}

    def _across(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Distance of the outer eye corners, or of the eyes where a scheme has no corners."""
        corners = self.scheme.outer_eye_corners
        if corners:
            right, left = (self.truth[:, corner] for corner in corners)
        else:
            right, left = (self.truth[:, list(eye)].mean(axis=1) for eye in self.scheme.eyes)
        return np.asarray(np.linalg.norm(right - left, axis=1))
