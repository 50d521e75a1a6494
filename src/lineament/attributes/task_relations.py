"""Relations between tasks, learnt from the last layer and holding it together.

Zhang, Luo, Loy and Tang, "Learning Deep Representation for Face Alignment with Auxiliary
Attributes", TPAMI 2016: the columns of the last layer's weights W (d x outputs) have a
matrix-normal prior with the covariance Y, whose trace is 1; weights and Y take turns.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lineament.attributes.criterion import AttributeCriterion
from lineament.attributes.networks import AttributeNetwork, AttributeOutput
from lineament.errors import ConfigError

RIDGE = 1e-8
"""Added to the diagonal of Y, so that it can be inverted."""


def relation_matrix(weights: Tensor) -> Tensor:
    """Y = (W^T W)^(1/2) / tr((W^T W)^(1/2)) + `RIDGE` I, the best Y for given weights.

    Args:
        weights: W (d, outputs); each column is one output's weights.

    Returns:
        (outputs, outputs) float64, symmetric, of trace 1 up to the ridge. All weights 0 give
        equal and unrelated outputs, I / outputs.
    """
    wide = weights.double()
    values, vectors = torch.linalg.eigh(wide.T @ wide)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    identity = torch.eye(len(root), dtype=root.dtype, device=root.device)
    trace = root.trace()
    related = root / trace if trace > 0 else identity / len(root)
    found: Tensor = related + RIDGE * identity
    return found


def relation_penalty(weights: Tensor, relations: Tensor) -> Tensor:
    """tr(W Y^-1 W^T), the prior's cost.

    Args:
        weights: W (d, outputs).
        relations: Y (outputs, outputs) float64, no gradient goes through it.

    Returns:
        A scalar float64. For the Y of these very weights it is the square of the sum of their
        singular values, so that the prior draws W to a low rank: to outputs that share.
    """
    wide = weights.double()
    penalty: Tensor = (wide * torch.linalg.solve(relations.detach(), wide.T).T).sum()
    return penalty


class RelatedTasks(nn.Module):
    """A criterion and the prior on the last layer: one more term, `relations`.

    Y is found anew from the current weights before every step, so that nothing is to be saved.
    The layers of terms whose weight is 0 are left out: a stopped task stays untouched.

    Args:
        criterion: whose terms it adds to.
        network: whose `last_layers` are related.
        strength: weight of the prior.
    """

    def __init__(
        self, criterion: AttributeCriterion, network: AttributeNetwork, strength: float
    ) -> None:
        super().__init__()
        if not strength > 0:
            raise ConfigError(f"strength of the task relations is {strength}, expected above 0")
        self.criterion, self.strength = criterion, strength
        self._layers = dict(network.last_layers())

    def forward(self, output: AttributeOutput, target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """As `AttributeCriterion`, with the term `relations`."""
        terms: dict[str, Tensor] = self.criterion(output, target)
        weights = self.weights()
        if weights is not None:
            penalty = relation_penalty(weights, relation_matrix(weights.detach()))
            terms["relations"] = self.strength * penalty.to(output.points.dtype)
        return terms

    def weights(self) -> Tensor | None:
        """W (d, outputs) of the terms that are learnt, in the order of the network's
        `last_layers`; None where none of them is learnt."""
        active = [
            layer.weight.T
            for name, layer in self._layers.items()
            if self.criterion.weights[name] > 0
        ]
        return torch.cat(active, dim=1) if active else None
