"""How to make the engine of cut-outs, in this process or in another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.groups.cutout_kinds import KindShares
from lineament.synthesis.rendering import FaceEngine


@dataclass(frozen=True)
class CutOutSource:
    """Call it to make the engine; it survives pickling, which the engine need not.

    Attributes:
        assets: folder of the assets.
        options: of the engine.
        kinds: how often each kind is drawn.
    """

    assets: Path
    options: EngineOptions
    kinds: KindShares

    def __call__(self) -> FaceEngine:
        from lineament.synthesis.groups.cutout_engine import CutOutEngine

        return CutOutEngine(self.assets, self.options, self.kinds)
