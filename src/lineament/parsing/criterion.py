"""What parsing networks are trained on: cross-entropies and the place of patches, named, weighted.

Yin et al., Cognitive Neurodynamics 2021, section 3.4: a cross-entropy of the coarse parse, smooth
L1 of theta, and the sum of six cross-entropies of the patches, their labels cut by the theta that
cut the picture. Pixels whose class is unknown (255) take part in none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from lineament.errors import ConfigError
from lineament.parsing.networks import Learns, PartParser
from lineament.parsing.networks.spatial_transformer import crop_labels
from lineament.parsing.networks.stn_icnn import PARTS, PipelineOutput, STNiCNN
from lineament.parsing.part_schemes import UNKNOWN, PartScheme
from lineament.strict import Strict


class PartLoss(Strict):
    """Weights of the terms.

    Attributes:
        coarse: of the coarse parse's cross-entropy where a stage learns `coarse`.
        theta: of smooth L1 where it learns `localisation`.
        theta_turn: difference, in theta's units of half a canvas, from which on smooth L1 grows
            linearly; 1 as published, where all differences count by their squares.
        patches: of each of the six cross-entropies.
        coarse_beside, theta_beside: of these terms where a stage learns `end_to_end`; the paper
            has none there.
        full: of the cross-entropy of a network that parses the whole.
        overlap: of 1 - soft F1 (Dice) beside it.
        classes: how many times a pixel of a class counts in `coarse` and `full`; 1 if not named.
    """

    coarse: float = Field(ge=0, default=1.0)
    theta: float = Field(ge=0, default=1.0)
    theta_turn: float = Field(gt=0, default=1.0)
    patches: float = Field(ge=0, default=1.0)
    coarse_beside: float = Field(ge=0, default=0.0)
    theta_beside: float = Field(ge=0, default=0.0)
    full: float = Field(ge=0, default=1.0)
    overlap: float = Field(ge=0, default=0.0)
    classes: dict[str, float] = Field(default_factory=dict)

    def importance(self, scheme: PartScheme) -> Tensor:
        """(C,) how many times a pixel of each class counts.

        Raises:
            ConfigError: a class that the scheme does not have, or a number below 0.
        """
        for name, times in self.classes.items():
            if name not in scheme.classes:
                raise ConfigError(
                    f"part scheme {scheme.name} has no class {name!r} to weigh; it has "
                    f"{', '.join(scheme.classes)}"
                )
            if not 0 <= times < float("inf"):
                raise ConfigError(f"the weight of {name} is {times}, expected 0 or more")
        return torch.tensor([self.classes.get(name, 1.0) for name in scheme.classes])


class PipelineCriterion(nn.Module):
    """The terms of STN-iCNN that one of its steps asks for."""

    importance: Tensor

    def __init__(self, network: STNiCNN, learns: Learns, options: PartLoss) -> None:
        super().__init__()
        self.true_theta, self.sizes, self.options = network.true_theta, network.sizes, options
        self.register_buffer("importance", options.importance(network.scheme), persistent=False)
        beside = learns == "end_to_end"
        self.weights = {
            "coarse": {"coarse": options.coarse}.get(learns, options.coarse_beside * beside),
            "theta": {"localisation": options.theta}.get(learns, options.theta_beside * beside),
            "patches": options.patches if learns in ("patches", "end_to_end") else 0.0,
        }
        if not any(self.weights.values()):
            raise ConfigError(f"all weights of a stage that learns {learns!r} are 0")

    def forward(self, output: PipelineOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Compare an output with its truth.

        Args:
            target: `mask` (N,C,C) uint8 class numbers, 255 where unknown.

        Returns:
            {name: scalar}: `coarse`, `theta`, and the names of `PARTS`, each where its weight is
            above 0. What no pixel and no part is known of costs 0.
        """
        mask, terms = target["mask"], {}
        if self.weights["coarse"]:
            assert output.coarse is not None
            labels = cell_labels(mask, output.coarse.shape[-1])
            loss = known_cross_entropy(output.coarse, labels, self.importance)
            terms["coarse"] = self.weights["coarse"] * loss
        if self.weights["theta"]:
            assert output.theta is not None
            terms["theta"] = self.weights["theta"] * self._theta_loss(output.theta, mask)
        if self.weights["patches"]:
            assert output.theta is not None
            for number, (part, logits) in enumerate(zip(PARTS, output.patches, strict=True)):
                labels = crop_labels(mask, output.theta[:, number], self.sizes[number])
                loss = known_cross_entropy(logits, patch_labels(labels, part.classes))
                terms[part.name] = self.weights["patches"] * loss
        return terms

    def _theta_loss(self, theta: Tensor, mask: Tensor) -> Tensor:
        """Mean smooth L1 over the parts that occur; one that does not has no true place."""
        truth, present = self.true_theta(mask)
        turn = self.options.theta_turn
        loss = functional.smooth_l1_loss(theta.float(), truth, reduction="none", beta=turn)
        return (loss.mean(dim=(2, 3)) * present).sum() / present.sum().clamp(min=1)


