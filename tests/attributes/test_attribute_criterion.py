"""The attribute criterion: its scale, its weights, and answers that nobody knows."""

import math

import pytest
import torch
from pydantic import ValidationError

from lineament.attributes.criterion import AttributeCriterion, AttributeLoss, euclidean
from lineament.attributes.networks import AttributeOutput, build_attribute_network
from lineament.errors import ConfigError, DataError

PAPER = ("gender_presentation", "smile", "glasses", "pose_bin")


def output(count=2, points=0.0, logits=None, angles=None):
    classes = {"gender_presentation": 2, "smile": 2, "glasses": 2, "pose_bin": 5}
    answers = {name: torch.zeros(count, width) for name, width in classes.items()}
    answers.update(logits or {})
    return AttributeOutput(torch.full((count, 10), points), answers, angles)


def target(count=2, labels=0, angles=math.nan):
    return {
        "points": torch.zeros(count, 10),
        "labels": torch.full((count, 4), labels),
        "angles": torch.full((count, 3), angles),
    }


def criterion(**options):
    return AttributeCriterion(AttributeLoss(**options), 40, PAPER)


def test_one_coordinate_off_by_a_pixel_of_forty():
    off = torch.zeros(1, 10)
    off[0, 3] = 1
    assert euclidean(off / 40, torch.zeros(1, 10)).item() == pytest.approx(0.0003125)
    answer = output(1)._replace(points=off)
    assert criterion()(answer, target(1))["points"].item() == pytest.approx(0.0003125)


def test_all_ten_coordinates_off_by_a_pixel_of_forty():
    terms = criterion()(output(3, points=1.0), target(3))
    assert terms["points"].item() == pytest.approx(0.003125)


def test_equal_logits_cost_the_logarithm_of_the_classes_times_the_papers_weights():
    terms = criterion()(output(), target())
    assert list(terms) == ["points", *PAPER]
    for name in PAPER[:3]:
        assert terms[name].item() == pytest.approx(0.1 * math.log(2))
    assert terms["pose_bin"].item() == pytest.approx(0.3 * math.log(5))


def test_given_weights_replace_the_papers_and_losses_have_none():
    given = criterion(points=2, tasks={"smile": 0.5, "glasses": 0})
    answer = output(points=1.0)
    terms = given(answer, target())
    assert list(terms) == ["points", "gender_presentation", "smile", "pose_bin"]
    assert terms["points"].item() == pytest.approx(2 * 0.003125)
    assert terms["smile"].item() == pytest.approx(0.5 * math.log(2))
    losses = given.losses(answer, target())
    assert losses["points"].item() == pytest.approx(0.003125)
    assert losses["glasses"].item() == pytest.approx(math.log(2))


def test_unknown_labels_are_left_out_of_the_mean():
    logits = torch.tensor([[0.0, 0.0], [0.0, math.log(3)], [9.0, -9.0]])
    truth = target(3)
    truth["labels"][:, 1] = torch.tensor([0, 1, -1])
    term = criterion()(output(3, logits={"smile": logits}), truth)["smile"]
    assert term.item() == pytest.approx(0.1 * (math.log(2) + math.log(4 / 3)) / 2)


def test_a_task_that_nobody_labelled_costs_nothing_and_has_no_gradient():
    logits = torch.rand(2, 2, requires_grad=True)
    term = criterion()(output(logits={"smile": logits}), target(labels=-1))["smile"]
    term.backward()
    assert term.item() == 0
    assert logits.grad.abs().sum() == 0


def test_angles_that_are_not_known_are_left_out():
    angles = torch.tensor([[9.0, 18.0, 5.0], [7.0, 7.0, 7.0]], requires_grad=True)
    truth = target()
    truth["angles"][0, :2] = 0.0
    term = criterion(angles=0.5)(output(angles=angles), truth)["angles"]
    term.backward()
    assert term.item() == pytest.approx(0.5 * (0.1**2 + 0.2**2) / 2)
    assert (angles.grad != 0).tolist() == [[True, True, False], [False, False, False]]
    assert torch.isfinite(angles.grad).all()


