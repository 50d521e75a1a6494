"""ResNet-50: shapes, published names, and backbones from files."""

import json
import pickle

import pytest
import torch
from network_tester import POINTS, NetworkTester, settled

from lineament.errors import WeightError
from lineament.landmarks.networks.resnet import ResNet50


class TestResNet50(NetworkTester):
    name = "resnet50"

    @pytest.mark.parametrize("points", [5, 98])
    def test_coordinates_of_any_number_of_points(self, points):
        super().test_coordinates_of_any_number_of_points(points)


def write_safetensors(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        data = tensor.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}[tensor.dtype]
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": offsets}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


@pytest.fixture(scope="module")
def published():
    """A classifier of a thousand classes, with the names that published weights have."""
    torch.manual_seed(1)
    tensors = settled(ResNet50(POINTS)).state_dict()
    tensors["fc.weight"], tensors["fc.bias"] = torch.rand(1000, 2048), torch.rand(1000)
    return tensors


@pytest.fixture(scope="module")
def network():
    return ResNet50(POINTS)


def test_parameters_are_those_of_the_published_network():
    backbone = sum(p.numel() for p in ResNet50(POINTS).parameters()) - 2049 * 2 * POINTS
    assert backbone + 2049 * 1000 == 25_557_032


def test_shape_chain(network):
    features, shapes = torch.rand(1, 3, 224, 224), []
    for name in ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4"):
        features = getattr(network, name)(features)
        shapes.append(tuple(features.shape[1:]))
    assert shapes == [
        (64, 112, 112),
        (64, 56, 56),
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
    ]


@pytest.mark.parametrize("kind", ["pt", "old.pt", "safetensors"])
def test_backbone_from_a_file(network, published, tmp_path, kind):
    path = tmp_path / f"resnet50.{kind}"
    if kind == "safetensors":
        write_safetensors(path, published)
    elif kind == "pt":
        torch.save(published, path)
    else:  # files of the time before batch normalisation counted its batches
        torch.save({k: v for k, v in published.items() if "num_batches" not in k}, path)
    network.start_at(torch.rand(POINTS, 2) * 224)
    bias = network.fc.bias.clone()
    network.load_backbone(path)
    own = network.state_dict()
    assert torch.equal(own["layer4.2.conv3.weight"], published["layer4.2.conv3.weight"])
    assert torch.equal(own["layer1.0.bn1.running_var"], published["layer1.0.bn1.running_var"])
    assert torch.equal(network.fc.bias, bias)


def test_wrong_names_and_shapes_are_refused(network, published, tmp_path):
    path = tmp_path / "other.pt"
    torch.save({f"model.{name}": tensor for name, tensor in published.items()}, path)
    with pytest.raises(WeightError, match=r"are missing .* are unknown .*names like layer1"):
        network.load_backbone(path)
    torch.save({**published, "conv1.weight": torch.rand(64, 1, 7, 7)}, path)
    with pytest.raises(WeightError, match=r"conv1.weight has shape \(64, 1, 7, 7\), expected"):
        network.load_backbone(path)


class Trap:
    def __reduce__(self):
        return (open, ("ran", "w"))


def test_a_pickle_that_would_run_code_is_refused(network, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "trap.pt"
    torch.save({"conv1.weight": Trap()}, path)
    with pytest.raises(WeightError, match="tensors alone"):
        network.load_backbone(path)
    path.write_bytes(pickle.dumps({"conv1.weight": Trap()}))
    with pytest.raises(WeightError, match="tensors alone"):
        network.load_backbone(path)
    assert not (tmp_path / "ran").exists()


def test_missing_and_damaged_files_are_refused(network, published, tmp_path):
    with pytest.raises(WeightError, match="no weights at"):
        network.load_backbone(tmp_path / "nowhere.pt")
    damaged = tmp_path / "damaged.pt"
    damaged.write_bytes(b"not a state dict")
    with pytest.raises(WeightError, match="tensors alone"):
        network.load_backbone(damaged)
    nested = tmp_path / "nested.pt"
    torch.save({"epoch": 3, "state": {"conv1.weight": torch.rand(2)}}, nested)
    with pytest.raises(WeightError, match="more than named tensors"):
        network.load_backbone(nested)
    cut = tmp_path / "cut.safetensors"
    write_safetensors(cut, {"conv1.weight": published["conv1.weight"]})
    cut.write_bytes(cut.read_bytes()[:-8])
    with pytest.raises(WeightError, match="damaged"):
        network.load_backbone(cut)
    cut.write_bytes(b"\xff" * 40)
    with pytest.raises(WeightError, match="not a safetensors file"):
        network.load_backbone(cut)


def test_an_untrained_network_answers_near_the_mean_shape():
    torch.manual_seed(0)
    network = settled(ResNet50(POINTS))
    mean = torch.rand(POINTS, 2) * 224
    network.start_at(mean)
    with torch.no_grad():
        answer = network(torch.rand(2, 3, 224, 224)).view(2, 2, POINTS).permute(0, 2, 1)
    assert (answer - mean).abs().mean() < 4
