"""docs/parsing.md, docs/weights.md and docs/output.md say what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np

from lineament.cli.part_files import COCO, EXPORTS, FOLDERS
from lineament.effects.anonymise import STYLES
from lineament.face import FaceParts
from lineament.parsing.part_schemes import CELEBAMASK_19, PART_SCHEMES
from lineament.weights import PartsOutput

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_scheme_stands_there_with_its_classes() -> None:
    text = page("parsing.md")
    for scheme in PART_SCHEMES.values():
        (row,) = re.findall(rf"^\| `{scheme.name}` \|.*\| (.*) \|$", text, flags=re.M)
        assert tuple(row.split(", ")) == scheme.classes


def test_every_colour() -> None:
    text = page("parsing.md")
    rows = dict(re.findall(r"^\| ([a-z_, ]+) \|.*\| (`#.*) \|$", text, flags=re.M))
    found = {}
    for names, colours in rows.items():
        listed = colours.replace("`", "").split(", ")
        for place, name in enumerate(names.split(", ")):
            found[name] = listed[min(place, len(listed) - 1)]
    for name, colour in zip(CELEBAMASK_19.classes[1:], CELEBAMASK_19.palette[1:], strict=True):
        assert found[name] == "#{:02x}{:02x}{:02x}".format(*colour)


def test_exports_styles_and_fields() -> None:
    text, output = page("parsing.md"), page("output.md")
    for export in EXPORTS:
        assert f"| `{export}` |" in text
    for folder in FOLDERS.values():
        assert f"`{folder}/" in text and f"`{folder}/`" in output
    assert f"`{COCO}`" in text and f"`{COCO}`" in output
    for style in STYLES:
        assert f"--style {style}" in text
    for field in FaceParts("parts-9", (0, 0, 0, 0), np.zeros((0, 0), np.uint8)).to_dict():
        assert f"| `{field}` |" in output


def test_the_documented_record() -> None:
    example = page("weights.md").split("## Your own parsing network")[1]
    values = tomllib.loads(example.split("```toml\n")[1].split("```")[0])
    assert values["task"] == "parsing"
    assert PartsOutput.model_validate(values["networks"]["output"]).scheme == "celebamask-19"
