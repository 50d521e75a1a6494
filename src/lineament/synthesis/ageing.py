"""The same person some years earlier or later: what age changes, and nothing else.

Shape of the grown head, lines, grey hair and the hair line follow the age as `traits.sample_traits`
has them; how fast a person greys or wrinkles stays with the person. Bones, features, skin tone,
spots and the natural colour of the hair stay. Children stay children, since their heads have
proportions of their own, and adults grow no younger than 18.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.traits import AGE_BOUNDS, Traits, old_shape, old_skin

ADULT = 18.0
CHILD_YEARS = 2.0
"""The most by which a person under 18 grows older or younger."""

GREYS_FROM = 32.0
"""Age up to which nobody has grey hair."""

RECEDES_FROM = 0.05
"""Of `old_skin`: below it, the hair line of an age tells nothing about later ones."""


def aged(traits: Traits, years: float) -> Traits:
    """The person `years` later, or earlier where negative; within the ages that people are of."""
    age = reached_age(traits.age, years)
    if age == traits.age:
        return traits
    random = np.random.default_rng([traits.seed, 80])
    pace = random.uniform(0.7, 1.3)
    grey_offset, line = random.normal(0, 0.25), random.beta(1.2, 2.2)
    if old_shape(traits.age) > 0:
        pace = traits.modes["old"] / old_shape(traits.age)
    if traits.age > GREYS_FROM:
        shown = traits.grey - (traits.age - 45) / 30
        if traits.grey >= 1:
            grey_offset = max(grey_offset, shown)
        elif traits.grey <= 0:
            grey_offset = min(grey_offset, shown)
        else:
            grey_offset = shown
    recession = 0.0
    if not traits.feminine and age > ADULT:
        if old_skin(traits.age) > RECEDES_FROM:
            line = traits.recession / old_skin(traits.age) ** 0.5
        recession = float(min(line, 1.0) * old_skin(age) ** 0.5)
        held = max if age > traits.age else min
        recession = held(recession, traits.recession)
    wrinkles = traits.wrinkles + old_skin(age) - old_skin(traits.age)
    return replace(
        traits,
        age=age,
        modes={**traits.modes, "old": float(pace * old_shape(age))},
        grey=float(np.clip((age - 45) / 30 + grey_offset, 0, 1)) if age > GREYS_FROM else 0.0,
        recession=recession,
        wrinkles=float(np.clip(wrinkles, 0, 1.2)) if age > 25 else 0.0,
    )


def reached_age(age: float, years: float) -> float:
    """The age of a person of `age` after `years`, held within what `aged` can show."""
    if age < ADULT:
        years = float(np.clip(years, -CHILD_YEARS, CHILD_YEARS))
        return float(np.clip(age + years, AGE_BOUNDS[0], max(ADULT, age)))
    return float(np.clip(age + years, ADULT, AGE_BOUNDS[-1]))
