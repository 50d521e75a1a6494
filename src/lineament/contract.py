"""Whether a graph is what its weight record says.

First the declared inputs and outputs are compared, then a batch of two blank crops goes through
the graph, so that a batch or a size that was baked into its inside comes to light here and not
in the middle of a run.
"""

from __future__ import annotations

import numpy as np

from lineament.errors import RecordError, WeightError
from lineament.runtime import Session
from lineament.weights import (
    AnchorFreeOutput,
    AttributesOutput,
    CenterFaceOutput,
    EmbeddingOutput,
    Network,
    Output,
    PartsOutput,
    PointsLayout,
    PointsOutput,
    WeightRecord,
    WholePhoto,
)

_PROBE_SIDE = 64
_PROBE_BATCH = 2


def check_contract(session: Session, record: WeightRecord, stage: int) -> None:
    """Compare an opened graph with the input and output contracts of its record.

    Args:
        session: the graph of that stage.
        record: the record that describes it.
        stage: index into `record.networks`.

    Raises:
        RecordError: names, element type, rank, channels, a fixed batch, a fixed size or the
            shape of an output differ; the message says got and expected.
    """
    network = record.networks[stage]
    faults = _input_faults(session, network) or _name_faults(session, network.output)
    if not faults:
        faults = _output_faults(session, network)
    if faults:
        raise RecordError(
            f"weight {record.name}, stage {stage + 1}: the network does not fit its record: "
            f"{'; '.join(faults)}; correct the record or export the network again "
            "(docs/weights.md)"
        )


def _input_faults(session: Session, network: Network) -> list[str]:
    name, size = network.input.name, network.input.size
    if list(session.inputs) != [name]:
        return [f"inputs: got {list(session.inputs)}, expected [{name!r}]"]
    got, element = session.inputs[name], session.types[name]
    faults = []
    if element != "float32":
        faults.append(f"input {name}: got element type {element}, expected float32")
    if len(got) != 4:
        faults.append(f"input {name}: got rank {len(got)} {got}, expected (N, 3, height, width)")
        return faults
    if got[0] is not None:
        faults.append(f"input {name}: got a fixed batch of {got[0]}, expected a free batch axis")
    if got[1] not in (None, 3):
        faults.append(f"input {name}: got {got[1]} channels, expected 3")
    for axis, side in (("height", got[2]), ("width", got[3])):
        if side is not None and side != size:
            wanted = f"{size} (`size` of the record)" if size else "a free axis (whole photos)"
            faults.append(f"input {name}: got a fixed {axis} of {side}, expected {wanted}")
    return faults


def _name_faults(session: Session, output: Output) -> list[str]:
    missing = [name for name in _expected_shapes(output, 1) if name not in session.outputs]
    if missing:
        return [f"outputs: got {list(session.outputs)}, expected {missing} among them"]
    return []


def _output_faults(session: Session, network: Network) -> list[str]:
    side = network.input.size or _PROBE_SIDE
    if isinstance(network.input.crop, WholePhoto):
        multiple = network.input.crop.multiple
        side = -(-side // multiple) * multiple
    expected = _expected_shapes(network.output, side)
    blank = np.zeros((_PROBE_BATCH, 3, side, side), dtype=np.float32)
    try:
        arrays = session.run(blank, list(expected))
    except WeightError as error:
        return [f"a batch of {_PROBE_BATCH} at {side} x {side} pixels does not run: {error}"]
    faults = []
    for (name, shape), array in zip(expected.items(), arrays, strict=True):
        if array.dtype != np.float32:
            faults.append(f"output {name}: got element type {array.dtype}, expected float32")
        if array.shape != shape:
            hint = _hint(network.output, name)
            faults.append(
                f"output {name}: got {array.shape}, expected {shape} for a batch of "
                f"{_PROBE_BATCH}{hint}"
            )
    return faults


def _hint(output: Output, name: str) -> str:
    """What the record says that makes the expected width of an output."""
    if isinstance(output, PartsOutput):
        return f", one map of {output.size} x {output.size} for each class of {output.scheme}"
    if isinstance(output, EmbeddingOutput):
        return f", `dimension` = {output.dimension} numbers per face"
    points = output.points if isinstance(output, AttributesOutput) else output
    if isinstance(points, PointsLayout) and points.name == name:
        return f", 2 x count = 2 x {points.count} values per face"
    if isinstance(output, AttributesOutput):
        if name == output.angles:
            return ", yaw, pitch and roll of each face"
        head = next(each for each in output.heads if each.output == name)
        return f", one logit for each class of {head.task}: {', '.join(head.classes)}"
    return ""


def _expected_shapes(output: Output, side: int) -> dict[str, tuple[int, ...]]:
    """Shape of every output for a batch of `_PROBE_BATCH` square inputs."""
    batch = _PROBE_BATCH
    if isinstance(output, PointsOutput):
        return {output.name: (batch, 2 * output.count)}
    if isinstance(output, AttributesOutput):
        points = {output.points.name: (batch, 2 * output.points.count)} if output.points else {}
        heads = {head.output: (batch, len(head.classes)) for head in output.heads}
        angles = {output.angles: (batch, 3)} if output.angles else {}
        return {**points, **heads, **angles}
    if isinstance(output, PartsOutput):
        return {output.name: (batch, len(output.classes), output.size, output.size)}
    if isinstance(output, EmbeddingOutput):
        return {output.name: (batch, output.dimension)}
    if isinstance(output, AnchorFreeOutput):
        cells_of = zip(output.levels, (side // stride for stride in output.strides), strict=True)
        return {name: (batch, 15, cells, cells) for name, cells in cells_of}
    if isinstance(output, CenterFaceOutput):
        cells = side // output.stride
        names = {output.heatmap: 1, output.sizes: 2, output.offsets: 2, output.points: 10}
        return {name: (batch, planes, cells, cells) for name, planes in names.items()}
    priors = sum(
        (-(-side // stride)) ** 2 * len(sizes)
        for stride, sizes in zip(output.strides, output.priors, strict=True)
    )
    columns = {output.boxes: 4, output.scores: 2, output.points: 10}
    return {name: (batch, priors, width) for name, width in columns.items()}
