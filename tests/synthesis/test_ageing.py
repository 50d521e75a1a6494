"""The same person at other ages."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.synthesis.ageing import ADULT, CHILD_YEARS, aged
from lineament.synthesis.dataset_recipe import load_dataset_recipe
from lineament.synthesis.traits import AGE_BOUNDS, sample_traits

RECIPE = Path(__file__).parents[2] / "recipes" / "synthesis" / "identities.toml"
CHANGES = {"age", "modes", "grey", "recession", "wrinkles"}

seeds = st.integers(0, 10_000)


@given(seeds, st.floats(-60, 60))
def test_only_what_age_changes_is_changed(seed, years):
    one = sample_traits(seed)
    other = aged(one, years)
    for name, value in vars(one).items():
        if name not in CHANGES:
            np.testing.assert_array_equal(getattr(other, name), value, err_msg=name)
    unlike = {name for name, value in one.modes.items() if other.modes[name] != value}
    assert unlike <= {"old"}
    assert AGE_BOUNDS[0] <= other.age <= AGE_BOUNDS[-1]
    assert abs(other.age - one.age) <= abs(years) + 1e-9
    if one.age < ADULT:
        assert other.age <= ADULT and abs(other.age - one.age) <= CHILD_YEARS + 1e-9
    else:
        assert other.age >= ADULT


@given(seeds, st.floats(0, 60), st.floats(0, 60))
def test_nobody_grows_less_grey_or_wrinkled_or_more_hairy(seed, years, more):
    one = sample_traits(seed)
    young, old = aged(one, years), aged(one, years + more)
    for name in ("grey", "recession", "wrinkles"):
        assert getattr(old, name) >= getattr(young, name) - 1e-9, name


def test_who_is_grey_stays_grey_and_who_is_not_begins_there():
    people = [sample_traits(seed) for seed in range(3000)]
    grey = [one for one in people if one.grey == 1]
    dark = [one for one in people if one.grey == 0 and 40 < one.age < 70]
    assert grey and dark
    assert {aged(one, 1.0).grey for one in grey} == {1.0}
    assert max(aged(one, 3.0).grey for one in dark) <= 0.1 + 1e-9


@given(seeds)
def test_no_years_make_the_person_itself(seed):
    one = sample_traits(seed)
    assert aged(one, 0.0) is one


def test_the_pictures_of_a_person_show_three_ages():
    recipe = load_dataset_recipe(RECIPE)
    each = recipe.images_per_identity
    people = [[recipe.person(i) for i in range(p * each, (p + 1) * each)] for p in range(50)]
    assert all(len({seed for seed, _ in person}) == 1 for person in people)
    assert all(len({years for _, years in person}) == 3 for person in people)
    assert all(person == sorted(person, key=person.index) for person in people)
    years = np.array([years for person in people for _, years in person])
    assert np.abs(years).max() <= 15 and years.std() == pytest.approx(15 / 3**0.5, rel=0.2)


def test_without_ages_nobody_changes():
    recipe = load_dataset_recipe(RECIPE, ["ages=1", "age_span=0.0"])
    assert {recipe.person(i) for i in range(16)} == {(recipe.seeds(0)[0], 0.0)}
