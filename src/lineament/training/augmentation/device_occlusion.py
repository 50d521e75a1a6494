"""Things in front of the faces of a batch on a device, as `occlusion` paints them one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lineament.training.augmentation.occlusion import FILLINGS, MaskClasses, Occluder

CORNERS = 9


def occlude_batch(
    images: Tensor,
    points: Tensor,
    masks: Tensor | None,
    occluders: Sequence[Occluder | None],
    classes: MaskClasses,
) -> tuple[Tensor, Tensor | None]:
    """Crops and masks with things in front.

    One that shows another picture shows that of the next sample of the batch, and of the first
    one behind the last.

    Args:
        images: (N,3,S,S) float32.
        points: (N,L,2) float32 crop pixels.
        masks: (N,M,M) uint8.
        occluders: N of them, None where nothing is in front.
    """
    chosen = [place for place, occluder in enumerate(occluders) if occluder is not None]
    things = [occluder for occluder in occluders if occluder is not None]
    if not things:
        return images, masks
    place = torch.as_tensor(chosen, device=images.device)
    size = images.shape[-1]
    corners = np.stack([_padded(thing) for thing in things])
    polygon = torch.as_tensor(corners, dtype=torch.float32, device=images.device)
    cover = inside(polygon, size)
    shade = _shades(images[place], points[place], None if masks is None else masks[place],
                    things, classes)  # fmt: skip
    kinds = [FILLINGS.index(thing.filling) for thing in things]
    pictures = torch.as_tensor(kinds, device=images.device) == FILLINGS.index("picture")
    others = images[(place + 1) % len(images)]
    filling = torch.where(pictures[:, None, None, None], others, shade[:, :, None, None])
    hidden = images.clone()
    hidden[place] = torch.where(cover[:, None], filling, images[place])
    if masks is not None:
        side = masks.shape[-1]
        behind = inside((polygon + 0.5) * (side / size) - 0.5, side)
        masks = masks.clone()
        masks[place] = masks[place].masked_fill(behind, classes.behind)
    return hidden, masks


def inside(polygon: Tensor, size: int) -> Tensor:
    """(N,size,size) bool: pixels whose centres lie in polygons (N,C,2), by the even-odd rule."""
    line = torch.arange(size, dtype=torch.float32, device=polygon.device)
    x, y = line[None, None, None, :], line[None, None, :, None]
    x1, y1 = polygon[:, :, 0, None, None], polygon[:, :, 1, None, None]
    x2, y2 = (polygon.roll(-1, 1)[:, :, axis, None, None] for axis in (0, 1))
    between = (y1 > y) != (y2 > y)
    rise = torch.where(y1 == y2, torch.ones_like(y1), y2 - y1)
    right_of = x < x1 + (y - y1) * (x2 - x1) / rise
    return (between & right_of).sum(dim=1) % 2 == 1


def _padded(thing: Occluder) -> np.ndarray:
    """The polygon with its last corner repeated, so that all have the same number."""
    missing = CORNERS - len(thing.polygon)
    return np.concatenate([thing.polygon, np.repeat(thing.polygon[-1:], missing, axis=0)])


def _shades(
    images: Tensor,
    points: Tensor,
    masks: Tensor | None,
    things: list[Occluder],
    classes: MaskClasses,
) -> Tensor:
    """(N,3) plain colours: the thing's own, or that of some visible skin, tinted."""
    device, size = images.device, images.shape[-1]
    pick = torch.tensor([thing.pick for thing in things], device=device)
    each = torch.arange(len(things), device=device)
    places = pick * size
    if points.shape[1]:
        middle = points.mean(dim=1)
        towards = points[each, (pick[:, 0] * points.shape[1]).long()]
        places = middle + pick[:, 1:] * (towards - middle)
    if masks is not None and classes.skin is not None:
        side = masks.shape[-1]
        counts = (masks == classes.skin).flatten(1).cumsum(dim=1)
        wanted = (pick[:, 0] * counts[:, -1]).long() + 1
        found = torch.searchsorted(counts, wanted[:, None])[:, 0].clamp(max=side * side - 1)
        pixels = torch.stack([found % side, found // side], dim=1) * size // side
        places = torch.where(counts[:, -1:] > 0, pixels.float(), places)
    columns, rows = places.round().long().clamp(0, size - 1).unbind(dim=1)
    tint = torch.tensor([thing.tint for thing in things], device=device)
    skin = (images[each, :, rows, columns] * tint[:, None]).clamp(0, 255).floor()
    plain = torch.tensor([thing.filling == "colour" for thing in things], device=device)
    colours = torch.as_tensor(np.stack([thing.colour for thing in things]), device=device)
    return torch.where(plain[:, None], colours.float(), skin)
