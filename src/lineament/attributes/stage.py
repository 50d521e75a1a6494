"""One stage of an attribute recipe: what is learnt, how it is weighed, and when tasks stop."""

from __future__ import annotations

from pydantic import Field, model_validator

from lineament.attributes.batches import AGGRESSIVE
from lineament.attributes.criterion import AttributeLoss
from lineament.attributes.dynamic_coefficients import DynamicOptions
from lineament.attributes.early_stopping import StopOptions
from lineament.training.augmentation.options import Augmentation
from lineament.training.config import Stage


class AttributeStage(Stage):
    """A stage of an attribute recipe; all stages train the recipe's one network, in their order.

    Attributes:
        augmentation: by default `batches.AGGRESSIVE`.
        loss: weights of points, tasks and angles; a task of weight 0 is not learnt.
        stop: when auxiliary tasks stop; once all have, the stage ends. Absent: never.
        dynamic: coefficients that follow the losses (the journal version); absent: fixed.
        relations: strength of the prior on the last layer (the journal version); 0: none.
        frozen: layers that do not learn, such as `conv1`.
    """

    augmentation: Augmentation = AGGRESSIVE
    loss: AttributeLoss = AttributeLoss()
    stop: StopOptions | None = None
    dynamic: DynamicOptions | None = None
    relations: float = Field(ge=0, default=0.0)
    frozen: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_rule(self) -> AttributeStage:
        if self.stop is not None and self.dynamic is not None:
            raise ValueError(
                "stop and dynamic both change the weights of the tasks: ECCV 2014 stops tasks, the "
                "journal version changes their coefficients; give one of them"
            )
        return self
