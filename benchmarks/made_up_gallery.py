"""People who do not exist, as many as wanted, and the weight that would have embedded them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.weights import WeightRecord

SPREAD = 0.6
KEY = bytes(range(32))


def record(dimension: int) -> WeightRecord:
    """A weight that made these embeddings; its thresholds are those of random directions."""
    image = {"name": "x", "size": 112, "colour": "RGB", "mean": (0.0,) * 3, "std": (1.0,) * 3}
    return WeightRecord.model_validate(
        {
            "name": f"made-up-{dimension}",
            "task": "recognition",
            "description": "random directions",
            "licence": "CC0-1.0",
            "trained_on": "nothing",
            "real_faces": False,
            "third_party": False,
            "networks": (
                {
                    "sha256": "0" * 64,
                    "source": {"kind": "file", "path": "none.onnx"},
                    "input": {**image, "crop": {"rule": "five_points", "template": "arcface-112"}},
                    "output": {
                        "kind": "embedding",
                        "name": "y",
                        "dimension": dimension,
                        "mirrored": False,
                    },
                },
            ),
            "calibration": {
                "protocol": "random directions",
                "thresholds": tuple(
                    (rate, score / dimension**0.5)
                    for rate, score in ((1e-3, 3.1), (1e-6, 4.8), (1e-9, 6.0))
                ),
                "slope": 40.0,
                "offset": -20.0,
            },
        }
    )


def people(count: int, dimension: int, seed: int = 0) -> NDArray[np.float32]:
    """(count,D) float32: directions of people."""
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def shots(directions: NDArray[np.float32], seed: tuple[int, int]) -> NDArray[np.float32]:
    """(N,D) float32: one picture of each of these people."""
    noise = np.random.default_rng(seed).normal(size=directions.shape)
    return unit(directions + SPREAD * unit(noise))


def unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
