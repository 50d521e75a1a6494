"""Make a checkpoint of an exported vision transformer, for a run to start from.

    python recipes/recognition/checkpoint_of_weight.py before.toml --pictures data/identities \
        --out runs/faces_light_before/last.pt

A record with storage `dynamic-int8` holds matrices rounded to eight bits, and batch normalisations
merged into the linear layers before them. The matrices are taken as they are. The normalisations
are made anew from what those layers give of rendered faces, so that in eval mode the network
answers as the export does, and in training it goes on from there.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from lineament.datasets.identity_pictures import IdentityPictures
from lineament.datasets.identity_readers import read_identities
from lineament.face import ByteArray
from lineament.recognition.estimator import EmbeddingEstimator
from lineament.recognition.networks.vit import VisionTransformer
from lineament.weights import find_record

PICTURES = 512
"""From which the normalisations are made: evenly spaced over all."""

LEAST_COSINE = 0.995
"""Between the export and the network made of it; the export rounds what goes into a matrix, too."""

BLOCK_MATRICES = ("attention.qkv", "attention.project", "mlp.0", "mlp.2")
"""Of a block in the order in which they are multiplied; after the blocks come those below."""

LAST_MATRICES = ("squeeze", "reduce", "head.1")

Arrays = dict[str, NDArray[Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description="A checkpoint of an exported transformer.")
    parser.add_argument("weight", help="name of a shipped weight, or a record (.toml)")
    parser.add_argument("--pictures", type=Path, required=True, help="rendered identities")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write")
    arguments = parser.parse_args()
    record = find_record(arguments.weight)
    crops = chosen(
        read_identities("rendered", arguments.pictures, cache=arguments.out.parent / "cache")
    )
    images = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        network = network_of(onnx.load_model_from_string(record.model_bytes()).graph, images)
        both = network(images).embedding + network(images.flip(3)).embedding
    theirs = EmbeddingEstimator(record, threads=1).embed(crops)
    cosine = (nn.functional.normalize(both).numpy() * theirs).sum(axis=1)
    print(f"cosine to the export: least {cosine.min():.5f}, mean {cosine.mean():.5f}")
    if cosine.mean() < LEAST_COSINE:
        raise SystemExit("the network does not answer as the export does; is it of another kind?")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict()}, arguments.out)


def chosen(faces: IdentityPictures) -> ByteArray:
    """Aligned crops (PICTURES,112,112,3) uint8 RGB, evenly spaced over all."""
    numbers = np.linspace(0, len(faces) - 1, min(PICTURES, len(faces))).astype(int)
    return np.stack([faces.picture(int(number)) for number in numbers])


def network_of(graph: onnx.GraphProto, images: Tensor) -> VisionTransformer:
    """The network of an export in eval mode; `images` (N,3,112,112) float32, 0 to 1."""
    arrays: Arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    width, dimension = arrays["network.head.1.weight_quantized"].shape
    depth = sum(name.endswith("attention_norm.weight") for name in arrays)
    network = VisionTransformer(width=width, depth=depth, dimension=dimension, se_gate=False)
    network.eval()
    state = network.state_dict()
    products = [node.input[1] for node in graph.node if node.op_type == "MatMulInteger"]
    blocks = [f"blocks.{block}.{name}" for block in range(depth) for name in BLOCK_MATRICES]
    for name, product in zip([*blocks, *LAST_MATRICES], products, strict=True):
        state[f"{name}.weight"] = torch.from_numpy(dequantised(arrays, product).T.copy())
    for name in state:
        for stored in (f"network.{name}", f"network.{name}_float16"):
            if stored in arrays:
                state[name] = torch.from_numpy(arrays[stored].astype(np.float32))
    network.load_state_dict(state)
    for layer, norm in ((network.reduce, network.head[0]), (network.head[1], network.head[2])):
        name = (
            "network.reduce.weight_bias"
            if layer is network.reduce
            else "network.head.1.weight_bias"
        )
        merge_back(network, layer, norm, torch.from_numpy(arrays[name].copy()), images)
    return network


def dequantised(arrays: Arrays, product: str) -> NDArray[np.float32]:
    """The matrix (in, out) of one product of integers."""
    stem = product.removesuffix("_quantized")
    shifted = arrays[product].astype(np.float32) - arrays[f"{stem}_zero_point"].astype(np.float32)
    return np.asarray(shifted * arrays[f"{stem}_scale"], dtype=np.float32)


def merge_back(
    network: nn.Module, layer: nn.Module, norm: nn.Module, bias: Tensor, images: Tensor
) -> None:
    """Let `norm` behind `layer` add `bias` in eval mode, with the statistics of `images`."""
    assert isinstance(norm, nn.BatchNorm1d) and norm.running_mean is not None
    given: list[Tensor] = []
    hook = layer.register_forward_hook(lambda _layer, _input, output: given.append(output))
    network(images)
    hook.remove()
    mean, variance = given[0].mean(0), given[0].var(0)
    norm.running_mean.copy_(mean)
    assert norm.running_var is not None
    norm.running_var.copy_(variance)
    norm.weight.data.copy_((variance + norm.eps).sqrt())
    norm.bias.data.copy_(mean + bias)


if __name__ == "__main__":
    main()
