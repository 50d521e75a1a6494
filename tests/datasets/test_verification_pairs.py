"""The value that all pair protocols give."""

from __future__ import annotations

import numpy as np
import pytest
from people_pictures import noise

from lineament.datasets.verification_pairs import VerificationPairs, contiguous_folds


def pairs(**values):
    given = {
        "name": "x",
        "pictures": [noise(0), noise(1), noise(2)],
        "pairs": np.array([[0, 1], [0, 2]]),
        "same": np.array([True, False]),
        "fold": np.zeros(2, np.int64),
        "aligned": True,
    }
    return VerificationPairs(**given | values)


def test_arrays_belong_together():
    assert len(pairs(people=np.array([4, 4, 5]), names=("a", "b", "c"))) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pairs": np.zeros((2, 3), np.int64)}, r"pairs needs shape \(2, 2\), got \(2, 3\)"),
        ({"same": np.ones(3, bool)}, "same needs shape"),
        ({"fold": np.zeros(1, np.int64)}, "fold needs shape"),
        ({"pairs": np.array([[0, 1], [0, 3]])}, "pictures 0 to 3, there are 3"),
        ({"pairs": np.array([[0, 1], [0, -1]])}, "pictures -1 to 1"),
        ({"names": ("a",)}, "1 names for 3"),
        ({"people": np.array([4, 4])}, "people needs shape"),
        ({"people": np.array([4, 5, 5])}, "same contradicts people"),
    ],
)
def test_arrays_that_do_not_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        pairs(**values)


@pytest.mark.parametrize("count", [0, 3, 10, 17, 6000])
def test_folds_are_runs_of_nearly_one_size(count):
    fold = contiguous_folds(count)
    expected = [number for number, run in enumerate(np.array_split(range(count), 10)) for _ in run]
    assert fold.tolist() == expected
