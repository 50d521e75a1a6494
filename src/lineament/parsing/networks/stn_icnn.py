"""STN-iCNN: a coarse parse, six patches where it says that parts are, and a fine parse of each.

Yin, Yiu, Hu and Tang, "End-to-end face parsing via interlinked convolutional neural networks",
Cognitive Neurodynamics 2021. A spatial transformer cuts the patches out of the whole canvas, so
that the losses of the patches teach all three steps together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.parsing.networks import PartParser
from lineament.parsing.networks.icnn import ICNN
from lineament.parsing.networks.localisation import (
    LocalisationName,
    LocalisationResNet18,
    LocalisationVGG9,
)
from lineament.parsing.networks.spatial_transformer import (
    centroids,
    crop,
    crop_turned,
    paste,
    target_theta,
)
from lineament.parsing.part_schemes import PartScheme

Cropper = Literal["learnt", "centroids"]


@dataclass(frozen=True)
class Part:
    """One patch: its name, the classes of `parts-9` in it, its net, and whether it is mirrored."""

    name: str
    classes: tuple[int, ...]
    net: str
    mirrored: bool = False


PARTS = (
    Part("right_brow", (1,), "brow"),
    Part("left_brow", (2,), "brow", mirrored=True),
    Part("right_eye", (3,), "eye"),
    Part("left_eye", (4,), "eye", mirrored=True),
    Part("nose", (5,), "nose"),
    Part("mouth", (6, 7, 8), "mouth"),
)
"""The six patches of the paper, in the order of their classes; four nets read them."""

GROUPS = tuple(part.classes for part in PARTS)
SCHEME = "parts-9"


class PipelineOutput(NamedTuple):
    """What STN-iCNN says of N canvases of side C; in training what no loss needs is left out.

    Attributes:
        coarse: (N,9,K,K) float32 logits of the coarse net at K pixels, or None.
        theta: (N,6,2,3) float32 by which the patches were cut, or None.
        patches: logits (N,2 or 4,n,n) of each of `PARTS`, background first; empty where no net
            was asked.
        full: (N,9,C,C) float32, 0 to 1: what each pasted patch says of its classes, and for the
            background the product of what all patches leave. They add up to 1 where at most one
            patch lies. None in training.
    """

    coarse: Tensor | None = None
    theta: Tensor | None = None
    patches: tuple[Tensor, ...] = ()
    full: Tensor | None = None


class STNiCNN(PartParser):
    """The whole pipeline as one network.

    The coarse net sees the means of square cells of the canvas (area sampling), so that the centre
    of coarse pixel k lies at canvas pixel (k + 1/2) C / K - 1/2.

    Args:
        scheme: `parts-9`.
        canvas: side C of the input.
        patch: side of the patches; odd ones copy pixels, see `spatial_transformer`.
        mouth_patch: side of the mouth's; by default as the others.
        coarse_size: side K of what the coarse net sees; divides the canvas.
        localisation: `vgg9` as published or `resnet18` as released.
        width: of the first layers of vgg9.
        cropper: `learnt`, by the localisation net, or `centroids` of the coarse parse, the
            paper's baseline; such a network has no localisation net. It may be changed after
            training, for a comparison.

    Attributes:
        given_theta: (N,6,2,3) of the batch at hand while the fine nets learn on true crops; it
            may turn the patches, as an augmentation does.

    Raises:
        ConfigError: another scheme, an unknown word, a patch larger than the canvas or a coarse
            size that does not divide it.
    """

    steps = ("coarse", "localisation", "patches", "end_to_end")
    values = "probabilities"

    def __init__(
        self,
        scheme: PartScheme,
        *,
        canvas: int = 512,
        patch: int = 81,
        mouth_patch: int | None = None,
        coarse_size: int = 128,
        localisation: LocalisationName = "vgg9",
        width: int = 64,
        cropper: Cropper = "learnt",
    ) -> None:
        super().__init__(scheme)
        if scheme.name != SCHEME:
            raise ConfigError(f"stn_icnn answers the part scheme {SCHEME}, got {scheme.name}")
        for option, value, known in (
            ("localisation", localisation, get_args(LocalisationName)),
            ("cropper", cropper, get_args(Cropper)),
        ):
            if value not in known:
                raise ConfigError(f"{option} is {value!r}, expected {' or '.join(known)}")
        mouth_patch = mouth_patch or patch
        if not 16 <= min(patch, mouth_patch) <= max(patch, mouth_patch) <= canvas:
            raise ConfigError(
                f"patches of {patch} and {mouth_patch} pixels on a canvas of {canvas}; expected 16 "
                "to the canvas's side"
            )
        if coarse_size < 16 or canvas % coarse_size:
            raise ConfigError(
                f"coarse_size is {coarse_size}, expected 16 or more that divides the canvas of "
                f"{canvas}"
            )
        self.size = self.map_size = canvas
        self.coarse_size = coarse_size
        self.cropper: Cropper = cropper
        self.given_theta: Tensor | None = None
        self.sizes = tuple(mouth_patch if part.net == "mouth" else patch for part in PARTS)
        self.coarse = ICNN(len(scheme.classes))
        if cropper == "learnt":
            self.localisation = (
                LocalisationVGG9(len(scheme.classes), len(PARTS), coarse_size, width)
                if localisation == "vgg9"
                else LocalisationResNet18(len(scheme.classes), len(PARTS))
            )
        self.fine = nn.ModuleDict({part.net: ICNN(len(part.classes) + 1) for part in PARTS})

    def forward(self, images: Tensor) -> PipelineOutput:
        """(N,3,C,C) float32, RGB, 0 to 1 -> `PipelineOutput`."""
        learns = self.learns if self.training else None
        if learns == "patches":
            return self._on_true_crops(images)
        cells = self.size // self.coarse_size
        coarse = self.coarse(functional.avg_pool2d(images, cells) if cells > 1 else images)
        if learns == "coarse":
            return PipelineOutput(coarse.float())
        theta = self.theta(coarse.float())
        if learns == "localisation":
            return PipelineOutput(coarse.float(), theta)
        patches = self.parse_patches(images, theta)
        full = None if self.training else self.assembled(patches, theta)
        return PipelineOutput(coarse.float(), theta, patches, full)

    def scores(self, output: PipelineOutput) -> Tensor:
        """`full` (N,9,C,C) float32, made to add up to 1 where patches overlap as well."""
        assert output.full is not None, "patches are assembled in evaluation alone"
        return output.full / output.full.sum(dim=1, keepdim=True)

    def theta(self, coarse: Tensor) -> Tensor:
        """Where the cropper cuts, from the coarse logits: (N,9,K,K) -> (N,6,2,3)."""
        if self.cropper == "learnt":
            theta: Tensor = self.localisation(functional.softmax(coarse, dim=1))
            return theta
        return self.true_theta(coarse.argmax(dim=1))[0]

    def true_theta(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Where parts lie by their centroids.

        The patch of a part that does not occur lies wholly outside the canvas: it shows nothing
        and pastes nothing.

        Args:
            mask: (N,s,s) class numbers, s divides the canvas.

        Returns:
            theta (N,6,2,3), and (N,6) bool whether the part occurs.
        """
        centres, present = centroids(mask, GROUPS, self.size // mask.shape[2])
        sides = torch.tensor(self.sizes, device=mask.device)
        outside = (-2 * sides)[:, None].expand_as(centres)
        centres = torch.where(present[:, :, None], centres, outside)
        thetas = [
            target_theta(centres[:, number], size, self.size)
            for number, size in enumerate(self.sizes)
        ]
        return torch.stack(thetas, dim=1), present

    def parse_patches(
        self, pictures: Tensor, theta: Tensor, cut: Callable[[Tensor, Tensor, int], Tensor] = crop
    ) -> tuple[Tensor, ...]:
        """Logits of the six patches that `theta` (N,6,2,3) cuts, the mirrored ones turned back."""
        crops: dict[str, list[Tensor]] = {}
        for number, (part, size) in enumerate(zip(PARTS, self.sizes, strict=True)):
            patch = cut(pictures, theta[:, number], size)
            crops.setdefault(part.net, []).append(patch.flip(3) if part.mirrored else patch)
        # Both brows go through their net together, so that it has one set of statistics.
        answers = {net: self.fine[net](torch.cat(found)).float() for net, found in crops.items()}
        logits, count = [], pictures.shape[0]
        for part in PARTS:
            logits.append(answers[part.net][:count])
            answers[part.net] = answers[part.net][count:]
        return tuple(
            patch.flip(3) if part.mirrored else patch
            for part, patch in zip(PARTS, logits, strict=True)
        )

    def assembled(self, patches: tuple[Tensor, ...], theta: Tensor) -> Tensor:
        """The patches pasted together: six logits and (N,6,2,3) -> (N,9,C,C), 0 to 1.

        The background is the product over the patches of 1 - paste(1 - background): 1 outside a
        patch. Since a patch's classes add up to 1, 1 - background is their sum.
        """
        pasted, background = [], None
        for number, logits in enumerate(patches):
            foreground = functional.softmax(logits, dim=1)[:, 1:]
            full = paste(foreground, theta[:, number], self.size)
            rest = 1 - full.sum(dim=1, keepdim=True)
            background = rest if background is None else background * rest
            pasted.append(full)
        assert background is not None
        return torch.cat([background, *pasted], dim=1)

    def _on_true_crops(self, images: Tensor) -> PipelineOutput:
        theta = self.given_theta
        if theta is None or len(theta) != len(images):
            raise ValueError(
                f"fine nets learn on true crops: set given_theta ({len(images)},6,2,3) first"
            )
        return PipelineOutput(None, theta, self.parse_patches(images, theta, crop_turned))
