"""What goes round a neck: shirt collars, stand-up collars, lapels, hoods, scarves, fur."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.clothes.garment import roll, sheet
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.clothes.torso import ANGLES, Chart
from lineament.synthesis.mesh import Mesh, join

COLLAR_COLUMNS = 41
LAPEL_COLUMNS = 72
SCARF_TURNS, SCARF_COLUMNS = 2, 44


def shirt_collar(
    chart: Chart, top: Reals, gap: float, size: float, lift: float, period: float
) -> Mesh:
    """A stand that folds over into two leaves with points in front.

    Args:
        chart: the body.
        top: (64,) ways down of the shirt's neckline.
        gap: radians from the front to where each leaf begins.
        size: 0 (small) to 1 (wide).
        lift: centimetres by which the points stand off.
        period: see `Fabric`.
    """
    angle = np.linspace(gap, 2 * np.pi - gap, COLLAR_COLUMNS)
    base = np.interp(angle, ANGLES, top, period=2 * np.pi)
    front = np.minimum(angle, 2 * np.pi - angle) - gap
    stand = (2.3 + 1.1 * size) * np.clip(0.2 + 0.8 * front, 0, 1)
    leaf = 2.6 + 1.5 * size + (2.2 + 2.2 * size) * np.exp(-((front / 0.28) ** 2))
    spread = np.sign(np.pi - angle) * np.exp(-((front / 0.35) ** 2)) * (0.35 + 0.45 * size)
    downs = np.stack([0.9 + 0 * leaf, -0.5 * stand, -stand, -stand, -0.3 * stand, leaf * 0.5, leaf])
    out = np.array([0, 0, 0.05, 0.15, 0.5, 0.85, 1.0])[:, None]
    rise = np.array([0.3, 0.4, 0.6, 0.85, 0.95, 0.9, 0.75])[:, None] + lift * out
    way = np.maximum(chart.down(angle, base, downs), 0.03)
    angles = angle + out * spread
    mesh = sheet(chart, angles, way, np.broadcast_to(rise, way.shape), period)
    return replace(mesh, texcoords=np.ascontiguousarray(mesh.texcoords[..., ::-1]))


def stand_collar(
    chart: Chart, top: Reals, gap: float, height: float, lean: float, period: float
) -> Mesh:
    """A collar that stands up round the neck, open in front by `gap` radians on each side.

    Args:
        chart: the body.
        top: (64,) ways down of the neckline.
        gap: radians.
        height: centimetres.
        lean: centimetres by which its edge stands away from the neck.
        period: see `Fabric`.
    """
    angle = np.linspace(gap, 2 * np.pi - gap, COLLAR_COLUMNS)
    base = np.interp(angle, ANGLES, top, period=2 * np.pi)
    downs = np.array([1.4, 0.5, -0.35, -0.75, -1.0, -0.97, -0.5])[:, None] * height
    downs[0] = 1.4
    rise = np.array([0.75, 1.0, 1.0, 1.0, 0.85, 0.55, 0.4])[:, None]
    away = np.array([0, 0.1, 0.5, 0.8, 1.0, 0.95, 0.4])[:, None] * lean
    way = np.maximum(chart.down(angle, base, downs), 0.0)
    return sheet(chart, np.broadcast_to(angle, way.shape), way, rise + away, period)


def lapels(chart: Chart, top: Reals, size: float, period: float) -> Mesh:
    """The collar and lapels of a jacket: a strip along its neckline, turned outwards.

    Args:
        chart: the body.
        top: (64,) ways down of the jacket's neckline.
        size: 0 (narrow) to 1 (wide).
        period: see `Fabric`.
    """
    turn = np.linspace(-np.pi, np.pi, LAPEL_COLUMNS)
    turn = np.pi * np.sign(turn) * np.abs(turn / np.pi) ** 1.5
    angle = np.concatenate([turn[LAPEL_COLUMNS // 2 :], turn[: LAPEL_COLUMNS // 2] + 2 * np.pi])
    base = np.interp(angle, ANGLES, top, period=2 * np.pi)
    front = np.minimum(angle, 2 * np.pi - angle)
    side = np.sign(np.pi - angle)
    notch = 0.62
    width = np.interp(
        front,
        (0, notch - 0.03, notch, notch + 0.06, notch + 0.1, 1.7, np.pi),
        (1.2, 7.2 + 2.5 * size, 4.4 + size, 4.2 + size, 6.3 + size, 5.0, 4.2),
    )
    outward = np.clip((1.2 - front) / 0.9, 0, 1)
    across = width * outward / 11.0 * side
    down = width * (1 - 0.85 * outward)
    share = np.array([-0.25, 0.0, 0.0, 0.45, 1.0, 1.0])[:, None]
    rise = np.array([0.9, 1.1, 1.7, 2.1, 1.95, 1.1])[:, None]
    angles = angle + np.maximum(share, 0) * across
    stand = np.clip((front - 0.9) / 0.5, 0, 1) * np.array([0, 1.2, 1.5, 0.7, 0, 0])[:, None]
    way = np.clip(chart.down(angle, base, share * down - stand), 0.03, 1.999)
    return sheet(chart, angles, way, np.broadcast_to(rise, way.shape), period)


def hood_down(chart: Chart, size: float, period: float, random: np.random.Generator) -> Mesh:
    """A hood that lies on the back and round the sides of the neck."""
    angle = np.linspace(0.35, 2 * np.pi - 0.35, 37)
    rear = (1 - np.cos(angle)) / 2
    radius = 1.0 + (1.3 + 0.8 * size) * rear + 0.2 * np.sin(3 * angle + random.uniform(0, 6))
    way = 0.66 - 0.3 * rear**0.7 + 0.06 * np.sin(2 * angle + random.uniform(0, 6))
    slack = 0.8 + 0.5 * rear
    outer = roll(chart, angle, way, radius, 0.5, period, slack=slack)
    inner = roll(chart, angle, way + 0.12 + 0.25 * rear, radius * 1.15, 0.3, period, slack=0.9)
    return join([outer, inner])


def fur(chart: Chart, size: float, period: float, random: np.random.Generator) -> Mesh:
    """A thick collar with an uneven surface, open in front."""
    angle = np.linspace(0.3, 2 * np.pi - 0.3, 49)
    rear = (1 - np.cos(angle)) / 2
    radius = 1.8 + 0.7 * size + 0.8 * rear
    mesh = roll(chart, angle, 0.92 - 0.46 * rear, radius, 0.8, period, sides=11, slack=0.75)
    tufts = random.normal(0, 0.22, (len(mesh.vertices), 1)).astype(np.float32)
    vertices = mesh.vertices + mesh.normals * tufts
    return Mesh(vertices, mesh.triangles, mesh.texcoords, mesh.normals)


def scarf(chart: Chart, period: float, random: np.random.Generator) -> Mesh:
    """Cloth wound round the neck, with an end that hangs down in front."""
    turns = []
    around = 2 * np.pi * np.arange(SCARF_COLUMNS) / SCARF_COLUMNS
    for number in range(SCARF_TURNS):
        phase = random.uniform(0, 2 * np.pi)
        way = 0.34 + 0.27 * number + 0.1 * np.cos(around) + 0.06 * np.sin(around + phase)
        radius = 1.7 + 0.25 * np.sin(2 * around + phase) + 0.15 * np.sin(5 * around)
        slack = 0.8 + 0.15 * np.sin(3 * around + phase)
        turns.append(
            roll(chart, around, way, radius, 0.5, period, sides=8, closed=True, slack=slack)
        )
    middle = random.uniform(-0.3, 0.3)
    angle = middle + np.linspace(-0.28, 0.28, 7)
    way = np.linspace(0.6, 1.9, 9)[:, None]
    height = 1.5 + 0.3 * np.sin(9 * angle) + 0 * way
    turns.append(
        sheet(chart, np.broadcast_to(angle, height.shape), way + 0 * angle, height, period)
    )
    return join(turns)


def straps(chart: Chart, top: Reals, width: float, period: float) -> Mesh:
    """A strap over each shoulder, from the garment's edge `top` (64,) in front to that behind."""
    meshes = []
    for side in (1, -1):
        middle = np.linspace(0.62, np.pi - 0.75, 15)
        over = np.sin((middle - 0.62) / (np.pi - 1.37) * np.pi)
        way = np.interp(side * middle, ANGLES, top, period=2 * np.pi) + 0.06
        way = way + (0.72 - way) * over**0.6
        across = np.linspace(-0.5, 0.5, 4)[:, None] * width
        toward = np.gradient(way) * 12 / np.gradient(middle) / 12
        length = np.hypot(toward, 1)
        angle = side * (middle - across * toward / length / 10)
        ways = way + across / length / 12
        rise = 0.36 + 0.2 * np.cos(np.linspace(-1.4, 1.4, 4))[:, None] + 0 * ways
        meshes.append(sheet(chart, angle, ways, rise, period, turned=side < 0))
    return join(meshes)
