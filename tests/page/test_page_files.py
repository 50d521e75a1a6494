"""The files of the page: whole, from nowhere else, and in step with the Python side."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from page import page_servers

from lineament.choice import Choice
from lineament.face import FaceAttributes
from lineament.parsing.part_schemes import PART_SCHEMES

PAGE = Path(str(files("lineament") / "server" / "page"))
FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())
INDEX = (PAGE / "index.html").read_text(encoding="utf-8")
NAMESPACE = "http://www.w3.org/2000/svg"

needs_node = pytest.mark.skipif(page_servers.node() is None, reason="node is not installed")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert not re.search(r"https?:|[\"'(]//", text)
    assert text.count("\n") < 300


def test_index_obeys_its_content_security_policy() -> None:
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style|javascript:", INDEX)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", INDEX))


def test_all_that_is_named_is_there() -> None:
    named = re.findall(r"(?:src|href)=\"(page/[^\"]+)\"", INDEX)
    assert len(named) >= 8
    assert [name for name in named if not (PAGE.parent / name).is_file()] == []
    for script in PAGE.glob("script/*.js"):
        imported = re.findall(r"from \"\./([^\"]+)\"", script.read_text(encoding="utf-8"))
        assert [name for name in imported if not (script.parent / name).is_file()] == []


def test_every_module_is_reached_from_the_index() -> None:
    reached, wanted = set(), re.findall(r"<script[^>]*page/script/([^\"]+)\"", INDEX)
    while wanted:
        name = wanted.pop()
        if name not in reached:
            reached.add(name)
            text = (PAGE / "script" / name).read_text(encoding="utf-8")
            wanted += re.findall(r"from \"\./([^\"]+)\"", text)
    assert reached == {path.name for path in PAGE.glob("script/*.js")}


def test_every_module_is_loaded_at_once() -> None:
    loaded = re.findall(r"<link rel=\"modulepreload\" href=\"page/script/([^\"]+)\"", INDEX)
    classic = {"remembered_theme.js", "main.js"}
    assert sorted(loaded) == sorted({path.name for path in PAGE.glob("script/*.js")} - classic)


@needs_node
def test_attributes_are_said_as_the_package_says_them() -> None:
    random = np.random.default_rng(7)
    tasks = {
        "gender_presentation": ("feminine", "masculine"),
        "age_group": ("child", "teen", "young adult", "middle-aged", "old"),
        "smile": ("no", "yes"),
        "glasses": ("no", "yes"),
        "pose_bin": ("left", "frontal", "right"),
        "glasses_kind": ("none", "clear", "dark"),
        "beard": ("no", "yes"),
        "mouth_open": ("no", "yes"),
        "hair_colour": ("brown", "black"),
    }
    faces = []
    for _ in range(200):
        asked = [task for task in tasks if random.random() < 0.7]
        odds = {task: random.dirichlet([0.4] * len(tasks[task])) for task in asked}
        faces.append(
            FaceAttributes.from_choices(
                {
                    task: Choice.most_probable(dict(zip(tasks[task], map(float, odd), strict=True)))
                    for task, odd in odds.items()
                }
            )
        )
    # The page reads rounded numbers; one right at the limit may fall on either side.
    faces = [face for face in faces if not any(at_limit(c) for c in face.choices.values())]
    expected = [[phrase.rsplit(" ", 1)[0] for phrase in face.phrases()] for face in faces]
    given = json.dumps([face.to_dict() for face in faces])
    assert evaluated("attribute_words.js", "faces.map(module.phrases)", given) == expected


@needs_node
def test_every_part_has_the_colour_of_its_scheme() -> None:
    wanted = {
        name: "#{:02x}{:02x}{:02x}".format(*colour)
        for scheme in PART_SCHEMES.values()
        for name, colour in zip(scheme.classes[1:], scheme.palette[1:], strict=True)
    }
    script = "Object.fromEntries(module.NAMED_PARTS.map((name) => [name, module.colourOf(name)]))"
    assert evaluated("part_colours.js", script, "[]") == wanted


def at_limit(choice: Choice) -> bool:
    return abs(choice.probability - 0.6) < 1e-4


def evaluated(script: str, expression: str, given: str) -> object:
    address = (PAGE / "script" / script).as_uri()
    program = (
        f"const module = await import({json.dumps(address)});"
        'const faces = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));'
        f"console.log(JSON.stringify({expression}));"
    )
    done = subprocess.run(
        [str(page_servers.node()), "--input-type=module", "--eval", program],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