def test_no_known_angle_costs_nothing():
    assert criterion()(output(angles=torch.rand(2, 3)), target())["angles"].item() == 0


def test_a_network_without_angles_has_no_such_term():
    assert "angles" not in criterion(angles=1)(output(), target())


def test_a_stopped_task_is_absent_and_its_head_stays_as_it_is():
    """Through real steps: neither gradient nor weight decay reach the head."""
    torch.manual_seed(0)
    network = build_attribute_network("tcdcn40", 5, PAPER)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    wanted = criterion()
    wanted.stop(["smile", "pose_bin"])
    optimiser = torch.optim.AdamW(network.parameters(), 0.01, weight_decay=0.1)
    for _ in range(3):
        terms = wanted(network(torch.rand(4, 3, 40, 40)), target(4))
        assert list(terms) == ["points", "gender_presentation", "glasses"]
        optimiser.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        optimiser.step()
    changed = {name for name, now in network.state_dict().items() if not now.equal(before[name])}
    heads = {name for name in before if name.startswith(("heads.smile", "heads.pose_bin"))}
    assert len(heads) == 4
    assert changed == set(before) - heads


def test_weights_can_be_changed_and_read():
    changed = criterion()
    changed.set_weights({"smile": 0.25})
    assert changed.weights == {
        "points": 1.0,
        "gender_presentation": 0.1,
        "smile": 0.25,
        "glasses": 0.1,
        "pose_bin": 0.3,
        "angles": 0.1,
    }


def test_impossible_weights_are_refused_and_change_nothing():
    given = criterion()
    before = given.weights
    with pytest.raises(ConfigError, match="no term 'hat' to weigh; there are points, gender"):
        given.set_weights({"hat": 1})
    with pytest.raises(ConfigError, match="weight of smile is -1"):
        given.set_weights({"smile": -1})
    with pytest.raises(ConfigError, match="nothing to learn"):
        given.stop(before)
    assert given.weights == before


def test_weights_of_unknown_or_absent_tasks_are_refused():
    with pytest.raises(ValidationError, match="did you mean smile"):
        AttributeLoss(tasks={"smiling": 1})
    with pytest.raises(ValidationError, match="weight of smile is -1"):
        AttributeLoss(tasks={"smile": -1})
    with pytest.raises(ConfigError, match="a weight for hat, but the network answers gender"):
        criterion(tasks={"hat": 1})


@pytest.mark.parametrize("label", [2, -2])
def test_a_label_that_is_no_class_is_named(label):
    truth = target(3)
    truth["labels"][1, 2] = label
    with pytest.raises(DataError, match=rf"label {label} of glasses in row 1 .* 0 to 1, or -1"):
        criterion()(output(3), truth)


def test_points_that_are_not_finite_are_named():
    truth = target(3)
    truth["points"][2, 4] = math.nan
    with pytest.raises(DataError, match=r"1 of 3 faces are not finite in part, rows 2"):
        criterion()(output(3), truth)


@pytest.mark.parametrize("name", ["points", "labels", "angles"])
def test_other_shapes_are_refused(name):
    truth = target()
    truth[name] = truth[name][:1]
    with pytest.raises(ValueError, match=f"got {name} .*expected"):
        criterion()(output(angles=torch.zeros(2, 3)), truth)


def test_faces_without_points_do_not_count():
    loss = AttributeCriterion(AttributeLoss(), 40, [])
    truth = {"points": torch.zeros(3, 10), "labels": torch.zeros(3, 0, dtype=torch.int64)}
    output = AttributeOutput(torch.ones(3, 10), {}, None)
    whole = loss(output, truth)["points"].item()
    truth["points"][1] = math.nan
    assert loss(output, truth)["points"].item() == pytest.approx(whole)
    truth["points"][:] = math.nan
    assert loss(output, truth)["points"].item() == 0
