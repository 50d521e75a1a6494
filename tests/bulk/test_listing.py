"""Which pictures a bulk run lists: folders, lists, tables; shards that never change."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineament.bulk.listing import (
    Listed,
    count_shards,
    list_pictures,
    read_shard,
    write_listing,
)
from lineament.bulk.picture_column import stored_pictures
from lineament.errors import DataError


def listed(source: Path, column: str = "path") -> list[Listed]:
    return list(list_pictures(source, column=column, skip=source / "out"))


def table(target: Path, rows_in_group: int = 1000, **columns: object) -> Path:
    pq.write_table(pa.table(columns), target, row_group_size=rows_in_group)
    return target


def test_a_folder_is_searched_in_order_without_hidden_files_and_results(tmp_path: Path) -> None:
    for name in ("b/2.PNG", "b/1.jpg", "a.webp", ".hidden/3.jpg", "b/.4.jpg", "out/5.jpg", "t.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    files = [one.file for one in listed(tmp_path)]
    assert files == [tmp_path / "a.webp", tmp_path / "b/1.jpg", tmp_path / "b/2.PNG"]


def test_a_list_has_one_path_a_line(tmp_path: Path) -> None:
    path = tmp_path / "photos.txt"
    path.write_bytes(b"/x/one.jpg\r\n\n/x/two with space.jpg\n/x/caf\xe9.jpg")
    found = listed(path)
    assert [one.source for one in found] == ["/x/one.jpg", "/x/two with space.jpg", "/x/caf�.jpg"]
    shards = tmp_path / "listing.parquet"
    assert write_listing(shards, found, 10) == 3
    assert read_shard(shards, 0) == found, "also names that are not UTF-8"


def test_a_relative_path_starts_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos.txt").write_text("one.jpg\n")
    found = listed(Path("photos.txt"))
    assert found == [Listed("one.jpg", tmp_path / "one.jpg")]


def test_a_picture_given_as_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    with pytest.raises(DataError, match="expected a text with one path a line"):
        listed(path)


def test_a_table_of_paths(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", path=["/x/1.jpg", None, "/x/2.jpg"])
    one, empty, two = listed(path)
    assert (one.file, two.file) == (Path("/x/1.jpg"), Path("/x/2.jpg"))
    assert empty.source == f"{path}#1"
    assert empty.error == "the column path is empty in this row"


@pytest.mark.parametrize("kind", ["binary", "struct"])
def test_a_table_of_pictures(tmp_path: Path, kind: str) -> None:
    contents = [b"a", b"b", None, b"d", b"e", b"f", b"g"]
    column = contents if kind == "binary" else [{"bytes": one, "path": "p"} for one in contents]
    path = table(tmp_path / "t.parquet", rows_in_group=3, image=column)
    found = listed(path, "image")
    assert [one.row for one in found] == list(range(7))
    assert found[4].source == f"{path}#4"
    assert list(stored_pictures(path, "image", [1, 2, 5, 6])) == [b"b", None, b"f", b"g"]
    assert list(stored_pictures(path, "image", [])) == []


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", url=["x"], image=[b"x"])
    with pytest.raises(DataError, match=r"no column 'path'; it has url, image: .*--column"):
        listed(path)


def test_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", path=[1, 2])
    with pytest.raises(DataError, match="holds int64, expected paths as text"):
        listed(path)


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"no table")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        listed(path)


def test_a_missing_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        listed(tmp_path / "nowhere")


def test_shards_cut_the_list(tmp_path: Path) -> None:
    pictures = [Listed(f"{n}.jpg", Path(f"/x/{n}.jpg"), n if n % 2 else None) for n in range(8)]
    path = tmp_path / "listing.parquet"
    assert write_listing(path, iter(pictures), 3) == 8
    assert count_shards(path) == 3
    assert [one for shard in range(3) for one in read_shard(path, shard)] == pictures
    assert len(read_shard(path, 2)) == 2
