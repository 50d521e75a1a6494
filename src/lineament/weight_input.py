"""What a network takes: which part of a photo it sees, and how the pixels become numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lineament.strict import Strict


class WholePhoto(Strict):
    """The network sees the whole photo, scaled and padded to a multiple of `multiple`.

    Which sizes a detector is given follows from what it was measured to find; all sides are in
    pixels of the network's input, those of faces as the root of a box's width x height.

    Attributes:
        multiple: sides of the input are multiples of this; padding stands right and below.
        padding: grey of the padding.
        clear_face: side of a face from which on nearly all are found.
        large_face: side from which on parts of a face begin to look like faces, and its points
            get coarse.
        one_copy_side: up to this longer side one copy serves every face, even one that fills it.
        coarse_side: longer side of the second, coarse copy for the large faces of a larger photo.
        enlarged_side: smaller photos are enlarged to this longer side.
    """

    rule: Literal["whole_photo"]
    multiple: int = Field(gt=0)
    padding: int = Field(ge=0, le=255, default=0)
    clear_face: int = Field(gt=0, default=24)
    large_face: int = Field(gt=0, default=400)
    one_copy_side: int = Field(gt=0, default=640)
    coarse_side: int = Field(gt=0, default=448)
    enlarged_side: int = Field(gt=0, default=320)

    @model_validator(mode="after")
    def _sides_fit(self) -> WholePhoto:
        if max(self.coarse_side, self.enlarged_side) > self.one_copy_side:
            raise ValueError(
                "coarse_side and enlarged_side are at most one_copy_side: got "
                f"{self.coarse_side}, {self.enlarged_side} and {self.one_copy_side}"
            )
        return self


class DetectorBox(Strict):
    """An upright square round the middle of the detector's box.

    side = `scale` x sqrt(width x height) of the box; the middle is moved down by `down` sides.
    """

    rule: Literal["detector_box"]
    scale: float = Field(gt=0)
    down: float = 0.0


class TurnedPoints(Strict):
    """A square round the points of the stage before, turned so that the face stands upright.

    Upright: chin straight below the mean of the inner eye corners. side = `scale` x the longer
    side of the box of the turned points; its middle is the middle of that box.
    """

    rule: Literal["turned_points"]
    scale: float = Field(gt=0)


class FivePoints(Strict):
    """The crop in which the detector's five points lie on a template, as nearly as turning,
    scaling and shifting allow.

    `arcface-112` is the template of `lineament.recognition.alignment`, stated for 112 pixels and
    scaled to the size of the input.
    """

    rule: Literal["five_points"]
    template: Literal["arcface-112"]


Crop = Annotated[WholePhoto | DetectorBox | TurnedPoints | FivePoints, Field(discriminator="rule")]


class InputContract(Strict):
    """What the network takes: (N,3,height,width) float32, (value - mean) / std per channel.

    Attributes:
        name: name of the graph's input.
        size: side of the square input in pixels; None where the graph takes any size.
        colour: order of the channels.
        mean, std: per channel, on the scale 0 to 255, in the order of `colour`.
        crop: how the input is cut out of the photo.
    """

    name: str
    size: int | None = Field(gt=0, default=None)
    colour: Literal["RGB", "BGR"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    crop: Crop

    @model_validator(mode="after")
    def _divisible(self) -> InputContract:
        if min(self.std) <= 0:
            raise ValueError(f"std must be above zero, got {self.std}")
        if (self.size is None) != isinstance(self.crop, WholePhoto):
            raise ValueError("size is needed with every crop but whole_photo, and refused with it")
        return self
