"""Ways to let hard samples count more than easy ones, by their losses; EHSM is compared with them.

All take the losses (N,) of a whole batch, as `PartialFC` gives them, and return what is minimised.
MV-Softmax, which picks hard classes rather than hard samples, is a margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from lineament.strict import Strict

LEAST_DOUBT = 1e-12
"""Where 1 - p is smaller, focal's factor has no gradient: with gamma below 1 it has none at 0."""


class FocalOptions(Strict):
    """See `focal`."""

    kind: Literal["focal"] = "focal"
    gamma: float = Field(ge=0, default=2.0)


class OhemOptions(Strict):
    """See `ohem`."""

    kind: Literal["ohem"] = "ohem"
    share: float = Field(gt=0, le=1, default=0.9)


class AtkOptions(Strict):
    """See `AverageTopK`."""

    kind: Literal["atk"] = "atk"
    share: float = Field(gt=0, le=1, default=0.9)
    rate: float = Field(gt=0, default=0.1)


HardSampleOptions = Annotated[FocalOptions | OhemOptions | AtkOptions, Field(discriminator="kind")]
"""A way with its numbers; `kind` says which."""


def focal(losses: Tensor, gamma: float = 2.0) -> Tensor:
    """Mean of (1 - p)^gamma times the loss, p = exp(-loss) the true class's probability.

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, equation 4.

    Args:
        losses: (N,) cross-entropies, unweighted: p would be wrong otherwise.
    """
    doubt = -torch.expm1(-losses)
    return (doubt.clamp(min=LEAST_DOUBT) ** gamma * losses).mean()


def ohem(losses: Tensor, share: float = 0.9) -> Tensor:
    """Mean of the largest losses; the other samples have no gradient.

    Shrivastava et al., "Training Region-based Object Detectors with Online Hard Example Mining",
    CVPR 2016. With share = k / N it is also the average top-k loss of one batch.

    Args:
        losses: (N,).
        share: of the samples, above 0 to 1; rounded up to whole samples.
    """
    # 0.7 * 10 is a little above 7 in floating point and must not become 8.
    count = max(1, math.ceil(share * len(losses) - 1e-9))
    return losses.topk(count).values.mean()


class AverageTopK(nn.Module):
    """Average of the largest losses of all training samples, over batches.

    Fan et al., "Learning with Average Top-k Loss", NIPS 2017, equation 4: the average of the top
    k of n losses is the least value over lambda of lambda + (1/k) sum max(0, loss - lambda). As in
    the paper's algorithm, lambda goes down its own gradient by a step a batch; so a sample counts
    where it is hard among all, where OHEM keeps a share of each batch.

    Args:
        share: k / n.
        rate: length of lambda's steps, in units of the loss.

    Attributes:
        threshold: () float32, lambda; the first batch sets it to its own quantile.

    Raises:
        ValueError: a value out of range.
    """

    threshold: Tensor

    def __init__(self, share: float = 0.9, rate: float = 0.1) -> None:
        super().__init__()
        if not 0 < share <= 1 or not rate > 0:
            raise ValueError(f"got share {share}, rate {rate}; expected above 0 to 1, above 0")
        self.share, self.rate = share, rate
        self.register_buffer("threshold", torch.tensor(torch.nan))

    def forward(self, losses: Tensor) -> Tensor:
        """(N,) losses -> (); then, in training, lambda moves."""
        threshold = self.threshold.clone()
        if threshold.isnan():
            threshold = losses.detach().float().quantile(1 - self.share)
        if self.training and torch.is_grad_enabled():
            above = (losses.detach() > threshold).float().mean()
            # A batch whose loss is not finite is refused by the loop, and must leave no trace.
            if threshold.isfinite():
                self.threshold.copy_(threshold - self.rate * (self.share - above))
        return threshold + (losses - threshold).clamp(min=0).mean() / self.share


def build_hard_samples(options: HardSampleOptions) -> Callable[[Tensor], Tensor]:
    """The way that options describe, from losses (N,) to a scalar; `AverageTopK` is a module."""
    if isinstance(options, FocalOptions):
        return partial(focal, gamma=options.gamma)
    if isinstance(options, OhemOptions):
        return partial(ohem, share=options.share)
    return AverageTopK(options.share, options.rate)
