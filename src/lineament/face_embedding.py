"""What a recognition network makes of a face: a direction, compared with those of other faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import EmbeddingError

_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class FaceEmbedding:
    """The embedding of one face. Only embeddings of the same weight can be compared.

    Attributes:
        vector: (D,) float32 of length 1, read-only.
        weight: what made it, as `lineament.weights.WeightRecord.identifier` says.
        quality: how well the picture shows the face, as the weight's record defines it, higher
            being better; None where it defines none. Comparable within one weight alone.

    Raises:
        ValueError: the vector has another shape, a number that is not finite, or another length.
    """

    vector: NDArray[np.float32]
    weight: str
    quality: float | None = None

    def __post_init__(self) -> None:
        vector = np.array(self.vector, dtype=np.float32)
        if vector.ndim != 1:
            raise ValueError(f"an embedding needs shape (D,), got {vector.shape}")
        length = float(np.linalg.norm(vector.astype(np.float64)))
        if not abs(length - 1) < _TOLERANCE:
            raise ValueError(f"an embedding needs the length 1, got {length}")
        vector.setflags(write=False)
        object.__setattr__(self, "vector", vector)

    def similarity(self, other: FaceEmbedding) -> float:
        """The cosine between two embeddings, -1 to 1: higher, more alike.

        What it means depends on the weight: `lineament.recognition.match` takes it to a
        probability and to a decision.

        Raises:
            EmbeddingError: the embeddings are of different weights or sizes.
        """
        if self.weight != other.weight:
            raise EmbeddingError(
                f"got embeddings of {self.weight} and of {other.weight}, expected two of one "
                "weight: their directions have nothing to do with each other; embed both pictures "
                "by the same weight"
            )
        if self.vector.shape != other.vector.shape:
            raise EmbeddingError(
                f"got embeddings of {len(self.vector)} and of {len(other.vector)} numbers, both "
                f"said to be of {self.weight}, expected one size; embed both pictures again"
            )
        cosine = float(self.vector.astype(np.float64) @ other.vector.astype(np.float64))
        return min(max(cosine, -1.0), 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: the numbers to six decimals, which is exact to a millionth."""
        return {
            "weight": self.weight,
            "quality": None if self.quality is None else round(self.quality, 4),
            "vector": [round(float(value), 6) for value in self.vector],
        }
