"""Glasses, sunglasses and goggles, fitted to a head."""

from lineament.synthesis.glasses.layers import glasses_layers
from lineament.synthesis.glasses.style import Glasses, sample_glasses

__all__ = ["Glasses", "glasses_layers", "sample_glasses"]
