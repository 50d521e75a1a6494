"""The runtime says what really runs, refuses what would not, and serves many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto
from tiny_networks import COUNT, points_network, record_of

from lineament import devices, runtime
from lineament.contract import check_contract
from lineament.devices import available_devices
from lineament.errors import DeviceError, RecordError, WeightError
from lineament.runtime import Session, usable_cores


@pytest.fixture
def session() -> Session:
    return Session(points_network(), device="cpu", threads=1)


def crops(count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    values = np.arange(count, dtype=np.float32)[:, None, None, None]
    return np.broadcast_to(values, (count, 3, 8, 8)).copy()


def test_it_says_what_the_graph_declares_and_what_runs_it(session: Session) -> None:
    assert session.inputs == {"crop": (None, 3, 8, 8)}
    assert list(session.outputs) == ["points"]
    assert session.types == {"crop": "float32", "points": "float32"}
    assert (session.device, session.provider) == ("cpu", "CPUExecutionProvider")
    assert session.threads == 1


def test_threads_default_to_the_usable_cores_but_no_more_than_eight() -> None:
    assert Session(points_network()).threads == min(usable_cores(), 8)
    with pytest.raises(ValueError, match="at least 1"):
        Session(points_network(), threads=0)


@pytest.mark.parametrize(
    ("limit", "cores"), [("max 100000", 6), ("150000 100000", 2), ("20000 100000", 1), ("x", 6)]
)
def test_usable_cores_heed_a_containers_quota(
    limit: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(limit)
    monkeypatch.setattr("lineament.runtime._CPU_QUOTA", quota)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(6)), raising=False)
    assert usable_cores() == cores


@pytest.mark.parametrize("count", [1, 2, 7])
def test_any_batch_runs(session: Session, count: int) -> None:
    (points,) = session.run(crops(count))
    assert points.shape == (count, 2 * COUNT)
    np.testing.assert_array_equal(points[:, 0], np.arange(count))


def test_a_feed_by_name_and_a_choice_of_outputs(session: Session) -> None:
    (points,) = session.run({"crop": crops(2)}, ["points"])
    assert points.shape == (2, 2 * COUNT)


def test_many_threads_get_their_own_answers(session: Session) -> None:
    def mean(value: int) -> float:
        (points,) = session.run(np.full((1, 3, 8, 8), value, np.float32))
        return float(points[0, 0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(mean, range(200))) == list(range(200))


@pytest.mark.parametrize(
    ("feed", "outputs", "message"),
    [
        ({"photo": crops(1)}, None, r"got inputs \['photo'\], the network takes \['crop'\]"),
        (crops(1), ["boxes"], r"got outputs \['boxes'\], the network gives \['points'\]"),
        (crops(1).astype(np.float64), None, "got float64 .* expected float32"),
        (np.zeros((1, 3, 8, 9), np.float32), None, r"got float32 \(1, 3, 8, 9\), expected"),
    ],
)
def test_a_wrong_call_says_got_and_expected(
    session: Session, feed: Any, outputs: list[str] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        session.run(feed, outputs)


@pytest.mark.parametrize("model", [b"", b"not a network", points_network()[:-40]])
def test_damaged_bytes_are_a_weight_error(model: bytes) -> None:
    with pytest.raises(WeightError, match=f"cannot open these {len(model)} bytes"):
        Session(model, device="cpu")


def test_an_unknown_device_names_the_nearest() -> None:
    with pytest.raises(DeviceError, match=r"unknown device 'cudda'; did you mean 'cuda'\?.*cpu"):
        Session(points_network(), device="cudda")


def test_a_device_that_is_not_built_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    devices._loads.cache_clear()
    try:
        with pytest.raises(DeviceError, match=r"no CUDAExecutionProvider\); available: cpu"):
            Session(points_network(), device="cuda")
        assert available_devices() == ["cpu"]
        assert Session(points_network(), device="auto").device == "cpu"
    finally:
        devices._loads.cache_clear()


def test_a_provider_that_is_listed_but_falls_back_to_the_cpu_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ONNX Runtime lists CUDA as available even where its libraries cannot be loaded."""
    real = onnxruntime.InferenceSession

    def quiet_fallback(model: bytes, options: Any, providers: Any, **kwargs: Any) -> Any:
        assert kwargs == {"enable_fallback": 0}
        assert providers[0][0] in {"CUDAExecutionProvider", "CPUExecutionProvider"}
        return real(model, options, providers=["CPUExecutionProvider"])

    listed = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: listed)
    monkeypatch.setattr(onnxruntime, "InferenceSession", quiet_fallback)
    devices._loads.cache_clear()
    try:
        with pytest.raises(DeviceError, match="did not load: a driver or library is missing"):
            Session(points_network(), device="cuda")
        assert Session(points_network(), device="auto").device == "cpu"
    finally:
        devices._loads.cache_clear()


def test_a_graph_that_keeps_its_record_passes(tmp_path: Path) -> None:
    for shape in (("batch", 3, 8, 8), ("n", "c", "h", "w")):
        model = points_network(shape)
        check_contract(Session(model, device="cpu"), record_of(tmp_path, model), 0)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (points_network(input_name="x"), r"inputs: got \['x'\], expected \['crop'\]"),
        (points_network(output_name="y"), r"outputs: got \['y'\], expected \['points'\]"),
        (points_network((1, 3, 8, 8)), "fixed batch of 1, expected a free batch axis"),
        (points_network(("n", 1, 8, 8)), "got 1 channels, expected 3"),
        (points_network(("n", 3, 9, 8)), r"fixed height of 9, expected 8 \(`size` of the record"),
        (points_network(element=TensorProto.DOUBLE), "element type float64, expected float32"),
        (points_network(values=10), r"got \(2, 10\), expected \(2, 6\).*2 x count = 2 x 3"),
        (points_network(inner_batch=1), "a batch of 2 at 8 x 8 pixels does not run"),
    ],
)
def test_a_graph_that_breaks_its_record_is_refused(
    model: bytes, message: str, tmp_path: Path
) -> None:
    session = Session(model, device="cpu")
    with pytest.raises(RecordError, match=message):
        check_contract(session, record_of(tmp_path, model), 0)


def test_a_graph_of_another_rank_is_refused(tmp_path: Path) -> None:
    model = points_network(("n", 3, 8, 8, 1))
    with pytest.raises(RecordError, match="got rank 5"):
        check_contract(Session(model, device="cpu"), record_of(tmp_path, model), 0)


@pytest.mark.parametrize(
    ("machine", "vnni", "slow"), [("x86_64", False, True), ("arm64", False, False)]
)
def test_int8_takes_exact_kernels_where_quick_ones_may_overflow(monkeypatch, machine, vnni, slow):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(
        "pathlib.Path.read_text", lambda *_a, **_k: "flags: avx2" + " avx512_vnni" * vnni
    )
    runtime._adds_int8_exactly.cache_clear()
    try:
        assert runtime._adds_int8_exactly() is not slow
    finally:
        runtime._adds_int8_exactly.cache_clear()
