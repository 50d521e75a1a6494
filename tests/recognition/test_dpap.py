"""Patch perturbation against a plain slow reference, and a ranking that changes nothing."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from lineament.errors import ConfigError
from lineament.recognition.dpap import (
    DpapOptions,
    amplitude_mixed,
    dpap,
    draw,
    ranked,
    ranked_dpap,
)
from lineament.recognition.networks import build_encoder

EVERY = DpapOptions(probability=1)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(count=6, seed=3):
    """Pictures (N,3,112,112) of whole numbers and a ranking (N,144)."""
    random = generator(seed)
    pictures = torch.randint(256, (count, 3, 112, 112), generator=random).float()
    return pictures, torch.rand(count, 144, generator=random).softmax(dim=1)


def by_hand(pictures, ranking, options, draws, donors=None):
    """The authors' rule, picture by picture, patch by patch, channel by channel.

    Args:
        donors: pictures that give amplitudes; without them, those of the batch as it was given.
    """
    pictures, result = pictures.numpy(), pictures.numpy().copy()
    donors = pictures if donors is None else donors
    for picture in np.flatnonzero(draws.chosen.numpy()):
        highest = np.argsort(-ranking[picture].numpy())[: options.patches]
        for k, place in enumerate(highest):
            donor = donors[draws.donor_pictures[picture, k]]
            other = draws.donor_patches[picture, k]
            share = draws.shares[picture, k].item()
            y, x = divmod(int(place), 12)
            v, u = divmod(int(other), 12)
            for channel in range(3):
                own = np.fft.fft2(pictures[picture, channel, 9 * y : 9 * y + 9, 9 * x : 9 * x + 9])
                their = np.fft.fft2(donor[channel, 9 * v : 9 * v + 9, 9 * u : 9 * u + 9])
                amplitude = (1 - share) * np.abs(own) + share * np.abs(their)
                mixed = np.fft.ifft2(amplitude * np.exp(1j * np.angle(own))).real
                result[picture, channel, 9 * y : 9 * y + 9, 9 * x : 9 * x + 9] = np.trunc(
                    np.clip(mixed, 0, 255)
                )
    return torch.from_numpy(result)


@pytest.mark.parametrize(
    "options",
    [EVERY, DpapOptions(probability=0.5, alpha=0.4), DpapOptions(patches=144, probability=1)],
)
def test_a_batch_equals_the_plain_reference(options):
    pictures, ranking = batch()
    found = dpap(pictures, ranking, options, generator())
    expected = by_hand(pictures, ranking, options, draw(6, 144, options, generator()))
    away = (found - expected).abs()
    # What lies next to a whole number may be cut to either side of it.
    assert away.max() <= 1 and (away > 0).float().mean() < 1e-3
    assert (found != pictures).any()


def test_donors_are_patches_of_the_batch_as_it_was_given():
    """With every patch changed, donors that had been changed before would give other pictures."""
    pictures, ranking = batch(2)
    options = DpapOptions(patches=144, probability=1)
    found = dpap(pictures, ranking, options, generator())
    changed = by_hand(pictures, ranking, options, draw(2, 144, options, generator()), found.numpy())
    assert (found - changed).abs().mean() > 5


def test_phase_is_kept_and_amplitude_mixed():
    random = generator(5)
    patches, donors = (torch.rand(20, 3, 9, 9, generator=random) * 255 for _ in range(2))
    shares = torch.linspace(0, 1, 20)
    before, theirs, after = (
        torch.fft.fft2(part) for part in (patches, donors, amplitude_mixed(patches, donors, shares))
    )
    weight = shares[:, None, None, None]
    amplitude = (1 - weight) * before.abs() + weight * theirs.abs()
    torch.testing.assert_close(after.abs(), amplitude, atol=0.05, rtol=1e-4)
    clear = amplitude.abs() > 10
    assert clear.float().mean() > 0.9
    turned = (after / before)[clear].angle().abs()
    assert turned.max() < 1e-3
    assert (theirs / before)[clear].angle().abs().mean() > 1, "donors have other phases"


def test_without_a_share_a_patch_stays_as_it_is():
    patches, donors = (torch.rand(4, 3, 9, 9, generator=generator(i)) * 255 for i in range(2))
    mixed = amplitude_mixed(patches, donors, torch.zeros(4))
    torch.testing.assert_close(mixed, patches, atol=1e-3, rtol=0)


@pytest.mark.parametrize("patches", [1, 7, 20])
def test_only_the_highest_patches_change(patches):
    pictures, ranking = batch()
    given = pictures.clone()
    options = DpapOptions(patches=patches, probability=1)
    found = dpap(pictures, ranking, options, generator())
    assert torch.equal(pictures, given)
    changed = (found != pictures).any(dim=1)
    assert not changed[:, 108:].any() and not changed[:, :, 108:].any()
    cells = changed[:, :108, :108].reshape(6, 12, 9, 12, 9).any(dim=4).any(dim=2).flatten(1)
    picked = torch.zeros(6, 144, dtype=torch.bool)
    picked.scatter_(1, ranking.topk(patches, dim=1).indices, True)
    assert torch.equal(cells, picked)
    assert found.min() >= 0 and found.max() <= 255 and torch.equal(found, found.trunc())


def test_probability_zero_is_the_identity():
    pictures, ranking = batch()
    found = dpap(pictures, ranking, DpapOptions(probability=0), generator())
    assert torch.equal(found, pictures)


def test_the_coin_falls_as_often_as_asked_for():
    chosen = draw(5000, 144, DpapOptions(), generator()).chosen
    assert chosen.float().mean().item() == pytest.approx(0.2, abs=0.02)
    pictures, ranking = batch(32)
    changed = (dpap(pictures, ranking, DpapOptions(), generator()) != pictures).flatten(1).any(1)
    assert torch.equal(changed, draw(32, 144, DpapOptions(), generator()).chosen)


def test_shares_and_donors_reach_everywhere():
    draws = draw(300, 144, DpapOptions(alpha=0.5), generator())
    assert 0 <= draws.shares.min() < 0.01 and 0.49 < draws.shares.max() <= 0.5
    assert draws.donor_pictures.unique().tolist() == list(range(300))
    assert draws.donor_patches.unique().tolist() == list(range(144))
    assert (draws.shares[:, 0] != draws.shares[:, 1]).all(), "a share of its own for each patch"


def test_all_chance_comes_from_the_generator():
    pictures, ranking = batch()
    state = torch.get_rng_state()
    first, again, other = (dpap(pictures, ranking, EVERY, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(state, torch.get_rng_state())


def test_bytes_stay_bytes():
    pictures, ranking = batch()
    found = dpap(pictures.byte(), ranking, EVERY, generator())
    assert found.dtype == torch.uint8
    assert torch.equal(found.float(), dpap(pictures, ranking, EVERY, generator()))


def test_a_run_in_half_precision_perturbs_in_float32():
    pictures, ranking = batch()
    with torch.autocast("cpu", torch.bfloat16):
        found = dpap(pictures, ranking, EVERY, generator())
    assert torch.equal(found, dpap(pictures, ranking, EVERY, generator()))


def test_other_patches_and_sides():
    random = generator(7)
    pictures = torch.randint(256, (2, 3, 34, 34), generator=random).float()
    found = dpap(pictures, torch.rand(2, 16, generator=random), EVERY, generator(), patch=8)
    assert ((found != pictures).any(dim=1).sum(dim=(1, 2)) <= 7 * 64).all()
    assert not (found != pictures)[..., 32:].any()


def test_a_ranking_of_other_patches_is_refused():
    pictures, _ = batch(2)
    with pytest.raises(ValueError, match="have 144 patches of 9 pixels"):
        dpap(pictures, torch.rand(2, 196), EVERY, generator())


def test_more_patches_than_there_are_is_refused():
    pictures, ranking = batch(2)
    with pytest.raises(ConfigError, match="145 patches; a picture has 144"):
        dpap(pictures, ranking, DpapOptions(patches=145), generator())


@pytest.mark.parametrize("wrong", [{"patches": 0}, {"probability": 1.5}, {"alpha": 2}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ValidationError):
        DpapOptions(**wrong)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return build_encoder(
        "vit", width=16, depth=2, heads=1, squeeze=2, drop_path=0.9, mask_ratio=0.5
    )


def test_a_ranking_is_that_of_evaluation_and_changes_nothing(network):
    pictures, _ = batch(4)
    network.train()
    network.blocks[0].eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    found = ranked(network, pictures)
    assert not found.requires_grad
    assert network.training and network.blocks[1].training and not network.blocks[0].training
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name
    with torch.no_grad():
        torch.testing.assert_close(found, network.eval()(pictures / 255).ranking)
        trained = network.train()(pictures / 255).ranking
    assert not torch.allclose(found, trained), "training drops and masks"


def test_a_ranking_in_half_precision_leaves_the_next_pass_its_gradients(network):
    pictures, _ = batch(2)
    with torch.autocast("cpu", torch.bfloat16):
        ranked(network, pictures)
        embedding = network(pictures / 255).embedding
    embedding.pow(3).sum().backward()
    assert network.blocks[0].mlp[0].weight.grad.abs().sum() > 0


def test_ranking_only_the_chosen_is_exact(network):
    pictures, _ = batch(24)
    seen = []
    network.train().register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
    found = ranked_dpap(network, pictures, DpapOptions(), generator())
    chosen = draw(24, 144, DpapOptions(), generator()).chosen
    assert 0 < chosen.sum() < 24 and seen == [chosen.sum()]
    assert torch.equal(found, dpap(pictures, ranked(network, pictures), DpapOptions(), generator()))
    nobody = DpapOptions(probability=0)
    assert torch.equal(ranked_dpap(network, pictures, nobody, generator()), pictures)
    assert len(seen) == 2, "nobody chosen, nobody ranked"


@pytest.mark.parametrize(
    ("name", "options"), [("light", {"width": 8}), ("vit", {"width": 64, "se_gate": False})]
)
def test_a_network_without_a_gate_cannot_rank(name, options):
    network = build_encoder(name, **options)
    for rank in (ranked, lambda *given: ranked_dpap(*given, EVERY, generator())):
        with pytest.raises(ConfigError, match="DPAP needs a ranking"):
            rank(network, batch(1)[0])
    assert network.training
