"""How well a parsing network does on faces that were kept back, while it learns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.evaluation.parsing_scores import Counts, confusion, f1_of_group, mean_f1
from lineament.parsing.batches import ParsingBatches
from lineament.parsing.criterion import cell_labels
from lineament.parsing.networks import PartParser
from lineament.parsing.networks.spatial_transformer import centres_of
from lineament.parsing.networks.stn_icnn import PipelineOutput, STNiCNN
from lineament.parsing.part_schemes import UNKNOWN


class Validation:
    """F1 over all pixels of plain canvases, and how far patches lie from their true places.

    Args:
        batches: of the faces kept back.
        size: canvases of one network run.
    """

    def __init__(self, batches: ParsingBatches, size: int = 16) -> None:
        self.batches, self.size = batches, size

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, float]:
        """Scores of a network as the training loop holds it.

        Returns:
            `overall_f1` (all classes but the background taken as one) and `mean_f1` (over the
            classes, without background). Of STN-iCNN also `coarse_f1`, overall at the coarse
            size, and `crop_error`, the mean distance of patches from their true places in canvas
            pixels; while fine nets learn on true crops, the first two are with these crops.
        """
        bare = getattr(network, "module", network)
        assert isinstance(bare, PartParser)
        classes = len(bare.scheme.classes)
        full = np.zeros((classes, classes), dtype=np.int64)
        coarse, away, parts = full.copy(), 0.0, 0
        for images, mask in self._canvases(next(bare.parameters()).device):
            output = bare(images)
            if isinstance(bare, STNiCNN):
                assert isinstance(output, PipelineOutput) and output.theta is not None
                assert output.coarse is not None
                truth, present = bare.true_theta(mask)
                offsets = centres_of(output.theta, bare.size) - centres_of(truth, bare.size)
                away += float((offsets.norm(dim=2) * present).sum())
                parts += int(present.sum())
                coarse += _counts(output.coarse, cell_labels(mask, bare.coarse_size))
                if bare.learns == "patches":
                    patches = bare.parse_patches(images, truth)
                    output = output._replace(full=bare.assembled(patches, truth))
            full += _counts(bare.scores(output), mask)
        scores = _scores(full)
        if isinstance(bare, STNiCNN):
            foreground = range(1, classes)
            scores["coarse_f1"] = f1_of_group(coarse, foreground)
            scores["crop_error"] = away / max(parts, 1)
        return scores

    def _canvases(self, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
        chosen = self.batches.chosen
        for first in range(0, len(chosen), self.size):
            arrays = self.batches.plain(chosen[first : first + self.size])
            images = torch.from_numpy(arrays["image"]).to(device).permute(0, 3, 1, 2)
            yield images.float().div_(255), torch.from_numpy(arrays["mask"]).to(device)


def _scores(counts: Counts) -> dict[str, float]:
    # Pictures without any part, and a network that finds none, have nothing to score.
    overall = f1_of_group(counts, range(1, len(counts)))
    mean = mean_f1(counts) if np.isfinite(overall) else overall
    return {"overall_f1": overall, "mean_f1": mean}


def _counts(scores: Tensor, mask: Tensor) -> Counts:
    """Confusion of the highest scores (N,C,h,w), enlarged to the mask (N,H,W), with its classes."""
    if scores.shape[-1] != mask.shape[-1]:
        scores = functional.interpolate(
            scores, mask.shape[1:], mode="bilinear", align_corners=False
        )
    predicted = scores.argmax(dim=1).cpu().numpy()
    return confusion(predicted, mask.cpu().numpy(), scores.shape[1], ignored=UNKNOWN)
