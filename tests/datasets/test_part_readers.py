"""The readers of labelled parts by name, on miniature releases."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest
from part_masks import write_photo, write_png

from lineament.datasets.labelled_parts import split_in_order
from lineament.datasets.part_readers import PART_READERS, find_part_reader, read_parts
from lineament.errors import ConfigError, DataError, ImageError
from lineament.parsing.part_schemes import PART_SCHEMES

FEW = np.array([[0, 1, 2], [3, 255, 10]], np.uint8)


def numbered(root, pictures="images", masks="masks", names=("b", "a"), mask=FEW, palette=False):
    for name in names:
        write_photo(root / pictures / f"{name}.jpg", *mask.shape)
        write_png(root / masks / f"{name}.png", mask, palette=palette)
    return root


def fault(call, *words, kind=DataError):
    with pytest.raises(kind) as caught:
        call()
    for word in words:
        assert str(word) in str(caught.value)


def test_the_published_formats_are_there():
    assert set(PART_READERS) == {"celebamask_hq", "helen_parsing", "lapa", "palette_masks"}


@pytest.mark.parametrize("name", PART_READERS)
def test_an_entry_is_true_to_its_reader(name, tmp_path):
    reader = PART_READERS[name]
    module = importlib.import_module(reader.module)
    function = getattr(module, reader.function)
    assert tuple(module.SPLITS) == reader.splits
    assert inspect.signature(function).parameters["split"].default == reader.splits[0]
    assert reader.scheme is None or reader.scheme in PART_SCHEMES
    for split in (None, *reader.splits):
        fault(lambda split=split: read_parts(name, tmp_path / "none", split), tmp_path / "none")
        fault(lambda split=split: read_parts(name, tmp_path, split), tmp_path)
    listed = f"no part 'half'; there are {', '.join(reader.splits)}"
    fault(lambda: read_parts(name, tmp_path, "half"), listed, kind=ConfigError)


def test_an_unknown_name_is_told_with_the_nearest():
    words = ("'LAPA'; did you mean lapa?", "there are celebamask_hq, helen_parsing")
    fault(lambda: find_part_reader("LAPA"), *words, kind=ConfigError)


def test_the_list_imports_no_reader():
    script = (
        "import sys, lineament.datasets.part_readers as r; r.find_part_reader('lapa'); "
        "assert not [m for m in sys.modules if m.endswith(('lapa', 'palette_masks', 'torch'))]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("palette", [False, True])
def test_palette_masks_read_back(tmp_path, palette):
    faces = read_parts("palette_masks", numbered(tmp_path, palette=palette))
    assert [(face.name, face.subset, face.scheme) for face in faces] == [
        ("a", "all", "celebamask-19"),
        ("b", "all", "celebamask-19"),
    ]
    picture, mask = faces[0].read()
    np.testing.assert_array_equal(mask, FEW)
    assert picture.shape == (2, 3, 3) and faces[0].mask_files == (tmp_path / "masks" / "a.png",)
    np.testing.assert_array_equal(faces[0].read_image(), picture)


def test_palette_masks_of_another_scheme(tmp_path):
    numbered(tmp_path)
    wrong = (tmp_path / "masks" / "a.png", "got the number 10", "0 to 8 of parts-9, or 255")
    (face, _) = read_parts("palette_masks", tmp_path, scheme="parts-9")
    fault(face.mask, *wrong)
    assert read_parts("palette_masks", tmp_path, scheme="helen-11")[0].mask().max() == 255
    unknown = lambda: read_parts("palette_masks", tmp_path, scheme="parts-7")  # noqa: E731
    fault(unknown, "parts-7", "parts-9", kind=ConfigError)
    own = lambda: read_parts("lapa", tmp_path, "train", "parts-9")  # noqa: E731
    fault(own, "lapa is labelled in lapa-11", "leave it out", kind=ConfigError)


def test_a_mask_of_another_size_is_refused(tmp_path):
    numbered(tmp_path, names=("a",))
    write_photo(tmp_path / "images" / "a.jpg", 5, 4)
    (face,) = read_parts("palette_masks", tmp_path)
    words = ("a mask of 3 x 2 pixels", "expected 4 x 5", tmp_path / "images" / "a.jpg")
    fault(face.read, tmp_path / "masks" / "a.png", *words)


def test_damaged_files_are_named_when_they_are_read(tmp_path):
    numbered(tmp_path, names=("a",))
    (face,) = read_parts("palette_masks", tmp_path)
    (tmp_path / "masks" / "a.png").write_bytes(b"torn")
    fault(face.read, tmp_path / "masks" / "a.png")
    (tmp_path / "images" / "a.jpg").write_bytes(b"torn")
    fault(face.read, tmp_path / "images" / "a.jpg", kind=ImageError)


def test_pictures_and_masks_belong_together(tmp_path):
    def read():
        return read_parts("palette_masks", tmp_path)

    images, masks = tmp_path / "images", tmp_path / "masks"
    fault(read, "no folder", images)
    images.mkdir()
    fault(read, "no folder", masks)
    masks.mkdir()
    fault(read, images, "holds no pictures")
    numbered(tmp_path, names=("a",))
    write_photo(images / "b.jpg")
    fault(read, images / "b.jpg", masks / "b.png", "missing")
    (images / "b.jpg").rename(images / "a.png")
    fault(read, images / "a.png", "a.jpg has the same name")
    (images / "a.png").unlink()
    write_png(masks / "c.png", FEW)
    fault(read, masks / "c.png", images / "c.jpg", "missing")


def test_lapa_has_its_folders(tmp_path):
    for place, name in (("LaPa/train", "1"), ("LaPa/val", "2"), ("LaPa/test", "3")):
        part = tmp_path / place
        numbered(part, masks="labels", names=(name,))
    names = [read_parts("lapa", tmp_path, s)[0].name for s in ("train", "validation", "test")]
    assert names == ["train/1", "validation/2", "test/3"]
    (face,) = read_parts("lapa", tmp_path / "LaPa")
    assert (face.scheme, face.subset) == ("lapa-11", "train")
    np.testing.assert_array_equal(face.mask(), FEW)
    write_png(face.mask_files[0], FEW + np.uint8(11))
    fault(face.mask, face.mask_files[0], "got the numbers 11, 12, 13, 14, 21", "lapa-11")


def test_the_last_eighth_validates():
    items = list(range(800))
    assert split_in_order(items, "train", "set") == items[:700]
    assert split_in_order(items, "validation", "set") == items[700:]
    assert split_in_order(items, "all", "set") == items
    assert split_in_order(items[:8], "validation", "set") == [7]
    fault(
        lambda: split_in_order(items[:7], "validation", "my set"), "my set", "7 pictures is empty"
    )
    fault(
        lambda: split_in_order(items, "test", "my set"), "all, train, validation", kind=ConfigError
    )
