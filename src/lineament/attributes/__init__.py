"""Attributes of faces: what a picture shows of a face besides its points."""

DEFAULT_ATTRIBUTES: str | None = "attributes-112"
"""Name of the shipped record that the head `attributes` runs; None: no such weight is shipped.

A name here makes `attributes` one of the heads that run by default.
"""
