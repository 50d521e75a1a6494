"""Output contracts of weight records: what a graph gives, by the names of its outputs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, field_validator, model_validator

from lineament.errors import ConfigError
from lineament.parsing.part_schemes import find_part_scheme
from lineament.strict import Strict


class PointsLayout(Strict):
    """Points of one face: (N, 2 x count) float32.

    Attributes:
        name: name of the graph's output.
        scheme: the points' order of meaning, such as `ibug-68`.
        order: `x_then_y` is x1..xL, y1..yL; `pairs` is x1, y1, x2, y2, ...
        unit: `input_pixels` have pixel centres at integers; `unit_square` is 0 to 1 over the
            whole crop, so that 0.5 is its middle.
    """

    name: str
    count: int = Field(gt=0)
    scheme: str
    order: Literal["x_then_y", "pairs"]
    unit: Literal["input_pixels", "unit_square"]


class PointsOutput(PointsLayout):
    """A graph that gives points and nothing else that is used."""

    kind: Literal["points"]


class AttributeHead(Strict):
    """One question that a graph answers: logits (N,C) float32.

    Attributes:
        task: the question, such as `smile`.
        output: name of the graph's output.
        classes: the C answers in the order of the logits.
        temperature: by which the logits are divided before the softmax, fitted on faces that
            the network has not learned from, so that its probabilities mean something.
    """

    task: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    output: str
    classes: tuple[str, ...] = Field(min_length=2)
    temperature: float = Field(gt=0, default=1.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _each_class_once(self) -> AttributeHead:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError(f"head {self.task} names a class twice: {', '.join(self.classes)}")
        return self


class AttributesOutput(Strict):
    """A graph that answers questions about a face, with or without its points and its turn.

    Attributes:
        points: of the same face; None where the graph gives none.
        heads: one for each question.
        angles: name of the output (N,3) float32 of yaw, pitch and roll in degrees, signed as in
            `lineament.face.HeadPose`; None where the graph gives none.
    """

    kind: Literal["attributes"]
    points: PointsLayout | None = None
    heads: tuple[AttributeHead, ...] = Field(min_length=1)
    angles: str | None = None

    @model_validator(mode="after")
    def _each_once(self) -> AttributesOutput:
        for what, names in (("task", self.tasks), ("output", self.names)):
            double = sorted({name for name in names if names.count(name) > 1})
            if double:
                raise ValueError(f"{what} {', '.join(double)} stands there more than once")
        return self

    @property
    def tasks(self) -> tuple[str, ...]:
        """The questions in the order of the heads."""
        return tuple(head.task for head in self.heads)

    @property
    def names(self) -> tuple[str, ...]:
        """The graph's outputs: points, one for each head, angles."""
        points = (self.points.name,) if self.points else ()
        angles = (self.angles,) if self.angles else ()
        return (*points, *(head.output for head in self.heads), *angles)


class PartsOutput(Strict):
    """A graph that scores every class at every cell of a square map: (N, classes, size, size).

    The cells lie over the whole crop side by side, row by row from its upper left corner.

    Attributes:
        name: name of the graph's output.
        scheme: the classes and their order, as `lineament.parsing.part_schemes` names them.
        size: cells of one side of the map.
        values: what the scores are; `probabilities` add to 1 over the classes of a cell.
    """

    kind: Literal["parts"]
    name: str
    scheme: str
    size: int = Field(gt=0)
    values: Literal["logits", "probabilities"]

    @field_validator("scheme")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return find_part_scheme(name).name
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of the map's planes."""
        return find_part_scheme(self.scheme).classes


