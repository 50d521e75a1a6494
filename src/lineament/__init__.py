"""Face perception that people can own.

    from lineament import Analyzer, read_image

    for face in Analyzer().analyze(read_image("photo.jpg")):
        print(face.box, face.score, face.landmarks)

The names below are loaded at first use: importing the package loads no network, no runtime and
never torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineament.analyzer import Analyzer
    from lineament.face import Face
    from lineament.image import read as read_image

    __version__: str

__all__ = ["Analyzer", "Face", "__version__", "read_image"]

_HOMES = {
    "Analyzer": ("lineament.analyzer", "Analyzer"),
    "Face": ("lineament.face", "Face"),
    "read_image": ("lineament.image", "read"),
}


if not TYPE_CHECKING:  # a type checker then refuses names that do not exist

    def __getattr__(name: str) -> object:
        if name == "__version__":
            value: object = importlib.import_module("importlib.metadata").version("lineament")
        elif name in _HOMES:
            module, attribute = _HOMES[name]
            value = getattr(importlib.import_module(module), attribute)
        else:
            raise AttributeError(f"module 'lineament' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
