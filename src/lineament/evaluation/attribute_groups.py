"""The groups that answers are scored in apart: skin tone, age, presentation, pose and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineament.attributes.tasks import TASKS
from lineament.evaluation.attribute_samples import AttributeSample
from lineament.evaluation.skin_tone import TONES, tone_of
from lineament.face import FloatArray

MOST_VALUES = 24
"""What tells more values apart than these is a name, not a group."""

MEASURED_TONE = "skin_tone_measured"
FIRST = ("skin_tone", MEASURED_TONE, "age_group", "gender_presentation", "pose_bin")
"""Groups that tables and plots show, in this order; then those that are no task and not yes or
no."""


def named_groups(
    samples: Sequence[AttributeSample], typology: FloatArray
) -> dict[str, list[str | None]]:
    """By name what each of the N faces is in it; None where that is not known.

    Groups of one value or of very many are left out.

    Args:
        typology: (N,) individual typology angles in degrees, NaN where not measured.
    """
    names = dict.fromkeys(name for sample in samples for name in sample.groups)
    groups: dict[str, list[str | None]] = {
        name: [sample.groups.get(name) for sample in samples] for name in names
    }
    groups[MEASURED_TONE] = [tone_of(float(angle)) for angle in typology]
    return {
        name: values
        for name, values in groups.items()
        if 1 < len(set(values) - {None}) <= MOST_VALUES
    }


def shown_groups(groups: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Names of the groups to show, of a task's groups in the document."""
    others = [
        name
        for name, values in groups.items()
        if name not in FIRST and name not in TASKS and set(values) != {"no", "yes"}
    ]
    return [name for name in FIRST if name in groups] + sorted(others)


def in_order(group: str, values: Sequence[str]) -> list[str]:
    """Values of a group in the order of its task's classes or of the tones, else of their names."""
    order = TONES if group == MEASURED_TONE else TASKS[group].classes if group in TASKS else ()
    return [name for name in order or sorted(values) if name in values]
