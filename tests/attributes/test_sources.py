"""Faces to learn attributes from, out of renderings and out of published datasets."""

from __future__ import annotations

import os
from collections import Counter
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError
from training.rendered_shards import BoxOfTheMiddle, write_shards

from lineament.attributes.held_out_photos import held_out_count, held_out_share
from lineament.attributes.photo_answers import photo_answers
from lineament.attributes.photo_attributes import PhotoAttributes
from lineament.attributes.rendered_attributes import RenderedAttributes, answers
from lineament.attributes.tasks import TASKS, find_task
from lineament.datasets.labelled_face import LabelledFace
from lineament.detection import DEFAULT_DETECTOR, load_detector
from lineament.errors import ConfigError, DataError
from lineament.evaluation.holdout import holdout
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import FIVE, IBUG_68
from lineament.synthesis.shard_reader import read_facts, read_shard, shard_path
from lineament.weights import find_record

RECORD = find_record("retinaface-mobilenet")
REAL = Path(os.environ.get("LINEAMENT_DATA") or Path(__file__).parents[3] / "shared" / "data")
MTFL_TASKS = ("gender_presentation", "smile", "glasses", "pose_bin", "hat")


@pytest.fixture
def shards(tmp_path):
    write_shards(tmp_path / "faces", people=8, shards=2)
    return tmp_path / "faces"


@pytest.fixture
def mtfl(tmp_path):
    """Twenty photos of noise with a face in the middle of each."""
    return write_mtfl(tmp_path / "MTFL", range(20))


def write_mtfl(root, numbers):
    (root / "net_7876").mkdir(parents=True)
    lines = []
    for number in numbers:
        name = f"face-{number}.png"
        noise = np.random.default_rng(number).integers(0, 256, (50, 40, 3), np.uint8)
        assert cv2.imwrite(str(root / "net_7876" / name), noise)
        codes = f"{1 + number % 2} {1 + number // 2 % 2} 2 {1 + number % 5}"
        lines.append(f" net_7876\\{name} 15 25 20 16 24 20 21 28 35 34.5 {codes}\n")
    (root / "training.txt").write_text("".join(lines))
    return root


def rendered(folder, cache, tasks=tuple(TASKS), scheme=FIVE, **values):
    source = RenderedAttributes(kind="rendered", folder=folder, **values)
    return source.read(tasks, BoxOfTheMiddle(RECORD), cache, scheme)


def photos(folder, cache, tasks=MTFL_TASKS, dataset="mtfl", scheme=FIVE, **values):
    source = PhotoAttributes(kind="photos", dataset=dataset, folder=folder, size=48, **values)
    return source.read(tasks, BoxOfTheMiddle(RECORD), cache, scheme)


def never(*_arguments):
    raise AssertionError("read again")


def test_renderings_say_all(shards, tmp_path):
    training, held_out = rendered(shards, tmp_path / "cache", validation_people=3)
    assert (len(training), len(held_out)) == (10, 6)
    assert not set(training.faces.groups) & set(held_out.faces.groups)
    truths = [
        one.rendering.attributes for n in range(2) for one in read_shard(shard_path(shards, n))
    ]
    labels = np.concatenate([training.labels, held_out.labels])
    for row, truth in enumerate(truths):
        said = {name: find_task(name).classes[labels[row, t]] for t, name in enumerate(TASKS)}
        facts = truth.to_dict()
        for name in ("gender_presentation", "age_group", "pose_bin"):
            assert said[name] == facts[name]
        for name in ("smile", "beard", "hat", "mouth_open", "eyes_closed"):
            assert said[name] == ("yes" if facts[name] else "no")
        assert said["glasses_kind"] == facts["glasses"]
        assert said["glasses"] == ("no" if facts["glasses"] == "none" else "yes")
    angles = np.array([[truth.yaw, truth.pitch, truth.roll] for truth in truths], np.float32)
    np.testing.assert_array_equal(np.concatenate([training.angles, held_out.angles]), angles)
    assert set(answers(truths[0])) == set(TASKS)


