"""Tasks have the classes that labels and records rely on, and mirrors that lead back."""

from __future__ import annotations

import pytest

from lineament.attributes.tasks import TASKS, UNKNOWN, Task, find_task
from lineament.datasets.mtfl import POSES
from lineament.errors import ConfigError
from lineament.face import NAMED_ATTRIBUTES
from lineament.synthesis.attributes import (
    AGE_GROUPS,
    GLASSES,
    POSE_BINS,
    PRESENTATIONS,
)


def test_the_classes_are_those_of_the_renderings_and_of_mtfl() -> None:
    assert TASKS["pose_bin"].classes == POSE_BINS == POSES
    assert TASKS["age_group"].classes == AGE_GROUPS
    assert TASKS["glasses_kind"].classes == GLASSES
    assert TASKS["gender_presentation"].classes == PRESENTATIONS
    for name in ("smile", "glasses", "beard", "hat", "mouth_open", "eyes_closed"):
        assert TASKS[name].classes == ("no", "yes")
    assert set(NAMED_ATTRIBUTES) <= set(TASKS)
    assert [task.name for task in TASKS.values()] == list(TASKS)


def test_a_mirror_turns_the_pose_and_nothing_else() -> None:
    pose = TASKS["pose_bin"]
    assert [pose.classes[each] for each in pose.mirror] == list(reversed(pose.classes))
    for task in TASKS.values():
        if task is not pose:
            assert task.mirror == tuple(range(len(task.classes)))


def test_labels_by_name() -> None:
    assert find_task("age_group").label("old") == 4
    assert UNKNOWN == -1
    with pytest.raises(ConfigError, match="age_group has no class 'older'; it has child, teen"):
        find_task("age_group").label("older")
    with pytest.raises(ConfigError, match=r"'smiles'; did you mean smile\? the tasks are gender_"):
        find_task("smiles")


@pytest.mark.parametrize(
    ("classes", "mirror", "message"),
    [
        (("no",), (0,), "two or more classes"),
        (("no", "no"), (0, 1), "two or more classes"),
        (("a", "b"), (0,), "must swap its 2 classes"),
        (("a", "b", "c"), (1, 2, 0), "must swap its 3 classes"),
    ],
)
def test_a_task_that_contradicts_itself(
    classes: tuple[str, ...], mirror: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Task("strange", classes, mirror)
