"""From the light of a scene to the file of a camera, with all that goes wrong on the way.

The order is that of a real camera: light on the lens, blur, sensor, tone curve, processing, file.
Nothing moves: labels stay true.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.camera_faults import CameraFaults, sample_faults

__all__ = ["CameraFaults", "apply_faults", "sample_faults"]

GAMMA = 2.2
MID_GREY = 0.18
GREATEST_LIGHT = 8.0
CURVE_STEPS = 4096
GLOW_WIDTH = 0.45
"""Standard deviation of a flare, as a share of the side."""

BLOTCH = 3
"""Pixels that a blotch of chroma noise measures."""

SHARPENING_SIGMA = 0.8
GREY_WEIGHTS = (0.299, 0.587, 0.114)
SEPIA_TONE = (1.12, 0.98, 0.76)
JPEG_SHIFT = (3, 5)
"""Rows and columns by which the blocks of the second compression differ from the first."""

INTERPOLATIONS = {
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}


def apply_faults(image: FloatArray, faults: CameraFaults, random: np.random.Generator) -> ByteArray:
    """Take a picture of a scene.

    Args:
        image: (H,W,3) linear RGB; one is white, more is allowed and does not clip hard.
        faults: of camera and file.
        random: decides the noise only.

    Returns:
        (H,W,3) uint8 gamma-encoded RGB; nothing is moved within the picture.
    """
    height, width = image.shape[:2]
    light = _blurred(_through_the_lens(image, faults), faults)
    rows, columns = (max(round(side * faults.resolution), 8) for side in (height, width))
    reduced = rows < height and columns < width
    if reduced:
        light = np.asarray(
            cv2.resize(light, (columns, rows), interpolation=cv2.INTER_AREA), np.float32
        )
    picture = _tone(_sensed(light, faults, random), faults)
    picture = _processed(picture, faults)
    if faults.jpeg:
        picture = _compressed(picture, faults.jpeg)
    if reduced:
        way = INTERPOLATIONS[faults.enlargement]
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=way), np.uint8)
    if faults.jpeg_again:
        down, right = JPEG_SHIFT
        shifted = cv2.copyMakeBorder(picture, down, 0, right, 0, cv2.BORDER_REPLICATE)
        picture = _compressed(np.asarray(shifted, np.uint8), faults.jpeg_again)[down:, right:]
    return np.ascontiguousarray(picture)


def _through_the_lens(image: FloatArray, faults: CameraFaults) -> FloatArray:
    """Stray light, dark corners, exposure and the colour of the light."""
    gains = 2.0**faults.stops * np.array(faults.cast)
    stray = np.mean(image, axis=(0, 1))
    veil = (stray + stray.mean()) / 2 * faults.haze
    affine = np.column_stack((np.diag(gains * (1 - faults.haze)), gains * veil))
    light = cv2.transform(image, affine)
    if faults.flare:
        light = cv2.add(light, _enlarged(_glow(faults), image))
    if faults.vignetting:
        light = cv2.multiply(light, _enlarged(1 - faults.vignetting * _corner_distance(), image))
    return np.asarray(light, np.float32)


def _glow(faults: CameraFaults) -> FloatArray:
    x, y = faults.flare_place
    across = (np.arange(16, dtype=np.float32) + 0.5) / 16
    squared = (across[None] - np.float32(x)) ** 2 + (across[:, None] - np.float32(y)) ** 2
    return np.asarray(faults.flare * np.exp(-squared / (2 * GLOW_WIDTH**2)), np.float32)


def _corner_distance() -> FloatArray:
    """(16,16) squared distance from the centre, one in the corners."""
    across = ((np.arange(16, dtype=np.float32) + 0.5) / 8 - 1) ** 2
    return np.asarray((across[None] + across[:, None]) / 2, np.float32)


def _enlarged(grid: FloatArray, image: FloatArray) -> FloatArray:
    """A small grid as a grey picture as large as `image`."""
    large = cv2.resize(grid, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.merge((large, large, large)), np.float32)


def _blurred(light: FloatArray, faults: CameraFaults) -> FloatArray:
    if faults.lens_blur > 0.1:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), faults.lens_blur), np.float32)
    if faults.motion_length > 1:
        kernel = motion_kernel(faults.motion_length, faults.motion_angle)
        light = np.asarray(cv2.filter2D(light, -1, kernel), np.float32)
    return light


def motion_kernel(length: float, angle: float) -> FloatArray:
    """How a point is smeared by an even motion, centred.

    Args:
        length: pixels.
        angle: degrees from the x axis.

    Returns:
        (k,k) adding up to one, k odd.
    """
    reach = int(np.ceil(length / 2)) + 1
    way = np.array((np.cos(np.radians(angle)), np.sin(np.radians(angle))))
    stops = np.linspace(-length / 2, length / 2, 8 * reach + 1)[:, None] * way
    across = np.arange(-reach, reach + 1)
    columns = np.maximum(1 - np.abs(stops[:, :1] - across), 0)
    rows = np.maximum(1 - np.abs(stops[:, 1:] - across), 0)
    kernel = rows.T @ columns
    return np.asarray(kernel / kernel.sum(), np.float32)


def _sensed(light: FloatArray, faults: CameraFaults, random: np.random.Generator) -> FloatArray:
    """Noise of the light itself, of the sensor, and blotches of colour."""
    height, width = light.shape[:2]
    if faults.chroma_noise:
        cells = max(height // BLOTCH, 2), max(width // BLOTCH, 2)
        blotches = random.standard_normal((*cells, 3), np.float32) * faults.chroma_noise
        blotches += 1 - blotches.mean(2, keepdims=True)
        light = np.asarray(cv2.multiply(light, cv2.resize(blotches, (width, height))), np.float32)
    if faults.shot_noise or faults.read_noise:
        variance = np.maximum(light, 0) * np.float32(faults.shot_noise)
        deviation = np.sqrt(variance + np.float32(faults.read_noise**2))
        light = light + deviation * random.standard_normal(light.shape, np.float32)
    return light


def _tone(light: FloatArray, faults: CameraFaults) -> ByteArray:
    """Contrast, a shoulder that compresses highlights, and the gamma of the file."""
    steps = np.linspace(0, 1, CURVE_STEPS, dtype=np.float32) ** 2 * GREATEST_LIGHT
    toned = MID_GREY * (steps / MID_GREY) ** faults.contrast
    over, room = np.maximum(toned - faults.shoulder, 0), 1 - faults.shoulder
    toned = np.minimum(toned, faults.shoulder) + room * (1 - np.exp(-over / room))
    curve = np.rint(toned ** (1 / GAMMA) * 255).astype(np.uint8)
    roots = cv2.sqrt(np.clip(light, 0, GREATEST_LIGHT))
    index = (roots * np.float32((CURVE_STEPS - 1) / GREATEST_LIGHT**0.5) + 0.5).astype(np.uint16)
    return np.asarray(curve.take(index), np.uint8)


def _processed(picture: ByteArray, faults: CameraFaults) -> ByteArray:
    """What the camera's software does: sharper, grey, brown."""
    changed = picture
    if faults.sharpening:
        soft = cv2.GaussianBlur(picture, (0, 0), SHARPENING_SIGMA)
        sharp = cv2.addWeighted(picture, 1 + faults.sharpening, soft, -faults.sharpening, 0)
        changed = np.asarray(sharp, np.uint8)
    if faults.grey or faults.sepia:
        tone = np.array(SEPIA_TONE) if faults.sepia else np.ones(3)
        share = 1.0 if faults.grey else faults.sepia
        weights = tone[:, None] * np.array(GREY_WEIGHTS)
        mixed = cv2.transform(changed, np.eye(3) * (1 - share) + weights * share)
        changed = np.asarray(mixed, np.uint8)
    return changed


def _compressed(picture: ByteArray, quality: int) -> ByteArray:
    """What JPEG at this quality, 1 to 100, leaves of a picture."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert done and decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
