"""MakeHuman's morph targets, and the ways of varying a head that are made of them."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.spatial import cKDTree

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import DATA, SCALE, BaseMesh
from lineament.synthesis.asset_build.obj_file import GET_AGAIN, Floats
from lineament.synthesis.asset_build.originals import Original, Originals
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.register import Registration
from lineament.synthesis.asset_types import Head, Indices, Modes

FOLDER = f"{DATA}/targets/macrodetails"
PEOPLES = ("african", "asian", "caucasian")
SEXES = ("female", "male")
AGES = ("child", "young", "old")

LOWEST = -22.0
"""Base-mesh vertices below this height, in centimetres, do not move the head."""

NEIGHBOURS = 6
WIDTH = 0.35
"""Each skin vertex follows the base-mesh vertices nearest to it, by a bell this wide."""

INNER_NEIGHBOURS = 8
"""Teeth, eyeballs and sockets follow the skin vertices nearest to them."""

STILL_ABOVE = 1.0
"""Modes leave the mean place of the skin above this height as it is, in centimetres."""


def read_target(original: Original, vertices: int) -> Floats:
    """Read a .target file: lines of a vertex number and its offset.

    Args:
        original: the file.
        vertices: P, how many vertices the base mesh has.

    Returns:
        (P,3) float64 offsets in MakeHuman's unit, zero where the file names none.

    Raises:
        DataError: a line is malformed or names a vertex that is not there.
    """
    offsets = np.zeros((vertices, 3))
    for number, line in enumerate(original.content.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        try:
            row = int(words[0])
            offset = np.array([float(word) for word in words[1:]])
        except ValueError:
            row, offset = -1, np.zeros(0)
        if not 0 <= row < vertices or offset.shape != (3,) or not np.isfinite(offset).all():
            raise DataError(
                f"{original.path}, line {number}: got {line[:60].decode('utf-8', 'replace')!r}, "
                f"expected a vertex from 0 to {vertices - 1} and three numbers; {GET_AGAIN}"
            )
        offsets[row] = offset
    return offsets


class TargetTransfer:
    """Carries offsets of the base mesh over to the head."""

    def __init__(self, head: Head, base: BaseMesh, registration: Registration) -> None:
        self.base = base
        self.moving: Indices = base.body[base.vertices[base.body, 1] > LOWEST]
        distance, self.index = cKDTree(base.vertices[self.moving]).query(
            registration.places, k=NEIGHBOURS
        )
        weights = np.exp(-((distance / WIDTH) ** 2)) + 1e-6
        self.weights: Floats = weights / weights.sum(axis=1, keepdims=True)
        self.vertices = len(head.vertices)
        skin = cKDTree(head.vertices[:SKIN_VERTICES])
        _, self.outer = skin.query(head.vertices[SKIN_VERTICES:], k=INNER_NEIGHBOURS)

    def __call__(self, offsets: Floats) -> Floats:
        """Offsets (P,3) in MakeHuman's unit become offsets (V,3) of the head in centimetres."""
        moving = offsets[self.moving] * SCALE
        skin = np.einsum("nk,nkd->nd", self.weights, moving[self.index])
        return np.concatenate([skin, skin[self.outer].mean(axis=1)])


def make_modes(
    originals: Originals,
    head: Head,
    base: BaseMesh,
    registration: Registration,
    progress: Progress = silent,
) -> Modes:
    """Read the macro targets and make the modes of them.

    `female` is what turns a woman's head into a man's at full strength: it points from female to
    male, as it always did in modes.npz; the others point to what they are named after.

    Raises:
        DataError: a target is missing or malformed.
    """
    transfer = TargetTransfer(head, base, registration)
    names = target_names()
    moved: dict[str, Floats] = {}
    for done, (key, name) in enumerate(names.items(), start=1):
        target = read_target(originals.read(f"{FOLDER}/{name}.target"), len(base.original))
        moved[key] = transfer(target)
        progress("transferring targets", done, len(names))
    still = np.flatnonzero(head.vertices[:SKIN_VERTICES, 1] > STILL_ABOVE)

    def person(people: str, sex: str, age: str) -> Floats:
        return moved[f"{people}-{sex}-{age}"] + moved[f"{sex}-{age}"]

    def mean(parts: list[Floats]) -> Floats:
        return np.asarray(np.mean(parts, axis=0))

    def centred(mode: Floats) -> Floats:
        return np.asarray(mode - mode[still].mean(axis=0))

    def aged(age: str) -> Floats:
        return mean([person(p, s, age) - person(p, s, "young") for p, s in product(PEOPLES, SEXES)])

    def young(people: str) -> Floats:
        return mean([person(people, sex, "young") for sex in SEXES])

    everyone = mean([young(people) for people in PEOPLES])
    modes = {
        "female": mean(
            [person(p, "male", "young") - person(p, "female", "young") for p in PEOPLES]
        ),
        "old": aged("old"),
        "child": aged("child"),
        "heavy": mean([moved[f"{sex}-maxweight"] - moved[f"{sex}-minweight"] for sex in SEXES]),
        **{people: young(people) - everyone for people in PEOPLES},
    }
    return Modes(**{name: centred(mode).astype(np.float16) for name, mode in modes.items()})


def target_names() -> dict[str, str]:
    """Names of the target files, without suffix, by what they do."""
    average = "universal-{}-{}-averagemuscle-{}weight"
    names = {f"{p}-{s}-{a}": f"{p}-{s}-{a}" for p, s, a in product(PEOPLES, SEXES, AGES)}
    names |= {f"{s}-{a}": average.format(s, a, "average") for s, a in product(SEXES, AGES)}
    weights = product(SEXES, ("min", "max"))
    return names | {f"{s}-{w}weight": average.format(s, "young", w) for s, w in weights}
