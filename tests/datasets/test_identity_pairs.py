"""The pair protocol of our own: disjoint people, balanced folds, the same everywhere."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
from people_pictures import Made, write_people

from lineament.datasets.identity_pairs import (
    identity_pairs,
    part_of_people,
    people_of_part,
    read_identity_pairs,
)
from lineament.errors import ConfigError, DataError

COUNTS = [int(count) for count in np.random.default_rng(5).integers(1, 12, 60)]


def people_of(pairs, rows):
    return set(pairs.people[pairs.pairs[rows]].reshape(-1).tolist())


def test_parts_share_nobody_and_leave_nobody_out():
    parts = {part: people_of_part(299, part) for part in ("training", "validation", "test")}
    assert sorted(itertools.chain(*parts.values())) == list(range(299))
    assert [len(parts[part]) for part in parts] == [179, 60, 60]
    assert parts["test"][:3] == [0, 5, 10] and parts["validation"][:3] == [1, 6, 11]
    assert parts["training"][:4] == [2, 3, 4, 7]
    assert people_of_part(4, "all") == [0, 1, 2, 3]
    with pytest.raises(ConfigError, match="no part 'train'"):
        people_of_part(4, "train")


def test_a_part_is_numbered_anew():
    made = Made(COUNTS)
    chosen = part_of_people(made, "validation")
    assert chosen.names[:3] == ("p1", "p6", "p11") and chosen.aligned
    assert np.unique(chosen.labels).tolist() == list(range(12))
    for row in range(len(chosen)):
        np.testing.assert_array_equal(chosen.picture(row), made.picture(int(chosen.rows[row])))
        assert chosen.names[chosen.labels[row]] == f"p{made.labels[chosen.rows[row]]}"
    with pytest.raises(DataError, match="of 1 people none is left"):
        part_of_people(Made([3]), "validation")


@pytest.mark.parametrize("counts", [COUNTS, [30] * 60, [2] * 20, [1] * 10 + [3] * 10])
def test_folds_are_balanced_and_share_nobody(counts):
    pairs = identity_pairs(Made(counts), "made")
    assert (np.diff(pairs.fold) >= 0).all() and len(set(pairs.fold.tolist())) == 10
    for fold in range(10):
        rows = pairs.fold == fold
        same = pairs.same[rows]
        assert same.sum() == (~same).sum() and same[: len(same) // 2].all()
        assert {person % 10 for person in people_of(pairs, rows)} == {fold}
        own = [counts[person] for person in range(fold, len(counts), 10)]
        genuine = sum(count * (count - 1) // 2 for count in own)
        impostor = sum(a * b for a, b in itertools.combinations(own, 2))
        assert same.sum() == min(300, genuine, impostor)
    flat = {tuple(sorted(pair)) for pair in pairs.pairs.tolist()}
    assert len(flat) == len(pairs) and all(a != b for a, b in flat)


def test_people_take_turns():
    """Within a fold nobody gives a second genuine pair before all who can have given one."""
    counts = [40, 2, 5, 3, 9, 2] * 10
    pairs = identity_pairs(Made(counts), "made")
    first = pairs.pairs[(pairs.fold == 0) & pairs.same]
    people = pairs.people[first[:, 0]].tolist()
    assert sorted(people[:6]) == list(range(0, 60, 10))
    assert set(people[6:10]) <= {p for p in range(0, 60, 10) if counts[p] > 2}


def test_the_pictures_play_no_part():
    made = Made(COUNTS)
    identity_pairs(made, "made")
    assert made.read == []


def test_the_same_everywhere():
    """The pairs of this protocol are fixed: a number that compares with an older one has to be
    of the same pairs."""
    pairs = identity_pairs(Made([9] * 40), "made").pairs
    digest = hashlib.sha256(pairs.astype("<i8").tobytes()).hexdigest()
    assert digest.startswith("8f73f81a26bd9e36"), digest


def test_too_few_people_are_told():
    with pytest.raises(DataError, match="fold 5 of 10 has 1 people with 4 pictures"):
        identity_pairs(Made([4] * 15), "made")
    with pytest.raises(DataError, match="fold 0 of 10 has 2 people with 2 pictures"):
        identity_pairs(Made([1] * 20), "made")


def test_a_folder(tmp_path):
    root = write_people(tmp_path / "set", {f"n{number:02d}": 2 for number in range(40)})
    pairs = read_identity_pairs(root)
    assert pairs.name == "set-all" and pairs.names[2] == "n01/0.png" and len(pairs) == 80
    assert pairs.pictures[0].shape == (16, 16, 3)
    with pytest.raises(DataError, match="fold 0 of 10 has 1 people with 2"):
        read_identity_pairs(root, "test")


def test_the_real_people(real):
    folder = real("celeba_identities")
    shown = {}
    for part in ("validation", "test"):
        pairs = read_identity_pairs(folder, part)
        assert len(pairs) == 6_000 and pairs.same.mean() == 0.5 and pairs.aligned
        shown[part] = {name.split("/")[0] for name in pairs.names}
    assert not shown["validation"] & shown["test"]
    assert min(shown["test"]) == "7201" and len(shown["test"]) == 60
