"""Names and tags as people type them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from lineament.errors import ConfigError
from lineament.gallery.table_schema import MOST_TAGS

LONGEST_NAME = 200
LONGEST_TAG = 100


def checked_name(name: str) -> str:
    """The name in Unicode's composed form, without space around it.

    Raises:
        ConfigError: it is empty, too long, or has control characters.
    """
    return _checked(name, "name", LONGEST_NAME)


def checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags, each once, as `checked_name` gives them.

    Raises:
        ConfigError: one is empty, too long or has control characters, or there are too many.
    """
    if isinstance(tags, str):
        raise ConfigError(f"tags need a sequence of texts, got the text {tags!r}: ({tags!r},)")
    found = tuple(dict.fromkeys(_checked(tag, "tag", LONGEST_TAG) for tag in tags))
    if len(found) > MOST_TAGS:
        raise ConfigError(f"got {len(found)} tags, expected at most {MOST_TAGS}")
    return found


def _checked(text: str, what: str, longest: int) -> str:
    found = unicodedata.normalize("NFC", text).strip()
    if not 0 < len(found) <= longest:
        raise ConfigError(f"got a {what} of {len(found)} characters, expected 1 to {longest}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in found):
        raise ConfigError(f"got a {what} with control characters, {found!r}; leave them out")
    return found
