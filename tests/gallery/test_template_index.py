"""The index against plain products of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_people import DIMENSION, picture
from stores import TestedStore

from lineament.errors import GalleryError
from lineament.gallery.memory_index import MemoryIndex
from lineament.gallery.template_index import TemplateIndex

PEOPLE, SHOTS = 120, 3
IDS = [f"{n:02x}{s:02x}" for n in range(PEOPLE) for s in range(SHOTS)]
VECTORS = np.stack([picture(n, s) for n in range(PEOPLE) for s in range(SHOTS)])
QUERIES = np.stack([picture(n, 9) for n in range(0, PEOPLE, 7)])


def exact(ids: list[str], vectors: np.ndarray, top: int) -> list[list[str]]:
    order = np.argsort(-(QUERIES @ vectors.T), axis=1)[:, :top]
    return [[ids[column] for column in row] for row in order]


def test_as_exact_search_before_and_after_a_flush_and_a_delete(store: TestedStore) -> None:
    with TemplateIndex(store.address, DIMENSION, collection=store.collection) as index:
        try:
            index.insert(IDS, VECTORS)
            assert index.count() == len(IDS)
            for _ in range(2):
                found = index.search(QUERIES, 5)
                assert [[hit.id for hit in hits] for hits in found] == exact(IDS, VECTORS, 5)
                assert found[0][0].score == pytest.approx(
                    float(max(VECTORS @ QUERIES[0])), abs=1e-5
                )
                index.flush()
            gone = [hits[0].id for hits in index.search(QUERIES, 1)]
            index.delete(gone)
            kept = [place for place, name in enumerate(IDS) if name not in gone]
            found = index.search(QUERIES, 5)
            left = exact([IDS[place] for place in kept], VECTORS[kept], 5)
            assert [[hit.id for hit in hits] for hits in found] == left
            assert index.count() == len(kept)
        finally:
            index.drop()


def test_what_lies_there_is_there_after_opening_again(lite: TestedStore) -> None:
    with TemplateIndex(lite.address, DIMENSION) as index:
        index.insert(IDS, VECTORS)
    with pytest.raises(GalleryError, match=f"of {DIMENSION} numbers, expected 7"):
        TemplateIndex(lite.address, 7)
    with TemplateIndex(lite.address, DIMENSION, index="flat") as index:
        assert index.count() == len(IDS)
        assert index.search(VECTORS[:1], 1)[0][0].id == IDS[0]


def test_the_index_in_memory() -> None:
    index = MemoryIndex(DIMENSION)
    assert index.search(QUERIES, 3) == [[]] * len(QUERIES)
    many = [f"{round_}-{name}" for round_ in range(4) for name in IDS]
    index.insert(many, np.tile(VECTORS, (4, 1)))
    index.delete([name for name in many if not name.startswith("2-")] + ["unknown"])
    assert len(index) == len(IDS)
    found = index.search(QUERIES, 5)
    assert [[name[2:] for name, _ in hits] for hits in found] == exact(IDS, VECTORS, 5)
    few = ["2-" + name for name in IDS[10:40]]
    found = index.search(QUERIES, 5, allowed=[*few, "unknown"])
    assert [[name[2:] for name, _ in hits] for hits in found] == exact(
        IDS[10:40], VECTORS[10:40], 5
    )
    index.insert(few[:1], QUERIES[:1])
    assert index.search(QUERIES[:1], 1)[0][0][0] == few[0]
    assert len(index) == len(IDS)
