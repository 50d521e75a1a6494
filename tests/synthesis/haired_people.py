"""What heads of hair share, made once for all tests."""

from __future__ import annotations

from functools import cache

from worn_people import ASSETS, person

from lineament.synthesis.assets import read_wear
from lineament.synthesis.hair.library import HairLibrary


@cache
def library():
    return HairLibrary(person(0)[1].head, read_wear(ASSETS))
