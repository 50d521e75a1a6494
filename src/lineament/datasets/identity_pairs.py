"""A pair protocol of our own over any identity pictures: ten folds of disjoint people.

The rules depend on the number of people and of their pictures alone, never on what pictures show.
People are numbered from 0 in the order of the source (a folder's in the order of their names).

- **Parts.** Person k belongs to `test` where k divides by 5, to `validation` where it leaves 1,
  and to `training` otherwise; the three share nobody. `all` is everybody.
- **Folds.** The people of a part, numbered anew from 0, go round: person k into fold k mod 10. No
  person is in two folds.
- **Genuine pairs.** The pairs of each person's pictures stand in the order of a hash of their
  numbers; in turn every person of the fold gives its next pair, until there are 300.
- **Impostor pairs.** As many as the fold has genuine ones: hash number i of the fold draws two
  different people, then a picture of each; pairs that were drawn before are passed over.
- Where a fold has fewer than 300 genuine or impostor pairs, it has as many as both allow.

Within a fold the genuine pairs come first. Scored as LFW's View 2 is: threshold from nine folds,
accuracy on the tenth, mean and standard deviation of the ten.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations, count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.identity_folder import IdentityFolder, read_identity_folder
from lineament.datasets.identity_pictures import ChosenPeople, IdentityPictures, chosen_people
from lineament.datasets.layout import check_part
from lineament.datasets.verification_pairs import FOLDS, VerificationPairs
from lineament.errors import DataError
from lineament.face import ByteArray

DATASET = "identity pairs"
PARTS = ("all", "validation", "test", "training")
CYCLE, TEST, VALIDATION = 5, 0, 1
EACH = 300
"""Genuine and impostor pairs of a fold, as in LFW's View 2."""

PART_RULE = (
    f"person k in the order of names: test where k mod {CYCLE} is {TEST}, validation where it is "
    f"{VALIDATION}, training otherwise"
)

Rows = NDArray[np.int64]
Pair = tuple[int, int]


def people_of_part(people: int, part: str) -> list[int]:
    """Numbers of the people of one part; see the module.

    Raises:
        ConfigError: no such part.
    """
    check_part(part, PARTS, DATASET)
    places = {"test": {TEST}, "validation": {VALIDATION}}
    rest = set(range(CYCLE)) - {TEST, VALIDATION}
    chosen = set(range(CYCLE)) if part == "all" else places.get(part, rest)
    return [person for person in range(people) if person % CYCLE in chosen]


def part_of_people(pictures: IdentityPictures, part: str) -> ChosenPeople:
    """The pictures of the people of one part, to learn from or to measure on.

    Raises:
        ConfigError: no such part.
        DataError: the part has nobody.
    """
    return chosen_people(pictures, people_of_part(len(pictures.names), part))


def read_identity_pairs(folder: Path | str, part: str = "all") -> VerificationPairs:
    """The pairs of a folder with a folder for each person; people with one picture take part.

    Raises:
        ConfigError: no such part.
        DataError: the folder is in no such layout, or too few people for ten folds.
    """
    source = read_identity_folder(folder)
    return identity_pairs(source, f"{source.root.resolve().name}-{part}", part)


def identity_pairs(pictures: IdentityPictures, name: str, part: str = "all") -> VerificationPairs:
    """The pairs of any identity pictures by the protocol of this module.

    Raises:
        ConfigError: no such part.
        DataError: a fold has no genuine pair, or one person alone.
    """
    chosen = part_of_people(pictures, part)
    own = _by_person(chosen.labels)
    genuine: list[list[Pair]] = []
    impostor: list[list[Pair]] = []
    for fold in range(FOLDS):
        people = range(fold, len(own), FOLDS)
        rows = [own[person] for person in people]
        wanted = min(EACH, _genuine_count(rows), _impostor_count(rows))
        if not wanted:
            raise DataError(
                f"{name}: fold {fold} of {FOLDS} has {len(rows)} people with "
                f"{sum(map(len, rows))} pictures, expected two people at least and two pictures "
                "of one of them; add people"
            )
        genuine.append(_genuine(rows, wanted))
        impostor.append(_impostor(rows, wanted, fold))
    pairs = [pair for both in zip(genuine, impostor, strict=True) for each in both for pair in each]
    sizes = [len(each) for each in genuine]
    return VerificationPairs(
        name=name,
        pictures=_Access(chosen),
        pairs=np.array(pairs, np.int64),
        same=np.concatenate([np.repeat([True, False], size) for size in sizes]),
        fold=np.repeat(np.arange(FOLDS, dtype=np.int64), [2 * size for size in sizes]),
        aligned=chosen.aligned,
        people=chosen.labels,
        names=_picture_names(pictures, chosen),
    )


@dataclass(frozen=True)
class _Access:
    """Identity pictures as a sequence."""

    pictures: IdentityPictures

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int, /) -> ByteArray:
        return self.pictures.picture(index)


def _picture_names(pictures: IdentityPictures, chosen: ChosenPeople) -> tuple[str, ...]:
    if isinstance(pictures, IdentityFolder):
        return tuple(pictures.files[row] for row in chosen.rows)
    places = np.zeros(len(chosen), np.int64)
    for rows in _by_person(chosen.labels):
        places[rows] = np.arange(len(rows))
    return tuple(
        f"{chosen.names[person]}/{place}"
        for person, place in zip(chosen.labels.tolist(), places.tolist(), strict=True)
    )


def _by_person(labels: Rows) -> list[Rows]:
    """Places of each person's pictures."""
    order = np.argsort(labels, kind="stable").astype(np.int64)
    return np.split(order, np.cumsum(np.bincount(labels))[:-1])


def _genuine_count(rows: list[Rows]) -> int:
    return sum(len(own) * (len(own) - 1) // 2 for own in rows)


def _impostor_count(rows: list[Rows]) -> int:
    sizes = np.array([len(own) for own in rows])
    return int((sizes.sum() ** 2 - (sizes**2).sum()) // 2)


def _genuine(rows: list[Rows], wanted: int) -> list[Pair]:
    orders: dict[int, list[Pair]] = {}  # of those people alone who get a turn
    found: list[Pair] = []
    for turn in count():
        for person, own in enumerate(rows):
            if person not in orders:
                orders[person] = sorted(combinations(range(len(own)), 2), key=_genuine_hash)
            if turn < len(orders[person]):
                one, other = orders[person][turn]
                found.append((int(own[one]), int(own[other])))
                if len(found) == wanted:
                    return found
    raise AssertionError("the caller counted the pairs")


def _genuine_hash(pair: Pair) -> int:
    return _hash("genuine", *pair)


def _impostor(rows: list[Rows], wanted: int, fold: int) -> list[Pair]:
    found: dict[Pair, None] = {}
    for number in count():
        drawn = _hash("impostor", fold, number)
        drawn, one = divmod(drawn, len(rows))
        drawn, other = divmod(drawn, len(rows) - 1)
        other += other >= one
        drawn, first = divmod(drawn, len(rows[one]))
        second = drawn % len(rows[other])
        pair = int(rows[one][first]), int(rows[other][second])
        found[min(pair), max(pair)] = None
        if len(found) == wanted:
            break
    return list(found)


def _hash(word: str, *numbers: int) -> int:
    """A whole number below 2^256 that looks drawn at random and is the same everywhere."""
    text = " ".join([word, *map(str, numbers)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
