"""The curves are those of the losses, their slopes the gradients; the pictures can be made."""

import json

import numpy as np
import pytest
from command_line import CommandLine

from lineament.errors import DataError
from lineament.image import read
from lineament.landmarks.criterion import wing
from lineament.landmarks.loss_curves import ADAPTIVE, PLAIN, WINGS, curve, write_loss_curves

ALL = {**PLAIN, **WINGS, **ADAPTIVE}


def test_wing_by_hand():
    values, slopes = curve(wing, np.array([0.5, 5.0, 20.0]))
    assert values == pytest.approx([2.2314, 12.5276, 27.9176], abs=5e-5)
    assert slopes == pytest.approx([10 / 2.5, 10 / 7, 1])


@pytest.mark.parametrize("name", ALL)
def test_slopes_are_those_of_the_values(name):
    distances = np.array([0.11, 0.23, 0.37, 0.83])
    step = 1e-3
    above, below = (curve(ALL[name], distances + side)[0] for side in (step, -step))
    assert curve(ALL[name], distances)[1] == pytest.approx((above - below) / (2 * step), rel=5e-3)


def test_a_curves_name_says_its_parameters():
    for width, curvature in ((5, 2.0), (10, 0.5), (15, 2.0)):
        values, _ = curve(WINGS[f"w {width}, ε {curvature:g}"], np.array([3.0]))
        assert values == pytest.approx([width * np.log1p(3 / curvature)])
    steep = {name: curve(loss, np.array([0.1]))[0][0] for name, loss in ADAPTIVE.items()}
    assert steep["true value 0"] == pytest.approx(0.1108, abs=1e-4)
    assert steep["true value 1"] == pytest.approx(1.0701, abs=1e-4)


def test_the_command_draws_a_picture(tmp_path, capsys):
    done = CommandLine(capsys)("plot", "losses", "--out", tmp_path / "new" / "l.png", "--json")
    assert done.code == 0 and json.loads(done.out)["out"].endswith("l.png")
    picture = read(tmp_path / "new" / "l.png")
    assert min(picture.shape[:2]) > 600 and np.unique(picture.reshape(-1, 3), axis=0).shape[0] > 50


def test_what_cannot_be_written_is_said(tmp_path, capsys):
    with pytest.raises(DataError, match="choose another --out"):
        write_loss_curves(tmp_path / "no" / "l.png")
    done = CommandLine(capsys)("plot", "losses", "--out", tmp_path / "l.pdf")
    assert done.code == 2 and "ends in .png" in done.err
