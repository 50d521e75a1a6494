"""What browsers are told and what is refused to pages of other sites.

A page of another site can make a visitor's browser send forms to a server on the loopback
address, and by DNS rebinding even read the answers. So a request that says it comes from another
origin is refused, and without keys so is one for another host name than those of the loopback.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineament.server.loopback import is_loopback
from lineament.server.problem import Problem

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class BrowserRules:
    """ASGI middleware.

    Args:
        app: what it protects.
        loopback_only: refuse other host names than those of the loopback address.
    """

    def __init__(self, app: ASGIApp, *, loopback_only: bool) -> None:
        self._app, self._loopback_only = app, loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        cached = b"no-cache" if path == "/" or path.startswith("/page/") else b"no-store"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    *HEADERS,
                    (b"cache-control", cached),
                ]
            await send(message)

        problem = self._refusal(Headers(scope=scope))
        if problem:
            answer = problem.response(scope.get("state", {}).get("request_id"))
            await answer(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refusal(self, headers: Headers) -> Problem | None:
        host = headers.get("host", "")
        if self._loopback_only and not is_loopback(_name(f"//{host}")):
            return Problem(
                403,
                "foreign-page",
                f"got the host name {host[:100]!r}, expected localhost, 127.0.0.1 or [::1]: a "
                "server without keys answers on the loopback address alone",
            )
        origin = headers.get("origin")
        if origin is not None and _authority(origin) != host.lower():
            return Problem(
                403,
                "foreign-page",
                f"got a request from a page of {origin[:100]!r}, expected one of this server; "
                "programs send no Origin header",
            )
        return None


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
