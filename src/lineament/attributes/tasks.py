"""What is asked about a face besides its points: names, classes, and what a mirror does to them.

A task's name, its classes and their order are those of weight records, of labels and of what is
written. A label is the index of a class; `UNKNOWN` stands where nobody said.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lineament.errors import ConfigError

UNKNOWN = -1
"""Label of a face of which the answer is not known."""


@dataclass(frozen=True)
class Task:
    """One question with a closed list of answers.

    Attributes:
        name: as weight records and labels spell it.
        classes: the answers in the order of a network's outputs.
        mirror: for each class the index of the class that a mirrored picture shows.

    Raises:
        ValueError: fewer than two classes, two of one name, or a mirror that, applied twice,
            does not lead back.
    """

    name: str
    classes: tuple[str, ...]
    mirror: tuple[int, ...]

    def __post_init__(self) -> None:
        count = len(self.classes)
        if count < 2 or len(set(self.classes)) != count:
            raise ValueError(f"task {self.name} needs two or more classes, got {self.classes}")
        if sorted(self.mirror) != list(range(count)) or any(
            self.mirror[self.mirror[each]] != each for each in range(count)
        ):
            raise ValueError(
                f"the mirror of task {self.name} must swap its {count} classes or leave them, "
                f"got {self.mirror}"
            )

    def label(self, name: str) -> int:
        """The index of a class, or a ConfigError that lists the classes."""
        if name not in self.classes:
            raise ConfigError(
                f"task {self.name} has no class {name!r}; it has {', '.join(self.classes)}"
            )
        return self.classes.index(name)


def _upright(name: str, *classes: str) -> Task:
    """A task whose answer a mirror does not change."""
    return Task(name, classes, tuple(range(len(classes))))


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        task.name: task
        for task in (
            _upright("gender_presentation", "feminine", "masculine"),
            _upright("age_group", "child", "teen", "young adult", "middle-aged", "old"),
            _upright("smile", "no", "yes"),
            _upright("glasses", "no", "yes"),
            _upright("glasses_kind", "none", "clear", "dark"),
            Task(
                "pose_bin",
                ("left profile", "left", "frontal", "right", "right profile"),
                mirror=(4, 3, 2, 1, 0),
            ),
            _upright("beard", "no", "yes"),
            _upright("hat", "no", "yes"),
            _upright("mouth_open", "no", "yes"),
            _upright("eyes_closed", "no", "yes"),
        )
    }
)
"""Every task by its name.

`pose_bin` has the classes of MTFL (Zhang et al., ECCV 2014) in the order of its numbers 1 to 5;
their left and right are the viewer's, so that the person turns to their own right in the first
two. An `age_group` is that of the appearance: child below 13 years, teen to 19, young adult to
34, middle-aged to 54, old from 55. A `gender_presentation` is that of the picture as it was
rendered or annotated; it says nothing of who a person is.
"""


def find_task(name: str) -> Task:
    """The task of this name, or a ConfigError that lists those that exist."""
    if name not in TASKS:
        near = difflib.get_close_matches(name, TASKS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(f"no task named {name!r}; {hint}the tasks are {', '.join(TASKS)}")
    return TASKS[name]
