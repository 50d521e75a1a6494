"""How often each kind of cut-out is rendered."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from lineament.strict import Strict
from lineament.synthesis.groups.cutout import KINDS, Kind


class KindShares(Strict):
    """How often each kind of cut-out is rendered; what is left are busts.

    Raises:
        ValidationError: the shares add up to one or more.
    """

    close_up: float = Field(default=0.25, ge=0, le=1)
    back: float = Field(default=0.06, ge=0, le=1)
    statue: float = Field(default=0.02, ge=0, le=1)
    mask: float = Field(default=0.01, ge=0, le=1)
    hand: float = Field(default=0.03, ge=0, le=1)
    clothes: float = Field(default=0.02, ge=0, le=1)
    hair: float = Field(default=0.01, ge=0, le=1)
    hat: float = Field(default=0.01, ge=0, le=1)

    @model_validator(mode="after")
    def _leaves_busts(self) -> KindShares:
        if (total := sum(self.model_dump().values())) >= 1:
            raise ValueError(f"the shares add up to {total:g}, expected less than 1")
        return self

    def draw(self, random: np.random.Generator) -> Kind:
        """One kind."""
        shares = {name.replace("_", "-"): share for name, share in self.model_dump().items()}
        place = np.searchsorted(np.cumsum(list(shares.values())), random.random(), side="right")
        names = [*shares, "bust"]
        return next(kind for kind in KINDS if kind == names[int(place)])
