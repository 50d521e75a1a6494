"""People enrolled by their faces, found again and forgotten; see docs/gallery.md."""

from lineament.gallery.enrolment import Enrolee
from lineament.gallery.gallery import Gallery
from lineament.gallery.options import GalleryOptions
from lineament.gallery.results import (
    Candidate,
    Enrolment,
    Forgotten,
    GalleryInfo,
    Person,
    Refusal,
    SearchMatch,
    SearchResult,
    Template,
)
from lineament.gallery.sealing import key_from_environment

__all__ = [
    "Candidate",
    "Enrolee",
    "Enrolment",
    "Forgotten",
    "Gallery",
    "GalleryInfo",
    "GalleryOptions",
    "Person",
    "Refusal",
    "SearchMatch",
    "SearchResult",
    "Template",
    "key_from_environment",
]
