"""STN-iCNN: shapes, mirrored parts, croppers, missing parts, and the inherited checks."""

import pytest
import torch
from made_up_faces import PARTS_9, made_up_faces, tensors
from parser_tester import ParserTester, followed, settled

from lineament.errors import ConfigError
from lineament.parsing.criterion import PartLoss, part_criterion
from lineament.parsing.networks import build_parser
from lineament.parsing.networks.localisation import LocalisationResNet18, LocalisationVGG9
from lineament.parsing.networks.spatial_transformer import centres_of
from lineament.parsing.networks.stn_icnn import PARTS
from lineament.parsing.part_schemes import find_part_scheme

SMALL = {"canvas": 64, "coarse_size": 32, "patch": 17, "width": 4}
BASELINE = {**SMALL, "cropper": "centroids"}


def small(**options):
    torch.manual_seed(0)
    return build_parser("stn_icnn", PARTS_9, **{**SMALL, **options})


class TestSTNiCNN(ParserTester):
    name = "stn_icnn"
    options = SMALL
    exact_share = 0.99

    def build(self, scheme=PARTS_9, **more):
        network = super().build(scheme, **more)
        _, mask = tensors(made_up_faces(4, network.size))
        network.localisation.start_at(network.true_theta(mask)[0].mean(dim=0))
        return network


class TestCentroidCropper(ParserTester):
    name = "stn_icnn"
    options = BASELINE
    exact_share = 0.99

    def test_every_step_reaches_exactly_what_it_teaches(self):
        network = self.build()
        assert [name for name, _ in network.named_children()] == ["coarse", "fine"]
        images, mask = tensors(made_up_faces(3, 64))
        network.train().learn("end_to_end", ["coarse"])
        criterion = part_criterion(network, "end_to_end", PartLoss())
        sum(criterion(network(images), {"mask": mask}).values()).backward()
        for name, parameter in network.named_parameters():
            assert (parameter.grad is not None) == name.startswith("fine."), name


@torch.no_grad()
def test_shapes_of_the_published_network():
    network = build_parser("stn_icnn", PARTS_9, mouth_patch=127).eval()
    output = network(torch.rand(1, 3, 512, 512))
    assert output.coarse.shape == (1, 9, 128, 128)
    assert output.theta.shape == (1, 6, 2, 3)
    assert [tuple(patch.shape[1:]) for patch in output.patches] == [
        *[(2, 81, 81)] * 5,
        (4, 127, 127),
    ]
    assert output.full.shape == (1, 9, 512, 512)


