"""Identity pictures in memory and on disk, made of noise that tells every picture apart."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIDE = 16


def noise(seed: int, side: int = SIDE) -> np.ndarray:
    """(side,side,3) uint8 RGB."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def png(picture: np.ndarray) -> bytes:
    """Its bytes as PNG, written by OpenCV."""
    done, content = cv2.imencode(".png", picture[:, :, ::-1])
    assert done
    return content.tobytes()


def write_people(root: Path, counts: dict[str, int], side: int = SIDE) -> Path:
    """Folders `NAME/0.png`, ..., the pictures numbered through as seeds of their noise."""
    seed = 0
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for number in range(count):
            (root / name / f"{number}.png").write_bytes(png(noise(seed, side)))
            seed += 1
    return root


class Made:
    """Identity pictures in memory: person k has `counts[k]` pictures."""

    def __init__(self, counts: list[int], aligned: bool = True) -> None:
        self.labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
        self.names = tuple(f"p{number}" for number in range(len(counts)))
        self.aligned = aligned
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self.labels)

    def picture(self, index: int) -> np.ndarray:
        self.read.append(index)
        return noise(index)
