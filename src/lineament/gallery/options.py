"""What an operator decides of a gallery; every number stands here once."""

from __future__ import annotations

from pydantic import Field

from lineament.gallery.collection import Consistency
from lineament.gallery.table_schema import IndexKind
from lineament.strict import Strict


class GalleryOptions(Strict):
    """Choices of a gallery.

    Attributes:
        min_quality: least quality of an embedding that is enrolled, in the unit of the weight's
            `quality` (docs/recognition.md); None takes the weight's own `least_quality`, and no
            gate where it names none.
        min_side: least longer side of a face's box in pixels of its photo, where it is known.
            Smaller faces score less with other pictures of the person (docs/gallery.md).
        duplicate: a picture that scores this much with a template of the same person is the same
            picture again and adds nothing.
        lookalike_fpir: a picture that resembles a person of another name is refused, at the
            threshold that would refuse this part of the pictures of people who are really new;
            where the weight was not measured at so low a rate, only what scores `duplicate`.
        most_templates: of one person.
        fpir: wanted false positive identification rate of a search that names none.
        index: of a new collection: `hnsw`, or `flat` for exact search.
        consistency: what a search on a Milvus server sees; see `lineament.gallery.collection`.
    """

    min_quality: float | None = Field(default=None, allow_inf_nan=False)
    min_side: float = Field(default=24.0, ge=0, allow_inf_nan=False)
    duplicate: float = Field(default=0.995, gt=0, le=1)
    lookalike_fpir: float = Field(default=0.05, gt=0, lt=1)
    most_templates: int = Field(default=100, gt=0, le=1000)
    fpir: float = Field(default=0.01, gt=0, lt=1)
    index: IndexKind = "hnsw"
    consistency: Consistency = "Strong"
