"""From few points to many: the first layers are kept, the rest is learnt anew.

Zhang et al., TPAMI 2016: a network trained with attributes on five points starts the one for 68.
The first three convolutions go over and may be frozen; from the fourth on everything is new.

A transfer stays within a family, since layers must have one shape: from a 40-pixel network for
five points to a 40-pixel one for 68, or from a 60-pixel network for five to a 60-pixel one for 68.
The 40-pixel network of ECCV (16-48-64, kernels 5-3-3) cannot start the released 60-pixel one
(20-48-64, kernels 5-5-3).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from lineament.attributes.networks import AttributeNetwork
from lineament.errors import ConfigError, DataError

log = logging.getLogger(__name__)


def transfer(
    weights: Mapping[str, Tensor], network: AttributeNetwork, layers: Sequence[str] | None = None
) -> None:
    """Copy the weights and buffers of some layers; everything else stays as it is.

    Args:
        weights: state of the network that gives.
        network: the one that takes.
        layers: names of its modules; None takes its `kept_layers`.

    Raises:
        ConfigError: the network has no such layer.
        DataError: the weights lack a tensor of a layer, or have it in another shape, as those of
            another family do. The network is then as it was.
    """
    chosen = _names(network, network.kept_layers if layers is None else layers)
    own = network.state_dict()
    copied = {}
    for name, tensor in own.items():
        if not _inside(name, chosen):
            continue
        given = weights.get(name)
        if given is None or given.shape != tensor.shape:
            found = "is missing" if given is None else f"has the shape {tuple(given.shape)}"
            raise DataError(
                f"weights of another family: {name} {found}, {tuple(tensor.shape)} is expected; "
                "start from the same kind of network, of any number of points"
            )
        copied[name] = given
    network.load_state_dict(copied, strict=False)
    log.info("%s go over, %d tensors", ", ".join(chosen), len(copied))


def transfer_file(
    path: Path, network: AttributeNetwork, layers: Sequence[str] | None = None
) -> None:
    """`transfer` from a checkpoint (`last.pt`) of the training loop.

    Raises:
        DataError: also where the file is missing, or no checkpoint.
    """
    if not path.is_file():
        raise DataError(f"no checkpoint {path} to start from; train it first, or drop start_from")
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)["network"]
    except Exception as error:
        raise DataError(f"cannot read the checkpoint {path}: {error}") from error
    transfer(weights, network, layers)


def freeze(network: AttributeNetwork, layers: Sequence[str]) -> None:
    """Let exactly these layers not learn: neither weights nor buffers change in training.

    Their weights get no gradient, so that optimisers pass them over, weight decay included, and
    they stay in evaluation while the network trains, so that statistics stay as well.

    Args:
        layers: names of modules, such as `network.kept_layers` or `heads.smile`; all others
            learn, so that an empty list ends every freezing.

    Raises:
        ConfigError: the network has no such layer.
    """
    chosen = _names(network, layers)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not _inside(name, chosen))
        if not parameter.requires_grad:
            parameter.grad = None
    network.frozen = chosen
    network.train(network.training)


def _names(network: AttributeNetwork, layers: Sequence[str]) -> tuple[str, ...]:
    known = dict(network.named_modules())
    for name in layers:
        if not name or name not in known:
            top = ", ".join(child for child, _ in network.named_children())
            raise ConfigError(f"no layer {name!r} in {type(network).__name__}; it has {top}")
    return tuple(layers)


def _inside(name: str, layers: Sequence[str]) -> bool:
    return any(name.startswith(f"{layer}.") for layer in layers)
