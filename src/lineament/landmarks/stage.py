"""One stage of a landmark recipe: which network learns what, from which crops, by which loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lineament.errors import ConfigError
from lineament.landmarks.adaptive_wing import AdaptiveWingCriterion, AdaptiveWingLoss
from lineament.landmarks.balance import BalanceOptions
from lineament.landmarks.criterion import PointCriterion, PointLoss
from lineament.landmarks.integral import IntegralCriterion, IntegralLoss
from lineament.landmarks.networks import LandmarkNetwork, NetworkName, build_network
from lineament.landmarks.schemes import Scheme
from lineament.training.augmentation.options import Augmentation
from lineament.training.config import Stage
from lineament.training.loop import Criterion
from lineament.weights import DetectorBox, TurnedPoints

Loss = Annotated[PointLoss | IntegralLoss | AdaptiveWingLoss, Field(discriminator="kind")]

LOSSES = {"hourglass": "adaptive_wing", "light": "integral"}
"""Kind of loss of the networks that give maps; all others give coordinates."""


class LandmarkStage(Stage):
    """A stage of a landmark recipe.

    Attributes:
        network: name of the network.
        stacks, features: of a smaller hourglass than the published one.
        crop: where it looks; the same rule goes into the weight's record.
        crops_from: for the rule `turned_points`, whose points turn and cut the crops of the
            training: `truth`, strayed by the augmentation (the author's second option, the more
            accurate one), or `stage_before`, run on crops that its own augmentation strayed (the
            first option).
        augment_on_device: cut and augment crops in batches on the device that trains.
        loss: of PointLoss (l1, l2, smooth_l1, wing), IntegralLoss or AdaptiveWingLoss.
        balance: pose-based data balancing; absent: none.
        start_from: checkpoint (`last.pt`) of the same network whose weights the stage starts
            with; absent: from scratch.
        new_head: whether that checkpoint may be of another number of points; its last layer is
            then learnt anew.
    """

    network: NetworkName
    stacks: int | None = Field(gt=0, default=None)
    features: int | None = Field(gt=0, default=None)
    crop: Annotated[DetectorBox | TurnedPoints, Field(discriminator="rule")]
    crops_from: Literal["truth", "stage_before"] = "truth"
    augmentation: Augmentation = Augmentation()
    augment_on_device: bool = False
    loss: Loss = PointLoss()
    balance: BalanceOptions | None = None
    start_from: Path | None = None
    new_head: bool = False

    @model_validator(mode="after")
    def _fits(self) -> LandmarkStage:
        wanted = LOSSES.get(self.network)
        given = self.loss.kind
        if (wanted or given) != given or (wanted is None and given in LOSSES.values()):
            allowed = wanted or "l1, l2, smooth_l1 or wing"
            raise ValueError(f"network {self.network} needs a loss of kind {allowed}, got {given}")
        if self.crops_from == "stage_before" and not isinstance(self.crop, TurnedPoints):
            raise ValueError("crops_from 'stage_before' needs the crop rule turned_points")
        return self

    def build(self, points: int) -> LandmarkNetwork:
        """The stage's network with fresh weights."""
        sizes = {"stacks": self.stacks, "features": self.features}
        given = {name: value for name, value in sizes.items() if value is not None}
        return build_network(self.network, points, **given)

    def criterion(self, scheme: Scheme, size: int) -> Criterion:
        """The loss of this stage for crops of `size` pixels."""
        if isinstance(self.loss, PointLoss):
            return PointCriterion(self.loss)
        if isinstance(self.loss, IntegralLoss):
            return IntegralCriterion(self.loss, size)
        return AdaptiveWingCriterion(scheme, self.loss)


def check_order(stages: tuple[LandmarkStage, ...]) -> None:
    """Raise a ConfigError unless each stage can follow the one before."""
    if isinstance(stages[0].crop, TurnedPoints):
        raise ConfigError(
            f"stage {stages[0].name} comes first and has no points to turn by; it needs the crop "
            "rule detector_box"
        )
    names = [stage.name for stage in stages]
    if len(set(names)) != len(names):
        raise ConfigError(f"stages need different names, got {', '.join(names)}")
