"""A folder of tiny assets in the layout of the real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lineament.image import write

Arrays = dict[str, np.ndarray]

VERTICES, TRIANGLES, TEXCOORDS = 12, 5, 7
MODES = ("female", "old", "child", "heavy", "african", "asian", "caucasian")


def small_arrays() -> dict[str, Arrays]:
    """Arrays of each .npz file, as fresh copies."""
    random = np.random.default_rng(7)

    def offsets(*shape: int, dtype: Any = np.float16) -> np.ndarray:
        return random.standard_normal(shape).astype(dtype)

    head = {
        "vertices": offsets(VERTICES, 3, dtype=np.float32),
        "triangles": random.integers(0, VERTICES, (TRIANGLES, 3), np.int32),
        "texcoords": offsets(TEXCOORDS, 2, dtype=np.float32),
        "triangle_texcoords": random.integers(0, TEXCOORDS, (TRIANGLES, 3), np.int32),
        "triangle_material": np.array([0, 1, 1, 0, 1], np.uint8),
        "materials": np.array(["M_BackHead", "M_Face"]),
        "identity": offsets(3, VERTICES, 3),
        "expression": offsets(2, VERTICES, 3),
        "expression_names": np.array(["jawOpen", "smile"]),
        "landmark68": random.integers(0, VERTICES, 68, np.int32),
    }
    wear: Arrays = {}
    for name, points in (("hair/bob", 6), ("hat/fedora", 4)):
        wear |= {
            f"{name}/vertices": offsets(points, 3, dtype=np.float32),
            f"{name}/triangles": random.integers(0, points, (3, 3), np.int32),
            f"{name}/texcoords": offsets(3, 3, 2),
            f"{name}/texture": np.full((8, 8, 4), 200, np.uint8),
            f"{name}/bind_index": random.integers(0, VERTICES, (points, 2), np.int32),
            f"{name}/bind_weight": np.full((points, 2), 0.5, np.float16),
        }
    maps = {
        "labels": np.ones((16, 16), np.uint8),
        "landmark_uv": offsets(68, 2, dtype=np.float32),
        "canonical_position": offsets(8, 8, 3),
        "face_mask": np.ones((8, 8), np.uint8),
        "outer_outline": offsets(5, 2, dtype=np.float32),
        "ambient_occlusion": np.ones(VERTICES, np.float32),
    }
    modes = {mode: offsets(VERTICES, 3) for mode in MODES}
    return {"head.npz": head, "modes.npz": modes, "wear.npz": wear, "uv.npz": maps}


def write_small_assets(folder: Path) -> Path:
    """Write a sound folder and return it."""
    (folder / "skins").mkdir(parents=True)
    for name, arrays in small_arrays().items():
        np.savez(folder / name, **arrays)
    for shade in (90, 180):
        write(folder / "skins" / f"{shade:03d}.png", np.full((512, 512, 3), shade, np.uint8))
    return folder


def rewrite(folder: Path, file: str, **changes: np.ndarray | None) -> None:
    """Write one file again with other arrays; None leaves an array out."""
    arrays = small_arrays()[file]
    for name, array in changes.items():
        arrays.pop(name, None)
        if array is not None:
            arrays[name] = array
    np.savez(folder / file, **arrays)
