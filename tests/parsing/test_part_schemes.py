"""The sets of part classes agree with one another and with what the datasets say."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.errors import ConfigError, DataError
from lineament.parsing.part_schemes import (
    CELEBAMASK,
    CELEBAMASK_19,
    HELEN_11,
    LAPA_11,
    PART_SCHEMES,
    PARTS_9,
    PARTS_13,
    UNKNOWN,
    PartScheme,
    find_part_scheme,
)
from lineament.synthesis.parts import MIRRORED, Part
from lineament.synthesis.probe.classes import CLASSES
from lineament.synthesis.probe.classes import classes_of as probe_classes_of

ALL = np.arange(len(CELEBAMASK), dtype=np.uint8)


@pytest.mark.parametrize("scheme", PART_SCHEMES.values(), ids=list(PART_SCHEMES))
def test_a_scheme_is_whole(scheme: PartScheme) -> None:
    assert find_part_scheme(scheme.name) is scheme
    count = len(scheme.classes)
    assert count == len(scheme) == len(scheme.mirror) == len(scheme.members) == len(scheme.palette)
    assert scheme.classes[0] == "background" and scheme.palette[0] == (0, 0, 0)
    assert len(set(scheme.classes)) == len(set(scheme.palette)) == count
    assert sorted(number for each in scheme.members for number in each) == ALL.tolist()
    assert [scheme.mirror[scheme.mirror[number]] for number in range(count)] == list(range(count))
    np.testing.assert_array_equal(np.unique(scheme.classes_of(ALL)), np.arange(count))


@pytest.mark.parametrize("scheme", PART_SCHEMES.values(), ids=list(PART_SCHEMES))
def test_mirroring_before_or_after_the_classes_is_the_same(scheme: PartScheme) -> None:
    mirrored = np.array([MIRRORED.get(Part(number), number) for number in ALL], dtype=np.uint8)
    swap = np.array(scheme.mirror)
    np.testing.assert_array_equal(scheme.classes_of(mirrored), swap[scheme.classes_of(ALL)])


def test_the_nineteen_are_those_of_the_engine() -> None:
    assert [name.upper() for name in CELEBAMASK] == [part.name for part in Part]
    np.testing.assert_array_equal(CELEBAMASK_19.classes_of(ALL), ALL)


def test_the_nine_of_the_paper() -> None:
    """Brow 1 and eye 1 lie on the viewer's left and are the person's right ones."""
    order = (Part.RIGHT_BROW, Part.LEFT_BROW, Part.RIGHT_EYE, Part.LEFT_EYE, Part.NOSE)
    order += (Part.UPPER_LIP, Part.MOUTH, Part.LOWER_LIP)
    assert PARTS_9.members[1:] == tuple((int(part),) for part in order)
    for part in (Part.SKIN, Part.HAIR, Part.EYE_GLASSES, Part.NECK, Part.LEFT_EAR):
        assert part in PARTS_9.members[0]
    assert PARTS_9.mirror == (0, 2, 1, 4, 3, 5, 6, 7, 8)


def test_helen_and_lapa() -> None:
    assert HELEN_11.classes == LAPA_11.classes
    names = ("background", "skin", "right_brow", "left_brow", "right_eye", "left_eye", "nose")
    assert HELEN_11.classes == (*names, "upper_lip", "inner_mouth", "lower_lip", "hair")
    assert Part.NECK in HELEN_11.members[0] and Part.LEFT_EAR in HELEN_11.members[0]


def test_the_twelve_judged_classes() -> None:
    own = {name: PARTS_13.classes.index(name.replace(" ", "_")) for name in CLASSES}
    order = np.array(list(own.values()), dtype=np.uint8)
    np.testing.assert_array_equal(PARTS_13.classes_of(ALL), order[probe_classes_of(ALL)])


def test_unknown_stays_unknown_and_strangers_are_refused() -> None:
    mask = np.array([[1, UNKNOWN], [2, 0]], dtype=np.uint8)
    np.testing.assert_array_equal(PARTS_9.classes_of(mask), [[0, UNKNOWN], [5, 0]])
    assert PARTS_9.classes_of(np.zeros((0, 3), np.uint8)).shape == (0, 3)
    for number in (19, 254):
        with pytest.raises(DataError, match=rf"holds {number}; expected class numbers 0 to 18"):
            PARTS_9.classes_of(np.array([0, number], dtype=np.uint8))


def test_from_one_dataset_to_the_classes_of_another() -> None:
    helen = np.arange(11, dtype=np.uint8)
    np.testing.assert_array_equal(
        HELEN_11.converted(helen, PARTS_9), [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]
    )
    found = HELEN_11.converted(helen, CELEBAMASK_19)
    known = (Part.RIGHT_BROW, Part.LEFT_BROW, Part.RIGHT_EYE, Part.LEFT_EYE, Part.NOSE)
    known += (Part.UPPER_LIP, Part.MOUTH, Part.LOWER_LIP, Part.HAIR)
    np.testing.assert_array_equal(found, [UNKNOWN, UNKNOWN, *known])
    with pytest.raises(DataError, match="expected class numbers 0 to 10 of helen-11"):
        HELEN_11.converted(np.array([11], np.uint8), PARTS_9)


def test_names() -> None:
    assert PARTS_9.number("nose") == 5
    with pytest.raises(ConfigError, match=r"parts-9 has no class 'hair'; there are background, ri"):
        PARTS_9.number("hair")
    with pytest.raises(
        ConfigError, match=r"no part scheme named 'parts-8'; there are celebamask-1"
    ):
        find_part_scheme("parts-8")
