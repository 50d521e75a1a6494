"""Whether an array is a photo: (H,W,3) uint8, which is taken as RGB."""

from __future__ import annotations

import numpy as np

from lineament.errors import ImageError
from lineament.face import ByteArray


def checked_photo(image: ByteArray) -> ByteArray:
    """The same array, or an error that says what to do.

    Raises:
        ImageError: it is not (H,W,3) uint8, or is empty.
    """
    if not isinstance(image, np.ndarray):
        raise ImageError(
            f"expected an RGB array of shape (H, W, 3), got {type(image).__name__}; "
            "read a file with lineament.read_image"
        )
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        hint = ""
        if image.ndim == 2:
            hint = "; for a grey picture repeat its channel three times"
        elif image.ndim == 3 and image.shape[2] == 4:
            hint = "; drop the alpha channel"
        elif image.ndim == 4:
            hint = "; give many photos to analyze_many as a list"
        raise ImageError(f"expected an RGB array of shape (H, W, 3), got {image.shape}{hint}")
    if image.dtype != np.uint8:
        raise ImageError(f"expected RGB values of type uint8 (0 to 255), got {image.dtype}")
    return image
