"""Embeddings of faces: what they are, and that those of different weights never mix."""

import json

import numpy as np
import pytest

from lineament.errors import EmbeddingError, LineamentError
from lineament.face import Box, Face, FaceEmbedding


def embedding(*values, weight="tiny@0123456789ab", quality=None):
    vector = np.array(values, dtype=np.float32)
    return FaceEmbedding(vector / np.linalg.norm(vector), weight, quality)


def test_similarity_is_the_cosine():
    one = embedding(1, 0, 0)
    assert one.similarity(one) == 1
    assert one.similarity(embedding(3, 4, 0)) == pytest.approx(0.6)
    assert embedding(3, 4, 0).similarity(one) == pytest.approx(0.6)
    assert one.similarity(embedding(-5, 0, 0)) == -1


def test_similarity_never_leaves_its_range():
    random = np.random.default_rng(1)
    for _ in range(200):
        one = embedding(*random.normal(size=512))
        assert one.similarity(one) <= 1


def test_embeddings_of_different_weights_do_not_mix():
    with pytest.raises(EmbeddingError, match="of tiny@0123456789ab and of tiny@ffffffffffff"):
        embedding(1, 0).similarity(embedding(1, 0, weight="tiny@ffffffffffff"))
    assert issubclass(EmbeddingError, LineamentError)


def test_embeddings_of_different_sizes_do_not_mix():
    with pytest.raises(EmbeddingError, match="of 2 and of 3 numbers"):
        embedding(1, 0).similarity(embedding(1, 0, 0))


@pytest.mark.parametrize(
    ("vector", "words"),
    [
        (np.ones((1, 4)), r"shape \(D,\), got \(1, 4\)"),
        (np.ones(4), "length 1, got 2"),
        (np.zeros(4), "length 1, got 0"),
        (np.array([np.nan, 1]), "length 1, got nan"),
        (np.empty(0), "length 1, got 0"),
    ],
)
def test_what_is_no_embedding(vector, words):
    with pytest.raises(ValueError, match=words):
        FaceEmbedding(vector, "tiny@0123456789ab")


def test_an_embedding_is_its_own_and_cannot_be_changed():
    values = np.array([0.6, 0.8], dtype=np.float32)
    own = FaceEmbedding(values, "tiny@0123456789ab")
    values[0] = 9
    assert own.vector[0] == np.float32(0.6) and own.vector.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        own.vector[0] = 0


def test_a_face_with_an_embedding_becomes_plain_json():
    five = np.arange(10, dtype=np.float32).reshape(5, 2)
    own = embedding(1, 2, quality=0.123456)
    face = Face(Box(0, 0, 1, 1), 0.5, five, embedding=own)
    data = json.loads(json.dumps(face.to_dict()))["embedding"]
    assert data == {
        "weight": "tiny@0123456789ab",
        "quality": 0.1235,
        "vector": [0.447214, 0.894427],
    }
    assert embedding(1, 2).to_dict()["quality"] is None
