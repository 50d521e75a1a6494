"""Parts of faces: which pixels are skin, brows, eyes, nose, lips, hair and the rest."""

DEFAULT_PARTS: str | None = None
"""Name of the shipped record that the head `parts` runs; None: no such weight is shipped.

A name here makes `parts` one of the heads that run by default.
"""
