"""Face detection: boxes and five points."""

from lineament.detection.detector import NO_FACES, DetectionOptions, Detections, Detector
from lineament.detection.load import DEFAULT_DETECTOR, load_detector
from lineament.detection.onnx_detector import OnnxDetector

__all__ = [
    "DEFAULT_DETECTOR",
    "NO_FACES",
    "DetectionOptions",
    "Detections",
    "Detector",
    "OnnxDetector",
    "load_detector",
]
