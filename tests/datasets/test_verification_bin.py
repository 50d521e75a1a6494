"""Verification sets of insightface: what is read, what is refused, and that nothing is executed."""

from __future__ import annotations

import os
import pickle
import struct

import numpy as np
import pytest
from people_pictures import noise, png

from lineament.datasets.verification_bin import read_verification_bin, write_verification_bin
from lineament.errors import ConfigError, DataError

SAME = [True, False, True]
PICTURES = [noise(number, 112) for number in range(6)]
BYTES = [png(picture) for picture in PICTURES]


def written(path, content, protocol=4):
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


def check(pairs):
    assert len(pairs) == 3 and pairs.aligned and pairs.people is None
    assert pairs.pairs.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert pairs.same.dtype == bool and pairs.same.tolist() == SAME
    for number, picture in enumerate(PICTURES):
        np.testing.assert_array_equal(pairs.pictures[number], picture)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("container", [tuple, list])
def test_every_protocol_is_read(tmp_path, protocol, container):
    path = written(tmp_path / "lfw.bin", container((BYTES, SAME)), protocol)
    pairs = read_verification_bin(path)
    assert pairs.name == "lfw"
    check(pairs)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("old", [True, False])
def test_numpy_booleans_and_byte_arrays_are_read(tmp_path, protocol, old):
    """As `numpy.bool_` one by one, as one array, and pictures as uint8 arrays; `old` writes the
    module's name of numpy 1."""
    arrays = [np.frombuffer(content, np.uint8) for content in BYTES]
    for answers in ([np.bool_(answer) for answer in SAME], np.array(SAME)):
        data = pickle.dumps((arrays, answers), protocol=protocol)
        if old and protocol < 4:  # names end with a line there, later they have a length
            data = data.replace(b"cnumpy._core.", b"cnumpy.core.")
            assert b"numpy._core" not in data
        (tmp_path / "x.bin").write_bytes(data)
        check(read_verification_bin(tmp_path / "x.bin"))


def python2(pictures, answers) -> bytes:
    """Protocol 2 as Python 2 wrote it: a tuple of lists of `str`."""
    strings = b"".join(b"T" + struct.pack("<I", len(one)) + one for one in pictures)
    booleans = b"".join(b"\x88" if answer else b"\x89" for answer in answers)
    return b"\x80\x02](" + strings + b"e](" + booleans + b"e\x86."


def test_python_2_is_read(tmp_path):
    path = tmp_path / "agedb_30.bin"
    path.write_bytes(python2(BYTES, SAME))
    check(read_verification_bin(path))
    # Protocol 0: text all through.
    lines = b"".join(b"S" + repr(one)[1:].encode() + b"\na" for one in BYTES)
    path.write_bytes(b"((l" + lines + b"(lI01\naI00\naI01\nat.")
    check(read_verification_bin(path))


def test_folds_are_contiguous(tmp_path):
    """23 pairs: the first three folds have one more, as scikit-learn cuts."""
    path = written(tmp_path / "x.bin", ([b"a", b"b"] * 23, [True] * 23))
    fold = read_verification_bin(path).fold
    assert np.bincount(fold).tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert (np.diff(fold) >= 0).all()


def test_other_sizes_are_brought_to_112(tmp_path):
    flat = np.full((56, 56, 3), (10, 200, 90), np.uint8)
    wide = np.full((56, 80, 3), 7, np.uint8)
    path = written(tmp_path / "x.bin", ([png(flat), png(wide)], [False]))
    pictures = read_verification_bin(path).pictures
    assert pictures[0].shape == (112, 112, 3) and (pictures[0] == flat[0, 0]).all()
    with pytest.raises(DataError, match=r"x\.bin: picture 1 from 0 has 80 x 56"):
        pictures[1]


def test_a_damaged_picture_is_named_when_it_is_read(tmp_path):
    path = written(tmp_path / "x.bin", ([BYTES[0], BYTES[1][:200]], [True]))
    pictures = read_verification_bin(path).pictures
    np.testing.assert_array_equal(pictures[0], PICTURES[0])
    with pytest.raises(DataError, match=r"x\.bin: picture 1 from 0: .*truncated"):
        pictures[1]


def hostile_pickles(mark):
    """Ways to run something when a file is unpickled; each would make the file `mark`."""
    command = f"touch {mark}"

    class Reduce:
        def __reduce__(self):
            return os.system, (command,)

    class Builtin:
        def __reduce__(self):
            return eval, (f"open({str(mark)!r}, 'w')",)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.dumps(([Reduce()], [True]), protocol=protocol)
        yield pickle.dumps((BYTES[:2], [Builtin()]), protocol=protocol)
    system = f"cos\nsystem\n(S'{command}'\ntR.".encode()
    yield system
    yield python2(BYTES[:2], [True])[:-1] + b"0" + system  # behind a good set
    yield f"(S'{command}'\nios\nsystem\n.".encode()
    yield f"(cos\nsystem\nS'{command}'\no.".encode()
    yield b"\x80\x02cnumpy\nload\n(S'" + str(mark).encode() + b"'\ntR."
    yield b"\x80\x02c_codecs\nencode\n(X\x02\x00\x00\x00hiX\x03\x00\x00\x00rottR."
    yield b"\x80\x02Pname\n."
    yield b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cos\nsystem\nK\x00\x85C\x01btR."


