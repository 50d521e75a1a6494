"""Find every rendered face with the default detector, so that training crops as inference does.

    python recipes/landmarks/box_faces.py --faces data/first_light

Writes `partNNN_boxes.npy` (N,4) float32 x1 y1 x2 y2 beside each part; NaN where the detector
found no box whose middle lies within the points' box.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from lineament.detection import load_detector

CHUNK = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=Path, required=True, help="folder of the rendered parts")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    detector = load_detector(threads=options.threads)
    for images_file in sorted(options.faces.glob("part*_images.npy")):
        prefix = str(images_file).removesuffix("images.npy")
        images = np.load(images_file, mmap_mode="r")
        points = np.load(f"{prefix}points.npy")
        boxes = np.full((len(images), 4), np.nan, np.float32)
        for first in range(0, len(images), CHUNK):
            chunk = list(images[first : first + CHUNK])
            for offset, found in enumerate(detector.detect(chunk)):
                index = first + offset
                low, high = points[index].min(axis=0), points[index].max(axis=0)
                middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
                hits = np.flatnonzero(((middles > low) & (middles < high)).all(axis=1))
                if len(hits):
                    boxes[index] = found.boxes[hits[0]]
        np.save(f"{prefix}boxes.npy", boxes)
        share = np.isfinite(boxes).all(axis=1).mean()
        print(f"{images_file.name}: a box for {share:.1%} of {len(boxes)} faces", flush=True)


if __name__ == "__main__":
    main()
