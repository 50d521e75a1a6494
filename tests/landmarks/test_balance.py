"""Balancing by pose: what moves a face changes nothing, yaw orders the bins, rare poses repeat."""

import numpy as np
import pytest
from command_line import CommandLine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from lineament.errors import ConfigError, DataError
from lineament.image import read
from lineament.landmarks.balance import Balance, BalanceOptions, align, balance
from lineament.landmarks.balance_plot import write_balance

RANDOM = np.random.default_rng(7)
HALF = RANDOM.normal(size=(15, 3)) * [1.0, 1.3, 0.0]
HALF[:, 2] = 1.2 - 0.4 * (HALF[:, :2] ** 2).sum(axis=1)
HEAD = np.concatenate([HALF, HALF * [-1, 1, 1]])
"""A head of 30 points and two equal sides: x to the side, y down, z the relief of the face."""


def heads(yaw, noise=0.0):
    """(N,30,2) points of the head turned by angles in radians, seen from afar."""
    x = np.cos(yaw)[:, None] * HEAD[:, 0] + np.sin(yaw)[:, None] * HEAD[:, 2]
    y = np.broadcast_to(HEAD[:, 1], x.shape)
    points = 100 + 40 * np.stack([x, y], axis=2)
    return points + np.random.default_rng(1).normal(scale=noise, size=points.shape)


def moved(points, seed=0):
    """Every shape with a rotation, a size and a place of its own."""
    random = np.random.default_rng(seed)
    angle = random.uniform(-np.pi, np.pi, len(points))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1)
    scale = random.uniform(0.1, 10, (len(points), 1, 1))
    shift = random.uniform(-500, 500, (len(points), 1, 2))
    return scale * points @ turn.reshape(-1, 2, 2) + shift


def mostly_frontal(count=2000):
    return np.clip(np.random.default_rng(2).normal(scale=0.3, size=count), -1.1, 1.1)


def test_place_size_and_rotation_of_a_face_change_nothing():
    points = heads(mostly_frontal(400), noise=1.0)
    for reflection in (True, False):
        plain = balance(points, reflection=reflection)
        other = balance(moved(points), reflection=reflection)
        assert np.allclose(plain.coefficient, other.coefficient, atol=1e-7)
        assert np.array_equal(plain.repeats, other.repeats)


def test_aligned_shapes_lie_on_their_mean():
    points = moved(np.repeat(heads(np.array([0.3])), 20, axis=0))
    aligned = align(points)
    assert np.allclose(aligned, aligned[0], atol=1e-7)
    assert np.linalg.norm(aligned[0]) == pytest.approx(1)
    assert np.allclose(aligned.mean(axis=1), 0, atol=1e-9)


def test_the_common_frame_stands_as_the_faces_do():
    frontal = align(heads(np.linspace(-0.5, 0.5, 21))).mean(axis=0)
    slopes = np.polyfit(HEAD[:, 1], frontal[:, 1], 1)
    assert slopes[0] > 0.1
    assert abs(np.corrcoef(HEAD[:, 1], frontal[:, 0])[0, 1]) < 0.3


def test_a_mirrored_shape_is_mirrored_back_only_where_that_is_allowed():
    points = heads(np.full(40, 0.2), noise=0.5)
    points[:3, :, 0] *= -1
    away = [
        np.linalg.norm(aligned[:3] - aligned[3:].mean(axis=0), axis=(1, 2)).min()
        for aligned in (align(points, reflection=True), align(points, reflection=False))
    ]
    assert away[0] < 0.1 < away[1]


def test_the_coefficient_follows_the_yaw():
    yaw = np.linspace(-1.1, 1.1, 501)
    found = balance(heads(yaw)).coefficient
    assert np.all(np.diff(found) > 0) or np.all(np.diff(found) < 0)
    half = np.abs(found[250:])
    assert half[0] < 1e-9 and np.all(np.diff(half) > 0)
    assert np.allclose(half, np.abs(found[250::-1]), atol=1e-9), "left and right count alike"


def test_the_second_component_is_the_yaw_where_another_motion_is_larger():
    yaw = np.random.default_rng(3).uniform(-0.15, 0.15, 300)
    points = heads(yaw)
    points[:, :, 1] *= np.random.default_rng(4).uniform(0.5, 1.5, (300, 1))
    first, second = (balance(points, component=c).coefficient for c in (1, 2))
    assert abs(np.corrcoef(second, yaw)[0, 1]) > 0.9 > 0.3 > abs(np.corrcoef(first, yaw)[0, 1])


def test_nineteen_points_take_the_second_component():
    points = heads(mostly_frontal(200), noise=2.0)
    chosen = balance(points[:, :19]).coefficient
    assert np.array_equal(chosen, balance(points[:, :19], component=2).coefficient)
    chosen = balance(points[:, :20]).coefficient
    assert np.array_equal(chosen, balance(points[:, :20], component=1).coefficient)


@pytest.mark.parametrize("signed", [False, True])
def test_bins_become_even(signed):
    made = balance(heads(mostly_frontal()), bins=9, cap=None, signed=signed)
    before, after = made.counts[made.counts > 0], made.balanced_counts[made.counts > 0]
    assert before.max() / before.min() > 10
    assert after.max() / after.min() < 1.6, "rounding alone leaves them apart"


def test_repeats_by_hand():
    # Four points whose only freedom is how far one of them is pulled out.
    pulled = np.array([0.0] * 5 + [1.0] * 2 + [3.0])
    points = np.tile([[0.0, 0], [0, 300], [300, 0], [300, 300]], (8, 1, 1))
    points[:, 3] += pulled[:, None]
    made = balance(points, bins=2, cap=None)
    assert made.counts.tolist() == [5 + 2, 1] and made.repeats.tolist() == [1] * 7 + [7]
    assert made.indices().tolist() == [*range(7), *[7] * 7]
    three = balance(points, bins=3, cap=None, signed=True)
    assert sorted(three.counts.tolist()) == [0, 1, 7]
    assert three.balanced_counts.sum() == 14 == len(three.indices())


