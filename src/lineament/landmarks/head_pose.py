"""Head pose from the landmarks of one picture, by fitting a rigid mean head.

The mean head (`head_points.json`) holds the 3-D place of every point and how far people,
expressions and the sliding outline stray from it. A head is turned, placed and scaled so that the
points fall where they were found, each counted by its stray; this is a least-squares fit by
Levenberg and Marquardt's method (Marquardt, SIAM 1963), which starts from a weak-perspective fit
(POS; DeMenthon and Davis, IJCV 1995). The nearness of the camera is fitted too, held near a usual
distance, because a photo from close by shows a face more pointed than one from far away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.face import FloatArray, HeadPose

Floats = NDArray[np.float64]

HEAD_MIDDLE = (0.0, 2.0, 2.0)
"""Where the camera is taken to look, in centimetres in the frame of the mean head."""

USUAL_NEARNESS, NEARNESS_SPREAD = 0.012, 0.003
"""One over the distance of the camera in centimetres: some 80 cm, mostly within 55 and 170."""

STEPS = 12
FIRST_DAMPING = 1e-2
FLAT = 1e-3
"""Least size of a face in pixels; below, its points are one and show no turn."""


@dataclass(frozen=True, eq=False)
class MeanHead:
    """Attributes:
    points: (L,3) centimetres from the head's middle: x to the person's left, y up, z forward.
    spread: (L,) centimetres by which each point strays, along one axis of the picture.
    """

    points: Floats
    spread: Floats


@cache
def mean_heads() -> Mapping[str, MeanHead]:
    """The mean head for each scheme of points that has one."""
    table = json.loads(files(__package__).joinpath("head_points.json").read_text("utf-8"))
    return {
        name: MeanHead(np.array(each["points"]) - HEAD_MIDDLE, np.array(each["spread"]))
        for name, each in table["schemes"].items()
    }


def known_poses(points: FloatArray, scheme: str) -> list[HeadPose | None]:
    """As `head_poses`, but for an order of points that has no mean head every pose is None."""
    return head_poses(points, scheme) if scheme in mean_heads() else [None] * len(points)


def head_pose(points: FloatArray, scheme: str) -> HeadPose | None:
    """The turn of one head; as `head_poses`.

    Args:
        points: (L,2) x, y in pixels, y down.
        scheme: the order of the points.
    """
    return head_poses(np.asarray(points)[None], scheme)[0]


def head_poses(points: FloatArray, scheme: str) -> list[HeadPose | None]:
    """The turns of many heads from their landmarks.

    Angles are relative to the line of sight, as if the camera pointed at each head, so they need
    no calibration of the camera and do not change when a photo is cropped.

    Args:
        points: (N,L,2) x, y in pixels, y down, in an unmirrored picture.
        scheme: the order of the points: `ibug-68`, `wflw-98`, `cofw-29`, `aflw-19` or
            `five-points`.

    Returns:
        N poses; None where all points of a face lie on one place.

    Raises:
        ConfigError: the scheme has no mean head.
        ValueError: the array is not (N,L,2) with the scheme's number of points, or not finite.
    """
    heads = mean_heads()
    if scheme not in heads:
        raise ConfigError(f"no mean head for points in the order {scheme!r}; {', '.join(heads)}")
    head = heads[scheme]
    found = np.asarray(points, dtype=np.float64)
    if found.ndim != 3 or found.shape[1:] != (len(head.points), 2) or not np.isfinite(found).all():
        raise ValueError(
            f"{scheme} needs finite points (N, {len(head.points)}, 2), got {found.shape}"
        )
    poses: list[HeadPose | None] = [None] * len(found)
    extent = (found.max(axis=1) - found.min(axis=1)).max(axis=1) if len(found) else np.zeros(0)
    (usable,) = np.nonzero(extent > FLAT)
    if len(usable):
        for index, turn in zip(usable, _fit(head, found[usable]), strict=True):
            poses[index] = _angles(turn)
    return poses


def _angles(turn: Floats) -> HeadPose:
    """Yaw, pitch and roll of a rotation (3,3)."""
    yaw = np.arctan2(-turn[2, 0], turn[2, 2])
    pitch = -np.arcsin(np.clip(turn[2, 1], -1, 1))
    roll = np.arctan2(-turn[0, 1], turn[1, 1])
    return HeadPose(*(float(angle) for angle in np.degrees((yaw, pitch, roll))))


def _fit(head: MeanHead, found: Floats) -> Floats:
    """Rotations (N,3,3) of the head that bring it to points (N,L,2)."""
    turn, scale, shift = _weak_perspective(head, found)
    unit = scale.copy()
    nearness = np.full(len(found), USUAL_NEARNESS)
    damping = np.full(len(found), FIRST_DAMPING)
    rest, slopes = _residuals(head, found, turn, scale, shift, nearness, unit)
    for _ in range(STEPS):
        normal = np.einsum("nri,nrj->nij", slopes, slopes)
        diagonal = np.einsum("nii->ni", normal)
        damped = normal + np.einsum("n,ni,ij->nij", damping, diagonal, np.eye(7))
        step = np.linalg.solve(damped, -np.einsum("nri,nr->ni", slopes, rest)[..., None])[..., 0]
        tried = (
            _rotations(step[:, :3]) @ turn,
            scale * np.exp(np.clip(step[:, 3], -1, 1)),
            shift + step[:, 4:6] * unit[:, None],
            np.clip(nearness + step[:, 6] * NEARNESS_SPREAD, 0, 0.05),
        )
        new_rest, new_slopes = _residuals(head, found, *tried, unit)
        better = (new_rest**2).sum(axis=1) < (rest**2).sum(axis=1)
        damping = np.where(better, damping / 5, damping * 5)
        turn = np.where(better[:, None, None], tried[0], turn)
        scale, nearness = np.where(better, tried[1], scale), np.where(better, tried[3], nearness)
        shift = np.where(better[:, None], tried[2], shift)
        rest = np.where(better[:, None], new_rest, rest)
        slopes = np.where(better[:, None, None], new_slopes, slopes)
    return turn


def _weak_perspective(head: MeanHead, found: Floats) -> tuple[Floats, Floats, Floats]:
    """Rotations (N,3,3), pixels per centimetre (N,) and the middle's place (N,2) of the affine
    map from head to picture that fits best."""
    weight = 1 / head.spread**2
    centre = (weight[:, None] * head.points).sum(axis=0) / weight.sum()
    place = np.einsum("l,nld->nd", weight, found) / weight.sum()
    around, offset = head.points - centre, found - place[:, None]
    spread = np.einsum("li,l,lj->ij", around, weight, around)
    mixed = np.einsum("nld,l,lj->ndj", offset, weight, around) * np.array([1, -1])[:, None]
    affine = mixed @ np.linalg.inv(spread)
    left, size, right = np.linalg.svd(affine, full_matrices=False)
    rows = left @ right
    turn = np.concatenate([rows, np.cross(rows[:, 0], rows[:, 1])[:, None]], axis=1)
    scale = np.maximum(size.mean(axis=1), 1e-9)
    shift = place - scale[:, None] * (rows @ centre) * np.array([1, -1])
    return turn, scale, shift


def _residuals(
    head: MeanHead,
    found: Floats,
    turn: Floats,
    scale: Floats,
    shift: Floats,
    nearness: Floats,
    unit: Floats,
) -> tuple[Floats, Floats]:
    """What is left of each point in units of its spread, (N,2L+1) with the nearness last, and
    how it changes (N,2L+1,7) with turn (3), log scale, shift (2) and nearness."""
    turned = np.einsum("nij,lj->nli", turn, head.points)
    x, y, z = np.moveaxis(turned, 2, 0)
    near = 1 / (1 - nearness[:, None] * z)
    pull = nearness[:, None] * near
    weight = 1 / (head.spread * unit[:, None])
    grown = scale[:, None] * near
    across, down = grown * x, -grown * y
    rest = np.empty((len(found), 2 * len(head.points) + 1))
    count = len(head.points)
    rest[:, :count] = (across + shift[:, :1] - found[..., 0]) * weight
    rest[:, count:-1] = (down + shift[:, 1:] - found[..., 1]) * weight
    rest[:, -1] = (nearness - USUAL_NEARNESS) / NEARNESS_SPREAD
    slopes = np.zeros((*rest.shape, 7))
    turning_z = (y, -x, np.zeros_like(x))
    turning_x = (np.zeros_like(x), z, -y)
    turning_y = (-z, np.zeros_like(x), x)
    for axis in range(3):
        forward = pull * turning_z[axis]
        slopes[:, :count, axis] = (grown * turning_x[axis] + across * forward) * weight
        slopes[:, count:-1, axis] = (-grown * turning_y[axis] + down * forward) * weight
    slopes[:, :count, 3], slopes[:, count:-1, 3] = across * weight, down * weight
    slopes[:, :count, 4] = slopes[:, count:-1, 5] = weight * unit[:, None]
    slopes[:, :count, 6] = across * near * z * weight * NEARNESS_SPREAD
    slopes[:, count:-1, 6] = down * near * z * weight * NEARNESS_SPREAD
    slopes[:, -1, 6] = 1
    return rest, slopes


def _rotations(vectors: Floats) -> Floats:
    """Rotations (N,3,3) about vectors (N,3) by their length in radians (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=1)
    x, y, z = vectors.T / np.maximum(angle, 1e-12)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    sin, cos = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    turns: Floats = np.eye(3) + sin * cross + (1 - cos) * (cross @ cross)
    return turns
