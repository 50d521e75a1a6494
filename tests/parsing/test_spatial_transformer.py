"""Crops and pastes: exact copies, inverses, gradients, and centroids that skip what is empty."""

import pytest
import torch
from torch.nn import functional

from lineament.parsing.networks.spatial_transformer import (
    as_theta,
    centres_of,
    centroids,
    composed,
    crop,
    crop_labels,
    crop_turned,
    inverse,
    paste,
    target_theta,
)

CANVAS = 64


@pytest.fixture
def canvas():
    torch.manual_seed(0)
    return torch.rand(2, 3, CANVAS, CANVAS)


def theta_at(x, y, patch, canvas=CANVAS, count=2):
    return target_theta(torch.tensor([[x, y]] * count), patch, canvas)


@pytest.mark.parametrize("patch", [9, 17, 31])
def test_an_odd_patch_round_a_whole_pixel_is_a_copy(canvas, patch):
    half = patch // 2
    found = crop(canvas, theta_at(30, 25, patch), patch)
    wanted = canvas[:, :, 25 - half : 26 + half, 30 - half : 31 + half]
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)
    eight_bits = (found * 255).round().byte()
    assert torch.equal(eight_bits, (wanted * 255).round().byte())


def test_a_copy_stays_exact_on_a_large_canvas():
    torch.manual_seed(0)
    large = torch.randint(0, 256, (1, 1, 1024, 1024)).float() / 255
    found = crop(large, theta_at(901, 77, 81, 1024, 1), 81)
    wanted = large[:, :, 37:118, 861:942]
    assert torch.equal((found * 255).round(), (wanted * 255).round())


def test_an_even_patch_lies_between_the_pixels(canvas):
    found = crop(canvas, theta_at(30, 25, 16), 16)
    wanted = functional.avg_pool2d(canvas, 2, 1)[:, :, 17:33, 22:38]
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)


def test_theta_of_the_whole_canvas_is_the_identity(canvas):
    theta = target_theta(torch.tensor([[31.5, 31.5]] * 2), CANVAS, CANVAS)
    identity = torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    torch.testing.assert_close(theta, identity.expand(2, 2, 3))
    torch.testing.assert_close(crop(canvas, theta, CANVAS), canvas, atol=2e-5, rtol=0)


def test_the_same_numbers_as_grid_sampling(canvas):
    theta = as_theta(
        torch.tensor([[0.41, 0.33], [1.3, -0.2]]), torch.tensor([[0.3, -0.7], [-0.9, 0.1]])
    )
    torch.testing.assert_close(
        crop(canvas, theta, 21), crop_turned(canvas, theta, 21), atol=2e-5, rtol=0
    )
    grid = functional.affine_grid(inverse(theta), [2, 3, 40, 40], align_corners=True)
    pasted = functional.grid_sample(canvas, grid, align_corners=True)
    torch.testing.assert_close(paste(canvas, theta, 40), pasted, atol=2e-5, rtol=0)


def test_paste_undoes_crop_inside_the_patch_and_is_zero_outside(canvas):
    theta = theta_at(20, 40, 17)
    back = paste(crop(canvas, theta, 17), theta, CANVAS)
    rows, columns = slice(32, 49), slice(12, 29)
    torch.testing.assert_close(
        back[:, :, rows, columns], canvas[:, :, rows, columns], atol=5e-5, rtol=0
    )
    back[:, :, rows, columns] = 0
    assert back.abs().max() < 1e-4


def test_a_patch_over_the_edge_shows_zeros_there(canvas):
    found = crop(canvas, theta_at(2, 60, 17), 17)
    assert found[:, :, :, :6].abs().max() < 1e-4 and found[:, :, 12:].abs().max() < 1e-4
    torch.testing.assert_close(found[:, :, :12, 6:], canvas[:, :, 52:, :11], atol=2e-5, rtol=0)


