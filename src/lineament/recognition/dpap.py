"""Dominant patch amplitude perturbation (DPAP) of TransFace, Dan et al., ICCV 2023.

The patches on which a network relies most get, in Fourier space, some of the amplitude of other
patches of the batch and keep their own phase: their style changes, their shape does not, so that
the network learns to look at the whole face.

The ranking comes from a pass in evaluation: batch normalisations see no picture twice, and no
token is dropped or masked. Pictures do not depend on one another in it, so it is exact to rank
only those that a coin has chosen (`ranked_dpap`), at the coin's share of the cost.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor

from lineament.errors import ConfigError
from lineament.recognition.networks.encoder import FaceEncoder
from lineament.recognition.networks.vit import PATCH
from lineament.strict import Strict
from lineament.training.augmentation.options import Probability


class DpapOptions(Strict):
    """How often and how much. The defaults are those of the authors' code since August 2023; until
    then it perturbed every picture, which is `probability` 1.

    Attributes:
        patches: K, how many patches of a picture are perturbed, the highest of its ranking.
        probability: of each picture, to be perturbed at all.
        alpha: the largest share of another patch's amplitude.
    """

    patches: PositiveInt = 7
    probability: Probability = 0.2
    alpha: float = Field(ge=0, le=1, default=1.0)


class Draws(NamedTuple):
    """What chance says of a batch of N pictures of T patches.

    Attributes:
        chosen: (N,) bool, the pictures to perturb.
        donor_pictures: (N,K) int64, the picture whose patch gives its amplitude.
        donor_patches: (N,K) int64, that patch.
        shares: (N,K) float32, the donor's share of the amplitude, 0 to alpha.
    """

    chosen: Tensor
    donor_pictures: Tensor
    donor_patches: Tensor
    shares: Tensor


def draw(pictures: int, tokens: int, options: DpapOptions, generator: torch.Generator) -> Draws:
    """All draws of one batch, on the generator's device, and as many whatever the coin says.

    Raises:
        ConfigError: more patches are to be perturbed than there are.
    """
    if options.patches > tokens:
        raise ConfigError(
            f"DPAP of {options.patches} patches; a picture has {tokens}, ask for less"
        )
    shape, device = (pictures, options.patches), generator.device
    chance = torch.rand(pictures, generator=generator, device=device)
    return Draws(
        chance < options.probability,
        torch.randint(pictures, shape, generator=generator, device=device),
        torch.randint(tokens, shape, generator=generator, device=device),
        torch.rand(shape, generator=generator, device=device) * options.alpha,
    )


def dpap(
    pictures: Tensor,
    ranking: Tensor,
    options: DpapOptions,
    generator: torch.Generator,
    patch: int = PATCH,
) -> Tensor:
    """Pictures of which some have their K most important patches perturbed.

    Each patch takes the amplitudes of a random patch of a random picture of the batch as it was
    given, by a share of its own, the same in all channels. What comes out is clipped to 0..255
    and cut to whole numbers.

    Args:
        pictures: (N,3,S,S), whole numbers 0 to 255 of any dtype.
        ranking: (N,T), the higher the more important, T = (S // patch)^2 row by row.
        generator: on any device; all chance comes from it.
        patch: side of a patch in pixels.

    Returns:
        (N,3,S,S) of the dtype of `pictures`, which stay as they are; `pictures` itself where none
        was chosen.

    Raises:
        ValueError: there are not T patches in a picture.
        ConfigError: as of `draw`.
    """
    tokens = (pictures.shape[-1] // patch) ** 2
    if ranking.shape != (len(pictures), tokens):
        raise ValueError(
            f"ranking of shape {tuple(ranking.shape)}; {len(pictures)} pictures of side "
            f"{pictures.shape[-1]} have {tokens} patches of {patch} pixels each"
        )
    draws = draw(len(pictures), tokens, options, generator)
    chosen = draws.chosen.nonzero()[:, 0]
    if not len(chosen):
        return pictures
    return _perturbed(pictures, chosen, ranking[chosen.to(ranking.device)], draws, patch)


def ranked_dpap(
    network: FaceEncoder, pictures: Tensor, options: DpapOptions, generator: torch.Generator
) -> Tensor:
    """What `dpap` gives with the ranking of `network`, which sees the chosen pictures alone.

    On several processes each may choose none: hand over the network itself, not a wrapper whose
    passes wait for other processes.

    Raises:
        ConfigError: as of `draw` and `ranked`.
    """
    if network.patch is None:
        raise ConfigError(_no_ranking(network))
    tokens = (pictures.shape[-1] // network.patch) ** 2
    draws = draw(len(pictures), tokens, options, generator)
    chosen = draws.chosen.nonzero()[:, 0]
    if not len(chosen):
        return pictures
    ranking = ranked(network, pictures[chosen.to(pictures.device)])
    return _perturbed(pictures, chosen, ranking, draws, network.patch)


def ranked(network: FaceEncoder, pictures: Tensor) -> Tensor:
    """How important the network finds each patch, and nothing of the network changes.

    Args:
        pictures: (N,3,S,S), 0 to 255.

    Returns:
        (N,T) float32 without a gradient.

    Raises:
        ConfigError: the network has no gate.
    """
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            ranking = network(pictures.float() / 255).ranking
    finally:
        for module, mode in modes:
            module.training = mode
    if ranking is None:
        raise ConfigError(_no_ranking(network))
    return ranking


def amplitude_mixed(patches: Tensor, donors: Tensor, shares: Tensor) -> Tensor:
    """Patches with the amplitudes of their donors mixed in and their own phase.

    Args:
        patches, donors: (M,3,P,P) float32.
        shares: (M,) float32, of the donor.

    Returns:
        (M,3,P,P) float32, not clipped.
    """
    spectra = torch.fft.fft2(patches)
    amplitudes = torch.lerp(
        spectra.abs(), torch.fft.fft2(donors).abs(), shares[:, None, None, None]
    )
    mixed: Tensor = torch.fft.ifft2(torch.polar(amplitudes, spectra.angle())).real
    return mixed


def _perturbed(
    pictures: Tensor, chosen: Tensor, ranking: Tensor, draws: Draws, patch: int
) -> Tensor:
    """As `dpap`; `chosen` (M,) int64 and `ranking` (M,T) are of the chosen pictures alone."""
    device, count = pictures.device, draws.shares.shape[1]
    donor_pictures, donor_patches, shares = (
        part[chosen].flatten().to(device) for part in draws[1:]
    )
    targets = chosen.to(device).repeat_interleave(count)
    patches = ranking.topk(count, dim=1).indices.flatten().to(device)
    side = pictures.shape[-1] // patch
    place = _pixels(targets, patches, side, patch)
    source = pictures[place].float()
    donors = pictures[_pixels(donor_pictures, donor_patches, side, patch)].float()
    mixed = amplitude_mixed(source, donors, shares).clamp(0, 255).trunc()
    result = pictures.clone()
    result[place] = mixed.to(pictures.dtype)
    return result


def _pixels(pictures: Tensor, patches: Tensor, side: int, patch: int) -> tuple[Tensor, ...]:
    """The index of patches (M,) of pictures (M,), `side` of them in a row, as (M,3,P,P)."""
    line = torch.arange(patch, device=pictures.device)
    rows = (patches // side * patch)[:, None] + line
    columns = (patches % side * patch)[:, None] + line
    channels = torch.arange(3, device=pictures.device)
    return (
        pictures[:, None, None, None],
        channels[:, None, None],
        rows[:, None, :, None],
        columns[:, None, None, :],
    )


def _no_ranking(network: FaceEncoder) -> str:
    return (
        f"DPAP needs a ranking of patches, and this {type(network).__name__} has none; train a "
        "vision transformer with its gate (se_gate = true), or leave DPAP out"
    )
