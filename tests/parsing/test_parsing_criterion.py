"""Losses of parsing: unknown pixels, missing parts, labels of patches, on hand-worked answers."""

import math

import pytest
import torch
from made_up_faces import PARTS_9, made_up_faces, tensors

from lineament.errors import ConfigError
from lineament.parsing.criterion import (
    PartLoss,
    cell_labels,
    known_cross_entropy,
    overlap_loss,
    part_criterion,
    patch_labels,
)
from lineament.parsing.networks import build_parser
from lineament.parsing.networks.spatial_transformer import crop_labels
from lineament.parsing.networks.stn_icnn import PARTS, PipelineOutput


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build_parser("stn_icnn", PARTS_9, canvas=64, coarse_size=32, patch=17, width=4)


def test_cross_entropy_of_known_pixels_alone():
    logits = torch.zeros(1, 2, 1, 3)
    logits[0, 1, 0, 1] = 100.0
    labels = torch.tensor([[[0, 0, 255]]])
    assert known_cross_entropy(logits, labels).item() == pytest.approx((math.log(2) + 100) / 2)
    assert known_cross_entropy(logits, torch.full((1, 1, 3), 255)).item() == 0


def test_a_class_counts_as_often_as_it_is_told():
    logits = torch.zeros(1, 2, 1, 2)
    logits[0, 1, 0, 0] = 50.0
    labels = torch.tensor([[[0, 1]]])
    importance = torch.tensor([3.0, 1.0])
    found = known_cross_entropy(logits, labels, importance).item()
    assert found == pytest.approx((3 * 50 + math.log(2)) / 4)


def test_overlap_is_one_minus_soft_f1_of_the_classes_that_occur():
    logits = torch.zeros(1, 3, 1, 4)
    labels = torch.tensor([[[0, 0, 1, 255]]])
    third = 1 / 3
    scores = [2 * 2 * third / (3 * third + 2), 2 * third / (3 * third + 1)]
    assert overlap_loss(logits, labels).item() == pytest.approx(1 - sum(scores) / 2)
    sure = torch.nn.functional.one_hot(labels.clamp(max=2), 3).permute(0, 3, 1, 2) * 50.0
    assert overlap_loss(sure, labels).item() == pytest.approx(0, abs=1e-6)
    assert overlap_loss(logits, torch.full_like(labels, 255)).item() == 1


def test_labels_of_a_patch_are_its_own_classes():
    labels = torch.tensor([0, 1, 5, 6, 7, 8, 255])
    assert patch_labels(labels, (6, 7, 8)).tolist() == [0, 0, 0, 1, 2, 3, 255]
    assert patch_labels(labels, (5,)).tolist() == [0, 0, 1, 0, 0, 0, 255]


def test_labels_of_cells_lie_in_their_middle():
    mask = torch.arange(16).reshape(1, 4, 4)
    assert cell_labels(mask, 2).tolist() == [[[5, 7], [13, 15]]]
    assert torch.equal(cell_labels(mask, 4), mask)


def answered(network, mask, sure=30.0):
    """An output that is right wherever the mask is known."""
    theta, _ = network.true_theta(mask)
    full = torch.nn.functional.one_hot(cell_labels(mask, 32).clamp(max=8), 9)
    patches = []
    for number, part in enumerate(PARTS):
        labels = patch_labels(crop_labels(mask, theta[:, number], 17), part.classes)
        hot = torch.nn.functional.one_hot(labels.clamp(max=len(part.classes)))
        hot = torch.nn.functional.pad(hot, (0, len(part.classes) + 1 - hot.shape[-1]))
        patches.append(hot.permute(0, 3, 1, 2) * sure)
    return PipelineOutput(full.permute(0, 3, 1, 2) * sure, theta, tuple(patches))


def test_a_right_answer_costs_nothing_in_every_step(network):
    _, mask = tensors(made_up_faces(2))
    for step, names in (
        ("coarse", {"coarse"}),
        ("localisation", {"theta"}),
        ("patches", {part.name for part in PARTS}),
        ("end_to_end", {part.name for part in PARTS}),
    ):
        terms = part_criterion(network, step, PartLoss())(answered(network, mask), {"mask": mask})
        assert set(terms) == names
        assert sum(terms.values()).item() < 1e-6


def test_terms_beside_are_added_where_asked(network):
    _, mask = tensors(made_up_faces(1))
    options = PartLoss(coarse_beside=0.5, theta_beside=2.0)
    terms = part_criterion(network, "end_to_end", options)(answered(network, mask), {"mask": mask})
    assert {"coarse", "theta"} < set(terms)


def test_a_missing_part_has_no_place_to_learn(network):
    _, mask = tensors(made_up_faces(2, without=(4,)))
    output = answered(network, mask)
    criterion = part_criterion(network, "localisation", PartLoss())
    theta = output.theta.clone()
    theta[:, 3] = 0.7
    assert criterion(output._replace(theta=theta), {"mask": mask})["theta"].item() == 0
    theta[:, 2, 0, 2] += 0.1
    # One number of six is off by 0.1, in one of five parts.
    found = criterion(output._replace(theta=theta), {"mask": mask})["theta"].item()
    assert found == pytest.approx(0.5 * 0.01 / 6 / 5, rel=1e-4)
    early = part_criterion(network, "localisation", PartLoss(theta_turn=0.01))
    found = early(output._replace(theta=theta), {"mask": mask})["theta"].item()
    assert found == pytest.approx((0.1 - 0.01 / 2) / 6 / 5, rel=1e-4)


def test_a_picture_without_parts_costs_finite_numbers(network):
    mask = torch.full((1, 64, 64), 255, dtype=torch.uint8)
    output = answered(network, mask)
    for step in network.steps:
        terms = part_criterion(network, step, PartLoss())(output, {"mask": mask})
        assert sum(terms.values()).item() == 0


def test_weights_that_make_no_sense_are_refused(network):
    with pytest.raises(ConfigError, match="no class 'beak' to weigh"):
        part_criterion(network, "coarse", PartLoss(classes={"beak": 2.0}))
    with pytest.raises(ConfigError, match="expected 0 or more"):
        part_criterion(network, "coarse", PartLoss(classes={"nose": -1.0}))
    with pytest.raises(ConfigError, match="are 0"):
        part_criterion(network, "patches", PartLoss(patches=0.0))
