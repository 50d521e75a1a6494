"""How names, tags, pictures and embeddings lie in the store: readable, or sealed with a key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import Protocol

from lineament.errors import GalleryError

KEY_VARIABLE = "LINEAMENT_GALLERY_KEY"
"""Environment variable of the key: 64 hexadecimal digits, as `openssl rand -hex 32` gives them."""

KEY_BYTES = 32
_NONCE = 12


class Seal(Protocol):
    """Turns bytes into a text for the store and back.

    `place` says which row and column the text belongs to, so that texts cannot be swapped.
    """

    encrypted: bool

    def close(self, data: bytes, place: str) -> str: ...

    def open(self, text: str, place: str) -> bytes: ...

    def token(self, text: str) -> str:
        """32 hexadecimal digits by which a text is found; the same ones for the same text."""
        ...


class Readable:
    """No key: everything can be read by those who can read the store."""

    encrypted = False

    def close(self, data: bytes, place: str) -> str:  # noqa: ARG002
        return base64.b64encode(data).decode("ascii")

    def open(self, text: str, place: str) -> bytes:  # noqa: ARG002
        return base64.b64decode(text)

    def token(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Sealed:
    """AES-256-GCM with a random nonce for each text; tokens by HMAC-SHA-256 with another key.

    Args:
        key: 32 bytes.

    Raises:
        GalleryError: the key has another length, or `cryptography` is not installed.
    """

    encrypted = True

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise GalleryError(f"got a key of {len(key)} bytes, expected {KEY_BYTES}")
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            raise GalleryError(
                "a gallery with a key needs the package cryptography, which is not installed: "
                "pip install 'lineament[gallery]'"
            ) from error
        self._cipher = AESGCM(hmac.digest(key, b"lineament gallery, sealing", "sha256"))
        self._tokens = hmac.digest(key, b"lineament gallery, tokens", "sha256")

    def close(self, data: bytes, place: str) -> str:
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, data, place.encode())).decode()

    def open(self, text: str, place: str) -> bytes:
        """Raises GalleryError where the key is another one or the text was changed."""
        from cryptography.exceptions import InvalidTag

        data = base64.b64decode(text)
        try:
            opened: bytes = self._cipher.decrypt(data[:_NONCE], data[_NONCE:], place.encode())
        except InvalidTag as error:
            raise GalleryError(
                f"a text of the gallery cannot be opened: {KEY_VARIABLE} is not the key with which "
                "it was sealed, or the store was changed; give the right key"
            ) from error
        return opened

    def token(self, text: str) -> str:
        return hmac.digest(self._tokens, text.encode(), "sha256").hex()[:32]


def seal_for(key: bytes | None) -> Seal:
    """The seal of a key; readable texts without one."""
    return Readable() if key is None else Sealed(key)


def key_from_environment() -> bytes | None:
    """The key of `LINEAMENT_GALLERY_KEY`; None where it is not set.

    Raises:
        GalleryError: it is not 64 hexadecimal digits.
    """
    text = os.environ.get(KEY_VARIABLE, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise GalleryError(
            f"{KEY_VARIABLE} has {len(text)} characters that are no key, expected 64 hexadecimal "
            "digits; make one with `openssl rand -hex 32` and keep it safe: without it the "
            "gallery cannot be read"
        )
    return bytes.fromhex(text)
