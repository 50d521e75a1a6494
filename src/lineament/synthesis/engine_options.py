"""What a run of the engine may choose."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lineament.strict import Strict


class EngineOptions(Strict):
    """Attributes:
    size: side of the picture in pixels.
    supersampling: samples along each side of a pixel.
    margin: smallest and largest side of the picture in units of the larger side of the box of
        the 68 points.
    max_yaw: degrees.
    skin: `scanned` takes the skins of the assets, `procedural` needs nothing but the head.
    degrade: whether the camera has faults (blur, noise, compression, ...).
    """

    size: int = Field(default=128, ge=16, le=2048)
    supersampling: int = Field(default=2, ge=1, le=4)
    margin: tuple[float, float] = (1.3, 2.2)
    max_yaw: float = Field(default=75.0, ge=0, le=90)
    skin: Literal["scanned", "procedural"] = "scanned"
    degrade: bool = True
