"""An engine that draws nothing: pictures and labels that depend on the two seeds alone."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.synthesis.attributes import GLASSES, PRESENTATIONS, Attributes
from lineament.synthesis.rendering import Rendering

SIZE = 32


class FakeEngine:
    def identity(self, seed: int, years: float = 0.0) -> int:
        return seed + round(1000 * abs(years))

    def render(self, identity: int, scene_seed: int) -> Rendering:
        return fake_rendering(identity, scene_seed)


def fake_rendering(identity: int = 3, scene: int = 5, size: int = SIZE) -> Rendering:
    person, random = np.random.default_rng(identity), np.random.default_rng((identity, scene))
    points = random.uniform(2, size - 2, (171, 2)).astype(np.float32)
    seen = random.random(166) < 0.8
    outline = points[:68]
    return Rendering(
        image=random.integers(0, 256, (size, size, 3), dtype=np.uint8),
        mask=random.integers(0, 19, (size, size), dtype=np.uint8),
        points68=outline,
        visible68=seen[:68],
        points98=points[68:166],
        visible98=seen[68:],
        points5=points[166:],
        box=np.concatenate([outline.min(axis=0), outline.max(axis=0)]),
        attributes=Attributes(
            yaw=random.uniform(-75, 75),
            pitch=random.uniform(-20, 20),
            roll=random.uniform(-20, 20),
            smile_strength=random.random(),
            glasses=GLASSES[random.integers(3)],
            gender_presentation=PRESENTATIONS[person.integers(2)],
            age=person.uniform(4, 85),
            skin_tone=int(person.integers(1, 11)),
            beard_strength=random.random(),
            moustache=bool(random.random() < 0.3),
            hat_kind=str(random.choice(["none", "beanie"])),
            hair_style="bob",
            mouth_open=bool(random.random() < 0.3),
            eyes_closed=False,
            occlusion=random.random(),
        ),
        identity=identity,
        scene=scene,
    )


@dataclass(frozen=True)
class Fake:
    """Makes the engine; with a fault it does that at the scene of this seed, once.

    Attributes:
        fault: `raise`, `die`, or `sleep` (for ten minutes).
        mark: a file that the engine leaves when it has come to its fault.
    """

    fault: str = ""
    scene: int = -1
    mark: Path | None = None

    def __call__(self) -> FakeEngine:
        return _Faulty(self) if self.fault else FakeEngine()


class _Faulty(FakeEngine):
    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def render(self, identity: int, scene_seed: int) -> Rendering:
        if scene_seed == self.fake.scene:
            if self.fake.mark:
                self.fake.mark.touch()
            if self.fake.fault == "raise":
                raise ZeroDivisionError("no light at all")
            if self.fake.fault == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(600)
        return super().render(identity, scene_seed)
