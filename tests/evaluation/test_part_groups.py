"""The papers' groups of parts, and the classes in which two schemes can be compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lineament.errors import ConfigError
from lineament.evaluation.parsing_scores import confusion
from lineament.evaluation.part_groups import GROUPS, group_classes, group_scores
from lineament.evaluation.scheme_comparison import common_scheme
from lineament.parsing.part_schemes import (
    CELEBAMASK_19,
    HELEN_11,
    LAPA_11,
    PART_SCHEMES,
    PARTS_9,
    PARTS_13,
    UNKNOWN,
    PartScheme,
)
from lineament.synthesis.parts import Part

MASK = arrays(np.uint8, (6, 6), elements=st.integers(0, 18))


def test_the_groups_are_those_of_the_specification() -> None:
    """Of the nine classes: eyes 3 4, brows 1 2, nose 5, lips 6 and 8, inner mouth 7."""
    classes = {group: group_classes(PARTS_9, group) for group in GROUPS}
    assert classes == {
        "eyes": (3, 4),
        "brows": (1, 2),
        "nose": (5,),
        "upper lip": (6,),
        "inner mouth": (7,),
        "lower lip": (8,),
        "mouth": (6, 7, 8),
        "overall": (1, 2, 3, 4, 5, 6, 7, 8),
    }


def test_swaps_inside_a_group_are_correct_by_hand() -> None:
    """One row of ten pixels in the nine classes."""
    truth = np.array([1, 2, 3, 4, 5, 6, 7, 8, 0, 0])
    guess = np.array([2, 1, 4, 4, 0, 8, 7, 8, 5, 0])
    scores = group_scores(confusion(guess, truth, 9), PARTS_9)
    assert scores == {
        "brows": 1.0,
        "eyes": 1.0,
        "nose": 0.0,
        "upper lip": 0.0,
        "inner mouth": 1.0,
        "lower lip": pytest.approx(2 * 1 / (2 + 1)),
        "mouth": 1.0,
        # Seven of eight true pixels, and eight predicted ones of which one is no part.
        "overall": pytest.approx(2 * 7 / (8 + 8)),
    }


def test_an_absent_group_has_no_score_and_an_unspeakable_one_is_left_out() -> None:
    nothing = confusion(np.zeros(4, np.uint8), np.zeros(4, np.uint8), 13)
    scores = group_scores(nothing, PARTS_13)
    assert set(scores.values()) == {None}
    # Both lips are one class there.
    assert set(GROUPS) - set(scores) == {"upper lip", "lower lip"}
    assert group_classes(PARTS_13, "mouth") == (5, 6)


@settings(max_examples=50, deadline=None)
@given(MASK, MASK, st.sampled_from(sorted(PART_SCHEMES)), st.sampled_from(sorted(GROUPS)))
def test_a_group_is_what_merging_the_parts_by_hand_gives(
    guess: np.ndarray, truth: np.ndarray, name: str, group: str
) -> None:
    scheme = PART_SCHEMES[name]
    counts = confusion(scheme.classes_of(guess), scheme.classes_of(truth), len(scheme))
    scores = group_scores(counts, scheme)
    if group in scores:
        a, b = np.isin(guess, GROUPS[group]), np.isin(truth, GROUPS[group])
        both = int(a.sum() + b.sum())
        expected = 2 * int((a & b).sum()) / both if both else None
        assert scores[group] == (None if expected is None else pytest.approx(expected))


def test_a_finer_and_a_coarser_scheme_are_compared_in_the_coarser_one() -> None:
    for coarse in (PARTS_9, PARTS_13, HELEN_11):
        assert common_scheme([CELEBAMASK_19, coarse]) is coarse
        assert common_scheme([coarse, CELEBAMASK_19]) is coarse
    assert common_scheme([CELEBAMASK_19]) is CELEBAMASK_19
    assert common_scheme([LAPA_11, HELEN_11]) is LAPA_11


def test_schemes_that_cut_differently_meet_in_what_both_can_tell() -> None:
    """The nine parts know no hair, the twelve classes know no left and right."""
    common = common_scheme([PARTS_9, PARTS_13])
    assert common.name == "parts-9 with parts-13"
    assert common.classes == ("background", "nose", "eyes", "brows", "inner_mouth", "lips")
    assert common.mirror == (0, 1, 2, 3, 4, 5)
    assert common.members[5] == (Part.UPPER_LIP, Part.LOWER_LIP)
    assert sorted(n for members in common.members for n in members) == list(range(19))
    skin = common_scheme([HELEN_11, PARTS_13])
    assert skin.classes[1] == "skin"
    assert skin.members[1] == (Part.SKIN, Part.EYE_GLASSES)


def test_chained_classes_are_one_and_sides_stay_mirrored() -> None:
    """One scheme joins nose and hair, the other hair and hat: all three can only be one."""
    common = common_scheme([joining(Part.NOSE, Part.HAIR), joining(Part.HAIR, Part.HAT)])
    assert "nose+hair+hat" in common.classes
    assert len(common) == 17
    right, left = (common.number(name) for name in ("right_eye", "left_eye"))
    assert common.mirror[right] == left and common.mirror[left] == right
    assert [common.mirror[other] for other in common.mirror] == list(range(17))


@settings(max_examples=50, deadline=None)
@given(MASK, st.sampled_from(sorted(PART_SCHEMES)), st.sampled_from(sorted(PART_SCHEMES)))
def test_both_ways_to_the_common_scheme_agree_and_lose_no_pixel(
    mask: np.ndarray, one: str, other: str
) -> None:
    schemes = [PART_SCHEMES[one], PART_SCHEMES[other]]
    common = common_scheme(schemes)
    first, second = (scheme.converted(scheme.classes_of(mask), common) for scheme in schemes)
    np.testing.assert_array_equal(first, second)
    assert UNKNOWN not in first


def test_schemes_without_a_common_class_are_refused() -> None:
    left = PartScheme("hats", ("background", "hat"), (0, 1), (_all_but(14), (14,)), ((0,) * 3,) * 2)
    with pytest.raises(ConfigError, match="hats and parts-9 have no class in common"):
        common_scheme([left, PARTS_9])
    with pytest.raises(ValueError, match="no part scheme"):
        common_scheme([])


def _all_but(number: int) -> tuple[int, ...]:
    return tuple(other for other in range(19) if other != number)


def joining(*parts: Part) -> PartScheme:
    """The scheme of CelebAMask-HQ with these parts as one class, its last."""
    members = [(number,) for number in range(19) if number not in parts] + [tuple(parts)]
    names = [CELEBAMASK_19.classes[numbers[0]] for numbers in members[:-1]] + ["joined"]
    return PartScheme(
        name="-".join(part.name for part in parts),
        classes=tuple(names),
        mirror=tuple(range(len(names))),
        members=tuple(members),
        palette=((0, 0, 0),) * len(names),
    )
