"""Embeddings of pictures, aligned or not, and all pairs of them."""

from __future__ import annotations

import numpy as np
import pytest
from recognition_stand_ins import (
    PlateDetector,
    StandInEmbedder,
    turned,
)

from lineament.errors import DataError, WeightError
from lineament.evaluation.embedding_predictions import (
    middle_face,
    pictures_digest,
    predict_embeddings,
)
from lineament.evaluation.every_pair import every_pair
from lineament.evaluation.pair_scores import FAILED


def test_a_face_whose_points_coincide_counts_as_none():
    from lineament.detection.detector import Detections

    class Flat(PlateDetector):
        def _one(self, middles):
            found = super()._one(middles)
            return Detections(found.boxes, found.scores, np.ones_like(found.five_points))

    predictions = predict_embeddings([turned(0)], StandInEmbedder(), Flat({112: [(55.5, 55.5)]}))
    assert not predictions.enrolled.any()


def test_middle_face_takes_the_first_of_equals():
    detector = PlateDetector({200: [(100, 0), (100, 0), (0, 0)]})
    picture = np.zeros((100, 200, 3), np.uint8)
    (faces,) = detector.detect([picture])
    np.testing.assert_array_equal(middle_face(picture, faces), faces.five_points[0])


def test_aligned_pictures_of_another_size_are_resized_and_must_be_square():
    predictions = predict_embeddings([turned(30, side=224)], StandInEmbedder(), None)
    np.testing.assert_allclose(predictions.embeddings[0], [np.cos(np.pi / 6), 0.5, 0], atol=0.01)
    assert predictions.norm[0] == pytest.approx(2, abs=0.02)
    assert np.isnan(predictions.mirror).all() and np.isnan(predictions.stability).all()
    with pytest.raises(DataError, match="picture 0: got 80 x 112"):
        predict_embeddings([turned(0)[:, :80]], StandInEmbedder(), None)


def test_an_embedding_without_direction_is_refused():
    grey = np.full((112, 112, 3), 128, np.uint8)
    with pytest.raises(WeightError, match="expected a direction"):
        predict_embeddings([grey], StandInEmbedder(), None)


def test_digest_tells_pixels_shape_and_order():
    one, other = turned(0), turned(90)
    digests = {
        pictures_digest(pictures)
        for pictures in ([one, other], [other, one], [one], [one[:56], one[56:], other])
    }
    assert len(digests) == 4
    assert pictures_digest([one.copy(), other]) in digests


def test_every_pair_is_every_pair():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(700, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    people = rng.integers(0, 50, 700)
    enrolled = rng.random(700) > 0.1
    found = every_pair(vectors, people, enrolled)
    one, other = np.triu_indices(700, 1)
    scores = np.einsum("nd,nd->n", vectors[one], vectors[other])
    scores[~(enrolled[one] & enrolled[other])] = FAILED
    same = people[one] == people[other]
    np.testing.assert_allclose(found.genuine, np.sort(scores[same]), atol=1e-6)
    np.testing.assert_allclose(found.impostor, np.sort(scores[~same]), atol=1e-6)
