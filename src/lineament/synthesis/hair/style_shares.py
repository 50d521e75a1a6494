"""How often each hairstyle is worn, and by whom."""

from __future__ import annotations

SHARES_MASCULINE = {
    "bald": 0.05,
    "buzz": 0.12,
    "crop": 0.19,
    "side part": 0.17,
    "quiff": 0.11,
    "slicked back": 0.06,
    "tousled": 0.12,
    "spiky": 0.05,
    "short curls": 0.05,
    "bowl": 0.02,
    "bob": 0.015,
    "long straight": 0.015,
    "long wavy": 0.015,
    "long curly": 0.005,
    "bun": 0.01,
    "ponytail": 0.005,
}
SHARES_FEMININE = {
    "bald": 0.003,
    "buzz": 0.01,
    "crop": 0.02,
    "side part": 0.03,
    "tousled": 0.04,
    "slicked back": 0.03,
    "short curls": 0.03,
    "bowl": 0.03,
    "bob": 0.18,
    "long straight": 0.2,
    "long wavy": 0.18,
    "long curly": 0.06,
    "ponytail": 0.09,
    "bun": 0.06,
    "half-up": 0.06,
    "braids": 0.04,
}
SHARES_BOYS = {
    "buzz": 0.1,
    "crop": 0.25,
    "side part": 0.12,
    "tousled": 0.22,
    "spiky": 0.06,
    "short curls": 0.06,
    "bowl": 0.15,
    "bob": 0.04,
}
SHARES_GIRLS = {
    "bowl": 0.06,
    "bob": 0.2,
    "long straight": 0.2,
    "long wavy": 0.12,
    "long curly": 0.05,
    "ponytail": 0.16,
    "bun": 0.04,
    "half-up": 0.07,
    "braids": 0.1,
}
"""How often each style is worn by light-skinned people; of adults and of children under 13."""

TIGHT_CURLS = {
    "masculine": {"buzz": 0.35, "bald": 0.08, "short curls": 0.32, "afro": 0.15, "locs": 0.1},
    "feminine": {"afro": 0.27, "short curls": 0.14, "locs": 0.2, "long curly": 0.22}
    | {"bun": 0.09, "braids": 0.05, "buzz": 0.03},
}
"""Of people with tightly curled hair; they are the more of the people the darker the skin."""
