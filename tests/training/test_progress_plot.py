"""Curves of runs: read from their logs in the order of their stages, and drawn."""

import json

import pytest
from command_line import CommandLine

from lineament.errors import ConfigError, DataError
from lineament.training.progress_plot import parse_mark, read_curve


@pytest.fixture
def run(tmp_path):
    """Two stages whose names sort the wrong way round; the first was resumed once."""
    folder = tmp_path / "run"
    stages = {
        "together": [(100, 0.3), (200, 0.25), (200, 0.2)],
        "after": [(100, 0.1), (150, 0.05)],
    }
    for name, lines in stages.items():
        (folder / name).mkdir(parents=True)
        text = "".join(json.dumps({"samples": n, "points": v}) + "\n" for n, v in lines)
        (folder / name / "log.jsonl").write_text(text)
    (folder / "recipe.json").write_text(json.dumps({"stages": [{"name": n} for n in stages]}))
    with (folder / "after" / "log.jsonl").open("a") as log:
        log.write(json.dumps({"samples": 150, "validation_points": 0.07}) + "\n")
    return folder


def test_stages_follow_one_another_and_the_last_line_counts(run):
    curve = read_curve(run, "points")
    assert curve.training == ((100, 0.3), (200, 0.2), (300, 0.1), (350, 0.05))
    assert curve.validation == ((350, 0.07),)


def test_one_stage_alone_begins_at_its_own_start(run):
    assert read_curve(run / "after", "points").training == ((100, 0.1), (150, 0.05))


def test_what_is_missing_is_named(run, tmp_path):
    with pytest.raises(DataError, match="its log has points, validation_points"):
        read_curve(run, "smile")
    with pytest.raises(DataError, match="no log"):
        read_curve(tmp_path / "elsewhere", "points")
    (run / "after" / "log.jsonl").write_text("half a li")
    with pytest.raises(DataError, match=r"after/log.jsonl, line 1.*half a li"):
        read_curve(run, "points")


@pytest.mark.parametrize("text", ["", "5", "5:", "a:b", "0:1", "1:nan", "1:2:3"])
def test_a_mark_is_two_numbers(text):
    with pytest.raises(ConfigError, match="SAMPLES:VALUE"):
        parse_mark(text)


def test_the_command_draws_runs_and_marks(run, tmp_path, capsys):
    out = tmp_path / "new" / "curve.png"
    done = CommandLine(capsys)("plot", "progress", run, "--mark", "1e2:0.5", "--out", out, "--json")
    assert done.code == 0 and out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert done.lines[0]["curves"][0]["training"][0] == [100, 0.3]
