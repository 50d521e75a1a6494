"""Rendered faces of `lineament synth generate` with what their renderings say of attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.attributes.attribute_faces import AttributeFaces, labels_of, log_known
from lineament.detection import Detector
from lineament.errors import DataError
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import FIVE, Scheme
from lineament.landmarks.training_faces import TrainingFaces
from lineament.strict import Strict
from lineament.synthesis.attributes import Attributes
from lineament.synthesis.shard_reader import find_shards, read_facts


class RenderedAttributes(Strict):
    """Shards of rendered faces; fields as of `RenderedSource`, which keeps the pictures.

    Attributes:
        validation_people: so many people, those that were rendered last, are kept for
            validation.
        limit: only the first so many faces are used.
    """

    kind: Literal["rendered"]
    folder: Path
    validation_people: int = Field(ge=0, default=0)
    limit: int | None = Field(gt=0, default=None)

    def read(
        self, tasks: tuple[str, ...], detector: Detector, cache: Path, scheme: Scheme = FIVE
    ) -> tuple[AttributeFaces, AttributeFaces]:
        """Faces to train on and faces to validate on; no person is in both.

        Every task and all angles are known. What is kept in `cache` does not depend on the tasks,
        and landmark recipes share it.

        Args:
            scheme: order of the points, one that renderings have.

        Raises:
            ConfigError: no such task, the renderings have no such points, or fewer people than
                are kept.
            DataError: no shard, a damaged one, or shards that change while they are read.
        """
        labels_of([], tasks)
        source = RenderedSource(**self.model_dump())
        training, held_out = source.read(scheme, detector, cache)
        facts = [fact for path in find_shards(self.folder) for fact in read_facts(path)]
        facts = facts[: len(training) + len(held_out)]
        people = np.concatenate([training.groups, held_out.groups])
        if [fact["identity"] for fact in facts] != people.tolist():
            raise DataError(
                f"the people of the shards in {self.folder} are not those of the pictures kept in "
                f"{cache}; do not change shards while they are read, and read them again"
            )
        attributes = [Attributes.from_dict(fact["attributes"]) for fact in facts]

        def part(faces: TrainingFaces, first: int) -> AttributeFaces:
            some = attributes[first : first + len(faces)]
            angles = np.array([[one.yaw, one.pitch, one.roll] for one in some], np.float32)
            labels = labels_of([answers(one) for one in some], tasks)
            return AttributeFaces(faces, labels, tasks, angles.reshape(-1, 3))

        both = part(training, 0), part(held_out, len(training))
        log_known(both[0], f"renderings of {self.folder} to train on")
        return both


def answers(attributes: Attributes) -> dict[str, str]:
    """The class of every task by its name."""
    truths = {
        "smile": attributes.smile,
        "glasses": attributes.glasses != "none",
        "beard": attributes.beard,
        "hat": attributes.hat,
        "mouth_open": attributes.mouth_open,
        "eyes_closed": attributes.eyes_closed,
    }
    return {
        "gender_presentation": attributes.gender_presentation,
        "age_group": attributes.age_group,
        "glasses_kind": attributes.glasses,
        "pose_bin": attributes.pose_bin,
        **{task: "yes" if true else "no" for task, true in truths.items()},
    }
