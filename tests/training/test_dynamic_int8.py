"""Linear layers computed in int8: nearly the same embeddings, each picture by itself."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto

from lineament.errors import ConfigError, WeightError
from lineament.recognition.estimator import EmbeddingEstimator
from lineament.recognition.networks import Exported, build_encoder
from lineament.runtime import Session
from lineament.training import export
from lineament.training.dynamic_int8 import linear_in_int8, linear_share
from lineament.training.export import RecordDraft, export_network, traced, write_record
from lineament.training.staged_recipe import rgb_input
from lineament.weights import EmbeddingOutput, FivePoints, PartsOutput, load_record

CONTRACT = rgb_input(112, FivePoints(rule="five_points", template="arcface-112"))
OUTPUT = EmbeddingOutput(kind="embedding", name="embedding", dimension=32, mirrored=False)
DRAFT = RecordDraft(
    name="small-vit",
    task="recognition",
    description="For the tests",
    licence="CC0-1.0",
    trained_on="nothing",
    real_faces=False,
    recipe="none",
)


def vit(**options):
    torch.manual_seed(0)
    return build_encoder("vit", width=64, depth=2, dimension=32, **options).eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The network in both forms, with its record."""
    folder = tmp_path_factory.mktemp("vit")
    network = Exported(vit())
    export_network(network, CONTRACT, OUTPUT, folder / "float16.onnx")
    made = export_network(network, CONTRACT, OUTPUT, folder / "a.onnx", storage="dynamic-int8")
    write_record(DRAFT, (made,), folder)
    return folder


def test_linear_layers_alone_are_whole_numbers(folder):
    graph = onnx.load(folder / "a.onnx").graph
    # Embedding of patches and products of attention stay as they are.
    count = {kind: sum(node.op_type == kind for node in graph.node) for kind in ("Conv", "Gemm")}
    assert count == {"Conv": 1, "Gemm": 0}
    blocks, gate, head = 2, 2, 3  # of the head: squeeze, reduce and the last layer
    whole = sum(node.op_type == "MatMulInteger" for node in graph.node)
    assert whole == 4 * blocks + gate + head
    assert sum(node.op_type == "MatMul" for node in graph.node) == 2 * blocks
    weights = [tensor for tensor in graph.initializer if tensor.data_type == TensorProto.INT8]
    assert max(np.prod(tensor.dims) for tensor in weights) == 144 * 32 * 144
    floats = [t for t in graph.initializer if t.data_type == TensorProto.FLOAT]
    assert max(np.prod(tensor.dims) for tensor in floats) < 1024


def test_the_file_is_half_of_float16(folder):
    sizes = [(folder / name).stat().st_size for name in ("a.onnx", "float16.onnx")]
    assert sizes[0] < 0.6 * sizes[1]


def test_embeddings_point_where_those_of_float32_do(folder):
    estimator = EmbeddingEstimator(load_record(folder / "small-vit.toml"), threads=1)
    crops = np.random.default_rng(0).integers(0, 256, (5, 112, 112, 3), dtype=np.uint8)
    crops[0] = 0
    with torch.no_grad():
        images = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
        exact = torch.nn.functional.normalize(vit()(images).embedding).numpy()
    cosines = (estimator.embed(crops) * exact).sum(axis=1)
    assert (cosines >= 0.999).all()
    assert (cosines < 1 - 1e-6).any()


def test_a_face_does_not_depend_on_the_others_of_its_batch(folder):
    record = load_record(folder / "small-vit.toml")
    assert record.networks[0].output.alone
    estimator = EmbeddingEstimator(record, threads=1)
    crops = np.random.default_rng(1).integers(0, 256, (4, 112, 112, 3), dtype=np.uint8)
    crops[3] //= 8
    each = np.concatenate([estimator.embed(crop[None]) for crop in crops])
    np.testing.assert_array_equal(estimator.embed(crops), each)
    # The graph takes a batch, but mixes it.
    feed = crops.transpose(0, 3, 1, 2).astype(np.float32) / 255
    (mixed,) = estimator.session.run(feed)
    unit = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    cosines = (unit * each).sum(axis=1)
    assert (cosines > 0.99).all() and (cosines < 1 - 1e-6).any()


def test_a_network_of_convolutions_is_refused(tmp_path):
    network = build_encoder("light", width=32, dimension=32).eval()
    with pytest.raises(WeightError, match=r"hold \d+% of this network's weights"):
        export_network(
            Exported(network), CONTRACT, OUTPUT, tmp_path / "a.onnx", storage="dynamic-int8"
        )
    assert not list(tmp_path.iterdir())


def test_what_has_no_way_to_run_faces_singly_is_refused(tmp_path):
    output = PartsOutput(
        kind="parts", name="parts", scheme="celebamask-19", size=8, values="logits"
    )
    with pytest.raises(ConfigError, match="got a network that gives parts"):
        export_network(
            Exported(vit()), CONTRACT, output, tmp_path / "a.onnx", storage="dynamic-int8"
        )


@pytest.mark.parametrize("storage", ["int8", "dynamic-int8"])
def test_embeddings_that_point_elsewhere_are_not_written(tmp_path, monkeypatch, storage):
    def spoiled(model, _):
        for tensor in model.graph.initializer:
            if tensor.name.endswith("position"):
                random = np.random.default_rng(0).normal(0, 1, tensor.dims)
                tensor.CopyFrom(onnx.numpy_helper.from_array(random.astype("f4"), tensor.name))
        return model.SerializeToString()

    monkeypatch.setattr(export, "stored_as", spoiled)
    with pytest.raises(WeightError, match=f"stored as {storage}: an embedding has a cosine of"):
        export_network(Exported(vit()), CONTRACT, OUTPUT, tmp_path / "a.onnx", storage=storage)
    assert not list(tmp_path.iterdir())


def test_the_given_graph_stays():
    model = traced(Exported(vit(se_gate=False)), torch.rand(2, 3, 112, 112), "image", ("e",))
    before = model.SerializeToString()
    made = linear_in_int8(model)
    assert model.SerializeToString() == before
    assert linear_share(model) > 0.9 > linear_share(made)
    for count in (1, 3):
        feed = np.zeros((count, 3, 112, 112), np.float32)
        session = Session(made.SerializeToString(), device="cpu", threads=1)
        assert session.run(feed)[0].shape == (count, 32)
