"""Where skin shines: oil on forehead, nose and chin, wet lips, lids."""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.skin.zones import Zones
from lineament.synthesis.traits import Traits

DRY, OILY = 0.05, 0.2
LIPS = 0.2
GLOSS_DRY, GLOSS_OILY = 9.0, 22.0


def skin_shine(zones: Zones, traits: Traits) -> FloatArray:
    """(2,S,S) float32 strength of the highlight."""
    oil = float(np.clip(traits.oil + 0.25 * (12 < traits.age < 25), 0, 1))
    greasy = np.float32(OILY * oil) * zones.oily + np.float32(DRY + 0.05 * oil)
    greasy *= 1 + np.float32(0.22) * np.clip(zones.mottle[1], -2, 2)
    greasy += np.float32(0.05) * zones.upper_lid + np.float32(0.12) * zones.lid_line
    greasy += (np.float32(LIPS) - greasy) * zones.lips
    return np.asarray(np.maximum(greasy, 0.01), dtype=np.float32)


def skin_gloss(traits: Traits) -> float:
    """Exponent of the highlight."""
    dry = float(np.clip((traits.age - 45) / 40, 0, 1))
    return GLOSS_DRY + (GLOSS_OILY - GLOSS_DRY) * traits.oil * (1 - 0.5 * dry)
