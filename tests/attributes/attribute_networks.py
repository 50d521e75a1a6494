"""Attribute networks to test with."""

import torch
from torch import nn

from lineament.attributes.networks import AttributeOutput, build_attribute_network
from lineament.weights import DetectorBox, InputContract

PAPER = ("gender_presentation", "smile", "glasses", "pose_bin")
NETWORKS = ["tcdcn40", "tcdcn60", "modern112"]
CLASSES = {"gender_presentation": 2, "smile": 2, "glasses": 2, "pose_bin": 5}


def build(name, points=5, tasks=PAPER, **options):
    torch.manual_seed(0)
    return build_attribute_network(name, points, tasks, **options)


def settled(network):
    """With the statistics of a batch, as after training, and answers that differ by picture."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        network.train()(pictures(network, 4))
        for head in network.last_layers().values():
            nn.init.normal_(head.weight, std=0.1)
    return network.eval()


def pictures(network, count):
    return torch.rand(count, 3, network.size, network.size)


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def flat(output: AttributeOutput):
    angles = [] if output.angles is None else [output.angles]
    return [output.points, *output.logits.values(), *angles]


def contract(network):
    return InputContract(
        name="image",
        size=network.size,
        colour="RGB",
        mean=(0, 0, 0),
        std=(255, 255, 255),
        crop=DetectorBox(rule="detector_box", scale=1.3),
    )
