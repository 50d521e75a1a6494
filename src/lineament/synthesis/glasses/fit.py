"""Where glasses sit on a head: in front of the skin, on the nose, on the ears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from lineament.synthesis.glasses.lens_shapes import ONE_PIECE, OUTLINES
from lineament.synthesis.glasses.style import FORMS, Glasses
from lineament.synthesis.lofts import Points
from lineament.synthesis.posed_head import FACE_VERTICES, OUTSIDE_VERTICES, PosedHead

EAR_ROOTS = (8453, 8178)
"""Vertices of the head where the left and the right ear meet the skull at their top."""

USUAL_EYE_DISTANCE = 6.35
LENS_CLEARANCE, RIM_CLEARANCE, TEMPLE_CLEARANCE = 0.3, 0.12, 0.16
GOGGLE_RIM, GOGGLE_DEPTH = 0.55, 0.45
BEHIND_GLASSES = 4.5
"""z from which on skin may touch the front."""

NEAR_TEMPLE = 0.75
NOSE_SLANT = 0.5
"""How far the inner edge of a lens gives way to the nose, for every centimetre downwards."""

EDGE_TURNS = np.linspace(-np.pi, np.pi, 96, endpoint=False)
SIDES = np.array([1.0, -1.0], np.float32)


@dataclass(frozen=True)
class Fit:
    """Lengths in centimetres, in the frame of the head.

    Attributes:
        unit: size of the head, 1 for a usual grown one.
        centres: (L,2) x and y of the middle of each lens, the person's left first; one for
            goggles.
        outlines: (L,K,2) edge of each lens, counter-clockwise seen from the front.
        size: half width and half height of a lens.
        middle: (2,) x and y about which the front bends and leans.
        depth: z of the front there.
        tilt, curvature: as in `Glasses`.
        temples: (2,N,3) middle line of the left and the right temple, from hinge to tip.
        nose: (M,2) y and z of the ridge of the nose, y rising.
    """

    unit: float
    centres: Points
    outlines: Points
    size: tuple[float, float]
    middle: Points
    depth: float
    tilt: float
    curvature: float
    temples: Points
    nose: Points

    def front(self, place: Points) -> Points:
        """(...) z of the front at x and y (...,2)."""
        return self.depth + _relative_front(place, self.middle, self.tilt, self.curvature)

    def on_front(self, place: Points) -> Points:
        """(...,3) points of the front at x and y (...,2)."""
        return np.concatenate([place, self.front(place)[..., None]], axis=-1)


def fit_glasses(glasses: Glasses, posed: PosedHead) -> Fit:
    """Size and place glasses for a head."""
    eyes = posed.eye_centres
    unit = float(np.linalg.norm(eyes[0] - eyes[1])) / USUAL_EYE_DISTANCE
    middle = eyes.mean(axis=0)[:2] - np.array([0, 0.3 * unit + glasses.drop], np.float32)
    middle = middle.astype(np.float32)
    face = posed.vertices[:FACE_VERTICES]
    half_face = 0.5 * float(posed.landmarks[16, 0] - posed.landmarks[0, 0])
    width_share, height_share = FORMS[glasses.form][:2]
    gap = {"round": 1.0, "wrap": 0.55}.get(glasses.form, 0.86) * unit
    if glasses.form == "goggles":
        size = (half_face * 0.98 * glasses.width, half_face * 0.56 * glasses.height)
        centres = middle[None]
        outlines = ONE_PIECE[None] * np.array(size, np.float32) + centres
    else:
        half_width = 0.5 * (half_face * 0.9 - gap) * width_share * glasses.width
        size = (half_width, half_width * height_share * glasses.height)
        form = {"half-rim": "rectangle", "rimless": "oval"}.get(glasses.form, glasses.form)
        left = OUTLINES[form] * np.array(size, np.float32)
        left[:, 0] += gap + half_width
        flank = gap - 0.1 + NOSE_SLANT * np.maximum(-left[:, 1] - 0.1, 0)
        left[:, 0] = np.maximum(left[:, 0], np.minimum(flank, gap + half_width))
        right = (left * np.array([-1, 1], np.float32))[::-1]
        outlines = np.stack([left, right]) + middle
        centres = np.array([[gap + half_width, 0], [-gap - half_width, 0]], np.float32) + middle
    depth = _depth(glasses, face, outlines, centres, middle)
    nose = posed.landmarks[[30, 29, 28, 27]][:, 1:]
    fit = Fit(
        *(unit, centres, outlines, size, middle, depth, glasses.tilt, glasses.curvature),
        *(np.zeros((2, 0, 3), np.float32), nose),
    )
    temples = np.stack([_temple(fit, posed, side) for side in range(2)])
    return Fit(**{**fit.__dict__, "temples": temples})


def _relative_front(place: Points, middle: Points, tilt: float, curvature: float) -> Points:
    x, y = place[..., 0] - middle[0], place[..., 1] - middle[1]
    return np.asarray(tilt * y - 0.5 * curvature * (x * x + 0.35 * y * y), dtype=np.float32)


def _depth(
    glasses: Glasses, face: Points, outlines: Points, centres: Points, middle: Points
) -> float:
    """How far forward the front must lie so that no skin behind a lens or rim touches it."""
    beyond = GOGGLE_RIM if glasses.form == "goggles" else glasses.rim + 0.15
    edges = np.empty((len(outlines), len(EDGE_TURNS)))
    for row, (outline, centre) in enumerate(zip(outlines, centres, strict=True)):
        x, y = (outline - centre).T
        edges[row] = np.interp(
            EDGE_TURNS, *_sorted(np.arctan2(y, x), np.hypot(x, y)), period=2 * np.pi
        )
    lens, rim = _needed_depths(
        *(face, edges, centres, middle, glasses.tilt, glasses.curvature, float(beyond))
    )
    thick = max(0.5 * glasses.depth, GOGGLE_DEPTH if glasses.form == "goggles" else 0.0)
    return float(max(lens + LENS_CLEARANCE, rim + RIM_CLEARANCE + thick))


def _sorted(turn: Points, radius: Points) -> tuple[Points, Points]:
    order = np.argsort(turn)
    return turn[order], radius[order]


@njit(cache=True, fastmath=True)
def _needed_depths(
    face: Points,
    edges: Points,
    centres: Points,
    middle: Points,
    tilt: float,
    curvature: float,
    beyond: float,
) -> tuple[float, float]:
    """How far the skin behind the lenses, and behind lenses and rims, stands before the front."""
    lens, rim = 0.0, 0.0
    count = edges.shape[1]
    for k in range(edges.shape[0]):
        room = edges[k].max() + beyond
        for v in range(face.shape[0]):
            x, y = face[v, 0] - centres[k, 0], face[v, 1] - centres[k, 1]
            if face[v, 2] < BEHIND_GLASSES or x * x + y * y > room * room:
                continue
            place = (np.arctan2(y, x) / (2 * np.pi) + 0.5) * count
            low = int(place)
            share = place - low
            edge = edges[k, low % count] * (1 - share) + edges[k, (low + 1) % count] * share
            reach = np.sqrt(x * x + y * y)
            if reach > edge + beyond:
                continue
            dx, dy = face[v, 0] - middle[0], face[v, 1] - middle[1]
            depth = face[v, 2] - tilt * dy + 0.5 * curvature * (dx * dx + 0.35 * dy * dy)
            rim = max(rim, depth)
            if reach < edge:
                lens = max(lens, depth)
    return lens, rim


def _temple(fit: Fit, posed: PosedHead, side: int) -> Points:
    """(N,3) from the hinge along the head, over the root of the ear, down behind it."""
    sign = SIDES[side]
    root = posed.vertices[EAR_ROOTS[side]]
    outline = fit.outlines[min(side, len(fit.outlines) - 1)]
    outer = outline[np.argmax(outline[:, 0] * sign + 0.15 * outline[:, 1])]
    start = np.array([*outer, fit.front(outer) - 0.35 * fit.unit], np.float32)
    end = root + np.array([0.05 * sign, 0.25 * fit.unit, 0.15], np.float32)
    share = np.linspace(0, 1, 9, dtype=np.float32)[:, None]
    along = start * (1 - share) + end * share
    behind = np.array([[-0.05, -0.1, -0.7], [-0.15, -0.9, -1.6], [-0.3, -2.0, -2.2]], np.float32)
    path = np.concatenate([along, end + behind * fit.unit * np.array([sign, 1, 1], np.float32)])
    skin = posed.vertices[:OUTSIDE_VERTICES]
    reach = _reach_beside(skin, path[:9], float(sign), float(root[2]) + 0.35) + TEMPLE_CLEARANCE
    reach[0] = max(reach[0], outer[0] * sign + 0.12)
    needed = np.maximum.reduce([reach, path[:9, 0] * sign, _taut(reach)])
    path[:9, 0] = needed * sign
    return path


@njit(cache=True, fastmath=True)
def _reach_beside(skin: Points, path: Points, sign: float, ear: float) -> Points:
    """How far the skin before the ear reaches sideways near each point of a line."""
    reach = np.zeros(len(path))
    low, high = path[:, 1].min() - NEAR_TEMPLE, path[:, 1].max() + NEAR_TEMPLE
    for v in range(skin.shape[0]):
        x, y, z = skin[v, 0] * sign, skin[v, 1], skin[v, 2]
        if x < 4.0 or z < ear or y < low or y > high:
            continue
        for i in range(len(path)):
            if abs(y - path[i, 1]) < NEAR_TEMPLE and abs(z - path[i, 2]) < NEAR_TEMPLE:
                reach[i] = max(reach[i], x)
    return reach


@njit(cache=True)
def _taut(reach: Points) -> Points:
    """The outermost straight lines between any two points: a bar does not bend inwards."""
    taut = reach.copy()
    for i in range(len(reach)):
        for j in range(i + 2, len(reach)):
            for k in range(i + 1, j):
                line = reach[i] + (reach[j] - reach[i]) * (k - i) / (j - i)
                taut[k] = max(taut[k], line)
    return taut
