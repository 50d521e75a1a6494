"""The reader of FDDB on a miniature release."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.datasets.fddb import box_of_ellipse, read_fddb
from lineament.errors import ConfigError, DataError

NAME = "2002/08/11/big/img_{}"


@pytest.fixture
def root(tmp_path, picture):
    (tmp_path / "FDDB-folds").mkdir()
    for number in range(1, 11):
        picture(tmp_path / "originalPics" / f"{NAME.format(number)}.jpg")
        write(tmp_path, number, f"{NAME.format(number)}\n1\n4 2 0 8 6  1\n")
    return tmp_path


def write(root, number, text):
    path = root / "FDDB-folds" / f"FDDB-fold-{number:02}-ellipseList.txt"
    path.write_text(text)
    return path


def test_a_release_reads_back(root):
    write(root, 2, f"{NAME.format(2)}\n2\n4 2 1.5707963 8 6  1\n6.5 4.25 -1.2 9 5.5  1\n")
    found = read_fddb(root)
    assert (len(found), found.protocol, found.complete) == (10, "fddb", True)
    second = found.pictures[1]
    assert second.name == NAME.format(2)
    assert second.image == root / "originalPics" / f"{NAME.format(2)}.jpg"
    np.testing.assert_allclose(second.faces.boxes[0], [6, 2, 10, 10], atol=1e-5)
    assert second.ellipses.shape == (2, 5)
    assert second.ellipses[1].tolist() == pytest.approx([6.5, 4.25, -1.2, 9, 5.5])
    assert [one.name for one in read_fddb(root, "fold-03").pictures] == [NAME.format(3)]


def test_the_box_of_a_turned_ellipse_touches_its_points():
    ellipse = np.array([[5, 2, 0.7, 20, 30]], np.float32)
    turn = np.linspace(0, 2 * np.pi, 20001)
    along, beside = 5 * np.cos(turn), 2 * np.sin(turn)
    x = 20 + along * np.cos(0.7) - beside * np.sin(0.7)
    y = 30 + along * np.sin(0.7) + beside * np.cos(0.7)
    np.testing.assert_allclose(
        box_of_ellipse(ellipse)[0], [x.min(), y.min(), x.max(), y.max()], atol=1e-4
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{NAME.format(4)}\n1\n4 2 0 8 6\n", 3, "got 5 values, expected 6: long radius"),
        (f"{NAME.format(4)}\n1\n4 0 0 8 6 1\n", 3, "got radii 4 and 0, expected radii above zero"),
        (f"{NAME.format(4)}\n2\n4 2 0 8 6 1\n", 2, "but 1 lines to the end"),
        (f"{NAME.format(99)}\n1\n4 2 0 8 6 1\n", 1, "img_99.jpg is missing"),
    ],
)
def test_a_bad_list(root, text, line, words):
    path = write(root, 4, text)
    with pytest.raises(DataError) as caught:
        read_fddb(root)
    assert f"{path}:{line}:" in str(caught.value) and words in str(caught.value)


def test_missing_lists_and_parts(root):
    with pytest.raises(ConfigError, match="no part 'fold-11'"):
        read_fddb(root, "fold-11")
    (root / "FDDB-folds" / "FDDB-fold-07-ellipseList.txt").unlink()
    with pytest.raises(DataError, match=r"no file .*fold-07"):
        read_fddb(root)
