"""One photo in six is kept, always the same, and no photo is on both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import DataError
from lineament.evaluation.holdout import choose_part, held_out, holdout, photo_name

POINTS = np.arange(10, dtype=np.float32).reshape(5, 2)


def faces_of(folder: Path, names: list[str], content: dict[str, bytes] | None = None):
    """A face of each name; its picture's bytes are its name unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = []
    for name in names:
        path = folder / f"{name}.jpg"
        path.write_bytes((content or {}).get(name, name.encode()))
        faces.append(LabelledFace(path, POINTS, "s", f"s/{name}", "five-points"))
    return faces


def test_the_cut_never_changes() -> None:
    # SHA-256 of `photo22` begins 1117f6cdf16e3334 in hexadecimal, which six divides.
    found = [number for number in range(40) if held_out(f"photo{number}")]
    assert found == [18, 22]


def test_parts_are_disjoint_make_the_whole_and_keep_their_order(tmp_path: Path) -> None:
    faces = faces_of(tmp_path, [f"image_{number:04d}" for number in range(1, 601)])
    kept = holdout(faces)
    assert kept.dtype == np.bool_ and kept.shape == (600,)
    assert kept.mean() == pytest.approx(1 / 6, abs=0.05)
    training, validation = choose_part(faces, "training"), choose_part(faces, "validation")
    assert [face for face, held in zip(faces, kept, strict=True) if held] == validation
    assert [face for face, held in zip(faces, kept, strict=True) if not held] == training
    assert choose_part(faces, "all") == faces


def test_other_faces_and_another_folder_change_nothing(tmp_path: Path) -> None:
    names = [f"image_{number:04d}" for number in range(1, 61)]
    whole = holdout(faces_of(tmp_path / "a", names))
    some = holdout(faces_of(tmp_path / "b", names[::3]))
    np.testing.assert_array_equal(whole[::3], some)
    assert 0 < whole.sum() < 60


def test_crops_and_faces_of_one_photo_stay_together(tmp_path: Path) -> None:
    photos = [str(111076519 + number) for number in range(60)]
    faces = faces_of(tmp_path, [f"{photo}_{crop}" for photo in photos for crop in (1, 2, 11)])
    kept = holdout([*faces, faces[0]]).tolist()
    assert kept[-1] == kept[0]
    rows = np.array(kept[:-1]).reshape(60, 3)
    assert (rows == rows[:, :1]).all() and 0 < rows[:, 0].sum() < 60


@pytest.mark.parametrize(
    ("stem", "photo"),
    [
        ("111076519_2", "111076519"),
        ("2236814888_12", "2236814888"),
        ("image_0017", "image_0017"),
        ("0_Parade_marchingband_1_116", "0_Parade_marchingband_1_116"),
        ("10006_0_0", "10006_0_0"),
        ("0001", "0001"),
    ],
)
def test_only_a_number_with_a_short_number_is_a_crop(stem: str, photo: str) -> None:
    assert photo_name(Path("x") / f"{stem}.png") == photo


def test_identical_pictures_follow_the_first_name(tmp_path: Path) -> None:
    """So do photos that hang together by a chain of identical crops."""
    plain = {name: held_out(name) for name in map(str, range(100))}
    kept = next(name for name in plain if plain[name])
    other = next(name for name in plain if not plain[name])
    first, last = sorted((kept, other))
    faces = faces_of(tmp_path, [first, last], {first: b"same", last: b"same"})
    assert holdout(faces).tolist() == [plain[first]] * 2
    faces = faces_of(tmp_path, [first, last])
    assert holdout(faces).tolist() == [plain[first], plain[last]]

    names = [f"{number}_{crop}" for number in (500, 501, 502) for crop in (1, 2)]
    same = {"500_2": b"x", "501_1": b"x", "501_2": b"y", "502_1": b"y"}
    chained = holdout(faces_of(tmp_path, names, same))
    assert set(chained.tolist()) == {held_out("500")}
    assert len({held_out(str(number)) for number in (500, 501, 502)}) == 2


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    (face,) = faces_of(tmp_path, ["photo0"])
    part = "training" if held_out("photo0") else "validation"
    with pytest.raises(DataError, match=f"{part} part of these 1 faces is empty"):
        choose_part([face], part)
    with pytest.raises(ValueError, match="share 1"):
        holdout([face], 1)
    face.image.unlink()
    with pytest.raises(DataError, match=r"cannot read .*photo0\.jpg"):
        holdout([face])


def test_the_crops_of_real_photos_stay_together(real_300w: Path) -> None:
    from lineament.datasets.ibug300w import read_300w

    faces = read_300w(real_300w)
    kept = holdout(faces)
    sides: dict[str, set[bool]] = {}
    for face, held in zip(faces, kept, strict=True):
        sides.setdefault(f"{face.subset}/{photo_name(face.image)}", set()).add(bool(held))
    assert all(len(side) == 1 for side in sides.values())
    assert len(sides) < len(faces) and kept.mean() == pytest.approx(1 / 6, abs=0.03)
