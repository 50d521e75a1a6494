"""The colour of a person's skin: tone, blood, melanin, detail, lips."""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.skin.painting import add_scaled
from lineament.synthesis.skin.scanned_detail import ScannedDetail
from lineament.synthesis.skin.texture_space import FACE_TILE
from lineament.synthesis.skin.zones import Zones
from lineament.synthesis.traits import Traits

BLOOD = np.array([0.03, -0.22, -0.17])
MELANIN = np.array([-0.3, -0.5, -0.62])
LIVID = np.array([-0.16, -0.1, 0.0])
BLOTCH = np.array([-0.06, -0.2, -0.16])
"""Logarithms of tints: more blood, more pigment, blueish dark, uneven redness."""

LIPS_LIGHT, LIPS_DARK = np.array([-0.16, -0.8, -0.62]), np.array([-0.1, -0.42, -0.3])
"""Logarithms of the lips' colour as a share of the skin's, at Monk 1 and Monk 10."""

WARMTH_LIGHT, WARMTH = np.array([1.0, 0.89, 0.88]), np.array([1.09, 0.94, 0.91])
"""Of skin beside the orbs of the Monk scale, which are paler than faces: to Monk 3, from 5."""

FIELDS = (
    *("redness", "sockets", "veins", "lips", "ears", "lid_line", "oily", "upper_lid", "grain"),
    *("blotches_5", "blotches_2", "mottle_07", "mottle_02", "everywhere"),
)
"""Maps of `Zones` that colour is mixed from; blotches and mottle are two each, by size; the last is
one everywhere."""


def colour_fields(zones: Zones) -> FloatArray:
    """(2*S*S,14) float32 maps that `colour_shares` mixes."""
    single = [getattr(zones, name) for name in FIELDS[:-5]]
    chosen = (*single, *zones.blotches, *zones.mottle, np.ones_like(zones.lips))
    return np.ascontiguousarray(np.stack([field.ravel() for field in chosen], axis=1))


def colour_shares(traits: Traits, random: np.random.Generator, scanned: bool) -> FloatArray:
    """(14,3) float32 what each field adds to the logarithm of a person's albedo."""
    dark = float(np.clip((traits.monk - 4) / 4, 0, 1))
    very_light = float(np.clip((4 - traits.monk) / 3, 0, 1))
    old = float(np.clip((traits.age - 40) / 40, 0, 1))
    young = float(np.clip((14 - traits.age) / 8, 0, 1))
    own = 0.6 if scanned else 1.0
    ruddy = random.uniform(0.3, 1.0) * (1 - 0.45 * dark) * (1 + 0.3 * young + 0.35 * old)
    tired = random.uniform(0.1, 1.0) * (1 + 0.6 * old) * (1 - 0.6 * young)
    rough = (0.6 + (0.9 if scanned else 0.35) * old) * (1 - 0.4 * young) * own
    lips = (1 - dark) * LIPS_LIGHT + dark * LIPS_DARK
    lips = lips * random.uniform(0.65, 1.1) * (1 - 0.35 * old) + random.normal(0, 0.04, 3)
    shares = {
        "redness": ruddy * (0.45 if scanned else 0.9) * BLOOD,
        "sockets": tired * own * (0.45 * MELANIN + 0.35 * LIVID + 0.15 * BLOOD),
        "veins": (very_light + 0.3) * random.uniform(0, 0.6) * (LIVID - [0.08, 0.0, 0.0]),
        "lips": lips,
        "ears": random.uniform(0.2, 0.8) * (1 - 0.5 * dark) * BLOOD,
        "lid_line": random.uniform(0.4, 1.0) * (0.5 * BLOOD + 0.35 * MELANIN),
        "blotches_5": random.normal(0, 0.05) * MELANIN + random.normal(0, 0.08) * BLOTCH,
        "blotches_2": rough * (random.normal(0, 0.05) * MELANIN + random.normal(0, 0.12) * BLOTCH),
        "mottle_07": rough * (0.07 * MELANIN + random.uniform(0.05, 0.25) * BLOTCH),
        "mottle_02": rough * (random.uniform(0.04, 0.12) * MELANIN + 0.1 * BLOTCH),
        "grain": rough * random.uniform(0.03, 0.08) * MELANIN,
        "oily": random.normal(0, 0.06) * MELANIN,
        "everywhere": np.zeros(3),
        "upper_lid": random.uniform(0, 0.35) * (0.5 * MELANIN + 0.3 * BLOOD),
    }
    return np.array([shares[name] for name in FIELDS], np.float32)


def log_albedo(
    fields: FloatArray,
    zones: Zones,
    detail: ScannedDetail | None,
    traits: Traits,
    random: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """A person's skin without hair, spots and lines.

    Returns:
        (2,S,S,3) float32 logarithm of the albedo, whose mean over the cheeks is the person's
        tone, and (S,S) float32 heights in centimetres that scanned detail gives the face.
    """
    side = zones.lips.shape[1]
    cheeks = np.flatnonzero(zones.cheeks[FACE_TILE])
    shares = colour_shares(traits, random, detail is not None)
    measured = fields[cheeks] @ shares
    young = float(np.clip((25 - traits.age) / 15, 0, 1))
    strength = random.uniform(0.45, 0.85) * (1 - 0.35 * young)
    scans = [] if detail is None else detail.chosen(random, traits)
    for ratios, _, share in scans:
        measured += np.float32(share * strength) * ratios.reshape(-1, 3)[cheeks]
    light = float(np.clip((5 - traits.monk) / 2, 0, 1))
    own = np.log(light * WARMTH_LIGHT + (1 - light) * WARMTH)
    own += np.clip(random.normal(0, 0.015, 3), -0.02, 0.02)
    shares[-1] = np.log(traits.tone) + own - np.log(np.exp(measured).mean(axis=0))
    logarithm = (fields @ shares).reshape(2, side, side, 3)
    height = np.zeros((side, side), np.float32)
    for ratios, heights, share in scans:
        add_scaled(logarithm[FACE_TILE], ratios, share * strength)
        height += heights * np.float32(share * strength * (1 - 0.7 * young))
    return logarithm, height
