"""The groups of parts by which the face parsing papers of HELEN are compared.

A group is one class: its labels are merged first, so that left and right, or one lip and the
other, may be confused within it; F1 is over all pixels of all pictures together (Smith et al.,
CVPR 2013; Yin et al., STN-iCNN, Cognitive Neurodynamics 2021). `overall` is thus all eight parts
against everything else. Skin and hair belong to no group.
"""

from __future__ import annotations

import numpy as np

from lineament.evaluation.parsing_scores import Counts, f1_of_group
from lineament.parsing.part_schemes import PartScheme
from lineament.synthesis.parts import Part

_EYES = (Part.LEFT_EYE, Part.RIGHT_EYE)
_BROWS = (Part.LEFT_BROW, Part.RIGHT_BROW)
_MOUTH = (Part.UPPER_LIP, Part.MOUTH, Part.LOWER_LIP)

GROUPS: dict[str, tuple[Part, ...]] = {
    "eyes": _EYES,
    "brows": _BROWS,
    "nose": (Part.NOSE,),
    "upper lip": (Part.UPPER_LIP,),
    "inner mouth": (Part.MOUTH,),
    "lower lip": (Part.LOWER_LIP,),
    "mouth": _MOUTH,
    "overall": (*_BROWS, *_EYES, Part.NOSE, *_MOUTH),
}
"""Parts of each group, in the order of the papers' tables."""


def group_classes(scheme: PartScheme, group: str) -> tuple[int, ...] | None:
    """The classes of a scheme that make up a group, a name of `GROUPS`.

    None where the scheme cannot tell the group, because one of its classes holds parts of it
    together with others.
    """
    wanted = set(GROUPS[group])
    classes = tuple(
        number for number, parts in enumerate(scheme.members) if wanted.intersection(parts)
    )
    held = {part for number in classes for part in scheme.members[number]}
    return classes if held == wanted else None


def group_scores(counts: Counts, scheme: PartScheme) -> dict[str, float | None]:
    """F1 of every group that the scheme can tell, 0 to 1.

    Args:
        counts: (C,C) pixels by true (row) and predicted class of the scheme.

    Returns:
        F1 by the group's name; None where neither truth nor prediction has any of it. A group
        that the scheme cannot tell is left out.
    """
    scores: dict[str, float | None] = {}
    for group in GROUPS:
        classes = group_classes(scheme, group)
        if classes is not None:
            score = f1_of_group(counts, classes)
            scores[group] = None if np.isnan(score) else score
    return scores