@pytest.mark.parametrize("scheme", [FIVE, IBUG_68])
def test_renderings_are_those_of_landmark_recipes(shards, tmp_path, scheme, monkeypatch):
    """Pictures and boxes are kept once, whatever is learnt from them."""
    plain = RenderedSource(kind="rendered", folder=shards)
    faces, _ = plain.read(scheme, BoxOfTheMiddle(RECORD), tmp_path / "cache")
    monkeypatch.setattr("lineament.landmarks.rendered_source._extract", never)
    for tasks in (("smile",), ("hat", "pose_bin"), ()):
        found, nobody = rendered(shards, tmp_path / "cache", tasks, scheme, limit=7)
        assert (len(found), len(nobody)) == (7, 0) and found.labels.shape == (7, len(tasks))
        np.testing.assert_array_equal(found.faces.points, faces.points[:7])
        assert found.faces.points.shape[1] == scheme.count


def test_shards_that_change_while_they_are_read_are_refused(shards, tmp_path, monkeypatch):
    def moved(path):
        return read_facts(path)[::-1]

    monkeypatch.setattr("lineament.attributes.rendered_attributes.read_facts", moved)
    with pytest.raises(DataError, match="the people of the shards"):
        rendered(shards, tmp_path / "cache")


def test_photos_say_what_their_dataset_says(mtfl, tmp_path):
    training, nobody = photos(mtfl, tmp_path / "cache")
    assert (len(training), len(nobody)) == (20, 0) and nobody.labels.shape == (0, 5)
    assert training.tasks == MTFL_TASKS
    assert training.labels[:6].tolist() == [
        [1, 1, 0, 0, -1],
        [0, 1, 0, 1, -1],
        [1, 0, 0, 2, -1],
        [0, 0, 0, 3, -1],
        [1, 1, 0, 4, -1],
        [0, 1, 0, 0, -1],
    ]
    assert np.isnan(training.angles).all() and training.with_points.all()


def test_the_surroundings_of_a_face_are_kept(mtfl, tmp_path):
    faces = photos(mtfl, tmp_path / "cache")[0].faces
    assert np.isnan(faces.boxes[0]).all() and np.isfinite(faces.boxes[1:]).all()
    assert faces.image(3).shape == (48, 48, 3)
    # The box of 30 x 30 pixels round (25, 25) is a third of what is kept; 48 pixels are 90.
    np.testing.assert_allclose(faces.boxes[1], [15.5, 15.5, 31.5, 31.5], atol=1e-3)
    expected = (np.array([15, 20]) - 25) * 48 / 90 + 23.5
    np.testing.assert_allclose(faces.points[1, 0], expected, atol=1e-3)
    # Where the detector found nothing, all of the photo is there: 50 pixels high.
    np.testing.assert_allclose(faces.points[0, 0, 1], (20 - 24.5) * 48 / 50 + 23.5, atol=1e-3)


def test_photos_are_cut_once_whatever_the_tasks(mtfl, tmp_path, monkeypatch):
    first, kept = photos(mtfl, tmp_path / "cache", held_out_count=6)
    monkeypatch.setattr("lineament.attributes.photo_attributes._extract", never)
    again, _ = photos(mtfl, tmp_path / "cache", ("smile",), held_out_count=6)
    assert (len(first), len(kept), len(again)) == (14, 6, 14)
    assert (again.faces.image(3) == first.faces.image(3)).all()
    np.testing.assert_array_equal(again.labels[:, 0], first.labels[:, 1])


