"""Attributes of faces: what a picture shows of a face besides its points."""
