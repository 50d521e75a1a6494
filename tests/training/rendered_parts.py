"""Rendered faces in the layout of recipes/landmarks, made of noise."""

import numpy as np


def write_part(folder, part, people, faces_each=2, size=64):
    count = people * faces_each
    random = np.random.default_rng(part)
    scene = np.zeros((count, 6))
    scene[:, 0] = part * 100 + np.arange(count) // faces_each
    scene[:, 1] = 1 + np.arange(count)
    boxes = np.tile(np.array([10, 10, 50, 50], np.float32), (count, 1))
    boxes[0] = np.nan
    arrays = {
        "scene": scene,
        "images": random.integers(0, 256, (count, size, size, 3), dtype=np.uint8),
        "points": random.uniform(12, 48, (count, 68, 2)).astype(np.float32),
        "boxes": boxes,
    }
    for name, array in arrays.items():
        np.save(folder / f"part{part:03d}_{name}.npy", array)
    return arrays
