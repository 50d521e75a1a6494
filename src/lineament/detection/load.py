"""From a weight's name or record to a detector that is ready to run."""

from __future__ import annotations

from pathlib import Path

from lineament.detection.detector import DetectionOptions, Detector
from lineament.detection.onnx_detector import OnnxDetector
from lineament.weights import WeightRecord, find_record

DEFAULT_DETECTOR = "retinaface-mobilenet"


def load_detector(
    name_or_record: str | Path | WeightRecord = DEFAULT_DETECTOR,
    *,
    options: DetectionOptions = DetectionOptions(),  # noqa: B008 (frozen)
    device: str = "auto",
    threads: int | None = None,
) -> Detector:
    """Open a detector.

    Args:
        name_or_record: name of a shipped weight, path of a record of your own (.toml), or a
            record already read.
        options: what counts as a face, and how closely to look.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: no such weight, or it is not a detector, or its network does not fit it.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """
    record = (
        name_or_record if isinstance(name_or_record, WeightRecord) else find_record(name_or_record)
    )
    return OnnxDetector(record, options=options, device=device, threads=threads)
