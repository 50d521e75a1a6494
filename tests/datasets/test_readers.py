"""The list of readers by name: true to what the readers say of themselves."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from lineament.datasets.readers import READERS, find_reader, read_dataset, read_faces
from lineament.errors import ConfigError, DataError
from lineament.landmarks.schemes import SCHEMES


def test_the_published_formats_are_there():
    assert set(READERS) == {"300w", "aflw-19", "wflw", "cofw", "mtfl", "mafl", "utkface"}


@pytest.mark.parametrize("name", READERS)
def test_an_entry_is_true_to_its_reader(name, tmp_path):
    reader = READERS[name]
    module = importlib.import_module(reader.module)
    function = getattr(module, reader.function)
    assert tuple(module.PARTS) == reader.parts
    assert inspect.signature(function).parameters["part"].default == reader.parts[0]
    assert reader.scheme is None or reader.scheme in SCHEMES
    for part in reader.parts:
        with pytest.raises(DataError, match="does not exist"):
            read_faces(name, tmp_path / "none", part)
    with pytest.raises(ConfigError, match=f"no part 'half'; there are {', '.join(reader.parts)}"):
        read_faces(name, tmp_path, "half")


def test_a_dataset_is_read_by_its_name(tmp_path, picture):
    picture(tmp_path / "net_7876" / "a.jpg")
    for file, gender in (("training.txt", 1), ("testing.txt", 2)):
        (tmp_path / file).write_text(f"net_7876\\a.jpg 1 2 3 4 5 1 2 3 4 5 {gender} 1 1 3\n")
    read = [read_dataset("mtfl", tmp_path, part)[0] for part in (None, "train", "test")]
    assert [face.attributes["gender"] for face in read] == ["male", "male", "female"]
    assert read[0].scheme == READERS["mtfl"].scheme


def test_a_dataset_without_points_is_not_read_for_points(tmp_path, picture):
    picture(tmp_path / "30_0_2_20170116174525125.jpg")
    (face,) = read_faces("utkface", tmp_path)
    assert face.attributes["age"] == 30
    with pytest.raises(ConfigError, match="utkface has no points; those that have are 300w"):
        read_dataset("utkface", tmp_path)


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match=r"'WFLV'; did you mean wflw[?] there are 300w, aflw-19"):
        find_reader("WFLV")


def test_the_list_costs_nothing_to_import():
    script = (
        "import sys, lineament.datasets.readers; "
        "print([m for m in ('cv2', 'scipy', 'h5py', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
