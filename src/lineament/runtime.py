"""The one place where ONNX Runtime is called.

ONNX Runtime is imported when the first session opens, so that importing the package stays fast.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.devices import PROVIDERS, candidates, provider_list, unusable
from lineament.errors import DeviceError, WeightError

logger = logging.getLogger(__name__)

Array = NDArray[Any]
Shape = tuple[int | None, ...]

MOST_THREADS = 8
"""Default ceiling of threads: networks as small as ours gain nothing from more."""

_ERRORS_ONLY = 3
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


class Session:
    """An ONNX graph, ready to run on one device; safe to call from many threads at once.

    Worker threads sleep between calls instead of spinning, so that many sessions can share the
    cores, and memory goes back to the system after each call, so that a run over photos of many
    shapes does not grow, unless `keep_memory` is set.

    Args:
        model: the bytes of an ONNX file.
        device: `auto` (the best that really loads) or a name from `available_devices()`.
        threads: threads that one call may use; None takes the usable cores, at most 8.
        keep_memory: keep the memory of a call for the next: quicker for a network whose inputs
            have one size and few pictures.

    Attributes:
        device: the name of the device in use, never `auto`.
        provider: the ONNX Runtime provider in use.
        threads: threads that one call uses.
        inputs, outputs: declared shape by name, in graph order; None stands for a free axis.
        types: element type of each input and output by name, such as `float32`.

    Raises:
        DeviceError: the device is unknown, or is not the one that would really run.
        WeightError: the bytes are not an ONNX graph that this runtime can open.
        ValueError: `threads` is below one.
    """

    def __init__(
        self,
        model: bytes,
        *,
        device: str = "auto",
        threads: int | None = None,
        keep_memory: bool = False,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, or None for all cores, got {threads}")
        self.keep_memory = keep_memory
        self.threads = threads or min(usable_cores(), MOST_THREADS)
        self.device, self._session = self._open(bytes(model), device)
        self.provider = PROVIDERS[self.device]
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        self.inputs: dict[str, Shape] = {tensor.name: _shape(tensor) for tensor in inputs}
        self.outputs: dict[str, Shape] = {tensor.name: _shape(tensor) for tensor in outputs}
        self.types: dict[str, str] = {
            tensor.name: _element(tensor) for tensor in (*inputs, *outputs)
        }
        # DirectML allows one call at a time on a session.
        self._turn: AbstractContextManager[Any] = (
            threading.Lock() if self.device == "directml" else nullcontext()
        )

    def run(
        self, feed: Array | Mapping[str, Array], outputs: Sequence[str] | None = None
    ) -> list[Array]:
        """Run the graph once.

        Args:
            feed: the array of the only input, or an array by input name; dtype and shape as the
                graph declares them.
            outputs: names of the outputs wanted; None for all.

        Returns:
            The outputs in the order of `outputs`, or in graph order.

        Raises:
            ValueError: a name is unknown, or an array does not fit the declared input.
            WeightError: the graph fails on an input that fits its declaration.
        """
        named = dict(feed) if isinstance(feed, Mapping) else {self._only_input(): feed}
        wanted = list(self.outputs) if outputs is None else list(outputs)
        self._check(named, wanted)
        try:
            with self._turn:
                return list(self._session.run(wanted, named))
        except Exception as error:  # ONNX Runtime derives a dozen types straight from Exception
            shapes = ", ".join(f"{name} {array.shape}" for name, array in named.items())
            raise WeightError(
                f"the network failed on an input that it declares to accept ({shapes}): {error}"
            ) from error

    def _open(self, model: bytes, device: str) -> tuple[str, Any]:
        import onnxruntime

        failure: Exception | None = None
        for name in candidates(device):
            try:
                session = onnxruntime.InferenceSession(
                    model,
                    self._options(onnxruntime, name),
                    providers=provider_list(name),
                    enable_fallback=0,
                )
            except Exception as error:  # ONNX Runtime derives a dozen types from Exception
                failure = error
                logger.info("the network does not open on %s: %s", name, error)
                continue
            if PROVIDERS[name] in session.get_providers():
                logger.debug("network on %s with %d threads", PROVIDERS[name], self.threads)
                return name, session
        if failure is None:
            raise DeviceError(unusable(device))
        raise WeightError(
            f"ONNX Runtime {onnxruntime.__version__} cannot open these {len(model)} bytes as an "
            f"ONNX network: {failure}; check that the file is complete and its opset supported"
        ) from failure

    def _options(self, onnxruntime: Any, device: str) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if not _adds_int8_exactly():
            options.add_session_config_entry("session.x64quantprecision", "1")
        options.enable_cpu_mem_arena = self.keep_memory
        options.enable_mem_pattern = self.keep_memory and device != "directml"
        if device == "directml":
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        return options

    def _only_input(self) -> str:
        if len(self.inputs) != 1:
            raise ValueError(f"give arrays by name: the network has inputs {list(self.inputs)}")
        return next(iter(self.inputs))

    def _check(self, feed: Mapping[str, Array], wanted: Sequence[str]) -> None:
        if set(feed) != set(self.inputs):
            raise ValueError(f"got inputs {sorted(feed)}, the network takes {sorted(self.inputs)}")
        unknown = [name for name in wanted if name not in self.outputs]
        if unknown:
            raise ValueError(f"got outputs {unknown}, the network gives {list(self.outputs)}")
        for name, array in feed.items():
            declared = self.inputs[name]
            if array.dtype != np.dtype(self.types[name]) or not _fits(array.shape, declared):
                raise ValueError(
                    f"input {name}: got {array.dtype} {array.shape}, expected "
                    f"{self.types[name]} {declared} (None: any)"
                )


@cache
def _adds_int8_exactly() -> bool:
    """Whether the quick kernels for int8 add without overflow here.

    On x86 they need VNNI. Where nothing tells of it, as on other systems than Linux, the slower
    kernels are taken, which are exact everywhere.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def usable_cores() -> int:
    """Cores that this process may use: its affinity, within the quota of its container."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = _CPU_QUOTA.read_text().split()
    except (OSError, ValueError):
        return cores
    if quota == "max":
        return cores
    return max(1, min(cores, round(int(quota) / int(period))))


def _shape(tensor: Any) -> Shape:
    return tuple(axis if isinstance(axis, int) else None for axis in tensor.shape)


def _element(tensor: Any) -> str:
    names = {"float": "float32", "double": "float64"}
    inner = str(tensor.type).removeprefix("tensor(").removesuffix(")")
    return names.get(inner, inner)


def _fits(shape: Sequence[int], declared: Shape) -> bool:
    return len(shape) == len(declared) and all(
        want is None or got == want for got, want in zip(shape, declared, strict=True)
    )
