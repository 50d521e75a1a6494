"""People of coloured noise, in a folder each: pictures of one person resemble each other."""

from pathlib import Path

import cv2
import numpy as np

SIDE = 112


def picture(person: int, number: int, noise: float = 25.0) -> np.ndarray:
    """(112,112,3) uint8: a smooth pattern of the person, and noise of the picture."""
    coarse = np.random.default_rng([1, person]).uniform(0, 255, (5, 5, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    noisy = smooth + np.random.default_rng([2, person, number]).normal(0, noise, smooth.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write_people(folder: Path, people: int, each: int, noise: float = 25.0) -> Path:
    """A folder for each person, with PNG pictures."""
    for person in range(people):
        own = folder / f"{person:03d}"
        own.mkdir(parents=True)
        for number in range(each):
            cv2.imwrite(str(own / f"{number}.png"), picture(person, number, noise))
    return folder