def test_photos_of_the_report_neither_train_nor_validate(mtfl, tmp_path):
    pictures = sorted((mtfl / "net_7876").iterdir())
    source = PhotoAttributes(
        kind="photos", dataset="mtfl", folder=mtfl, held_out_count=6, validation_count=4
    )
    trains, validates = source._cut(pictures)
    reported = held_out_count(pictures, 6)
    assert (trains.sum(), validates.sum(), reported.sum()) == (10, 4, 6)
    assert (trains.astype(int) + validates + reported == 1).all()
    training, kept = photos(mtfl, tmp_path / "cache", held_out_count=6, validation_count=4)
    assert (len(training), len(kept)) == (10, 4)


class Behind:
    """A detector whose box lies behind the points, as that of a profile does."""

    record = RECORD

    def __init__(self, shift):
        self.shift = shift

    def detect(self, images):
        found = BoxOfTheMiddle(RECORD)
        found.seen = 1
        answers = found.detect(images)
        for answer in answers:
            answer.boxes[:, 0::2] += self.shift
        return answers


@pytest.mark.parametrize(("shift", "hits"), [(0, True), (3, True), (12, False)])
def test_the_box_of_a_profile_may_lie_behind_its_points(mtfl, tmp_path, shift, hits):
    """The points reach from 15 to 25 in x, 20 to 35 in y; a quarter of 15 is the reach."""
    source = PhotoAttributes(kind="photos", dataset="mtfl", folder=mtfl, size=48, limit=4)
    faces, _ = source.read(("smile",), Behind(shift), tmp_path / "cache")
    assert np.isfinite(faces.faces.boxes).all() == hits


def test_photos_are_held_out_by_name_never_by_position(tmp_path):
    names = [write_mtfl(tmp_path / "a", range(20)), write_mtfl(tmp_path / "b", range(19, -1, -1))]
    kept = []
    for root in names:
        pictures = sorted((root / "net_7876").iterdir(), key=lambda path: path.name[::-1])
        mask = held_out_count(pictures, 7)
        kept.append({path.name for path, on in zip(pictures, mask, strict=True) if on})
    by_hash = sorted(range(20), key=lambda n: sha256(f"face-{n}".encode()).hexdigest())
    assert kept[0] == kept[1] == {f"face-{number}.png" for number in by_hash[:7]}
    fewer = sorted((names[0] / "net_7876").iterdir())[1:]
    mask = held_out_count(fewer, 7)
    moved = {path.name for path, on in zip(fewer, mask, strict=True) if on} - kept[0]
    assert len(moved) <= 1
    more = held_out_count(fewer, 8)
    assert (more | ~mask).all(), "a larger number keeps all that a smaller one does"


def test_pictures_of_the_same_bytes_stay_together(mtfl):
    pictures = sorted((mtfl / "net_7876").iterdir())
    twin = mtfl / "net_7876" / "another name.png"
    for original in pictures:
        twin.write_bytes(original.read_bytes())
        mask = dict(zip([*pictures, twin], held_out_count([*pictures, twin], 10), strict=True))
        assert mask[twin] == mask[original]
        assert sum(mask.values()) == 10 + mask[twin]


def test_one_photo_in_so_many_is_that_of_the_evaluation(mtfl):
    pictures = sorted((mtfl / "net_7876").iterdir())
    points = np.zeros((5, 2), np.float32)
    faces = [LabelledFace(path, points, "", path.stem, FIVE.name) for path in pictures]
    assert held_out_share(pictures, 3).tolist() == holdout(faces, 3).tolist()
    assert 0 < held_out_share(pictures, 3).sum() < 20


def test_cuts_that_cannot_be_are_refused(mtfl, tmp_path):
    with pytest.raises(ConfigError, match="held_out_count is 20, but there are 20 photos"):
        photos(mtfl, tmp_path / "cache", held_out_count=20)
    with pytest.raises(ValidationError, match="give one of them"):
        photos(mtfl, tmp_path / "cache", held_out=6, held_out_count=3)
    with pytest.raises(ValidationError, match="give that as well"):
        photos(mtfl, tmp_path / "cache", validation_count=3)
    with pytest.raises(ConfigError, match="no task named 'mood'"):
        photos(mtfl, tmp_path / "cache", ("mood",))
    with pytest.raises(DataError, match="labelled with five-points, the recipe wants ibug-68"):
        photos(mtfl, tmp_path / "cache", scheme=IBUG_68)


