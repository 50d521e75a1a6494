"""Which decoder belongs to which kind of output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard

from lineament.detection.anchor_free import decode_anchor_free
from lineament.detection.centerface import decode_centerface
from lineament.detection.detector import Detections
from lineament.detection.retinaface import decode_retinaface
from lineament.face import FloatArray
from lineament.weights import AnchorFreeOutput, CenterFaceOutput, Output, RetinaFaceOutput

DetectorOutput = AnchorFreeOutput | RetinaFaceOutput | CenterFaceOutput

Decode = Callable[[Sequence[FloatArray], tuple[int, int], float], list[Detections]]
"""(outputs in the order of `names`, (height, width) of the input, least score) -> the candidates
of each picture of a batch, in input pixels, before suppression and in no order."""


def is_detector(output: Output) -> TypeGuard[DetectorOutput]:
    """Whether a graph of this output finds faces."""
    return isinstance(output, DetectorOutput)


def decoder_of(output: DetectorOutput) -> Decode:
    """What turns a detector's answers into candidates."""
    if isinstance(output, AnchorFreeOutput):
        return lambda outputs, _, least: decode_anchor_free(outputs, output, least)
    if isinstance(output, CenterFaceOutput):
        return lambda outputs, _, least: decode_centerface(outputs, output, least)
    return lambda outputs, shape, least: decode_retinaface(outputs, shape, output, least)
