"""Embeddings of many faces are those of each alone, and follow from the record."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from embedding_weight import CALIBRATION, DIMENSION, by_hand, network, write_embedding
from own_weight import write_weight

from lineament import Analyzer, read_image
from lineament.errors import ConfigError, EmbeddingError, RecordError, WeightError
from lineament.face import ByteArray, FloatArray
from lineament.geometry import move
from lineament.recognition.alignment import TEMPLATE, align
from lineament.recognition.estimator import EmbeddingEstimator, load_recognition
from lineament.recognition.match import match
from lineament.training.record_toml import to_toml
from lineament.weights import find_record, load_record

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PLAIN = ("mirrored = true", "mirrored = false")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_embedding(tmp_path_factory.mktemp("weight"))


@pytest.fixture(scope="module")
def estimator(record: Path) -> EmbeddingEstimator:
    return load_recognition(record, device="cpu", threads=1)


@pytest.fixture(scope="module")
def crops() -> ByteArray:
    """(40,112,112,3): more than go through a network at once."""
    random = np.random.default_rng(2)
    coarse = random.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(14, axis=1).repeat(14, axis=2)


def unit(features: np.ndarray) -> np.ndarray:
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def test_a_network_of_bgr_and_127_5_works_by_its_record(tmp_path: Path, crops: ByteArray) -> None:
    own = load_recognition(write_embedding(tmp_path, replace=PLAIN), threads=1)
    found = own.embed(crops)
    assert found.dtype == np.float32 and found.shape == (40, DIMENSION)
    np.testing.assert_allclose(found, unit(by_hand(crops)), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    turned = load_recognition(
        write_embedding(tmp_path / "rgb", replace=('colour = "BGR"', 'colour = "RGB"')), threads=1
    )
    assert np.abs(turned.embed(crops) - turned.embed(crops[..., ::-1])).max() > 0.1
    np.testing.assert_allclose(turned.features(crops[..., ::-1]).features, sums(crops), atol=1e-4)


def sums(crops: ByteArray) -> np.ndarray:
    """By hand, of crop and mirror image."""
    return by_hand(crops) + by_hand(crops[:, :, ::-1])


def test_the_sum_with_the_mirror_image_is_symmetric(
    estimator: EmbeddingEstimator, crops: ByteArray
) -> None:
    features, quality = estimator.features(crops)
    assert quality is None and features.dtype == np.float32
    np.testing.assert_allclose(features, sums(crops), atol=1e-4)
    mirrored = estimator.embed(np.ascontiguousarray(crops[:, :, ::-1]))
    np.testing.assert_array_equal(estimator.embed(crops), mirrored)
    assert np.abs(unit(by_hand(crops)) - unit(by_hand(crops[:, :, ::-1]))).max() > 0.1


def test_a_batch_is_its_singles(estimator: EmbeddingEstimator, crops: ByteArray) -> None:
    together = estimator.embed(crops)
    alone = np.concatenate([estimator.embed(crop[None]) for crop in crops])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert estimator.embed(crops[:0]).shape == (0, DIMENSION)


def test_a_network_that_mixes_its_batch_goes_alone(tmp_path: Path, crops: ByteArray) -> None:
    mixing = load_recognition(write_embedding(tmp_path, fault="batch"), threads=1)
    first = mixing.embed(crops[:1])
    assert np.abs(mixing.embed(crops)[:1] - first).max() > 1e-2
    text = ("mirrored = true", "mirrored = true\nalone = true")
    alone = load_recognition(write_embedding(tmp_path, fault="batch", replace=text), threads=1)
    np.testing.assert_array_equal(alone.embed(crops)[:1], first)


@pytest.mark.parametrize("shape", [(112, 112, 3), (1, 3, 112, 112), (1, 111, 112, 3)])
def test_crops_of_another_shape(estimator: EmbeddingEstimator, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected aligned crops .*\(N, 112, 112, 3\)"):
        estimator.embed(np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="got float32"):
        estimator.embed(np.zeros((1, 112, 112, 3), np.float32))  # type: ignore[arg-type]


def placed(crop: ByteArray, angle: float, scale: float) -> tuple[ByteArray, FloatArray]:
    """A photo that shows an aligned crop turned and scaled, and where its five points lie."""
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    into = np.array([[cos, -sin, 150.0], [sin, cos, 60.0]])
    photo = cv2.warpAffine(crop, into, (500, 420), flags=cv2.INTER_LINEAR)
    return np.asarray(photo, np.uint8), move(into, TEMPLATE)


def test_faces_of_photos_are_aligned_first(estimator: EmbeddingEstimator, crops: ByteArray) -> None:
    photos, points = zip(
        *(
            placed(crop, 0.05 * number, 1.1 + 0.05 * number)
            for number, crop in enumerate(crops[:4])
        ),
        strict=True,
    )
    found = estimator.estimate(
        [crops[0], photos[0], photos[1], photos[2]],
        [
            np.stack([TEMPLATE, TEMPLATE]).astype(np.float32),
            points[0][None],
            np.empty((0, 5, 2), np.float32),
            points[2][None],
        ],
    )
    assert [len(faces) for faces in found] == [2, 1, 0, 1]
    expected = estimator.embed(crops)
    np.testing.assert_allclose(found[0][0].vector, expected[0], atol=1e-6)
    np.testing.assert_allclose(found[0][1].vector, expected[0], atol=1e-6)
    for face, number in ((found[1][0], 0), (found[3][0], 2)):
        assert face.similarity(found[0][0]) == pytest.approx(
            expected[number] @ expected[0], abs=0.02
        )
        assert face.vector @ expected[number] > 0.995
    assert estimator.estimate([], []) == []


def test_more_faces_than_a_batch_keep_their_photos(
    estimator: EmbeddingEstimator, crops: ByteArray
) -> None:
    rows = [
        np.stack([TEMPLATE] * (number % 3)).astype(np.float32)
        if number % 3
        else np.empty((0, 5, 2), np.float32)
        for number in range(len(crops))
    ]
    found = estimator.estimate(list(crops), rows)
    expected = estimator.embed(crops)
    for number, faces in enumerate(found):
        assert len(faces) == number % 3
        for face in faces:
            np.testing.assert_allclose(face.vector, expected[number], atol=1e-6)


def test_the_weight_is_named_by_its_bytes(estimator: EmbeddingEstimator) -> None:
    (face,) = estimator.estimate(
        [np.full((112, 112, 3), 9, np.uint8)], [TEMPLATE[None].astype(np.float32)]
    )[0]
    sha256 = estimator.record.networks[0].sha256
    assert face.weight == estimator.weight == f"tiny-faces@{sha256[:12]}"


def test_embeddings_of_two_weights_do_not_mix(
    tmp_path: Path, estimator: EmbeddingEstimator
) -> None:
    photo, points = np.full((112, 112, 3), 9, np.uint8), TEMPLATE[None].astype(np.float32)
    other = load_recognition(write_embedding(tmp_path, dimension=24), threads=1)
    assert other.record.name == estimator.record.name and other.dimension == 24
    one = estimator.estimate([photo], [points])[0][0]
    with pytest.raises(EmbeddingError, match="expected two of one weight"):
        one.similarity(other.estimate([photo], [points])[0][0])


@pytest.mark.parametrize("quality", ["norm", "mirror"])
def test_quality_by_the_record(tmp_path: Path, crops: ByteArray, quality: str) -> None:
    text = ("mirrored = true", f'mirrored = true\nquality = "{quality}"')
    own = load_recognition(write_embedding(tmp_path, replace=text), threads=1)
    plain, mirrored = by_hand(crops), by_hand(crops[:, :, ::-1])
    expected = {
        "norm": np.linalg.norm(plain + mirrored, axis=1),
        "mirror": (unit(plain) * unit(mirrored)).sum(axis=1),
    }[quality]
    np.testing.assert_allclose(own.features(crops).quality, expected, atol=1e-4)
    (face,) = own.estimate([crops[0]], [TEMPLATE[None].astype(np.float32)])[0]
    assert face.quality == pytest.approx(expected[0], abs=1e-4)


def test_numbers_that_are_none(tmp_path: Path, crops: ByteArray) -> None:
    own = load_recognition(write_embedding(tmp_path, fault="nan"), threads=1)
    own.embed(crops)
    with pytest.raises(WeightError, match="tiny-faces: output embedding holds NaN"):
        own.embed(np.concatenate([crops, np.full((1, 112, 112, 3), 255, np.uint8)]))
    zero = load_recognition(write_embedding(tmp_path / "zero", fault="zero"), threads=1)
    with pytest.raises(WeightError, match="is zero for a face"):
        zero.embed(crops)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dimension = 16", "dimension = 17", r"got \(2, 16\), expected \(2, 17\).*= 17 numbers"),
        ("dimension = 16", "dimension = 0", "greater than 0"),
        ("mirrored = true", "flipped = true", "unknown key 'flipped'"),
        ("mirrored = true", 'mirrored = false\nquality = "mirror"', "needs mirrored = true"),
        ('name = "embedding"', 'name = "out"', r"expected \['out'\] among them"),
        ('"arcface-112"', '"arcface-96"', "arcface-112"),
        ("size = 112\n", "", "size is needed"),
        (
            '{ rule = "five_points", template = "arcface-112" }',
            '{ rule = "detector_box", scale = 1.0 }',
            "crop rule 'detector_box' cannot be used for embedding, expected five_points",
        ),
        ('task = "recognition"', 'task = "parsing"', "of task parsing with output embedding"),
    ],
)
def test_a_record_that_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=message):
        load_recognition(write_embedding(tmp_path, replace=(old, new)), threads=1)


def test_points_are_no_embedding_and_two_networks_one_too_many(
    tmp_path: Path, record: Path
) -> None:
    with pytest.raises(RecordError, match="needs task 'recognition' and output 'embedding'"):
        EmbeddingEstimator(find_record(write_weight(tmp_path)))
    own = load_record(record)
    with pytest.raises(RecordError, match="has 2 networks, expected one"):
        EmbeddingEstimator(own.model_copy(update={"networks": own.networks * 2}))


def test_a_calibrated_record_is_written_and_read_back(tmp_path: Path) -> None:
    own = load_record(write_embedding(tmp_path, calibrated=True))
    assert own.calibration is not None
    assert own.calibration.thresholds == ((0.1, 0.2), (0.01, 0.45), (0.001, 0.7))
    again = tmp_path / "again.toml"
    again.write_text(to_toml(own.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert load_record(again) == own


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[0.01, 0.45]", "[0.1, 0.45]", "falling rates"),
        ("[0.01, 0.45]", "[0.01, 0.15]", "rising scores"),
        ("[0.01, 0.45]", "[1.5, 0.45]", "between 0 and 1"),
        ("[0.01, 0.45]", "[0.01, 45]", "cosines"),
        ("slope = 12.0", "slope = -12.0", "greater than 0"),
        ("offset = -5.0", "offset = nan", "finite"),
        ("offset = -5.0", "offsets = -5.0", "did you mean 'offset'?"),
        ("[[0.1, 0.2], [0.01, 0.45], [0.001, 0.7]]", "[]", "at least 1 item"),
        ('task = "recognition"', 'task = "parsing"', "calibration is for task recognition"),
    ],
)
def test_a_calibration_that_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in CALIBRATION or old.startswith("task")
    with pytest.raises(RecordError, match=message):
        load_record(write_embedding(tmp_path, calibrated=True, replace=(old, new)))


def test_the_head_in_the_analyzer(record: Path, estimator: EmbeddingEstimator) -> None:
    own = Analyzer(("embedding",), records=[record], threads=1)
    assert list(own.records) == list(own.providers) == ["detection", "recognition"]
    photo = read_image(EXAMPLES / "astronaut.jpg")
    pair = np.hstack([photo, photo[:, ::-1]])
    (face,), nothing, both = own.analyze_many([photo, np.full_like(photo[:90], 9), pair])
    assert nothing == [] and len(both) == 2 and face.landmarks is None
    assert face.embedding is not None
    expected = estimator.embed(align(photo, face.five_points)[None])[0]
    np.testing.assert_allclose(face.embedding.vector, expected, atol=1e-6)
    for other in both:
        assert other.embedding is not None
        assert other.embedding.similarity(face.embedding) > 0.9, "the same face, once mirrored"
    (without,) = Analyzer((), threads=1).analyze(photo)
    assert without.embedding is None


def test_a_record_of_recognition_needs_the_head(record: Path) -> None:
    with pytest.raises(ConfigError, match="a record for recognition, but the heads asked for are"):
        Analyzer(("landmarks",), records=[record])


def test_the_shipped_weight_tells_two_people_apart() -> None:
    astronaut = read_image(EXAMPLES / "astronaut.jpg")
    hopper = read_image(EXAMPLES / "grace_hopper.jpg")
    darker = (0.6 * astronaut.astype(np.float32)).astype(np.uint8)
    analyzer = Analyzer(("embedding",), threads=1)
    (found,), (again,), (second,) = analyzer.analyze_many([astronaut, darker, hopper])
    one, same, other = found.embedding, again.embedding, second.embedding
    assert one is not None and same is not None and other is not None
    calibration = analyzer.records["recognition"].calibration
    assert calibration is not None
    assert match(one, same, calibration).same and not match(one, other, calibration).same
    assert one.quality is not None and one.weight.startswith("faces-light@")


def test_the_network_file_is_as_the_record_says(record: Path) -> None:
    assert load_record(record).model_bytes() == network()
