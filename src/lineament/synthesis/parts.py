"""The part classes of CelebAMask-HQ (Lee et al., CVPR 2020), as every mask here holds them.

Left and right are the person's own. Conventions of the set: the whole lens of glasses is
`EYE_GLASSES`, but eyes and brows that are seen through it keep their own part, since the set draws
them over the glasses; `MOUTH` is the inner mouth (teeth, tongue, gums, dark), without the lips;
`NECK` is all bare skin below the jaw; beard is skin, `HAIR` grows on the head; hoods and helmets
are `HAT`.
"""

from __future__ import annotations

from enum import IntEnum


class Part(IntEnum):
    """Numbers in a mask, in the order of the set's own tools; 0 is everything else."""

    BACKGROUND = 0
    SKIN = 1
    NOSE = 2
    EYE_GLASSES = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    LEFT_BROW = 6
    RIGHT_BROW = 7
    LEFT_EAR = 8
    RIGHT_EAR = 9
    MOUTH = 10
    UPPER_LIP = 11
    LOWER_LIP = 12
    HAIR = 13
    HAT = 14
    EARRING = 15
    NECKLACE = 16
    NECK = 17
    CLOTH = 18


FILE_NAMES = {
    Part.SKIN: "skin",
    Part.NOSE: "nose",
    Part.EYE_GLASSES: "eye_g",
    Part.LEFT_EYE: "l_eye",
    Part.RIGHT_EYE: "r_eye",
    Part.LEFT_BROW: "l_brow",
    Part.RIGHT_BROW: "r_brow",
    Part.LEFT_EAR: "l_ear",
    Part.RIGHT_EAR: "r_ear",
    Part.MOUTH: "mouth",
    Part.UPPER_LIP: "u_lip",
    Part.LOWER_LIP: "l_lip",
    Part.HAIR: "hair",
    Part.HAT: "hat",
    Part.EARRING: "ear_r",
    Part.NECKLACE: "neck_l",
    Part.NECK: "neck",
    Part.CLOTH: "cloth",
}
"""How the set names the file of each part."""

MIRRORED = {
    Part.LEFT_EYE: Part.RIGHT_EYE,
    Part.LEFT_BROW: Part.RIGHT_BROW,
    Part.LEFT_EAR: Part.RIGHT_EAR,
}
MIRRORED |= {right: left for left, right in MIRRORED.items()}
"""What a part becomes when the picture is mirrored; all others stay."""
