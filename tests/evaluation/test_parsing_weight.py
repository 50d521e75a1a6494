"""`evaluate parsing` with a real graph behind a record: what it sees is the whole square photo."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from part_weight import SCHEME, painted, write_parts
from typer.testing import CliRunner

from lineament.cli import evaluate


def test_a_graph_that_reads_the_colours_meets_its_masks(tmp_path: Path) -> None:
    """A wide photo too: its upper and lower edge are shrunk onto the square with the rest."""
    for folder in ("images", "masks"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    for name, (height, width) in {"square": (64, 64), "wide": (64, 128)}.items():
        mask = np.zeros((height, width), np.uint8)
        mask[height // 4 : height // 2, : width // 2] = SCHEME.number("right_brow")
        mask[height // 2 :, width // 2 :] = SCHEME.number("nose")
        photo = cv2.cvtColor(painted(mask), cv2.COLOR_RGB2BGR)
        assert cv2.imwrite(str(tmp_path / "set" / "images" / f"{name}.png"), photo)
        assert cv2.imwrite(str(tmp_path / "set" / "masks" / f"{name}.png"), mask)
    arguments = ["--data", f"palette_masks={tmp_path / 'set'}", "--label-scheme", SCHEME.name]
    arguments += ["--weights", str(write_parts(tmp_path)), "--boxes", "picture", "--size", "64"]
    arguments += ["--out", str(tmp_path / "out"), "--device", "cpu", "--threads", "1", "--json"]
    result = CliRunner().invoke(evaluate.app, ["parsing", *arguments])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["unknown_pixels"] == 32 * 64
    # The map is coarser than the photo: only pixels beside a seam may be wrong.
    assert min(document["classes"][name]["f1"] for name in ("right_brow", "nose")) > 85
    assert document["pixel_accuracy"] > 90
    assert document["groups"]["brows"]["f1"] == document["classes"]["right_brow"]["f1"]
