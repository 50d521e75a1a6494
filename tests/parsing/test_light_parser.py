"""The light parser: the inherited checks, its options, and that it learns."""

import pytest
import torch
from made_up_faces import PARTS_9, made_up_faces, tensors
from parser_tester import ParserTester, followed

from lineament.errors import ConfigError
from lineament.parsing.criterion import PartLoss, cell_labels, part_criterion
from lineament.parsing.networks import build_parser
from lineament.parsing.part_schemes import find_part_scheme

SMALL = {"size": 64, "widths": (8, 16, 24, 32, 32), "mixed": (24, 16, 16)}
FINER = {**SMALL, "stride": 2}


class TestLight(ParserTester):
    name = "light"
    options = SMALL


class TestFinerLight(ParserTester):
    name = "light"
    options = FINER


@pytest.mark.parametrize("stride", [2, 4])
@torch.no_grad()
def test_nineteen_classes_at_the_stride_asked_for(stride):
    network = build_parser("light", find_part_scheme("celebamask-19"), stride=stride).eval()
    side = 256 // stride
    assert network(torch.rand(1, 3, 256, 256)).shape == (1, 19, side, side)


@pytest.mark.parametrize(
    ("options", "message"), [({"size": 100}, "multiple of 32"), ({"stride": 3}, "2 or 4")]
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        build_parser("light", PARTS_9, **options)


def test_it_overfits_eight_samples():
    torch.manual_seed(0)
    network = build_parser("light", PARTS_9, **FINER).train()
    images, mask = tensors(made_up_faces(8))
    criterion = part_criterion(network, "whole", PartLoss(overlap=1.0))
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    for iteration in range(250):
        optimiser.param_groups[0]["lr"] = 1e-2 * (1 - iteration / 250)
        loss = sum(criterion(network(images), {"mask": mask}).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    followed(network, images, network)
    labels = cell_labels(mask, 32)
    with torch.no_grad():
        parts = network.eval()(images).argmax(dim=1)
    assert ((parts == labels)[labels > 0]).float().mean() > 0.95
