"""API keys: made here, shown once, kept as salted hashes in a TOML file, each with its scopes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError

from lineament.errors import ConfigError
from lineament.strict import Strict, describe_faults
from lineament.toml_file import read_toml

Scope = Literal["analyze", "verify", "search", "enrol", "forget", "metrics"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

PREFIX = "lin_"
SECRET_BYTES = 32
SALT_BYTES = 16


class ApiKey(Strict):
    """What is kept of a key.

    Attributes:
        name: what the logs call whoever holds it.
        salt, hash: hexadecimal digits; the hash is SHA-256 of salt and key. A slow hash would
            add nothing: a key is 32 random bytes, which nobody can try out.
        scopes: what it allows.
        made: day on which it was made.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: frozenset[Scope] = Field(min_length=1)
    made: str


class KeyFile(Strict):
    """A file of keys."""

    keys: tuple[ApiKey, ...] = ()

    def holder(self, key: str) -> ApiKey | None:
        """The entry of a key; None where there is none.

        Every entry is compared, each in constant time, so that the time tells nothing.
        """
        found = None
        for entry in self.keys:
            if hmac.compare_digest(_hash(entry.salt, key), entry.hash):
                found = entry
        return found


def load_keys(path: Path) -> KeyFile:
    """Read a file of keys.

    Raises:
        ConfigError: it is missing, malformed, empty, or has two keys of one name.
    """
    values = read_toml(path, "key file", ConfigError)
    try:
        file = KeyFile.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path} is no key file: {describe_faults(KeyFile, error)}") from None
    names = [entry.name for entry in file.keys]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"{path} has several keys named {', '.join(twice)}; rename one")
    if not names:
        raise ConfigError(f"{path} holds no key; make one with `lineament serve-key`")
    return file


def add_key(path: Path, name: str, scopes: Sequence[str]) -> str:
    """Make a key, put its hash into the file, and give the key back; it is kept nowhere.

    The file is made if it is missing, for its owner's eyes alone.

    Raises:
        ConfigError: an unknown scope, a name that is taken or has other characters, or the file
            cannot be read or written.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise ConfigError(
            f"got the scopes {', '.join(scopes) or 'none'}; the scopes are {', '.join(SCOPES)}"
        )
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    salt = secrets.token_hex(SALT_BYTES)
    values = {
        "name": name,
        "salt": salt,
        "hash": _hash(salt, key),
        "scopes": sorted(set(scopes)),
        "made": datetime.now(UTC).date().isoformat(),
    }
    try:
        ApiKey.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"wrong key: {describe_faults(ApiKey, error)}") from None
    taken = [entry.name for entry in load_keys(path).keys] if path.exists() else []
    if name in taken:
        raise ConfigError(f"{path} already has a key named {name}; choose another name")
    listed = ", ".join(f'"{scope}"' for scope in sorted(set(scopes)))
    text = (
        f'[[keys]]\nname = "{name}"\nsalt = "{salt}"\nhash = "{values["hash"]}"\n'
        f'scopes = [{listed}]\nmade = "{values["made"]}"\n'
    )
    try:
        before = path.read_text(encoding="utf-8").rstrip() + "\n\n" if taken else ""
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(before + text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write the key file {path}: {error.strerror}") from error
    return key


def _hash(salt: str, key: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + key.encode("utf-8", "surrogateescape")).hexdigest()
