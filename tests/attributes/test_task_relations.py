"""Relations between tasks, against matrices worked out by hand."""

import pytest
import torch

from lineament.attributes.criterion import AttributeCriterion, AttributeLoss
from lineament.attributes.networks import build_attribute_network
from lineament.attributes.task_relations import (
    RIDGE,
    RelatedTasks,
    relation_matrix,
    relation_penalty,
)
from lineament.errors import ConfigError

TASKS = ("smile", "glasses")
OUTPUTS = 10 + 2 + 2


def close(found, wanted):
    torch.testing.assert_close(found, torch.tensor(wanted).double(), atol=1e-6, rtol=1e-6)


def test_unrelated_outputs_share_by_their_length():
    close(relation_matrix(torch.tensor([[3.0, 0], [0, 1], [0, 0]])), [[0.75, 0], [0, 0.25]])


def test_related_outputs():
    """W^T W = [[5, 4], [4, 5]] has the root [[2, 1], [1, 2]], whose trace is 4."""
    close(relation_matrix(torch.tensor([[2.0, 1], [1, 2]])), [[0.5, 0.25], [0.25, 0.5]])


def test_equal_outputs_are_wholly_related():
    close(relation_matrix(torch.ones(3, 2)), [[0.5, 0.5], [0.5, 0.5]])


def test_opposite_outputs():
    close(relation_matrix(torch.tensor([[1.0, -1.0]])), [[0.5, -0.5], [-0.5, 0.5]])


def test_the_trace_is_one_and_the_square_root_is_right():
    torch.manual_seed(0)
    weights = torch.rand(9, 6).double()
    found = relation_matrix(weights) - RIDGE * torch.eye(6).double()
    assert found.trace().item() == pytest.approx(1)
    root = found * torch.linalg.svdvals(weights).sum()
    torch.testing.assert_close(root @ root, weights.T @ weights)


def test_weights_of_zero_are_equal_and_unrelated():
    close(relation_matrix(torch.zeros(3, 4)), (torch.eye(4) / 4).tolist())


def test_penalty_by_hand():
    """Columns (3, 0) and (0, 1) with Y = diag(1/2, 1/4): 9 x 2 + 1 x 4."""
    weights = torch.tensor([[3.0, 0], [0, 1]])
    relations = torch.tensor([[0.5, 0], [0, 0.25]]).double()
    assert relation_penalty(weights, relations).item() == pytest.approx(22)


def test_penalty_of_its_own_relations_is_the_squared_sum_of_singular_values():
    torch.manual_seed(0)
    weights = torch.rand(7, 4)
    found = relation_penalty(weights, relation_matrix(weights))
    assert found.item() == pytest.approx(torch.linalg.svdvals(weights).sum().item() ** 2, rel=1e-4)


def test_no_other_relations_of_trace_one_cost_less():
    torch.manual_seed(0)
    weights = torch.rand(7, 4).double()
    best = relation_penalty(weights, relation_matrix(weights))
    for _ in range(20):
        other = torch.rand(4, 4).double()
        other = other @ other.T + 0.01 * torch.eye(4)
        assert relation_penalty(weights, other / other.trace()) > best


def test_a_rank_that_is_not_full_has_finite_gradients():
    weights = torch.ones(5, 3, requires_grad=True)
    relation_penalty(weights, relation_matrix(weights.detach())).backward()
    # Y is 1/3 everywhere, which leaves every row of W as it is: 2 W Y^-1 = 2 W.
    torch.testing.assert_close(weights.grad, torch.full((5, 3), 2.0), atol=1e-3, rtol=0)


def test_the_term_reaches_the_last_layers_of_what_is_learnt():
    torch.manual_seed(0)
    network = build_attribute_network("tcdcn40", 5, TASKS)
    inner = AttributeCriterion(AttributeLoss(), 40, TASKS)
    related = RelatedTasks(inner, network, strength=0.5)
    target = {"points": torch.rand(2, 10) * 40, "labels": torch.tensor([[0, 1], [1, -1]])}
    output = network(torch.rand(2, 3, 40, 40))
    terms = related(output, target)
    assert list(terms) == ["points", "smile", "glasses", "relations"]
    weights = related.weights()
    assert weights.shape == (100, OUTPUTS)
    expected = 0.5 * torch.linalg.svdvals(weights.detach()).sum().item() ** 2
    assert terms["relations"].item() == pytest.approx(expected, rel=1e-3)
    inner.stop(["smile"])
    assert related.weights().shape == (100, OUTPUTS - 2)
    network.zero_grad()
    related(network(torch.rand(2, 3, 40, 40)), target)["relations"].backward()
    assert network.heads["smile"].weight.grad is None
    assert network.heads["glasses"].weight.grad.abs().sum() > 0
    assert network.points_head.weight.grad.abs().sum() > 0
    assert network.conv1.weight.grad is None


def test_steps_lower_the_rank():
    """By the relations alone, with the length held, outputs come to share one direction."""
    torch.manual_seed(0)
    weights = torch.nn.Parameter(torch.randn(6, 3))

    def share():
        values = torch.linalg.svdvals(weights.detach())
        return (values[0] / values.sum()).item()

    first = share()
    optimiser = torch.optim.SGD([weights], 0.01)
    for _ in range(60):
        optimiser.zero_grad()
        relation_penalty(weights, relation_matrix(weights.detach())).backward()
        optimiser.step()
        weights.data *= 4 / weights.data.norm()
    assert share() > max(0.9, first)


def test_a_strength_of_nothing_is_refused():
    network = build_attribute_network("tcdcn40", 5, TASKS)
    with pytest.raises(ConfigError, match="expected above 0"):
        RelatedTasks(AttributeCriterion(AttributeLoss(), 40, TASKS), network, 0)
