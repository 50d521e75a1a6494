"""What happens to a batch on the device before the network sees it: DPAP or what it replaces."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor

from lineament.recognition.dpap import DpapOptions, ranked_dpap
from lineament.recognition.face_augment import (
    CutMixOptions,
    MixupOptions,
    RandomErasingOptions,
    cutmix,
    mixup,
    random_erasing,
)
from lineament.recognition.networks import FaceEncoder
from lineament.recognition.rand_augment import RandAugmentOptions, rand_augment
from lineament.training.precision import usable_precision

FaceAugmentOptions = Annotated[
    RandomErasingOptions | MixupOptions | CutMixOptions | RandAugmentOptions,
    Field(discriminator="kind"),
]
"""What DPAP is compared with; `kind` says which."""

Target = dict[str, Tensor]

LOW = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
"""What the ranking pass computes in, by the precision of the run; float32 where it is not here."""


class Preparation:
    """Brings batches of `IdentityBatches` to the device, see `training.loop.Prepare`.

    All chance comes from the number `draw` of the batch, so that a resumed run sees the same.

    Args:
        network: ranks the patches, as it is at that step.
        precision: of the ranking pass, in Lightning Fabric's words.
    """

    def __init__(
        self,
        network: FaceEncoder,
        dpap: DpapOptions | None,
        face_augment: FaceAugmentOptions | None,
        precision: str,
    ) -> None:
        self.network, self.dpap, self.face_augment = network, dpap, face_augment
        self.precision = precision

    def __call__(self, arrays: dict[str, Any], device: torch.device) -> tuple[Tensor, Target]:
        """Pictures (N,3,S,S), 0 to 255, and the target of `RecognitionCriterion`."""
        pictures = torch.as_tensor(arrays["image"]).to(device).permute(0, 3, 1, 2)
        labels = torch.as_tensor(arrays["label"]).to(device)
        target = {"label": labels}
        generator = torch.Generator(device).manual_seed(int(arrays["draw"][0]))
        if self.dpap is not None:
            with self.ranking_precision(device):
                return ranked_dpap(self.network, pictures, self.dpap, generator), target
        options = self.face_augment
        if options is None:
            return pictures, target
        pictures = pictures.float()
        if isinstance(options, RandomErasingOptions):
            return random_erasing(pictures, options, generator), target
        if isinstance(options, RandAugmentOptions):
            return rand_augment(pictures, options, generator), target
        if isinstance(options, MixupOptions):
            mixed = mixup(pictures, labels, options, generator)
        else:
            mixed = cutmix(pictures, labels, options, generator)
        return mixed.pictures, {
            "label": mixed.labels,
            "other": mixed.others,
            "share": mixed.share,
        }

    def ranking_precision(self, device: torch.device) -> torch.autocast:
        """What the ranking pass runs under: the precision of the run, where the device has it."""
        kind = LOW.get(usable_precision(self.precision, device.type))
        return torch.autocast(device.type, dtype=kind, enabled=kind is not None)
