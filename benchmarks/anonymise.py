"""How well people can be told apart after their faces were hidden.

    python benchmarks/anonymise.py --data /path/to/orl [--draws 3] [--json]

The folder holds one folder for each person (`s1`, `s2`, ...) with the photos `1.pgm` to `10.pgm`:
the ORL set (Samaria and Harter, WACV 1994). The attacker of McPherson, Shokri and Shmatikov,
"Defeating Image Obfuscation with Deep Learning" (2016): photos 1 to 5 of everybody are known,
hidden in the same way as 6 to 10, which are asked for. Looked at is the hidden ellipse alone, by
its grey values at 22 x 28 pixels, with a nearest neighbour (the better one of plain and
normalised values) and with linear discriminant analysis.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament import Analyzer
from lineament.effects.anonymise import AnonymiseOptions, anonymise
from lineament.face import ByteArray, Face
from lineament.geometry import Affine

Floats = NDArray[np.float64]
Hide = Callable[[ByteArray, Face, np.random.Generator], ByteArray]

WIDTH, HEIGHT = 22, 28
KNOWN = 5
REACH = 0.2
"""Default margin of `AnonymiseOptions`: the ellipse that is looked at."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=3, help="random numbers drawn anew")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    photos, faces, people, known = read(options.data)
    rows = []
    for name, hide in ways().items():
        drawn = []
        for draw in range(options.draws if "--" in name else 1):
            random = np.random.default_rng(draw)
            seen = [
                looked_at(hide(photo, face, random), face)
                for photo, face in zip(photos, faces, strict=True)
            ]
            drawn.append(told_apart(np.stack(seen), people, known))
        nearest, discriminant = np.mean(drawn, axis=0)
        rows.append({"drawn": name, "nearest": nearest, "discriminant": discriminant})
    if options.json:
        print(json.dumps({"people": len(set(people)), "asked": int((~known).sum()), "rows": rows}))
        return
    for row in rows:
        print(f"| {row['drawn']} | {row['nearest']:.2f} | {row['discriminant']:.2f} |")


def read(folder: Path) -> tuple[list[ByteArray], list[Face], NDArray[Any], NDArray[np.bool_]]:
    """Photos at twice their size, the face of each, who it is, and whether it is known."""
    paths = sorted(folder.glob("s*/*.pgm"), key=lambda path: (path.parent.name, int(path.stem)))
    if not paths:
        raise SystemExit(f"{folder} holds no photos; expected s1/1.pgm and so on")
    analyzer = Analyzer(heads=(), threads=1)
    photos: list[ByteArray] = []
    faces: list[Face] = []
    kept = []
    for path in paths:
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert photo is not None, path
        large = cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        found = analyzer.analyze(np.asarray(large, dtype=np.uint8))
        if found:
            photos.append(np.asarray(large, dtype=np.uint8))
            faces.append(found[0])
            kept.append(path)
    people = np.array([path.parent.name for path in kept])
    known = np.array([int(path.stem) <= KNOWN for path in kept])
    return photos, faces, people, known


def ways() -> dict[str, Hide]:
    """Every way of hiding a face, by what is said of it."""
    found: dict[str, Hide] = {"nothing": lambda photo, *_: photo}
    for cells in (16, 8, 4):
        found[f"plain mosaic, {cells} cells across"] = plain_mosaic(cells)
    for detail in (16, 8, 4, 2, 1):
        found[f"--detail {detail}"] = hidden(AnonymiseOptions(detail=detail))
    found["--style fill"] = hidden(AnonymiseOptions("fill"))
    return found


def hidden(options: AnonymiseOptions) -> Hide:
    return lambda photo, face, random: anonymise(photo, [face], options, random=random)


def plain_mosaic(cells: int) -> Hide:
    """Pixelation as usual: every cell has its mean colour."""

    def hide(photo: ByteArray, face: Face, random: np.random.Generator) -> ByteArray:  # noqa: ARG001
        size = (cells * 16, cells * 20)
        seen = cv2.warpAffine(photo, affine(face, *size), size, borderMode=cv2.BORDER_REPLICATE)
        rows = max(round(cells * face.box.height / face.box.width), 1)
        small = cv2.resize(seen, (cells, rows), interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST
        back = cv2.warpAffine(
            large,
            affine(face, *size),
            photo.shape[1::-1],
            flags=flags,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(back, dtype=np.uint8)

    return hide


def affine(face: Face, width: int, height: int) -> Affine:
    """From the photo to a picture of the widened box."""
    box, grown = face.box, 1 + 2 * REACH
    scale = np.array([width / (box.width * grown), height / (box.height * grown)])
    shift = (np.array([width, height]) - 1) / 2 - scale * box.centre
    return np.column_stack([np.diag(scale), shift])


def looked_at(photo: ByteArray, face: Face) -> Floats:
    """Grey values of the ellipse."""
    size = (WIDTH * 8, HEIGHT * 8)
    warped = cv2.warpAffine(photo, affine(face, *size), size, borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(warped, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).mean(axis=2)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside = (columns / WIDTH * 2 - 1) ** 2 + (rows / HEIGHT * 2 - 1) ** 2 <= 0.92
    return np.asarray(small[inside], dtype=np.float64)


def told_apart(seen: Floats, people: NDArray[Any], known: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the photos asked for whose person is named: by neighbour, by discriminant."""
    centred = seen - seen.mean(axis=1, keepdims=True)
    normal = centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)
    nearest = max(
        share(values[known], people[known], values[~known], people[~known])
        for values in (seen, normal)
    )
    projected = discriminant(seen, people, known)
    names = np.unique(people)
    means = np.stack([projected[known & (people == name)].mean(axis=0) for name in names])
    return nearest, share(means, names, projected[~known], people[~known])


def discriminant(seen: Floats, people: NDArray[Any], known: NDArray[np.bool_]) -> Floats:
    """Principal components of the known photos, scaled so that people vary equally in all."""
    middle = seen[known].mean(axis=0)
    _, sizes, axes = np.linalg.svd(seen[known] - middle, full_matrices=False)
    count = int(np.clip((sizes > 1e-6).sum(), 1, 60))
    found = (seen - middle) @ axes[:count].T
    within = np.zeros((count, count))
    for name in np.unique(people[known]):
        rows = found[known & (people == name)]
        within += (rows - rows.mean(axis=0)).T @ (rows - rows.mean(axis=0))
    within /= known.sum()
    within += np.eye(count) * (0.05 * np.trace(within) / count + 1e-9)
    return np.asarray(found @ np.linalg.cholesky(np.linalg.inv(within)), dtype=np.float64)


def share(known: Floats, names: NDArray[Any], asked: Floats, truth: NDArray[Any]) -> float:
    squares = (known**2).sum(axis=1)[None] - 2 * asked @ known.T
    return float((names[squares.argmin(axis=1)] == truth).mean())


if __name__ == "__main__":
    main()
