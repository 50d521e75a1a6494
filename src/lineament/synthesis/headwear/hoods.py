"""Cloth that leaves only the face free: hijabs and hoods."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from lineament.synthesis.clothes.fabric import FabricBank
from lineament.synthesis.clothes.garment import sample_folds, sheet
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.clothes.torso import ANGLES as BODY_ANGLES
from lineament.synthesis.clothes.torso import Chart
from lineament.synthesis.headwear.fitting import ANGLES, Fit
from lineament.synthesis.headwear.head_map import HeadMap
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.pieces import layer
from lineament.synthesis.material import Layer
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.posed_head import PosedHead

SHELL_ROWS, DRAPE_ROWS = 18, 11
EAR_CELLS = 5
"""Cells of the head's map over which thin things such as ears are spread under tight cloth."""

JAW = (0, 2, 4, 6, 8, 10, 12, 14, 16)
"""Points of the 68 along the jaw, from ear to ear."""


def fit_face(hat: Headwear, posed: PosedHead, back_map: HeadMap) -> Fit:
    """The edge round the face: from the hair line over the cheeks and under the chin.

    Args:
        hat: what is worn.
        posed: the person.
        back_map: the head seen from behind.
    """
    brows, jaw = posed.landmarks[[19, 24]], posed.landmarks[list(JAW)]
    brow = brows.mean(axis=0)
    scale = (float(posed.vertices[:, 1].max()) - float(brow[1])) / 9.6
    hood = hat.style == "hood"
    forehead = brow + scale * np.array([0, 3.4 + 2.0 * hat.size + (1.6 if hood else 0), -1.2])
    temples = [
        brow + scale * np.array([side * 6.4, 1.6 + hat.size, -3.2 - (2.2 if hood else 0)])
        for side in (1, -1)
    ]
    cheeks = jaw + np.array([0, 0.0, -1.2])
    cheeks[:, 0] += np.sign(cheeks[:, 0]) * (0.2 if not hood else 0.5)
    chin = np.array([0, -0.5 - 0.8 * hat.brim, -0.6])
    if hood:
        cheeks[:, 2] -= 1.5
        chin = np.array([0, -2.5 - 1.5 * hat.brim, -2.5])
    cheeks += chin * np.clip(1 - np.abs(cheeks[:, :1]) / 7, 0, 1)
    rim = np.concatenate([[forehead], [temples[0]], [temples[1]], cheeks])
    angle, polar, _ = back_map.polar(rim)
    order = np.argsort(angle)
    edge = np.interp(ANGLES, angle[order], polar[order], period=2 * np.pi)
    kernel = np.exp(-(((np.arange(64) - 32) / 2.2) ** 2))
    wide = np.fft.fft(np.fft.ifftshift(kernel / kernel.sum()))
    cells = np.ones((EAR_CELLS, EAR_CELLS), np.uint8)
    spread = np.asarray(cv2.dilate(back_map.radius, cells), np.float32)
    wide_map = replace(back_map, radius=spread)
    return Fit(wide_map, np.real(np.fft.ifft(np.fft.fft(edge) * wide)))


def hood_or_hijab(
    hat: Headwear, fit: Fit, chart: Chart, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """The cloth over the head and its fall over neck and shoulders."""
    hood = hat.style == "hood"
    share = np.append(np.linspace(0, 1, SHELL_ROWS), 1.0)
    phase = random.uniform(0, 2 * np.pi, 4)
    waves = sum(
        np.sin(number * ANGLES + 6 * share[:, None] + start)
        for number, start in zip((4, 7, 11, 16), phase, strict=True)
    )
    near = share[:, None] ** 3
    loose = (0.9 + 1.6 * hat.size) if hood else (0.3 + 0.5 * hat.size)
    offset = loose + (0.16 if hood else 0.1) * waves * (0.4 + near)
    peak = np.clip(np.cos(ANGLES), 0, 1)
    offset = offset + (1.6 if hood else 0.5) * peak * np.sin(np.pi * np.clip(share, 0, 1))[:, None]
    offset = np.maximum(offset, 0.05)
    if hood:
        offset[-4:-1] += np.array([0.2, 0.5, 0.5])[:, None]
    offset[-1] = -0.36
    cloth = hat.main
    shell = fit.sheet(fit.shell(share, offset, taut=5), cloth.period)
    drape = _drape(hat, chart, random)
    return [layer(bank, shell, cloth), layer(bank, drape, cloth)]


def _drape(hat: Headwear, chart: Chart, random: np.random.Generator) -> Mesh:
    """Folds from the jaw over the shoulders."""
    hood = hat.style == "hood"
    folds = sample_folds(random, 0.9)
    share = np.append(np.linspace(0, 1, DRAPE_ROWS), 1.0)[:, None]
    angle: Reals = np.linspace(0.45, 2 * np.pi - 0.45, 57) if hood else BODY_ANGLES
    low = np.full(57, 0.75) if hood else 0.95 + 0.3 * hat.brim + 0.25 * np.cos(BODY_ANGLES)
    way = low * share
    wide = np.broadcast_to(angle, way.shape)
    behind = 0.5 - 0.5 * np.cos(wide)
    height = (1.9 if hood else 1.3) + folds.height(wide, way) * np.minimum(share * 3, 1)
    height = height + (1.0 + 1.8 * behind) * np.sin(np.pi * share) + 1.6 * behind * (1 - share)
    height[-1] = 0.2
    return sheet(chart, wide, way, height, hat.main.period, closed=not hood)