def test_halves_round_up():
    made = balance(heads(np.array([0.0] * 5 + [1.0, 1.0])), bins=9, cap=None)
    assert sorted(made.counts[made.counts > 0].tolist()) == [2, 5]
    assert made.repeats.tolist() == [1] * 5 + [3] * 2


def test_the_cap_holds():
    points = heads(mostly_frontal())
    wild, capped = balance(points, cap=None), balance(points, cap=4)
    assert wild.repeats.max() > 4 == capped.repeats.max()
    assert np.array_equal(capped.repeats, np.minimum(wild.repeats, 4))


def test_options_are_strict_and_do_what_the_function_does():
    points = heads(mostly_frontal(300))
    made = BalanceOptions(bins=5, cap=3, signed=True).balance(points)
    assert np.array_equal(made.repeats, balance(points, 5, cap=3, signed=True).repeats)
    plain = BalanceOptions().balance(points)
    assert np.array_equal(plain.repeats, balance(points).repeats)
    with pytest.raises(ValidationError):
        BalanceOptions(bin=5)  # type: ignore[call-arg]


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, (12, 5, 2), elements=st.floats(-400, 400, width=16)),
    st.integers(1, 12),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 9)),
)
def test_any_shapes_give_a_whole_balance_or_a_clear_error(points, bins, signed, cap):
    try:
        made = balance(points, bins=bins, cap=cap, signed=signed)
    except DataError as error:
        assert str(error)
        return
    assert isinstance(made, Balance)
    assert made.counts.sum() == len(points) and len(made.edges) == bins + 1
    assert np.all(made.repeats >= 1) and (cap is None or np.all(made.repeats <= cap))
    assert np.all((made.bin >= 0) & (made.bin < bins))
    value = made.coefficient if signed else np.abs(made.coefficient)
    assert np.all(value >= made.edges[made.bin] - 1e-12)
    assert np.all(value <= made.edges[made.bin + 1] + 1e-12)
    assert np.array_equal(np.bincount(made.indices(), minlength=12), made.repeats)
    assert np.all(made.balanced_counts >= made.counts)


def test_bad_shapes_are_named():
    points = heads(mostly_frontal(20))
    with pytest.raises(DataError, match="at least 3 shapes, got 2"):
        balance(points[:2])
    spoilt = points.copy()
    spoilt[4, 1, 0] = np.nan
    with pytest.raises(DataError, match="1 of 20 shapes have points that are not finite, rows 4;"):
        balance(spoilt)
    spoilt = points.copy()
    spoilt[[2, 9]] = 77.0
    with pytest.raises(DataError, match="all their points in one place, rows 2, 9;"):
        balance(spoilt)
    with pytest.raises(DataError, match="differ by nothing but place, size and rotation"):
        balance(moved(np.repeat(points[:1], 9, axis=0)))
    with pytest.raises(ConfigError, match="component 20, but 20 shapes"):
        balance(points, component=20)
    with pytest.raises(ValueError, match=r"\(N,L,2\)"):
        balance(points[0])


@pytest.mark.parametrize(("bins", "signed"), [(9, False), (3, True), (1, False)])
def test_a_picture_is_drawn(tmp_path, bins, signed):
    points = heads(mostly_frontal(300))
    made = balance(points, bins=bins, signed=signed)
    write_balance(tmp_path / "b.png", points, made, "heads")
    assert min(read(tmp_path / "b.png").shape[:2]) > 500
    with pytest.raises(DataError, match="choose another --out"):
        write_balance(tmp_path / "no" / "b.png", points, made, "heads")


def write_300w(folder, yaw):
    """A folder in the 300-W layout of heads of 68 points; the pictures are empty files."""
    place = folder / "afw"
    place.mkdir(parents=True)
    random = np.random.default_rng(11)
    head = np.column_stack([random.normal(size=(68, 2)), random.uniform(0, 1.2, 68)])
    for number, angle in enumerate(yaw):
        x = np.cos(angle) * head[:, 0] + np.sin(angle) * head[:, 2]
        lines = [f"{a:.4f} {b:.4f}" for a, b in np.stack([x, head[:, 1]], axis=1) * 40 + 200]
        text = "\n".join(["version: 1", "n_points: 68", "{", *lines, "}"])
        (place / f"{number}.pts").write_text(text + "\n")
        (place / f"{number}.png").write_bytes(b"")
    return folder


def test_the_command_balances_a_dataset(tmp_path, capsys):
    folder = write_300w(tmp_path / "300w", mostly_frontal(60))
    out, run = tmp_path / "new" / "b.png", CommandLine(capsys)
    options = ("--bins", 4, "--cap", 3, "--out", out)
    done = run("plot", "balance", "--data", f"300w={folder}", *options, "--json")
    assert done.code == 0, done.err
    (report,) = done.lines
    assert report["faces"] == sum(report["counts"]) == 60
    copies = np.divide(report["balanced_counts"], np.maximum(report["counts"], 1))
    assert 1 < copies.max() <= 3 and len(report["edges"]) == 5
    assert read(out).size


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("300w", "expected NAME=FOLDER"),
        ("300v=x", "did you mean 300w"),
        ("300w=nowhere", "nowhere"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, capsys, data, words):
    done = CommandLine(capsys)("plot", "balance", "--data", data, "--out", tmp_path / "b.png")
    assert done.code == 2 and words in done.err
