"""Finding and reading the synthesis assets: tiny ones, damaged ones, and the real ones."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_assets import VERTICES, rewrite, small_arrays, write_small_assets

from lineament.errors import DataError
from lineament.image import write
from lineament.synthesis.asset_check import check_assets, provenance
from lineament.synthesis.assets import (
    find_assets,
    read_head,
    read_modes,
    read_skins,
    read_texture_maps,
    read_wear,
)

REAL = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
READERS: dict[str, Callable[[Path], object]] = {
    "head.npz": read_head,
    "modes.npz": lambda folder: read_modes(folder, VERTICES),
    "wear.npz": lambda folder: read_wear(folder, VERTICES),
    "uv.npz": lambda folder: read_texture_maps(folder, VERTICES),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_assets(tmp_path / "assets")


def states(folder: Path) -> dict[str, str]:
    return {state.provenance.name: state.state for state in check_assets(folder)}


def test_the_given_folder_goes_before_the_environment_and_that_before_the_default(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_small_assets(tmp_path / "other")
    monkeypatch.setenv("LINEAMENT_ASSETS", str(other))
    assert find_assets(folder) == folder
    assert find_assets() == other
    beside = write_small_assets(tmp_path / "shared" / "assets")
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    monkeypatch.setenv("LINEAMENT_ASSETS", "")
    assert find_assets().resolve() == beside.resolve()


def test_no_assets_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        find_assets(tmp_path)
    for word in (str(tmp_path), "ICT-FaceKit", "CC0", "--assets", "LINEAMENT_ASSETS"):
        assert word in str(caught.value)


def test_optional_files_are_not_needed_to_find_the_assets(folder: Path) -> None:
    for name in ("modes.npz", "wear.npz", "uv.npz"):
        (folder / name).unlink()
    assert find_assets(folder) == folder


def test_everything_is_read_as_it_was_written(folder: Path) -> None:
    files = small_arrays()
    head, modes, wear = read_head(folder), read_modes(folder), read_wear(folder)
    maps, skins = read_texture_maps(folder), read_skins(folder)
    for name, array in files["head.npz"].items():
        assert np.array_equal(getattr(head, name), array), name
    assert head.expression_names == ("jawOpen", "smile")
    assert head.has_material("M_Face").tolist() == [False, True, True, False, True]
    for name, array in files["modes.npz"].items():
        assert np.array_equal(getattr(modes, name), array), name
    for name, array in files["uv.npz"].items():
        assert np.array_equal(getattr(maps, name), array), name
    assert list(wear.hair) == ["bob"] and list(wear.hats) == ["fedora"]
    assert np.array_equal(wear.hats["fedora"].vertices, files["wear.npz"]["hat/fedora/vertices"])
    assert skins.names == ("090", "180")
    assert skins.pictures.shape == (2, 512, 512, 3) and (skins.pictures[1] == 180).all()


def test_an_unknown_material_names_the_known_ones(folder: Path) -> None:
    with pytest.raises(DataError, match=r"'M_Hat'.*M_BackHead, M_Face"):
        read_head(folder).has_material("M_Hat")


def complain(folder: Path, file: str, *words: str) -> None:
    """The reader and the check refuse the file, with these words and the file's name."""
    with pytest.raises(DataError) as caught:
        READERS[file](folder)
    for word in (str(folder / file), *words):
        assert word in str(caught.value)
    assert states(folder)[file] == "broken"


