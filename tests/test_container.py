"""The Dockerfile against what it starts, where no container engine is at hand to build it."""

from __future__ import annotations

import json
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer

from lineament.cli.main import app

ROOT = Path(__file__).parent.parent


def instructions() -> list[tuple[str, str]]:
    """Name and arguments of each, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    return [(pair[0], pair[1]) for pair in pairs]


def commands() -> dict[str, Any]:
    """Commands of the command line by name."""
    found: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return found


def last(name: str) -> str:
    return [arguments for each, arguments in instructions() if each == name][-1]


def test_the_command_that_it_runs_exists_with_all_its_options() -> None:
    assert json.loads(last("ENTRYPOINT")) == ["lineament"]
    name, *arguments = json.loads(last("CMD"))
    command = commands()[name]
    parsed = command.make_context(name, list(arguments), resilient_parsing=True)
    assert parsed.args == []
    assert parsed.params["host"] == "0.0.0.0"
    known = {option for each in command.params for option in each.opts}
    options = {argument for argument in arguments if argument.startswith("--")}
    assert options <= known
    assert "--keys" in options, "without keys the server refuses any address but the loopback's"


def test_the_health_check_asks_the_port_that_is_served() -> None:
    port = json.loads(last("CMD"))[json.loads(last("CMD")).index("--port") + 1]
    assert last("EXPOSE") == port
    check = last("HEALTHCHECK").partition("CMD ")[2]
    program, option, code = json.loads(check)
    assert (program, option) == ("python", "-c")
    assert f"127.0.0.1:{port}/health" in code
    compile(code, "HEALTHCHECK", "exec")


def test_the_last_stage_runs_as_a_user_without_rights() -> None:
    names = [name for name, _ in instructions()]
    start = len(names) - 1 - names[::-1].index("FROM")
    users = [arguments for name, arguments in instructions()[start:] if name == "USER"]
    assert users == ["10001:10001"], "by number, so that Kubernetes can see that it is not root"
    assert names.index("USER") > names.index("RUN")


def test_only_what_the_wheel_is_made_of_reaches_the_engine() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_through = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        word
        for name, arguments in instructions()
        if name == "COPY" and "--from" not in arguments
        for word in shlex.split(arguments)[:-1]
    }
    assert let_through == copied
    assert all((ROOT / name).exists() for name in copied)
    for private in ("gallery.db", "keys.toml", "out", "examples"):
        assert not any(fnmatch(private, name) for name in let_through)


def test_the_extras_that_it_installs_exist() -> None:
    pattern = r'"\$\(ls /wheels/lineament-\*\.whl\)\[([a-z,]+)\]"'
    found = re.search(pattern, (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert found
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(found.group(1).split(",")) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("page", ["container.md", "bulk.md", "grouping.md", "privacy.md"])
def test_commands_of_the_pages_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^ *)lineament ([a-z][a-z-]+)[ `]", text, flags=re.MULTILINE))
    assert named
    assert named <= set(commands()) | {"lineament"}
