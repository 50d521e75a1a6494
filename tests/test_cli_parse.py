"""`lineament parse` and `lineament anonymise`: what goes in, what comes out, and where to."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine
from own_weight import write_weight
from part_weight import SCHEME, write_parts
from PIL import Image

from lineament import Analyzer, read_image
from lineament.cli.models import _sheet, entry
from lineament.cli.output import PhotoLine
from lineament.cli.weight_state import weight_state
from lineament.errors import ConfigError
from lineament.parsing.coco_rle import decompress, mask_of
from lineament.weights import load_record

EXAMPLES = Path(__file__).parent.parent / "examples"
PHOTO, EMPTY = EXAMPLES / "grace_hopper.jpg", EXAMPLES / "rocket.jpg"
WALL = EXAMPLES / "photo_wall.jpg"


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parts(tmp_path_factory.mktemp("weight"))


def test_parts_in_every_output(lineament: CommandLine, record: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "faces.csv"
    done = lineament(
        *("parse", PHOTO, EMPTY, "--out", out, "--record", record, "--csv", table, "--json"),
        *("--export", "palette, rle,cutout,background-blur,rle", "--threads", 1),
    )
    assert done.code == 0, done.err
    assert "parsing: tiny-parts on" in done.err
    person, rocket = done.lines
    for text in done.out.splitlines():
        PhotoLine.model_validate_json(text)
    assert (out / "faces.jsonl").read_text() == done.out
    assert person["weights"]["parsing"] == "tiny-parts"
    (face,) = person["faces"]
    parts = face["parts"]
    assert face["landmarks"] is face["attributes"] is None and parts["scheme"] == "parts-9"
    photo = read_image(PHOTO)
    shape = photo.shape[:2]

    files = person["files"]
    assert list(files) == ["palette", "rle", "cutout", "background-blur"]
    with Image.open(out / files["palette"][0]) as picture:
        mask = np.array(picture)
    assert mask.shape == shape and mask.max() < len(SCHEME)
    areas = {name: int((mask == number).sum()) for number, name in enumerate(SCHEME.classes)}
    del areas["background"]
    assert parts["areas"] == areas and sum(areas.values()) > 0
    assert set(parts["polygons"]) == {name for name, area in areas.items() if area}

    coco = json.loads((out / "coco.json").read_text())
    assert [image["file_name"] for image in coco["images"]] == [str(PHOTO), str(EMPTY)]
    again = np.zeros(shape, np.uint8)
    for each in coco["annotations"]:
        run = each["segmentation"]
        again[mask_of(decompress(run["counts"]), *run["size"])] = each["category_id"]
    np.testing.assert_array_equal(again, mask)

    x, y, width, height = parts["region"]
    with Image.open(out / files["cutout"][0]) as picture:
        cut = np.array(picture)
    assert cut.shape == (height, width, 4)
    opaque = cut[..., 3] == 255
    np.testing.assert_array_equal(cut[opaque][:, :3], photo[y : y + height, x : x + width][opaque])
    assert read_image(out / files["background-blur"][0]).shape == photo.shape
    drawn = read_image(out / person["picture"]).astype(int)
    assert (np.abs(drawn - photo).max(axis=2) > 30)[mask > 0].mean() > 0.5

    assert rocket["faces"] == []
    assert rocket["files"]["cutout"] == rocket["files"]["background-blur"] == []
    with Image.open(out / rocket["files"]["palette"][0]) as picture:
        assert not np.array(picture).any()
    (row,) = csv.DictReader(table.open(encoding="utf-8"))
    assert {name: int(row[f"area_{name}"]) for name in areas} == areas
    assert None not in row and None not in row.values()


def test_many_faces_and_data_alone(lineament: CommandLine, record: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("parse", WALL, "--out", out, "--record", record, "--no-draw", "--threads", 1)
    assert done.code == 0
    assert [path.name for path in out.iterdir()] == ["faces.jsonl"]
    line = json.loads((out / "faces.jsonl").read_text())
    assert len(line["faces"]) > 40 and line["files"] == {}
    assert all(face["parts"]["region"][2] > 0 for face in line["faces"])


def test_the_head_beside_others_gives_what_it_gives_alone(record: Path, tmp_path: Path) -> None:
    photo = read_image(PHOTO)
    points = write_weight(tmp_path)
    both = Analyzer(("landmarks", "parts"), records=[points, record], threads=1)
    assert list(both.records) == list(both.providers) == ["detection", "landmarks", "parsing"]
    alone = Analyzer(("parts",), records=[record], threads=1)
    pair = np.hstack([photo, photo[:, ::-1]])
    faces, nothing, many = both.analyze_many([photo, np.full_like(photo[:90], 9), pair])
    assert nothing == [] and len(many) == 2
    for image, found in ((photo, faces), (pair, many)):
        for face, own in zip(found, alone.analyze(image), strict=True):
            assert face.landmarks is not None and own.landmarks is None
            assert face.parts is not None and own.parts is not None
            assert face.parts.region == own.parts.region
            np.testing.assert_array_equal(face.parts.mask, own.parts.mask)


def test_a_record_of_parts_needs_the_head(record: Path) -> None:
    with pytest.raises(ConfigError, match="a record for parsing, but the heads asked for are lan"):
        Analyzer(("landmarks",), records=[record])


def test_wrong_arguments_of_parse(lineament: CommandLine, record: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("parse", PHOTO, "--out", out, "--record", record, "--export", "png")
    assert done.code == 2
    assert "no export named 'png'; the exports are palette, rle" in " ".join(done.err.split())
    assert lineament("parse", tmp_path / "no.jpg", "--out", out, "--record", record).code == 2
    assert lineament("parse", PHOTO, "--record", record).code == 2, "--out is needed"


def test_models_say_which_parts(record: Path) -> None:
    own = load_record(record)
    state = weight_state(own)
    assert entry(own, state)["parts"] == list(SCHEME.classes)
    cells = [cell for column in _sheet(own, state).columns for cell in column.cells]
    assert any("right brow" in str(cell) for cell in cells)


def test_faces_are_hidden_in_copies(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "copies"
    before = WALL.read_bytes()
    done = lineament("anonymise", WALL, EMPTY, "--out", out, "--json", "--threads", 1)
    assert done.code == 0, done.err
    wall, rocket = done.lines
    assert [line["error"] for line in done.lines] == [None, None]
    assert len(wall["hidden"]) >= 52, "a lower score is taken than for analysing"
    assert rocket["hidden"] == [] and "no face found, copied as it is" in done.err
    photo, copy = read_image(WALL).astype(int), read_image(out / wall["copy"]).astype(int)
    likeness = []
    for face in wall["hidden"]:
        x1, y1, x2, y2 = (round(edge) for edge in face["box"])
        inset = (x2 - x1) // 6
        core = (slice(y1 + inset, y2 - inset), slice(x1 + inset, x2 - inset))
        likeness.append(np.corrcoef(photo[core].mean(axis=2).ravel(), copy[core][..., 1].ravel()))
    assert abs(np.mean(likeness, axis=0)[0, 1]) < 0.25, "like their covers by chance alone"
    assert WALL.read_bytes() == before


def test_copies_carry_no_metadata_and_write_over_nothing(
    lineament: CommandLine, tmp_path: Path
) -> None:
    with Image.open(PHOTO) as picture:
        tags = picture.getexif()
        tags[0x010E] = "the person's name"
        picture.save(tmp_path / "photo.jpg", exif=tags)
    shutil.copy(EXAMPLES / "photographer.png", tmp_path)
    before = (tmp_path / "photo.jpg").read_bytes()
    assert b"the person's name" in before
    assert lineament("anonymise", tmp_path, "--out", tmp_path, "--style", "fill").code == 0
    assert (tmp_path / "photo.jpg").read_bytes() == before
    assert b"the person's name" not in (tmp_path / "photo-2.jpg").read_bytes()
    assert (tmp_path / "photographer-2.png").exists()


def test_parts_widen_what_is_hidden(lineament: CommandLine, record: Path, tmp_path: Path) -> None:
    hidden = []
    for name, more in (("boxes", ()), ("parts", ("--record", record))):
        out = tmp_path / name
        done = lineament(
            *("anonymise", PHOTO, "--out", out, "--style", "fill", "--threads", 1, *more)
        )
        assert done.code == 0
        copy = read_image(out / PHOTO.name)
        hidden.append((np.abs(copy.astype(int) - 96).max(axis=2) < 4).sum())
    assert hidden[1] > hidden[0]


def test_what_cannot_be_anonymised(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, message in (
        ((PHOTO, "--style", "swirl"), "no style 'swirl'; the styles are pixelate, blur, fill"),
        ((PHOTO, "--detail", 0), "--detail"),
        ((PHOTO, "--margin", 3), "--margin"),
        ((tmp_path / "no.jpg",), "no such file"),
    ):
        done = lineament("anonymise", *arguments, "--out", out)
        assert done.code == 2, arguments
        assert message in " ".join(done.err.split()), arguments
    assert lineament("anonymise", PHOTO, "--out", PHOTO).code == 2
    clip, broken = tmp_path / "clip.mp4", tmp_path / "broken.jpg"
    for path in (clip, broken):
        path.write_bytes(b"none")
    done = lineament("anonymise", clip, broken, PHOTO, "--out", out, "--json")
    assert done.code == 1
    errors = {Path(line["source"]).name: line["error"] for line in done.lines}
    assert "is a video" in errors["clip.mp4"]["message"] and errors["broken.jpg"] is not None
    assert errors[PHOTO.name] is None
    assert lineament("anonymise", clip, "--out", out).code == 2
