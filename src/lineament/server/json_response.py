"""An answer that a worker already wrote as JSON."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response


def encoded(data: Any) -> bytes:
    """Plain data as JSON in UTF-8, without spaces.

    Raises:
        ValueError: a number is not finite, which JSON cannot hold.
    """
    return json.dumps(data, allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode()


def json_response(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
