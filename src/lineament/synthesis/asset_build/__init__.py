"""Builds the synthesis assets from the public originals: ICT-FaceKit and MakeHuman."""

from lineament.synthesis.asset_build.build import (
    BuildSettings,
    BuiltFile,
    Folders,
    build_assets,
)

__all__ = ["BuildSettings", "BuiltFile", "Folders", "build_assets"]
