"""Who may do what: the scope that an operation needs, and the key that a request carries."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lineament.server.keys import Scope
from lineament.server.problem import Problem
from lineament.server.service import service_of

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key that `lineament serve-key` made. A server that was started without keys, "
    "which is possible on the loopback address alone, asks for none.",
)

Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def needs(scope: Scope | None) -> Dependency:
    """What an operation depends on: a key of this scope, or any key for None."""

    async def check(request: Request, credentials: Credentials) -> None:
        keys = service_of(request).keys
        if keys is None:
            return
        holder = keys.holder(credentials.credentials) if credentials else None
        if holder is None:
            got = "an unknown key" if credentials else "no key"
            raise Problem(
                401,
                "key-needed",
                f"got {got}, expected the header `Authorization: Bearer KEY` with a key of this "
                "server",
                headers={"WWW-Authenticate": "Bearer"},
            )
        request.state.key = holder.name
        if scope is not None and scope not in holder.scopes:
            raise Problem(
                403,
                "not-allowed",
                f"the key {holder.name} allows {', '.join(sorted(holder.scopes))}, expected "
                f"{scope}; use another key or add the scope to the server's key file",
            )

    dependency: Dependency = Depends(check)
    return dependency


def key_name(request: Request) -> str | None:
    """The name of the key of a request; None where the server asks for none."""
    name: str | None = getattr(request.state, "key", None)
    return name
