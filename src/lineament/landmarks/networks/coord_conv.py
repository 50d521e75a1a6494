"""CoordConv: a convolution that also sees where it is (Liu et al., NeurIPS 2018).

With the boundary coordinates of Wang et al., "Adaptive Wing Loss for Robust Face Alignment via
Heatmap Regression", ICCV 2019, section 6.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BOUNDARY_THRESHOLD = 0.05
"""Where the predicted boundary map is above this, the boundary coordinates are those of the place;
elsewhere they are zero."""


class CoordConv(nn.Module):
    """Convolution over the features and the channels x, y and r of each place.

    x and y run from -1 to 1 between the middles of the outermost places, r is the distance from
    the middle divided by its largest value.

    Args:
        inputs, outputs: channels of the features before and after.
        side: height and width of the features before.
        kernel, stride, padding: of the convolution.
        boundary: add x and y once more, zero away from the boundary map given to `forward`.
    """

    coordinates: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        side: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        padding: int = 0,
        boundary: bool = False,
    ) -> None:
        super().__init__()
        self.boundary = boundary
        added = 5 if boundary else 3
        self.conv = nn.Conv2d(inputs + added, outputs, kernel, stride, padding)
        self.register_buffer("coordinates", place_channels(side), persistent=False)

    def forward(self, features: Tensor, boundary: Tensor | None = None) -> Tensor:
        """(N,C,side,side), and the boundary map (N,1,side,side) where one is used."""
        places = self.coordinates.to(features.dtype).expand(features.shape[0], -1, -1, -1)
        parts = [features, places]
        if self.boundary:
            assert boundary is not None
            parts.append(places[:, :2] * (boundary > BOUNDARY_THRESHOLD).to(features.dtype))
        output: Tensor = self.conv(torch.cat(parts, dim=1))
        return output


def place_channels(side: int) -> Tensor:
    """x, y and r of each place, (1,3,side,side) float32."""
    line = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(line, line, indexing="ij")
    r = torch.hypot(x, y)
    return torch.stack([x, y, r / r.max()])[None]
