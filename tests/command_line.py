"""Runs the command line inside the test's process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from lineament.cli.main import main


@dataclass(frozen=True)
class Done:
    """Exit code and what was written."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line of stdout as a JSON object."""
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """Call it with the arguments that follow `lineament`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Done:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        assert isinstance(exit_.value.code, int)
        assert "Traceback" not in out + err
        return Done(exit_.value.code, out, err)