def test_hostile_pickles_are_refused_and_not_executed(tmp_path):
    mark = tmp_path / "executed"
    for number, data in enumerate(hostile_pickles(mark)):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(data)
        with pytest.raises(DataError, match="refused without executing it"):
            read_verification_bin(path)
        assert not mark.exists(), data
    assert number > 12


def test_stand_ins_cannot_be_changed_by_a_pickle(tmp_path):
    """BUILD sets attributes of what it is given; ours have none."""
    path = tmp_path / "x.bin"
    path.write_bytes(b"\x80\x02c_codecs\nencode\n(NN\x86b.")
    with pytest.raises(DataError):
        read_verification_bin(path)
    path.write_bytes(b"\x80\x02c_codecs\nencode\nN\x85b.")
    with pytest.raises(DataError, match="sets the state"):
        read_verification_bin(path)
    check(read_verification_bin(written(tmp_path / "y.bin", (BYTES, SAME), 2)))


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04B" + struct.pack("<I", 0xFFFFFFFF) + b"abc.",
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"abc.",
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"]N.",
        b"\x80\x02T" + struct.pack("<i", 0x7FFFFFFF) + b"abc.",
        b"\x80\x02T" + struct.pack("<i", -5) + b"abc.",
        b"\x80\x02]r" + struct.pack("<I", 0xFFFFFFF0) + b".",
        b"\x80\x02]h\x07.",
        b"I" + b"9" * 5000 + b"\n.",
        b"not a pickle at all",
        b"\x80\x09]].",
        b"",
    ],
)
def test_false_lengths_and_no_pickles_are_refused(tmp_path, data):
    path = tmp_path / "x.bin"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x\.bin"):
        read_verification_bin(path)


def test_a_cut_file_is_refused_wherever_it_was_cut(tmp_path):
    path = tmp_path / "x.bin"
    small = [b"one", b"two", b"three", b"four"]
    for data in (
        pickle.dumps((small, [True, False]), protocol=4),
        pickle.dumps((small, list(np.array([True, False]))), protocol=2),
        python2(small, [True, False]),
    ):
        path.write_bytes(data)
        assert len(read_verification_bin(path)) == 2
        for end in range(len(data)):
            path.write_bytes(data[:end])
            with pytest.raises(DataError):
                read_verification_bin(path)


def recursive():
    itself: list[object] = []
    itself += [itself] * 50
    return [itself, itself]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BYTES, "a list of 6"),
        (b"bytes", "a bytes"),
        ((BYTES, SAME, SAME), "a tuple of 3"),
        ((b"bytes", SAME), "a bytes in place of a list"),
        ((["text"] * 6, SAME), "a str as picture 0"),
        (([*BYTES[:5], 7], SAME), "a int as picture 5"),
        (([*BYTES[:5], bytearray(b"x")], SAME), "a bytearray as picture 5"),
        (([*BYTES[:5], None], SAME), "a NoneType as picture 5"),
        ((BYTES, [True, 1, False]), "a int as answer 1"),
        ((BYTES, [True, None, False]), "a NoneType as answer 1"),
        ((BYTES[:5], SAME), "5 pictures and 3 booleans"),
        ((BYTES, SAME[:2]), "6 pictures and 2 booleans"),
        (([], []), "0 pictures and 0 booleans"),
        (recursive(), "a list of 50 as picture 0"),
    ],
)
def test_wrong_types_are_told(tmp_path, content, words):
    protocol = 5 if "bytearray" in words else 4
    path = written(tmp_path / "x.bin", content, protocol)
    with pytest.raises(DataError) as caught:
        read_verification_bin(path)
    assert f"{path}: got {words}" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        {"pictures": BYTES},
        (BYTES, {True}),
        (BYTES, np.array([1.0, 0.0, 1.0])),
        (BYTES, np.array([1, 0, 1], np.uint8).reshape(1, 3).astype(bool)),
        ([np.array([b"a", None], object)] * 6, SAME),
        (BYTES, [np.float64(1)] * 3),
        (BYTES, [slice(1)] * 3),
        (BYTES, [1.5, 1.5, 1.5]),
    ],
)
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_other_objects_are_refused(tmp_path, content, protocol):
    with pytest.raises(DataError, match="refused without executing it"):
        read_verification_bin(written(tmp_path / "x.bin", content, protocol))


def test_what_is_written_reads_back(tmp_path):
    write_verification_bin(tmp_path / "x.bin", BYTES, SAME)
    check(read_verification_bin(tmp_path / "x.bin"))
    assert pickle.loads((tmp_path / "x.bin").read_bytes()) == (BYTES, SAME)
    with pytest.raises(ValueError, match="5 pictures for 3"):
        write_verification_bin(tmp_path / "x.bin", BYTES[:5], SAME)


def test_a_missing_file_and_an_unknown_part(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        read_verification_bin(tmp_path / "none.bin")
    with pytest.raises(ConfigError, match="no part 'test'"):
        read_verification_bin(tmp_path / "none.bin", "test")