@pytest.mark.parametrize("size", [64, 128])
@torch.no_grad()
def test_vgg9_has_eight_convolutions_and_one_linear_layer(size):
    network = LocalisationVGG9(9, 6, size).eval()
    shapes = [p.shape[:2] for n, p in network.named_parameters() if p.dim() == 4]
    assert [tuple(shape) for shape in shapes] == [
        *((9, 64)[::-1], (64, 64), (128, 64), (128, 128)),
        *((256, 128), (256, 256), (512, 256), (512, 512)),
    ]
    assert network.last.in_features == 512 * (size // 16) ** 2
    theta = network(torch.rand(2, 9, size, size))
    assert theta.shape == (2, 6, 2, 3) and theta.abs().max() <= 1


def test_resnet18_is_as_large_as_published():
    network = LocalisationResNet18(3, 6)
    count = sum(p.numel() for p in network.parameters()) - 513 * 36
    assert count == 11_689_512 - 513 * 1000


@pytest.mark.parametrize("localisation", [LocalisationVGG9, LocalisationResNet18])
def test_theta_scales_and_shifts_alone_and_starts_where_it_is_told(localisation):
    torch.manual_seed(0)
    network = localisation(9, 2, **({"size": 32, "width": 4} if "VGG" in str(localisation) else {}))
    wanted = torch.tensor([[[0.2, 0, -0.5], [0, 0.3, 0.4]], [[0.1, 0, 0.9], [0, 0.1, -0.2]]])
    network.eval().start_at(wanted)
    theta = network(torch.rand(3, 9, 32, 32).softmax(dim=1))
    assert theta[..., 0, 1].abs().max() == 0 and theta[..., 1, 0].abs().max() == 0
    torch.testing.assert_close(theta, wanted.expand(3, 2, 2, 3), atol=0.05, rtol=0)


def test_the_loss_of_the_patches_moves_theta():
    network = small().train()
    images, mask = tensors(made_up_faces(3))
    network.localisation.start_at(network.true_theta(mask)[0].mean(dim=0) + 0.013)
    output = network(images)
    output.theta.retain_grad()
    criterion = part_criterion(network, "end_to_end", PartLoss())
    sum(criterion(output, {"mask": mask}).values()).backward()
    gradient = output.theta.grad.abs().sum(dim=0)
    for row, column in ((0, 0), (0, 2), (1, 1), (1, 2)):
        assert (gradient[:, row, column] > 0).all()


@torch.no_grad()
def test_left_parts_are_read_as_mirrored_right_ones():
    network = settled(small())
    images, mask = tensors(made_up_faces(2))
    theta, _ = network.true_theta(mask)
    mirrored_theta = theta[:, [1, 0, 3, 2, 4, 5]].clone()
    mirrored_theta[:, :, 0, 2] *= -1
    there = network.parse_patches(images, theta)
    mirrored = network.parse_patches(images.flip(3), mirrored_theta)
    for right, left in ((0, 1), (2, 3)):
        for one, other in ((right, left), (left, right)):
            torch.testing.assert_close(mirrored[one], there[other].flip(3), atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_background_is_what_all_patches_leave():
    network = small()
    _, mask = tensors(made_up_faces(1))
    theta, _ = network.true_theta(mask)
    patches = [torch.zeros(1, len(part.classes) + 1, 17, 17) for part in PARTS]
    full = network.assembled(tuple(patches), theta)
    nowhere = (full[:, 1:] == 0).all(dim=1)
    assert bool((full[:, 0][nowhere] == 1).all())
    x, y = centres_of(theta, 64)[0, 5].round().long().tolist()
    # Four equal classes: a quarter each.
    torch.testing.assert_close(full[0, [0, 6, 7, 8], y + 7, x], torch.full((4,), 0.25))
    both = full[0, 1] * full[0, 3] > 0.2
    assert both.any(), "brow and eye overlap here"
    torch.testing.assert_close(full[0, 0][both], torch.full_like(full[0, 0][both], 0.25))


@pytest.mark.parametrize("cropper", ["learnt", "centroids"])
@torch.no_grad()
def test_a_missing_part_is_cut_nowhere(cropper):
    network = small(cropper=cropper)
    images, mask = tensors(made_up_faces(1, without=(3, 6, 7, 8)))
    theta, present = network.true_theta(mask)
    assert present[0].tolist() == [True, True, False, True, True, False]
    patches = network.eval().parse_patches(images, theta)
    full = network.assembled(patches, theta)
    assert full[:, [3, 6, 7, 8]].abs().max() == 0
    centres = centres_of(theta, 64)[0, [2, 5]]
    assert (centres + 9 < 0).all(), "wholly outside, never in the middle"


@torch.no_grad()
def test_the_cropper_can_be_changed_after_training():
    network = settled(small())
    images, _ = tensors(made_up_faces(2))
    learnt = network(images)
    network.cropper = "centroids"
    baseline = network(images)
    assert torch.equal(learnt.coarse, baseline.coarse)
    wanted, _ = network.true_theta(learnt.coarse.argmax(dim=1))
    assert torch.equal(baseline.theta, wanted) and not torch.equal(learnt.theta, wanted)


def test_frozen_parts_keep_their_statistics_unless_asked():
    network = small()
    images, _ = tensors(made_up_faces(2))
    norm = network.coarse.inputs[0][1]
    for moving in (False, True):
        network.train().learn("end_to_end", ["coarse"], moving_statistics=moving)
        before = norm.running_mean.clone()
        network(images)
        assert torch.equal(before, norm.running_mean) != moving


def test_true_crops_must_be_set():
    network = small().train()
    network.learn("patches", ["coarse", "localisation"])
    with pytest.raises(ValueError, match="set given_theta"):
        network(torch.rand(2, 3, 64, 64))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patch": 65}, "on a canvas of 64"),
        ({"patch": 9}, "patches of 9"),
        ({"coarse_size": 48}, "divides the canvas"),
        ({"localisation": "vgg16"}, "vgg9 or resnet18"),
        ({"cropper": "middle"}, "learnt or centroids"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        small(**options)


def test_another_scheme_is_refused():
    with pytest.raises(ConfigError, match="answers the part scheme parts-9"):
        build_parser("stn_icnn", find_part_scheme("celebamask-19"))
    with pytest.raises(ConfigError, match="no parsing network"):
        build_parser("unet", PARTS_9)


def test_it_overfits_eight_samples():
    network = small().train()
    images, mask = tensors(made_up_faces(8))
    truth = network.true_theta(mask)[0]
    network.localisation.start_at(truth.mean(dim=0))
    children = dict(network.named_children())
    for step, child, iterations, rate in (
        ("coarse", "coarse", 25, 5e-3),
        ("localisation", "localisation", 40, 2.5e-3),
        ("end_to_end", "fine", 60, 5e-3),
    ):
        network.learn(step, set(children) - {child})
        optimiser = torch.optim.AdamW(children[child].parameters(), weight_decay=0)
        criterion = part_criterion(network, step, PartLoss())
        for iteration in range(iterations):
            optimiser.param_groups[0]["lr"] = rate * (1 - iteration / iterations)
            loss = sum(criterion(network(images), {"mask": mask}).values())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        followed(children[child], images, network)
    with torch.no_grad():
        output = network.eval()(images)

    def away(theta):
        return (centres_of(theta, 64) - centres_of(truth, 64)).norm(dim=2).mean()

    assert away(output.theta) < 0.7 * away(truth.mean(dim=0))
    parts = network.scores(output).argmax(dim=1)
    hit = ((parts == mask) & (mask > 0)).sum()
    assert 2 * hit / ((parts > 0).sum() + (mask > 0).sum()) > 0.9
