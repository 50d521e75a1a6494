"""What covers part of a face: hands, what they hold, masks, scarves, things in front."""

from lineament.synthesis.occluders.layers import occluder_layers
from lineament.synthesis.occluders.occluder import Occluder, draw_occluder, sample_occluder

__all__ = ["Occluder", "draw_occluder", "occluder_layers", "sample_occluder"]
