"""What a detector takes for a face where there is none, cut out to train against."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine

from lineament import read_image
from lineament.detection import Detections
from lineament.detection.mining import CONTEXT, mistakes
from lineament.face import ByteArray

EXAMPLES = Path(__file__).parent.parent / "examples"


class Finds:
    """A detector that finds the boxes that it is given."""

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)

    def detect(self, images: list[ByteArray]) -> list[Detections]:
        count = len(self.boxes)
        scores = np.linspace(0.9, 0.5, count, dtype=np.float32)
        points = np.zeros((count, 5, 2), np.float32)
        return [Detections(self.boxes, scores, points) for _ in images]


def numbered(height: int, width: int) -> ByteArray:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows % 256, columns % 256, rows // 256], -1).astype(np.uint8)


def test_a_piece_is_the_place_with_what_is_round_it() -> None:
    picture = numbered(600, 800)
    (found,) = mistakes(Finds((300, 200, 340, 250)), picture)
    side = round(50 * CONTEXT)
    assert found.piece.shape == (side, side, 3)
    left, top = found.corner
    np.testing.assert_array_equal(found.piece, picture[top : top + side, left : left + side])
    assert (left + side / 2, top + side / 2) == pytest.approx((320, 225), abs=1)
    assert found.score == pytest.approx(0.9)


def test_a_piece_keeps_to_the_picture() -> None:
    picture = numbered(100, 300)
    corners, huge = mistakes(Finds((-5, -5, 10, 10), (200, 0, 300, 100)), picture, least_side=60)
    assert corners.corner == (0, 0) and corners.piece.shape == (60, 60, 3)
    assert huge.piece.shape == (100, 300, 3)


def test_a_place_that_an_earlier_piece_shows_is_left_out() -> None:
    picture = numbered(600, 800)
    near = Finds((300, 200, 340, 240), (310, 210, 350, 250), (600, 400, 640, 440))
    assert [each.score for each in mistakes(near, picture)] == pytest.approx([0.9, 0.5])
    assert len(mistakes(near, picture, most=1)) == 1
    with pytest.raises(ValueError, match="expected at least 1"):
        mistakes(near, picture, context=0.5)


def test_a_folder_becomes_a_folder_of_pieces(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lineament = CommandLine(capsys)
    photos = tmp_path / "photos" / "deep"
    photos.mkdir(parents=True)
    (photos / "one.jpg").write_bytes((EXAMPLES / "grace_hopper.jpg").read_bytes())
    (photos / "none.jpg").write_bytes((EXAMPLES / "rocket.jpg").read_bytes())
    out = tmp_path / "mined"
    given = ("synth", "mine", tmp_path / "photos", "--out", out, "--threads", 1, "--json")
    done = lineament(*given, "--min-score", 0.9)
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert (report["pictures"], report["pieces"], report["failed"]) == (2, 1, 0)
    (row,) = [json.loads(line) for line in (out / "mined.jsonl").read_text().splitlines()]
    assert row["picture"].endswith("photos/deep/one.jpg") and row["score"] > 0.9
    piece, whole = read_image(out / row["piece"]), read_image(photos / "one.jpg")
    (left, top), (height, width) = row["corner"], piece.shape[:2]
    np.testing.assert_array_equal(piece, whole[top : top + height, left : left + width])
    again = lineament(*given)
    assert again.code == 2 and "not empty" in again.err
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    other = lineament(*given[:4], tmp_path / "other", *given[5:], "--min-score", 0.9)
    assert other.code == 1 and "broken.jpg" in other.err