@pytest.mark.parametrize("sampler", [crop, crop_turned])
def test_the_gradient_reaches_scale_and_translation(sampler):
    ramp = torch.linspace(0, 1, CANVAS).expand(1, 1, CANVAS, CANVAS).clone()
    scale = torch.tensor([[0.3, 0.3]], requires_grad=True)
    shift = torch.tensor([[0.11, 0.07]], requires_grad=True)
    found = sampler(ramp, as_theta(scale, shift), 15)
    found[..., -1].sum().backward()
    # Brightness rises by 1/2 for each unit to the right, and the last column lies sx to the right.
    torch.testing.assert_close(shift.grad, torch.tensor([[15 * 0.5, 0.0]]), atol=1e-2, rtol=0)
    torch.testing.assert_close(scale.grad, torch.tensor([[15 * 0.5, 0.0]]), atol=1e-2, rtol=0)


def test_labels_are_copied_and_unknown_outside():
    torch.manual_seed(0)
    mask = torch.randint(0, 9, (2, CANVAS, CANVAS), dtype=torch.uint8)
    labels = crop_labels(mask, theta_at(5, 50, 17), 17)
    assert torch.equal(labels[:, :, 3:], mask[:, 42:59, :14].long())
    assert bool((labels[:, :, :3] == 255).all())


def test_labels_are_never_mixed():
    mask = torch.zeros(1, CANVAS, CANVAS, dtype=torch.uint8)
    mask[:, :, 32:] = 8
    theta = as_theta(torch.tensor([[0.37, 0.21]]), torch.tensor([[0.013, 0.2]]))
    assert set(crop_labels(mask, theta, 40).unique().tolist()) == {0, 8}


def test_a_degenerate_theta_pastes_finite_numbers(canvas):
    theta = as_theta(torch.zeros(2, 2), torch.zeros(2, 2))
    assert torch.isfinite(paste(crop(canvas, theta, 9), theta, CANVAS)).all()


def test_centres_come_back():
    centres = torch.tensor([[3.0, 60.0], [31.5, 12.25]])
    torch.testing.assert_close(centres_of(target_theta(centres, 17, CANVAS), CANVAS), centres)


def test_composed_affines_crop_as_one_after_the_other():
    outer = torch.tensor([[0.5, 0.1, 0.2], [-0.1, 0.4, -0.3]])
    inner = torch.tensor([[0.9, 0.0, 0.1], [0.2, 0.8, 0.0]])
    place = torch.tensor([0.3, -0.6])
    through = outer[:, :2] @ (inner[:, :2] @ place + inner[:, 2]) + outer[:, 2]
    both = composed(outer, inner)
    torch.testing.assert_close(both[:, :2] @ place + both[:, 2], through)


def test_centroids_are_floored_and_the_mouth_is_the_mean_of_its_classes():
    mask = torch.zeros(1, 20, 30, dtype=torch.uint8)
    mask[0, 2:4, 5:8] = 1  # rows 2.5, columns 6
    mask[0, 10, 4] = 2
    mask[0, 16, 10] = 3
    centres, present = centroids(mask, [(1,), (2, 3)])
    assert centres.tolist() == [[[6, 2], [7, 13]]]
    assert present.tolist() == [[True, True]]


def test_an_empty_class_draws_nothing_away():
    mask = torch.zeros(2, 40, 40, dtype=torch.uint8)
    mask[0, 30, 20:23], mask[0, 34, 20:23] = 6, 8
    centres, present = centroids(mask, [(5,), (6, 7, 8)])
    assert centres[0, 1].tolist() == [21, 32], "a closed mouth has no inner mouth"
    assert present.tolist() == [[False, True], [False, False]]


def test_centroids_of_a_coarser_mask_lie_in_canvas_pixels():
    fine = torch.zeros(1, 64, 64, dtype=torch.uint8)
    fine[0, 16:24, 40:52] = 1
    coarse = fine[:, ::4, ::4]
    assert torch.equal(centroids(coarse, [(1,)], 4)[0], centroids(fine, [(1,)])[0])
