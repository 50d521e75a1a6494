"""Earrings, necklaces, a stud in the nose, a mark on the forehead."""

from lineament.synthesis.jewellery.layers import jewellery_layers
from lineament.synthesis.jewellery.style import (
    Earring,
    Jewellery,
    Necklace,
    sample_jewellery,
)

__all__ = ["Earring", "Jewellery", "Necklace", "jewellery_layers", "sample_jewellery"]
