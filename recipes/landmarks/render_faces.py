"""Render the synthetic faces that first_light trains on, with the engine's prototype.

    python recipes/landmarks/render_faces.py --prototype ../shared/prototypes/synthesis \
        --out data/first_light --part 0 --count 20000

One part is one file set: `part000_images.npy` (N,S,S,3) uint8 RGB, `part000_surface.npy`
(N,V,2) int16, the image position of every vertex of the face in 1/32 pixel (pixel centres at
integers), `part000_scene.npy` (N,6) float64: identity seed, render seed, yaw and roll in degrees,
thickness and drop of the painted brows in the prototype's units. Points are not written here:
`label_faces.py` computes them from the surface, so that a better definition of a point costs no
new rendering. A killed part resumes where it was.

The prototype paints every brow at the same height over the eye, and high. With `--varied-brows`
the height varies between people as it does in life, with a lower mean.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

FACE_VERTICES = 9409
"""The ICT head's first vertices are the outer face; ears, skull and sockets follow."""

SUBPIXEL = 32
MARGIN = (1.5, 2.2)
"""Side of the picture in units of the larger side of the points' box."""


class SurfaceRecorder:
    """Stands in for the prototype's rasteriser and keeps where it was told to draw the face."""

    def __init__(self, raster: Any) -> None:
        self.raster = raster
        self.xy: np.ndarray | None = None

    def __call__(self, sx: np.ndarray, sy: np.ndarray, *rest: Any) -> None:
        if self.xy is None:
            self.xy = np.stack([sx[:FACE_VERTICES], sy[:FACE_VERTICES]], axis=1)
        self.raster(sx, sy, *rest)


BROW_DROP = (0.28, 0.3)
"""Mean and spread of the drop, chosen by eye and by the height of the brows in a published mean
face, in 30 pixels of the 1024 px face texture (8 % of the distance
between the outer eye corners)."""


def load_prototype(folder: Path) -> Any:
    """Import the prototype's `engine` module from its folder."""
    if not (folder / "engine.py").is_file():
        raise SystemExit(
            f"no engine.py in {folder}: give the folder of the prototype by --prototype"
        )
    sys.path.insert(0, str(folder))
    return importlib.import_module("engine")


def varied_brows(engine: Any) -> Any:
    """The prototype's `Identity` with brows that differ in height from person to person."""

    class VariedBrows(engine.Identity):  # type: ignore[misc]
        def tex(self) -> None:
            drop = np.random.default_rng([self.seed, 79]).normal(*BROW_DROP)
            self.brow["dy"] += float(np.clip(drop, -0.3, 0.9))
            super().tex()

    return VariedBrows


def render_part(
    engine: Any,
    make_identity: Any,
    out: Path,
    part: int,
    count: int,
    size: int,
    faces_per_identity: int,
) -> None:
    """Render `count` faces into the files of one part; goes on where an earlier run stopped."""
    out.mkdir(parents=True, exist_ok=True)
    shapes = {
        "images": ((count, size, size, 3), np.uint8),
        "surface": ((count, FACE_VERTICES, 2), np.int16),
        "scene": ((count, 6), np.float64),
    }
    files = {name: out / f"part{part:03d}_{name}.npy" for name in shapes}
    mode = "r+" if all(path.is_file() for path in files.values()) else "w+"
    arrays = {
        name: np.lib.format.open_memmap(files[name], mode=mode, dtype=dtype, shape=shape)
        for name, (shape, dtype) in shapes.items()
    }
    done = int((arrays["scene"][:, 1] != 0).sum())
    raster, oversampling = engine.raster, 2
    identity: Any = None
    identity_seed = -1
    start = time.perf_counter()
    for index in range(done, count):
        wanted = part * 100_000 + index // faces_per_identity
        if wanted != identity_seed:
            identity, identity_seed = make_identity(wanted), wanted
        seed = part * 1_000_003 + index + 1
        recorder = SurfaceRecorder(raster)
        engine.raster = recorder
        image, _, _, scene = engine.render(identity, seed, size, oversampling, crop=MARGIN)
        engine.raster = raster
        assert recorder.xy is not None
        centred = recorder.xy / oversampling - 0.5
        arrays["surface"][index] = np.clip(np.round(centred * SUBPIXEL), -32768, 32767)
        arrays["images"][index] = image
        angles = np.degrees([scene["yaw"], scene["roll"]])
        brow = identity.brow["th"], identity.brow["dy"]
        arrays["scene"][index] = [identity_seed, seed, *angles, *brow]
        if (index + 1) % 500 == 0:
            for array in arrays.values():
                array.flush()
            rate = (index + 1 - done) / (time.perf_counter() - start)
            print(f"part {part}: {index + 1}/{count}, {rate:.1f} faces/s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prototype", type=Path, required=True, help="folder of engine.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", type=int, default=0, help="part number: also its seed")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=192, help="side of a picture in pixels")
    parser.add_argument("--faces-per-identity", type=int, default=4)
    parser.add_argument("--varied-brows", action="store_true")
    options = parser.parse_args()
    engine = load_prototype(options.prototype)
    render_part(
        engine,
        varied_brows(engine) if options.varied_brows else engine.Identity,
        options.out,
        options.part,
        options.count,
        options.size,
        options.faces_per_identity,
    )


if __name__ == "__main__":
    main()
