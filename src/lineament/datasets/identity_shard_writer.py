"""Writes identity pictures as WebDataset shards: KEY.jpg and KEY.cls in tar files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.datasets.identity_pictures import IdentityPictures, write_names
from lineament.datasets.new_folder import new_folder
from lineament.datasets.picture_encoding import PictureEncoding, encoded
from lineament.datasets.writing_progress import Progress, silent
from lineament.synthesis.shard_reader import shard_path
from lineament.synthesis.shard_writer import ShardWriter

FORMATS = ("JPEG", "PNG", "WebP")
DIGITS = 9


def write_identity_shards(
    pictures: IdentityPictures,
    out: Path,
    encoding: PictureEncoding = PictureEncoding(),  # noqa: B008 (frozen)
    progress: Progress = silent,
    *,
    shard_size: int = 10_000,
    shuffle: int | None = None,
) -> int:
    """Write `shard-000000.tar`, ... and `names.txt`.

    The bytes depend on the pictures and the options alone: no time and no user is written.

    Args:
        shard_size: pictures of a shard; the last may have fewer.
        shuffle: seed of a random order, which readers that stream need; None keeps the order.

    Returns:
        Bytes of the pictures.

    Raises:
        DataError: `out` is there already, cannot be written, or a picture cannot be read.
        ImageError: a picture cannot be read.
    """
    count, written = len(pictures), 0
    order = np.arange(count)
    if shuffle is not None:
        order = np.random.default_rng(shuffle).permutation(count)
    with new_folder(out) as folder:
        for shard, first in enumerate(range(0, count, shard_size)):
            rows = order[first : first + shard_size].tolist()
            with ShardWriter(shard_path(folder, shard), len(rows)) as writer:
                for done, row in enumerate(rows, first):
                    content, suffix = encoded(pictures, row, encoding, FORMATS)
                    label = str(int(pictures.labels[row])).encode()
                    files = {suffix.removeprefix("."): content, "cls": label}
                    writer.add(f"{done:0{DIGITS}d}", files)
                    written += len(content)
                    progress(done + 1, count)
        write_names(folder, pictures.names)
    return written