class WholeCriterion(nn.Module):
    """Cross-entropy and overlap of a network that parses the whole picture at once."""

    importance: Tensor

    def __init__(self, network: PartParser, options: PartLoss) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("importance", options.importance(network.scheme), persistent=False)
        if not options.full and not options.overlap:
            raise ConfigError("the weights of full and overlap are both 0")

    def forward(self, output: Tensor, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Compare logits (N,C,M,M) with `mask` (N,S,S) uint8, S a multiple of M.

        Returns:
            {name: scalar}: `full` and `overlap` where their weight is above 0.
        """
        labels, terms = cell_labels(target["mask"], output.shape[-1]), {}
        if self.options.full:
            loss = known_cross_entropy(output, labels, self.importance)
            terms["full"] = self.options.full * loss
        if self.options.overlap:
            terms["overlap"] = self.options.overlap * overlap_loss(output, labels)
        return terms


def part_criterion(
    network: PartParser, learns: Learns, options: PartLoss
) -> PipelineCriterion | WholeCriterion:
    """The criterion of a network and what it is to learn."""
    if isinstance(network, STNiCNN):
        return PipelineCriterion(network, learns, options)
    return WholeCriterion(network, options)


def cell_labels(mask: Tensor, cells: int) -> Tensor:
    """The class at the middle of each cell: (N,S,S) -> (N,cells,cells) int64, S = k cells.

    Of cells with an even side the pixel that lies right below the middle.
    """
    step = mask.shape[-1] // cells
    return mask[:, step // 2 :: step, step // 2 :: step].long()


def patch_labels(labels: Tensor, classes: tuple[int, ...]) -> Tensor:
    """Class numbers of the whole as those of a patch: 1, 2, ... for its classes, else 0, or 255."""
    table = torch.zeros(256, dtype=torch.int64, device=labels.device)
    table[list(classes)] = torch.arange(1, len(classes) + 1, device=labels.device)
    table[UNKNOWN] = UNKNOWN
    return table[labels]


def known_cross_entropy(logits: Tensor, labels: Tensor, importance: Tensor | None = None) -> Tensor:
    """Mean cross-entropy of (N,C,h,w) over the pixels (N,h,w) that are known; 0 without one."""
    if importance is not None:
        importance = importance.to(logits.device)
    total = functional.cross_entropy(
        logits.float(), labels, importance, ignore_index=UNKNOWN, reduction="sum"
    )
    known = labels != UNKNOWN
    if importance is None:
        return total / known.sum().clamp(min=1)
    counted = importance[torch.where(known, labels, 0)] * known
    return total / counted.sum().clamp(min=1e-6)


def overlap_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - mean over the classes of the batch of 2 |A and B| / (|A| + |B|), from probabilities.

    Args:
        logits: (N,C,h,w).
        labels: (N,h,w) int64, 255 where unknown; a class that the batch lacks is left out.
    """
    known = labels != UNKNOWN
    share = functional.softmax(logits.float(), dim=1) * known[:, None]
    true = functional.one_hot(torch.where(known, labels, 0), logits.shape[1])
    true = true.permute(0, 3, 1, 2) * known[:, None]
    common = (share * true).sum(dim=(0, 2, 3))
    occurring = true.sum(dim=(0, 2, 3))
    present = (occurring > 0).float()
    scores = 2 * common / (share.sum(dim=(0, 2, 3)) + occurring).clamp(min=1e-6)
    return 1 - (scores * present).sum() / present.sum().clamp(min=1)
