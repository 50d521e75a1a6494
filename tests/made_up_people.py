"""People who do not exist: embeddings around random directions, and a weight record for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FaceEmbedding
from lineament.gallery import Candidate
from lineament.weights import WeightRecord

DIMENSION = 32
CALIBRATION = {
    "protocol": "made-up people of the tests",
    "thresholds": ((0.1, 0.3), (0.01, 0.45), (0.001, 0.55), (0.0001, 0.62)),
    "slope": 20.0,
    "offset": -10.0,
}


def weight(
    name: str = "made-up", *, calibrated: bool = True, least_quality: float | None = None
) -> WeightRecord:
    """A recognition record of 32 numbers. Its network is never run."""
    return WeightRecord.model_validate(
        {
            "name": name,
            "task": "recognition",
            "description": "for the tests",
            "licence": "CC0-1.0",
            "trained_on": "nothing",
            "real_faces": False,
            "third_party": False,
            "networks": (
                {
                    "sha256": "0" * 64,
                    "source": {"kind": "file", "path": "none.onnx"},
                    "input": {
                        "name": "x",
                        "size": 112,
                        "colour": "RGB",
                        "mean": (0.0, 0.0, 0.0),
                        "std": (1.0, 1.0, 1.0),
                        "crop": {"rule": "five_points", "template": "arcface-112"},
                    },
                    "output": {
                        "kind": "embedding",
                        "name": "y",
                        "dimension": DIMENSION,
                        "mirrored": False,
                        "quality": "norm",
                        "least_quality": least_quality,
                    },
                },
            ),
            "calibration": CALIBRATION if calibrated else None,
        }
    )


def person(number: int) -> NDArray[np.float32]:
    """(D,) the direction of one person; no two of the first hundred score above 0.6."""
    return _unit(np.random.default_rng(number).normal(size=DIMENSION))


def picture(number: int, shot: int = 0, *, spread: float = 0.3) -> NDArray[np.float32]:
    """(D,) an embedding of one picture of a person; pictures of one score about 0.92."""
    noise = np.random.default_rng((number, shot + 1)).normal(size=DIMENSION)
    return _unit(person(number) + spread * _unit(noise))


def embedding(
    vector: NDArray[np.float32], quality: float | None = 1.0, record: WeightRecord | None = None
) -> FaceEmbedding:
    return FaceEmbedding(vector, (record or weight()).identifier, quality)


def candidate(number: int, shot: int = 0, *, thumbnail: bytes | None = None) -> Candidate:
    return Candidate(embedding(picture(number, shot)), f"{number}-{shot}.jpg", thumbnail)


def _unit(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    return (vector / np.linalg.norm(vector)).astype(np.float32)
