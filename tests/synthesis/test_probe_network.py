"""The probe answers in pixels, and learns eight samples by heart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lineament.landmarks.integral import cell_places, heat_loss, mean_positions
from lineament.landmarks.schemes import IBUG_68
from lineament.synthesis.probe.classes import CLASSES
from lineament.synthesis.probe.criterion import Losses, ProbeCriterion, overlap_loss
from lineament.synthesis.probe.network import Probe, ProbeOutput
from lineament.synthesis.probe.predict import predict_classes, predict_points
from lineament.training.config import Optimiser, Stage
from lineament.training.loop import fit

SIZE = 64
TINY = (8, 16, 16, 16)


def test_shapes_and_size() -> None:
    output = Probe(TINY)(torch.rand(2, 3, SIZE, SIZE))
    assert output.points.shape == (2, 68, 2)
    assert output.heat.shape == (2, 68, SIZE // 4, SIZE // 4)
    assert output.parts.shape == (2, len(CLASSES), SIZE // 2, SIZE // 2)


@pytest.mark.parametrize(("column", "row"), [(0, 0), (5, 12), (31, 31)])
def test_a_sharp_map_points_at_the_middle_of_its_cell(column: int, row: int) -> None:
    heat = torch.full((1, 1, 32, 32), -50.0)
    heat[0, 0, row, column] = 50.0
    places = cell_places(32, 128, heat.device)
    expected = torch.stack([places[column], places[row]])
    assert torch.allclose(mean_positions(heat, 128)[0, 0], expected, atol=1e-3)


def test_a_flat_map_points_at_the_middle_of_the_picture() -> None:
    points = mean_positions(torch.zeros(1, 1, 32, 32), 128)
    assert torch.allclose(points, torch.full((1, 1, 2), 63.5), atol=1e-4)


def test_the_map_loss_is_least_where_the_map_is_the_gaussian() -> None:
    places = cell_places(16, 64, torch.device("cpu"))
    point = torch.tensor([[[20.0, 41.0]]])
    columns = -0.5 * ((places - 20.0) / 4) ** 2
    rows = -0.5 * ((places - 41.0) / 4) ** 2
    right = (rows[:, None] + columns)[None, None]
    best = float(heat_loss(right, point, 64, 4.0))
    logs = torch.log_softmax(right.flatten(), 0)
    assert best == pytest.approx(float(-(logs.exp() * logs).sum()), abs=1e-4)
    for wrong in (right.transpose(2, 3), right * 2, right * 0):
        assert float(heat_loss(wrong, point, 64, 4.0)) > best + 0.01


def test_the_overlap_loss_by_hand() -> None:
    classes = torch.tensor([[[0, 0], [1, 1]]])
    sure = torch.tensor([[0, 1], [1, 1]])
    logits = torch.nn.functional.one_hot(sure, 3).permute(2, 0, 1)[None].float() * 200
    # Class 0: 2 * 1 / (1 + 2); class 1: 2 * 2 / (3 + 2); class 2 is not there.
    assert float(overlap_loss(logits, classes)) == pytest.approx(1 - (2 / 3 + 4 / 5) / 2, abs=1e-5)


def test_points_outside_the_picture_are_not_asked_for() -> None:
    inside = torch.full((1, 68, 2), 30.0)
    outside = inside.clone()
    outside[0, 5] = torch.tensor([-20.0, 30.0])
    heat = torch.zeros(1, 68, 16, 16)
    output = ProbeOutput(inside, heat, torch.zeros(1, len(CLASSES), 32, 32))
    classes = torch.zeros(1, 32, 32, dtype=torch.int64)
    criterion = ProbeCriterion(Losses(points=1.0))
    terms = criterion(output, {"points": outside, "classes": classes})
    assert float(terms["points"]) == 0
    wrong = ProbeOutput(inside + 3, heat, output.parts)
    assert float(criterion(wrong, {"points": inside, "classes": classes})["points"]) > 1


class EightFaces:
    """Eight pictures of one bright square each, on which all points and one class lie."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        self.images = random.integers(0, 90, (8, SIZE, SIZE, 3), dtype=np.uint8)
        self.points = np.empty((8, 68, 2), dtype=np.float32)
        self.classes = np.zeros((8, SIZE // 2, SIZE // 2), dtype=np.int64)
        within = random.uniform(0, 15, (68, 2))
        for number, (x, y) in enumerate(random.integers(4, 44, (8, 2)) // 2 * 2):
            self.images[number, y : y + 16, x : x + 16, number % 3] = 255
            self.points[number] = np.add((x, y), within)
            self.classes[number, y // 2 : y // 2 + 8, x // 2 : x // 2 + 8] = 1 + number % 3

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, np.ndarray]:  # noqa: ARG002
        return {"image": self.images, "points": self.points, "classes": self.classes}


def test_overfits_eight_samples(tmp_path: Path) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    faces = EightFaces()
    optimiser = Optimiser(
        kind="adamw", learning_rate=1e-2, final_learning_rate=1e-4, schedule="cosine"
    )
    stage = Stage(name="test", batch=8, iterations=150, optimiser=optimiser, save_every=150)
    network = fit(
        stage,
        Probe(TINY),
        ProbeCriterion(Losses()),
        faces,
        lambda _: {},
        tmp_path,
        device="cpu",
    ).eval()
    error = np.linalg.norm(predict_points(network, faces.images) - faces.points, axis=2)
    assert error.mean() < 1.5, "pixels; the mean shape alone is off by 17"
    found = np.stack(list(predict_classes(network, faces.images, SIZE // 2)))
    assert (found == faces.classes).mean() > 0.98


def test_averaging_over_the_mirror_image_makes_answers_mirror() -> None:
    torch.manual_seed(1)
    network = Probe(TINY).eval()
    images = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    flipped = np.ascontiguousarray(images[:, :, ::-1])
    points = predict_points(network, images, mirror=True)
    turned = predict_points(network, flipped, mirror=True)[:, IBUG_68.mirror_index]
    np.testing.assert_allclose(points, turned * [-1, 1] + [SIZE - 1, 0], atol=1e-3)
    classes = np.stack(list(predict_classes(network, images, SIZE, mirror=True)))
    mirrored = np.stack(list(predict_classes(network, flipped, SIZE, mirror=True)))
    assert (classes == mirrored[:, :, ::-1]).mean() > 0.999
