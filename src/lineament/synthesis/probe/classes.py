"""The twelve classes by which the probe's parts are judged, and how mask numbers become them."""

from __future__ import annotations

import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.parts import Part

CLASSES: dict[str, tuple[Part, ...]] = {
    "background": (Part.BACKGROUND, Part.EARRING, Part.NECKLACE),
    "skin": (Part.SKIN,),
    "nose": (Part.NOSE,),
    "eyes": (Part.LEFT_EYE, Part.RIGHT_EYE),
    "brows": (Part.LEFT_BROW, Part.RIGHT_BROW),
    "lips": (Part.UPPER_LIP, Part.LOWER_LIP),
    "inner mouth": (Part.MOUTH,),
    "hair": (Part.HAIR,),
    "neck": (Part.NECK,),
    "ears": (Part.LEFT_EAR, Part.RIGHT_EAR),
    "glasses": (Part.EYE_GLASSES,),
    "cloth": (Part.CLOTH,),
    "hat": (Part.HAT,),
}
"""Parts of each class, in the order of the probe's outputs: left and right are one class, and so
are both lips; jewellery counts as background."""

BACKGROUND, SKIN = (list(CLASSES).index(name) for name in ("background", "skin"))
"""Numbers of the two classes that occlusion needs."""

CLASS_OF_PART = np.zeros(len(Part), dtype=np.uint8)
"""(19,) class of every part."""
for _number, _parts in enumerate(CLASSES.values()):
    CLASS_OF_PART[list(_parts)] = _number


def classes_of(mask: ByteArray) -> ByteArray:
    """A mask of `Part` numbers, any shape uint8, as class numbers of the same shape.

    Raises:
        IndexError: a number of the mask is no `Part`.
    """
    return np.asarray(CLASS_OF_PART[mask])
