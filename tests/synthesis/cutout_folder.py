"""A folder of drawn cut-outs: a green oval face with five white points on a red bust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from fake_engine import fake_rendering

from lineament.synthesis.groups.cutout import DIRECTIONS, CutOut, Kind
from lineament.synthesis.groups.cutout_file import encode_cutout
from lineament.synthesis.sample_file import sample_key
from lineament.synthesis.shard_reader import shard_path
from lineament.synthesis.shard_writer import ShardWriter

SIDE = 128
MIDDLE = (SIDE - 1) / 2, 40.0
RADII = 24.0, 32.0
"""Of the face: 48 wide and 64 high."""

POINTS = np.array([(54, 30), (73, 30), (63.5, 42), (56, 54), (71, 54)], np.float32)
FACE, BUST, POINT = (20, 220, 20), (200, 30, 30), (255, 255, 255)


def drawn_cutout(kind: Kind = "bust", occlusion: float = 0.0, number: int = 0) -> CutOut:
    """One of them; the bust reaches the lower border of its frame and no other."""
    image = np.zeros((SIDE, SIDE, 4), np.uint8)
    solid = (255,)
    cv2.rectangle(image, (24, 84), (103, SIDE), BUST + solid, cv2.FILLED)
    cv2.rectangle(image, (56, 70), (71, 90), BUST + solid, cv2.FILLED)
    middle, radii = ([round(value * 16) for value in pair] for pair in (MIDDLE, RADII))
    cv2.ellipse(image, middle, radii, 0, 0, 360, FACE + solid, cv2.FILLED, cv2.LINE_AA, 4)
    for x, y in POINTS:
        centre = (round(x * 16), round(y * 16))
        cv2.circle(image, centre, 40, POINT + solid, cv2.FILLED, cv2.LINE_8, 4)
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    rim = np.column_stack([RADII[0] * np.cos(angles), RADII[1] * np.sin(angles)]) + MIDDLE
    return CutOut(
        image=image,
        kind=kind,
        points=POINTS.copy(),
        seen=np.array([True, True, True, True, False]),
        outline=rim.astype(np.float32),
        attributes=replace(fake_rendering().attributes, occlusion=occlusion),
        identity=number,
        scene=number + 1000,
    )


def write_cutouts(folder: Path, cutouts: Sequence[CutOut]) -> Path:
    """Write one shard and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with ShardWriter(shard_path(folder, 0), len(cutouts)) as writer:
        for number, cutout in enumerate(cutouts):
            key = sample_key(number)
            writer.add(key, encode_cutout(key, cutout))
    return folder
