"""Strict data models: frozen, and an unknown key is an error that says the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def describe_faults(model: type[BaseModel], error: ValidationError) -> str:
    """One line that names every fault of `error`, with the nearest key for each unknown one.

    Args:
        model: the model whose validation failed.
        error: what pydantic raised for it.
    """
    return "; ".join(_describe(model, fault) for fault in error.errors())


def _describe(model: type[BaseModel], fault: Mapping[str, Any]) -> str:
    path = fault["loc"]
    place = ".".join(str(part) for part in path) or "record"
    if fault["type"] != "extra_forbidden":
        return f"{place}: {fault['msg']}"
    keys = sorted(_keys_at(model, path[:-1]))
    near = difflib.get_close_matches(str(path[-1]), keys, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(keys)}"
    return f"{place}: unknown key {str(path[-1])!r}; {hint}"


def _keys_at(model: type[BaseModel], path: Sequence[int | str]) -> set[str]:
    """Keys of the models that a path of pydantic's error location leads to.

    A part of the path is a field's name, an index, or the tag of a union's member.
    """
    found = [model]
    for part in path:
        inner = [
            step
            for one in found
            if part in one.model_fields
            for step in _models_in(one.model_fields[str(part)].annotation)
        ]
        tagged = [one for one in found if part in _tags(one)]
        found = inner or tagged or found
    return {key for one in found for key in one.model_fields}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _tags(model: type[BaseModel]) -> set[Any]:
    return {tag for field in model.model_fields.values() for tag in get_args(field.annotation)}