@pytest.mark.parametrize("file", READERS)
def test_a_missing_file(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(DataError, match="no such file"):
        READERS[file](folder)
    assert states(folder)[file] == ("broken" if file == "head.npz" else "absent")


@pytest.mark.parametrize("file", READERS)
def test_a_file_that_is_cut_off_or_no_archive(folder: Path, file: str) -> None:
    whole = (folder / file).read_bytes()
    for wrong in (whole[: len(whole) // 2], b"", b"not an archive" * 50):
        (folder / file).write_bytes(wrong)
        complain(folder, file, "not an .npz file, or is cut off")
    (folder / file).unlink()
    (folder / file).mkdir()
    complain(folder, file, "cannot read")


def test_a_flipped_bit_is_found_by_the_checksum(folder: Path) -> None:
    path = folder / "head.npz"
    content = bytearray(path.read_bytes())
    place = content.find(small_arrays()["head.npz"]["identity"].tobytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    complain(folder, "head.npz", "'identity'", "damaged", "CRC")


def test_data_shorter_or_longer_than_its_shape(folder: Path) -> None:
    path = folder / "modes.npz"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for wrong in (members["old.npy"][:-4], members["old.npy"] + b"more", b"\x93NUMPY", b""):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in (members | {"old.npy": wrong}).items():
                archive.writestr(name, content)
        complain(folder, "modes.npz", "'old'", "damaged")


@pytest.mark.parametrize(
    ("file", "array"),
    [
        ("head.npz", "triangles"),
        ("head.npz", "expression_names"),
        ("modes.npz", "child"),
        ("wear.npz", "hair/bob/texture"),
        ("uv.npz", "labels"),
    ],
)
def test_a_missing_array(folder: Path, file: str, array: str) -> None:
    rewrite(folder, file, **{array: None})
    complain(folder, file, repr(array), "missing")


BAD_SHAPES = [
    ("head.npz", "vertices", np.zeros((0, 3), np.float32)),
    ("head.npz", "triangles", np.zeros((5, 4), np.int32)),
    ("head.npz", "identity", np.zeros((3, VERTICES - 1, 3), np.float16)),
    ("head.npz", "expression_names", np.array(["jawOpen"])),
    ("head.npz", "landmark68", np.zeros(67, np.int32)),
    ("modes.npz", "old", np.zeros((VERTICES + 1, 3), np.float16)),
    ("wear.npz", "hair/bob/texture", np.zeros((8, 9, 4), np.uint8)),
    ("wear.npz", "hat/fedora/texture", np.zeros((4, 4, 4), np.uint8)),
    ("wear.npz", "hat/fedora/bind_weight", np.zeros((4, 3), np.float16)),
    ("uv.npz", "ambient_occlusion", np.zeros(VERTICES - 1, np.float32)),
    ("uv.npz", "face_mask", np.zeros((7, 8), np.uint8)),
]


@pytest.mark.parametrize(("file", "array", "wrong"), BAD_SHAPES)
def test_a_wrong_shape(folder: Path, file: str, array: str, wrong: np.ndarray) -> None:
    rewrite(folder, file, **{array: wrong})
    complain(folder, file, repr(array), f"has the shape {wrong.shape}, expected (")


@pytest.mark.parametrize(
    ("file", "array", "wrong", "found"),
    [
        ("head.npz", "vertices", np.zeros((VERTICES, 3)), "float64, expected float32"),
        ("head.npz", "triangles", np.zeros((5, 3), np.float32), "float32, expected int32"),
        ("head.npz", "materials", np.zeros(2, np.int32), "int32, expected strings"),
        ("modes.npz", "heavy", np.zeros((VERTICES, 3), np.float32), "float32, expected float16"),
    ],
)
def test_a_wrong_type(folder: Path, file: str, array: str, wrong: np.ndarray, found: str) -> None:
    rewrite(folder, file, **{array: wrong})
    complain(folder, file, repr(array), found)


@pytest.mark.parametrize(
    ("file", "array", "index", "range_"),
    [
        ("head.npz", "triangles", VERTICES, "0 to 11"),
        ("head.npz", "triangles", -1, "0 to 11"),
        ("head.npz", "triangle_texcoords", 7, "0 to 6"),
        ("head.npz", "triangle_material", 2, "0 to 1"),
        ("head.npz", "landmark68", 12, "0 to 11"),
        ("wear.npz", "hat/fedora/triangles", 4, "0 to 3"),
        ("wear.npz", "hair/bob/bind_index", 12, "0 to 11"),
    ],
)
def test_an_index_out_of_range(
    folder: Path, file: str, array: str, index: int, range_: str
) -> None:
    wrong = small_arrays()[file][array]
    wrong.flat[-1] = index
    rewrite(folder, file, **{array: wrong})
    complain(folder, file, repr(array), f"index {index}, expected {range_}")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("file", "array"),
    [
        ("head.npz", "expression"),
        ("modes.npz", "asian"),
        ("wear.npz", "hair/bob/bind_weight"),
        ("uv.npz", "landmark_uv"),
    ],
)
def test_not_a_number(folder: Path, file: str, array: str, value: float) -> None:
    wrong = small_arrays()[file][array]
    wrong.flat[3] = value
    rewrite(folder, file, **{array: wrong})
    complain(folder, file, repr(array), "1 value", "NaN or infinite")


class Planted:
    """Leaves a file behind if it is ever unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.trace,)


def test_pickled_objects_are_refused_and_never_run(folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    rewrite(folder, "head.npz", materials=np.array([Planted(trace), None], dtype=object))
    complain(folder, "head.npz", "'materials'", "pickled objects")
    assert not trace.exists()


def test_wear_of_an_unknown_kind_and_no_wear_at_all(folder: Path) -> None:
    rewrite(folder, "wear.npz", **{"shoe/left/vertices": np.zeros((3, 3), np.float32)})
    complain(folder, "wear.npz", "'shoe/left/vertices'", "hair/NAME")
    np.savez(folder / "wear.npz")
    complain(folder, "wear.npz", "neither hair nor hats")


def test_bad_skins(folder: Path) -> None:
    picture = folder / "skins" / "090.png"
    whole = picture.read_bytes()
    picture.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"090\.png"):
        read_skins(folder)
    assert states(folder)["skins"] == "broken"
    write(picture, np.zeros((512, 256, 3), np.uint8))
    with pytest.raises(DataError, match=r"090\.png is 256 x 512 pixels, expected 512 x 512"):
        read_skins(folder)
    for path in picture.parent.iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"no \*\.png"):
        read_skins(folder)
    assert states(folder)["skins"] == "absent"


def test_a_broken_head_leaves_the_others_sound(folder: Path) -> None:
    (folder / "head.npz").write_bytes(b"")
    others = {"modes.npz": "ok", "wear.npz": "ok", "skins": "ok", "uv.npz": "ok"}
    assert states(folder) == {"head.npz": "broken", **others}


def test_the_table_of_the_assets_names_every_file_with_its_licence() -> None:
    table = {asset.name: asset for asset in provenance()}
    assert set(table) == {*READERS, "skins"}
    assert [name for name, asset in table.items() if asset.needed] == ["head.npz"]
    assert "MIT" in table["head.npz"].licence and "CC0" in table["wear.npz"].licence


@pytest.mark.skipif(
    not (REAL / "head.npz").is_file(), reason=f"the synthesis assets are not in {REAL}"
)
def test_the_real_assets() -> None:
    head = read_head(REAL)
    assert head.vertices.shape == (26719, 3)
    assert head.identity.shape == (100, 26719, 3) and head.identity.dtype == np.float16
    assert "jawOpen" in head.expression_names
    assert "broken" not in states(REAL).values()