@pytest.mark.parametrize("scheme", [FIVE, IBUG_68])
def test_faces_without_points_fit_any_scheme(tmp_path, scheme):
    ages = (1, 12, 13, 19, 20, 34, 35, 54, 55, 116)
    (tmp_path / "utk").mkdir()
    for place, age in enumerate(ages):
        name = f"{age}_{place % 2}_0_2017010914240807{place}.jpg"
        assert cv2.imwrite(str(tmp_path / "utk" / name), np.full((40, 40, 3), 9 * place, np.uint8))
    tasks = ("age_group", "gender_presentation", "smile")
    faces, _ = photos(tmp_path / "utk", tmp_path / "cache", tasks, "utkface", scheme)
    assert faces.faces.points.shape == (10, scheme.count, 2) and not faces.with_points.any()
    by_name = sorted(range(10), key=lambda place: f"{ages[place]}_")
    expected = [[(0, 0, 1, 1, 2, 2, 3, 3, 4, 4)[p], (1, 0)[p % 2], -1] for p in by_name]
    assert faces.labels.tolist() == expected
    assert np.isfinite(faces.faces.boxes[1:]).all()


def test_what_celeba_says_of_our_tasks():
    flags = {"male": False, "smiling": True, "eyeglasses": False, "wearing_hat": True}
    flags |= {"mouth_slightly_open": False, "no_beard": False, "young": True}
    assert photo_answers("mafl", flags) == {
        "gender_presentation": "feminine",
        "smile": "yes",
        "glasses": "no",
        "hat": "yes",
        "mouth_open": "no",
        "beard": "yes",
    }
    assert photo_answers("mafl", {"young": True}) == photo_answers("300w", {}) == {}


@pytest.fixture(scope="module")
def detector():
    return load_detector(DEFAULT_DETECTOR, threads=1)


def real(name):
    if not (REAL / name).is_dir():
        pytest.skip(f"no {REAL / name} (LINEAMENT_DATA names the folder of the datasets)")
    return REAL / name


def test_real_photos_of_mtfl(detector, tmp_path):
    source = PhotoAttributes(
        kind="photos", dataset="mtfl", folder=real("mtfl"), limit=24, held_out_count=8
    )
    training, held_out = source.read(MTFL_TASKS, detector, tmp_path)
    assert (len(training), len(held_out)) == (16, 8)
    found = np.isfinite(training.faces.boxes).all(axis=1)
    assert found.mean() > 0.8
    assert (training.labels[:, :4] >= 0).all() and (training.labels[:, 4] == -1).all()
    boxes, points = training.faces.boxes[found], training.faces.points[found]
    sides = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    np.testing.assert_allclose(sides, 224 / 3, rtol=1e-3)
    assert (points > boxes[:, None, :2] - 5).all() and (points < boxes[:, None, 2:] + 5).all()


def test_a_thousand_real_photos_are_held_out():
    """The cut of the research recipe. Photos of the same bytes count as one."""
    pictures = sorted(real("mtfl").glob("*/*.jpg"))
    kept = held_out_count(pictures, 1000)
    assert 1000 <= kept.sum() <= 1005
    places = Counter(path.parent.name for path, on in zip(pictures, kept, strict=True) if on)
    assert 350 < places["lfw_5590"] < 480, "as in all: 4,151 of 10,000"


def test_real_faces_of_utkface(detector, tmp_path):
    source = PhotoAttributes(kind="photos", dataset="utkface", folder=real("utkface"), limit=16)
    faces, _ = source.read(("age_group", "gender_presentation"), detector, tmp_path)
    assert np.isfinite(faces.faces.boxes).all(axis=1).mean() > 0.8
    assert (faces.labels >= 0).all() and not faces.with_points.any()
