"""One stage of a detection recipe: which pictures, which cell learns which face, what counts."""

from __future__ import annotations

from pydantic import Field

from lineament.detection.cell_assignment import AssignmentRule
from lineament.detection.criterion import DetectionLoss
from lineament.detection.framing import Framing
from lineament.training.augmentation.options import Lighting
from lineament.training.config import Stage


class DetectionStage(Stage):
    """A stage of a detection recipe; all stages train the recipe's one network, in their order.

    Attributes:
        mirror: share of mirrored pictures.
        lighting: how strongly light and tone vary each time that a picture is learnt from. Blur,
            noise and lost colour are the composer's, which labels what they leave to be seen.
        framing: how often a part of a picture, or two in one, are learnt from.
        assignment: which cell learns which face.
        loss: weights of its terms.
    """

    mirror: float = Field(ge=0, le=1, default=0.5)
    lighting: Lighting = Lighting()
    framing: Framing = Framing()
    assignment: AssignmentRule = AssignmentRule()
    loss: DetectionLoss = DetectionLoss()
