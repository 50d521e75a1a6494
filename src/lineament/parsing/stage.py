"""One stage of a parsing recipe: which part of the network learns, from what, how fast."""

from __future__ import annotations

from pydantic import Field, model_validator

from lineament.errors import ConfigError
from lineament.parsing.batches import ParsingAugmentation
from lineament.parsing.criterion import PartLoss
from lineament.parsing.five_fold import FiveFold
from lineament.parsing.networks import Learns, PartParser
from lineament.parsing.networks.stn_icnn import STNiCNN
from lineament.parsing.patch_jitter import PatchFiveFold
from lineament.strict import Strict
from lineament.training.augmentation.options import Augmentation
from lineament.training.config import Stage

TAUGHT: dict[Learns, tuple[str, ...]] = {
    "coarse": ("coarse",),
    "localisation": ("localisation",),
    "patches": ("fine",),
}
"""Children of STN-iCNN that learn in a step; in every other one all of them do."""


class Rates(Strict):
    """Factors of the learning rate in a stage that learns end to end; 0 freezes.

    Attributes:
        coarse, localisation, fine: of K, L and the fine nets.
    """

    coarse: float = Field(ge=0, default=1.0)
    localisation: float = Field(ge=0, default=1.0)
    fine: float = Field(ge=0, default=1.0)


class ParsingStage(Stage):
    """A stage of a parsing recipe; all stages train the recipe's one network, in their order.

    Attributes:
        learns: `coarse`, `localisation` (on the coarse parse, which is frozen), `patches` (the
            fine nets on true crops) or `end_to_end` of STN-iCNN, `whole` of any other network.
        augmentation: the house's, or one of the paper's with its `kind`: `five_fold`, and
            `five_fold_patches` where a stage learns `patches`.
        loss: weights of its terms.
        rates: of the parts of STN-iCNN, where it learns `end_to_end`.
        moving_statistics: let batch normalisation of parts that do not learn follow the pictures,
            as the released commands do, whose rates of K and L are 0.
    """

    learns: Learns
    augmentation: ParsingAugmentation = Augmentation()
    loss: PartLoss = PartLoss()
    rates: Rates = Rates()
    moving_statistics: bool = False

    @model_validator(mode="after")
    def _fits(self) -> ParsingStage:
        if self.learns != "end_to_end" and self.rates != Rates():
            raise ValueError("rates belong to a stage that learns end_to_end")
        if isinstance(self.augmentation, PatchFiveFold) and self.learns != "patches":
            raise ValueError(
                "augmentation five_fold_patches belongs to a stage that learns patches"
            )
        if isinstance(self.augmentation, FiveFold) and self.learns == "whole":
            raise ValueError("augmentation five_fold belongs to STN-iCNN, not to a whole parse")
        if not any(self.rates.model_dump().values()):
            raise ValueError("all rates are 0, so that nothing learns")
        return self

    def teach(self, network: PartParser) -> None:
        """Make the network learn what the stage says, and freeze the rest of it.

        Raises:
            ConfigError: the network has no such step, or a rate is asked for what cannot learn.
        """
        children = [name for name, _ in network.named_children()]
        frozen: list[str] = []
        if self.learns in TAUGHT:
            frozen = [name for name in children if name not in TAUGHT[self.learns]]
        elif self.learns == "end_to_end":
            frozen = [name for name, rate in self.rates if rate == 0 and name in children]
            if isinstance(network, STNiCNN) and network.cropper == "centroids":
                self._check_centroids()
        if not set(children) - set(frozen):
            raise ConfigError(f"stage {self.name}: this network has no {self.learns} to learn")
        network.learn(self.learns, frozen, moving_statistics=self.moving_statistics)

    def factors(self, network: PartParser) -> dict[str, float]:
        """Factor of the learning rate of each child; empty where all are 1."""
        children = {name for name, _ in network.named_children()}
        found = {name: rate for name, rate in self.rates if rate > 0 and name in children}
        return {} if set(found.values()) <= {1.0} else found

    def _check_centroids(self) -> None:
        if self.rates.coarse and not self.loss.coarse_beside:
            raise ConfigError(
                f"stage {self.name}: no gradient passes through the centroids of a coarse parse; "
                "give rates.coarse = 0 or a weight loss.coarse_beside"
            )