class EmbeddingOutput(Strict):
    """A graph that gives one vector of a face: (N, dimension) float32, of any length.

    Attributes:
        name: name of the graph's output.
        dimension: numbers of the vector.
        mirrored: the embedding of a face is the sum of those of its crop and of the mirror image
            of its crop, so that a face and its mirror image have the same one.
        quality: what of the embedding tells how well the picture shows the face, higher being
            better, comparable within this weight alone: `norm`, the length of the embedding
            before it is made 1, or `mirror`, the cosine between the embeddings of the crop and of
            its mirror image, which needs `mirrored`; None where neither was found to tell it.
        least_quality: below it a face shows too little to be enrolled in a gallery; None where
            nothing was measured that tells where that begins.
        alone: each crop goes through the graph by itself. For graphs that quantise their
            activations dynamically: they scale them over the whole batch, so that the embedding
            of a face would depend on the other faces of its batch.
    """

    kind: Literal["embedding"]
    name: str
    dimension: int = Field(gt=0)
    mirrored: bool
    quality: Literal["norm", "mirror"] | None = None
    least_quality: float | None = Field(default=None, allow_inf_nan=False)
    alone: bool = False

    @model_validator(mode="after")
    def _mirror_is_there(self) -> EmbeddingOutput:
        if self.quality == "mirror" and not self.mirrored:
            raise ValueError("quality 'mirror' needs mirrored = true; take 'norm' or none")
        if self.least_quality is not None and self.quality is None:
            raise ValueError("least_quality needs a quality; name one or leave it out")
        return self


class AnchorFreeOutput(Strict):
    """A face for each cell of several grids: (N,15,height / stride, width / stride) each.

    The planes of a cell are: logit of the score; how far the box's middle lies right of and below
    the cell's middle, in strides; the logarithms of the box's width and height in strides; and
    the five points as x1, y1, ... x5, y5 from the box's middle, in widths and heights of the box.

    Attributes:
        levels: name of the graph's output for each grid, the finest first.
        strides: pixels from cell to cell, of each grid.
        score_scale, score_offset: score = sigmoid(score_scale x logit + score_offset); they put
            the default `min_score` where the weight works best and change no order.
    """

    kind: Literal["anchor_free"]
    levels: tuple[str, ...] = Field(min_length=1)
    strides: tuple[PositiveInt, ...]
    score_scale: float = Field(gt=0, allow_inf_nan=False, default=1.0)
    score_offset: float = Field(allow_inf_nan=False, default=0.0)

    @model_validator(mode="after")
    def _stride_for_each_level(self) -> AnchorFreeOutput:
        if len(self.strides) != len(self.levels) or len(set(self.levels)) != len(self.levels):
            raise ValueError(
                f"levels and strides need one name and one stride for each grid: got "
                f"{self.levels} and {self.strides}"
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The graph's outputs in the order in which they are decoded."""
        return self.levels


class RetinaFaceOutput(Strict):
    """Prior-relative boxes (N,P,4), scores (N,P,2) and five points (N,P,10)."""

    kind: Literal["retinaface"]
    boxes: str
    scores: str
    points: str
    strides: tuple[PositiveInt, ...]
    priors: tuple[tuple[PositiveInt, ...], ...]
    variances: tuple[float, float]

    @model_validator(mode="after")
    def _priors_for_each_stride(self) -> RetinaFaceOutput:
        if len(self.strides) != len(self.priors):
            raise ValueError(
                f"priors needs one list of sides per stride: got {len(self.priors)} lists for "
                f"{len(self.strides)} strides"
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The graph's outputs in the order in which they are decoded."""
        return self.boxes, self.scores, self.points


class CenterFaceOutput(Strict):
    """Heat map (N,1,h,w), log sizes (N,2,h,w), offsets (N,2,h,w), five points (N,10,h,w)."""

    kind: Literal["centerface"]
    heatmap: str
    sizes: str
    offsets: str
    points: str
    stride: int = Field(gt=0)

    @property
    def names(self) -> tuple[str, ...]:
        """The graph's outputs in the order in which they are decoded."""
        return self.heatmap, self.sizes, self.offsets, self.points


Output = Annotated[
    PointsOutput
    | AttributesOutput
    | PartsOutput
    | EmbeddingOutput
    | AnchorFreeOutput
    | RetinaFaceOutput
    | CenterFaceOutput,
    Field(discriminator="kind"),
]
