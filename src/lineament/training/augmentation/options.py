"""What a recipe says about augmentation. The defaults change nothing: what is not named is off."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lineament.strict import Strict

Probability = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
Border = Literal["edge", "black", "reflect"]
"""What lies outside the picture: its edge pixels again, as at inference; black; its reflection."""


class Straying(Strict):
    """How far a crop may stray from the square that its rule gives.

    Attributes:
        mirror: probability of a mirrored picture.
        rotation: degrees.
        rotation_kind: `uniform` within +- `rotation`; `normal` with that standard deviation, cut
            at twice that.
        shift: the middle moves uniformly within +- this share of the side, in x and in y.
        scale: the side changes uniformly within +- this share.
    """

    mirror: Probability = 0.0
    rotation: Amount = 0.0
    rotation_kind: Literal["uniform", "normal"] = "uniform"
    shift: Amount = 0.0
    scale: float = Field(ge=0, lt=1, default=0.0)


class Occlusion(Strict):
    """How often and how much is hidden behind a polygon.

    Attributes:
        share: probability that something is in front.
        smallest, largest: mean radius as a share of the crop's side.
    """

    share: Probability = 0.0
    smallest: Amount = 0.05
    largest: Amount = 0.22

    @model_validator(mode="after")
    def _ordered(self) -> Occlusion:
        if self.smallest > self.largest:
            raise ValueError(f"smallest {self.smallest} is above largest {self.largest}")
        return self


class Lighting(Strict):
    """How strongly light and tone of a picture vary; what is seen in it stays as legible as it was.

    Attributes:
        gamma, contrast, cast: standard deviations of the logarithms of the exponent, of the
            factor of all channels and of the factor of each channel.
        brightness: standard deviation of what is added, of 255.
        gradient: probability of light that falls off across the picture.
    """

    gamma: Amount = 0.0
    contrast: Amount = 0.0
    cast: Amount = 0.0
    brightness: Amount = 0.0
    gradient: Probability = 0.0


class Spoiling(Lighting):
    """How often each fault of cameras, lights and files happens, and how strong it may be.

    Attributes:
        grey, fade: probability of a grey picture, and of one whose colours are weakened.
        small: probability of a picture that was once smaller, by a factor of 1.3 to 4.
        blur: probability of a Gaussian blur; blur_sigma: its least and largest standard
            deviation in crop pixels, uniform between them.
        noise: probability of noise; noise_level: its largest standard deviation, of 255.
        jpeg: probability of JPEG compression of quality 15 to 74.
    """

    grey: Probability = 0.0
    fade: Probability = 0.0
    small: Probability = 0.0
    blur: Probability = 0.0
    blur_sigma: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (0.4, 1.6)
    noise: Probability = 0.0
    noise_level: Amount = 0.06
    jpeg: Probability = 0.0

    @model_validator(mode="after")
    def _possible(self) -> Spoiling:
        if self.grey + self.fade > 1:
            raise ValueError(f"grey {self.grey} and fade {self.fade} are more than 1 together")
        if self.blur_sigma[0] > self.blur_sigma[1]:
            raise ValueError(f"blur_sigma is (least, largest), got {self.blur_sigma}")
        return self


class Augmentation(Strict):
    """All that is changed at random before a network sees a picture."""

    straying: Straying = Straying()
    occlusion: Occlusion = Occlusion()
    spoiling: Spoiling = Spoiling()
    border: Border = "edge"
