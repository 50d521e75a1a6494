"""The devices that ONNX Runtime can run on here, by the names that users type.

A provider that is compiled in may still fail to load (a missing driver or library), in which case
ONNX Runtime quietly runs on the CPU. So a device counts as available only if a tiny graph has
been opened on it and the provider is still there afterwards.
"""

from __future__ import annotations

import difflib
import logging
from functools import cache
from typing import Any

from lineament.errors import DeviceError

logger = logging.getLogger(__name__)

PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "rocm": "MIGraphXExecutionProvider",
    "directml": "DmlExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cpu": "CPUExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""Device name to ONNX Runtime provider."""

AUTO = ("cuda", "rocm", "directml", "openvino", "cpu")
"""What `auto` tries, best first.

TensorRT and CoreML are left to those who ask for them: both compile the graph again for every new
picture shape, and CoreML may compute in half precision.
"""

_OPTIONS: dict[str, dict[str, str]] = {
    "cuda": {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"},
}

_FATAL_ONLY = 4
_IDENTITY_GRAPH = bytes.fromhex(
    "0808 3a2f 0a10 0a0178 120179 2208 4964656e74697479 120167"
    "5a0b 0a0178 1206 0a04 0801 1200 620b 0a0179 1206 0a04 0801 1200 4204 0a00 100d"
)
"""An ONNX file with one node, y = Identity(x), of a float32 scalar; opset 13."""


def available_devices() -> list[str]:
    """Names of the devices that really load here, in the order in which `auto` prefers them."""
    return [name for name in PROVIDERS if _loads(name)]


def candidates(device: str) -> list[str]:
    """The devices to try for `device`, best first: only itself, or all that load for `auto`.

    Raises:
        DeviceError: no such device, or its provider does not load here.
    """
    if device == "auto":
        return [name for name in AUTO if _loads(name)]
    if device not in PROVIDERS:
        near = difflib.get_close_matches(device, ["auto", *PROVIDERS], n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DeviceError(
            f"unknown device {device!r}; {hint}known: auto, {', '.join(PROVIDERS)}; "
            f"available here: {', '.join(available_devices())}"
        )
    if not _loads(device):
        raise DeviceError(unusable(device))
    return [device]


def unusable(device: str) -> str:
    """What to tell a user whose device would not really run."""
    return (
        f"device {device!r} would not run here ({_reason(device)}); available: "
        f"{', '.join(available_devices())}; choose one of these or 'auto', or install the "
        "ONNX Runtime build and driver of that device"
    )


def provider_list(device: str) -> list[tuple[str, dict[str, str]]]:
    """Providers for a session: the device's own, then the CPU for what it cannot compute."""
    own = (PROVIDERS[device], _OPTIONS.get(device, {}))
    return [own] if device == "cpu" else [own, (PROVIDERS["cpu"], {})]


def _compiled_in() -> list[str]:
    import onnxruntime

    return list(onnxruntime.get_available_providers())


def _reason(device: str) -> str:
    if PROVIDERS[device] not in _compiled_in():
        return f"this ONNX Runtime build has no {PROVIDERS[device]}"
    return f"{PROVIDERS[device]} did not load: a driver or library is missing, or no such hardware"


@cache
def _loads(device: str) -> bool:
    if device == "cpu":
        return True
    if PROVIDERS[device] not in _compiled_in():
        return False
    import onnxruntime

    if device in ("cuda", "tensorrt") and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()
    options: Any = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    try:
        session = onnxruntime.InferenceSession(
            _IDENTITY_GRAPH, options, providers=provider_list(device), enable_fallback=0
        )
    except Exception as error:  # every provider raises types of its own
        logger.info("device %s does not load: %s", device, error)
        return False
    return PROVIDERS[device] in session.get_providers()
