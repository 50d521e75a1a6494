"""How to make the engine, in this process or in another."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from lineament.errors import ConfigError
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.rendering import FaceEngine

NEEDED = ("numba", "scipy", "pyarrow")


@dataclass(frozen=True)
class EngineSource:
    """Call it to make the engine; it survives pickling, which the engine need not.

    Attributes:
        assets: folder of the assets.
        options: of the engine.
        backgrounds: folder of background pictures; None leaves those that are computed.
    """

    assets: Path
    options: EngineOptions
    backgrounds: Path | None = None

    def __call__(self) -> FaceEngine:
        from lineament.synthesis.engine import Engine

        return Engine(self.assets, self.options, self.backgrounds)


def require_synth() -> None:
    """Raise a ConfigError that names the extra if a package that it installs is missing."""
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"rendering faces needs {error.name}: pip install 'lineament[synth]'"
            ) from error
