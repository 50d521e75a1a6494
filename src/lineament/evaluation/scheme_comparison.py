"""The finest classes in which masks of several part schemes can be compared."""

from __future__ import annotations

from collections.abc import Sequence

from lineament.errors import ConfigError
from lineament.parsing.part_schemes import CELEBAMASK_19, PartScheme


def common_scheme(schemes: Sequence[PartScheme]) -> PartScheme:
    """The finest scheme whose classes are whole classes of every one of `schemes`.

    Two numbers of CelebAMask-HQ that one class of any scheme holds stand in one class of the
    result. A mask of any of the schemes is brought to it by `PartScheme.converted`, without a
    pixel becoming unknown.

    Args:
        schemes: at least one. Where the result has the classes of one of them, it is that
            scheme, the first such.

    Raises:
        ConfigError: nothing but the background is left.
        ValueError: no scheme.
    """
    if not schemes:
        raise ValueError("got no part scheme, expected at least one")
    blocks = [set(members) for members in schemes[0].members]
    for scheme in schemes[1:]:
        for members in scheme.members:
            touched = [block for block in blocks if block.intersection(members)]
            kept = [block for block in blocks if not block.intersection(members)]
            blocks = [set().union(*touched), *kept]
    blocks.sort(key=min)
    partition = {frozenset(block) for block in blocks}
    for scheme in schemes:
        if {frozenset(members) for members in scheme.members} == partition:
            found = scheme
            break
    else:
        found = _named(blocks, schemes)
    if len(found) == 1:
        raise ConfigError(
            f"part schemes {' and '.join(scheme.name for scheme in schemes)} have no class in "
            "common but the background; choose a weight of another scheme, or another dataset"
        )
    return found


def _named(blocks: Sequence[set[int]], schemes: Sequence[PartScheme]) -> PartScheme:
    """The scheme of these blocks of numbers; the first one holds the background."""
    place = {number: row for row, block in enumerate(blocks) for number in block}
    return PartScheme(
        name=" with ".join(dict.fromkeys(scheme.name for scheme in schemes)),
        classes=tuple(_name(block, schemes) for block in blocks),
        mirror=tuple(place[CELEBAMASK_19.mirror[min(block)]] for block in blocks),
        members=tuple(tuple(sorted(block)) for block in blocks),
        palette=tuple(CELEBAMASK_19.palette[min(block)] for block in blocks),
    )


def _name(block: set[int], schemes: Sequence[PartScheme]) -> str:
    if 0 in block:
        return CELEBAMASK_19.classes[0]
    for scheme in (*schemes, CELEBAMASK_19):
        for number, members in enumerate(scheme.members):
            if set(members) == block:
                return scheme.classes[number]
    return "+".join(CELEBAMASK_19.classes[number] for number in sorted(block))
