"""From a multipart form to a checked model of its fields, and to what OpenAPI says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from lineament.server.multipart import Parts, read_parts
from lineament.server.problem import Problem
from lineament.server.settings import MIB, ServerSettings
from lineament.strict import Strict, describe_faults

PICTURES = "image/jpeg, image/png, image/webp, image/bmp, image/tiff"

Form = TypeVar("Form", bound=Strict)


def form_body(model: type[BaseModel]) -> dict[str, Any]:
    """The `requestBody` of an operation that takes this form, for `openapi_extra`."""
    schema = model.model_json_schema(mode="validation")
    schema.pop("title", None)
    for name, field in schema["properties"].items():
        schema["properties"][name] = _without_null(field)
    encoding = {name: {"contentType": PICTURES} for name in sorted(_files(model))}
    media = {"schema": schema, "encoding": encoding}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": media}}}


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """A form has no null: what may be left out is left out."""
    choices = [each for each in field.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) != 1:
        return field
    rest = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
    return {**rest, **choices[0]}


async def read_form(request: Request, model: type[Form], settings: ServerSettings) -> Form:
    """The form that a request carries.

    Fields that are bytes come from files, all others from texts; a field that is no list may
    stand there once.

    Raises:
        Problem: 400, damaged; 408, too slow; 413, over a limit; 415, another type; 422, a field
            is missing, unknown, twice there or of a wrong value.
    """
    many = any(_is_list(model, name) for name in _files(model))
    pictures = settings.max_pictures if many else len(_files(model))
    limit = pictures * settings.max_upload_bytes + MIB
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and (len(told) > 15 or int(told) > limit):
        raise Problem(
            413,
            "too-large",
            f"got a request of {told[:20]} bytes, the limit is {limit:,}; send fewer or "
            "smaller pictures",
        )
    try:
        async with asyncio.timeout(settings.upload_seconds):
            parts = await read_parts(
                request.headers.get("content-type"),
                _stream(request),
                max_file_bytes=settings.max_upload_bytes,
                max_bytes=limit,
            )
    except TimeoutError:
        raise Problem(
            408,
            "too-slow",
            f"the upload took longer than {settings.upload_seconds:g} s; send smaller pictures "
            "or use a faster line",
        ) from None
    return _validated(model, parts, settings)


async def _stream(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise Problem(
            400, "wrong-request", "the connection ended before the whole form had come"
        ) from None


def _validated(model: type[Form], parts: Parts, settings: ServerSettings) -> Form:
    files = _files(model)
    values: dict[str, Any] = {}
    for name, texts in parts.fields.items():
        if name in files:
            raise _wrong(f"{name}: got a text, expected a file; send the bytes of the picture")
        values[name] = texts if _is_list(model, name) else _only(model, name, texts)
    for name, contents in parts.files.items():
        if name in model.model_fields and name not in files:
            raise _wrong(f"{name}: got a file, expected a text")
        values[name] = contents if _is_list(model, name) else _only(model, name, contents)
        if _is_list(model, name) and len(contents) > settings.max_pictures:
            raise Problem(
                413,
                "too-large",
                f"{name}: got {len(contents)} pictures, the limit is {settings.max_pictures}; "
                "send them in several requests",
            )
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _wrong(describe_faults(model, error)) from None


def _only(model: type[BaseModel], name: str, values: list[Any]) -> Any:
    if len(values) > 1 and name in model.model_fields:
        raise _wrong(f"{name}: got {len(values)} of them, expected one")
    return values[0]


def _files(model: type[BaseModel]) -> set[str]:
    return {
        name
        for name, field in model.model_fields.items()
        if field.annotation in (bytes, list[bytes])
    }


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and get_origin(field.annotation) is list


def _wrong(detail: str) -> Problem:
    return Problem(422, "wrong-value", detail)
