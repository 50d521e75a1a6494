"""Made-up canvases whose parts are coloured rectangles, for the tests of the parsing networks."""

import numpy as np
import torch

from lineament.parsing.part_schemes import find_part_scheme

PARTS_9 = find_part_scheme("parts-9")

PLACES = {1: (12, 12), 2: (44, 12), 3: (14, 24), 4: (44, 24), 5: (30, 34)}
"""Centres x, y on a canvas of 64 of brows, eyes and nose; lips follow the mouth's place."""

MOUTH = (30, 52)


def made_up_faces(count, size=64, seed=0, without=()):
    """`image` (N,S,S,3) uint8 and `mask` (N,S,S) uint8 of `parts-9`, no two faces alike."""
    random = np.random.default_rng(seed)
    colours = np.random.default_rng(7).integers(0, 256, (9, 3))
    masks = np.zeros((count, 64, 64), np.uint8)
    for mask in masks:
        dx, dy = random.integers(-4, 5, 2)
        for number, (x, y) in PLACES.items():
            mask[y + dy - 2 : y + dy + 3, x + dx - 4 : x + dx + 5] = number
        for number, row in ((6, -3), (7, 0), (8, 3)):
            y, x = MOUTH[1] + dy + row, MOUTH[0] + dx
            mask[y - 1 : y + 2, x - 6 : x + 7] = number
    masks[np.isin(masks, list(without))] = 0
    masks = masks.repeat(size // 64, axis=1).repeat(size // 64, axis=2)
    noise = random.integers(-12, 13, (*masks.shape, 3))
    return {"image": (colours[masks] + noise).clip(0, 255).astype(np.uint8), "mask": masks}


def tensors(arrays):
    """Pictures (N,3,S,S) float32 0 to 1 and masks (N,S,S) uint8."""
    images = torch.from_numpy(arrays["image"]).permute(0, 3, 1, 2).float() / 255
    return images, torch.from_numpy(arrays["mask"])
