"""Make src/lineament/landmarks/head_points.json: where the landmarks lie on a mean head.

    python recipes/landmarks/head_points.py --assets ../shared/assets

Poses `PEOPLE` people of the engine, each with the expression and the camera of one scene, without
drawing them. `points` are the means of the labels as seen from the front and from far away, with
their depth. `spread` is the root mean square of what remains, in the scene's own view, between the
person's labels and the mean points seen with the same turn and distance, after the best shift and
scale: shape, expression and the outline's sliding together. The sides of the outline all slide
at once when a head turns, which a spread for each point alone takes for less than it is; it is
written `TOGETHER` times as large there.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.camera import Camera, project
from lineament.synthesis.engine import Engine
from lineament.synthesis.engine_options import EngineOptions
from lineament.synthesis.picture import View
from lineament.synthesis.points98 import five_points

Floats = NDArray[np.float64]

PEOPLE = 200
TABLE = Path(__file__).parents[2] / "src" / "lineament" / "landmarks" / "head_points.json"

ABOUT = (
    "Mean 3-D positions of facial landmarks and their spread, in centimetres, in the frame of the "
    "head: x to the person's left, y up, z forward. Made by recipes/landmarks/head_points.py from "
    "the head of ICT-FaceKit."
)
LICENCE = (
    "MIT License. Copyright (c) 2020 USC Institute for Creative Technologies. Permission is hereby "
    "granted, free of charge, to any person obtaining a copy of this software and associated "
    'documentation files (the "Software"), to deal in the Software without restriction, including '
    "without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, "
    "and/or sell copies of the Software, and to permit persons to whom the Software is furnished "
    "to do so, subject to the following conditions: The above copyright notice and this permission "
    "notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE "
    'IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT '
    "LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND "
    "NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, "
    "DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING "
    "FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."
)
"""Of ICT-FaceKit, whose head the positions are taken from; it asks to be kept."""

COFW_29: tuple[tuple[int, ...], ...] = (
    *((33,), (46,), (37, 38), (42, 50), (35,), (39, 40), (44,), (48, 49)),
    *((60,), (72,), (64,), (68,), (62,), (66,), (70,), (74,), (96,), (97,)),
    *((55,), (59,), (54,), (57,), (76,), (82,), (79,), (90,), (94,), (85,), (16,)),
)
"""Points of COFW as means of points of the 98."""

AFLW_19: tuple[tuple[int, ...], ...] = (
    *((33,), (35, 40), (37, 38), (42, 50), (44, 48), (46,)),
    *((60,), (62, 66), (64,), (68,), (70, 74), (72,)),
    *((55,), (54,), (59,), (76,), (90, 94), (82,), (16,)),
)
"""The 19 points of AFLW (the ears left out) as means of points of the 98."""

SIDES = {"ibug-68": (*range(6), *range(11, 17)), "wflw-98": (*range(12), *range(21, 33))}
"""The outline without the chin."""

TOGETHER = 2.0


def head_points(engine: Engine, people: int = PEOPLE) -> dict[str, Any]:
    """The content of the table from the first `people` people of an engine."""
    front: list[dict[str, Floats]] = []
    seen: list[tuple[Camera, dict[str, Floats]]] = []
    for seed in range(people):
        person = engine.identity(seed)
        scene = engine.scene(seed, person)
        vertices = engine.pose(person, scene).vertices
        upright = View(vertices, vertices[:, :2] * np.array([1, -1], np.float32), vertices[:, 2])
        marks = engine.labels.points(upright, 0.0, person.skin)
        front.append(
            by_scheme(
                np.column_stack([marks.points68, marks.nearness68]),
                np.column_stack([marks.points98, marks.nearness98]),
            )
        )
        viewed = scene.camera.view(vertices)
        view = View(viewed, *project(viewed))
        marks = engine.labels.points(view, scene.camera.roll, person.skin)
        seen.append((scene.camera, by_scheme(marks.points68, marks.points98)))
    schemes = {}
    for name in front[0]:
        points = np.mean([face[name] for face in front], axis=0) * [1, -1, 1]
        left = [_remains(camera, points, face[name]) for camera, face in seen]
        spread = np.sqrt(np.mean(left, axis=0))
        spread[list(SIDES.get(name, ()))] *= TOGETHER
        schemes[name] = {"points": points.round(3).tolist(), "spread": spread.round(3).tolist()}
    return {"about": ABOUT, "licence": LICENCE, "schemes": schemes}


def by_scheme(points68: NDArray[np.floating], points98: NDArray[np.floating]) -> dict[str, Floats]:
    """Points (68,D) and (98,D) of one face in every order that the table knows."""
    wide = points98.astype(np.float64)
    return {
        "ibug-68": points68.astype(np.float64),
        "wflw-98": wide,
        "cofw-29": np.stack([wide[list(each)].mean(axis=0) for each in COFW_29]),
        "aflw-19": np.stack([wide[list(each)].mean(axis=0) for each in AFLW_19]),
        "five-points": five_points(points68.astype(np.float32)).astype(np.float64),
    }


def _remains(camera: Camera, points: Floats, labels: Floats) -> Floats:
    """Squared centimetres (L,), half of x and y together, between labels (L,2) and the mean
    points in the same view."""
    plane, _ = project(camera.view(points.astype(np.float32)))
    mean = plane.astype(np.float64) * camera.distance
    mean -= mean.mean(axis=0)
    offset = labels - labels.mean(axis=0)
    scale = float((offset * mean).sum() / (offset * offset).sum())
    squares: Floats = ((offset * scale - mean) ** 2).sum(axis=1) / 2
    return squares


def json_text(table: dict[str, Any]) -> str:
    """As JSON with one point on a line."""
    text = json.dumps(table, indent=1)
    return re.sub(r"\[\s+(-?[\d.]+),\s+(-?[\d.]+),\s+(-?[\d.]+)\s+\]", r"[\1, \2, \3]", text) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", type=Path, help="folder of head.npz and the other assets")
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    engine = Engine(options.assets, EngineOptions(size=96, degrade=False))
    table = head_points(engine)
    options.out.write_text(json_text(table), encoding="utf-8")
    print(f"{options.out}: {', '.join(table['schemes'])} from {PEOPLE} people")


if __name__ == "__main__":
    main()
