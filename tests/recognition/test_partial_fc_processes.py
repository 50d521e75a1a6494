"""Two processes under torchrun, with 3 and 4 of 7 classes, find what a plain softmax finds."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from partial_fc_worker import BATCH, CASES, DIMENSION, MANY, RATE, SEED, alone, start
from torch.nn import functional

from lineament.recognition.margins import ArcFace
from lineament.recognition.metric_losses import batch_hard_triplet
from lineament.recognition.partial_fc import PartialFC

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2")
WORKER = Path(__file__).with_name("partial_fc_worker.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The answers of both processes."""
    folder = tmp_path_factory.mktemp("processes")
    done = subprocess.run(
        [sys.executable, "-m", *TORCHRUN, str(WORKER), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.parametrize("case", CASES)
def test_losses_and_gradients_are_those_of_one_process(found, case):
    for step, expected in enumerate(alone(case)):
        for rank in range(2):
            made = found[rank]["cases"][case][step]
            assert made.keys() == expected.keys()
            for name, value in expected.items():
                # To 1e-5 of the largest value: with a scale of 64 losses go to 100.
                near = 1e-5 * max(1.0, float(value.abs().max()))
                off = float((made[name].double() - value).abs().max())
                assert off < near, f"{name} of step {step} on process {rank} is off by {off}"


@pytest.mark.parametrize("case", CASES)
def test_both_processes_say_the_same(found, case):
    for first, second in zip(*(answers["cases"][case] for answers in found), strict=True):
        for name, value in first.items():
            assert torch.equal(value, second[name]), name


def test_a_sample_rate_gives_the_softmax_over_the_centres_that_were_used(found):
    answers = [answer["sampled"] for answer in found]
    rows = torch.cat([answer["rows"] for answer in answers])
    whole = answers[0]["whole"]
    assert torch.equal(whole, PartialFC(DIMENSION, MANY, ArcFace(), seed=SEED).weight)
    _, pictures, labels = start()
    backbone, labels = start()[0].double(), labels[0] * 14
    embeddings, _ = backbone(pictures[0].double())
    embeddings.retain_grad()
    centres = whole[rows].double().requires_grad_()
    columns = torch.searchsorted(rows, labels)
    cosines = functional.normalize(embeddings) @ functional.normalize(centres).T
    logits = ArcFace()(cosines, columns, cosines[range(BATCH), columns], embeddings.norm(dim=1))
    losses = functional.cross_entropy(logits, columns, reduction="none")
    losses.mean().backward()
    gradient = torch.cat([answer["gradient"] for answer in answers])
    for answer in answers:
        torch.testing.assert_close(answer["losses"].double(), losses, atol=1e-4, rtol=1e-5)
        torch.testing.assert_close(
            answer["embeddings"].double(), embeddings.grad, atol=1e-5, rtol=1e-5
        )
    near = 1e-5 * float(centres.grad.abs().max())
    torch.testing.assert_close(gradient.double(), centres.grad, atol=near, rtol=0)


def test_each_process_uses_its_people_and_fills_up_to_its_quota(found):
    _, _, labels = start()
    people = set((labels[0] * 14).tolist())
    counts = []
    for answer in found:
        first, end = answer["sampled"]["held"].tolist()
        own = {person for person in people if first <= person < end}
        rows = set(answer["sampled"]["rows"].tolist())
        counts.append(end - first)
        quota = int(RATE * (end - first))
        assert own <= rows <= set(range(first, end))
        # The quota is 6, and the batch has 4 people of one process and 3 of the other.
        assert len(own) < quota == len(rows)
    assert counts == [50, 51]


def test_a_loss_of_the_gathered_batch_gives_the_gradient_of_one_process(found):
    backbone, pictures, labels = start()
    loss = batch_hard_triplet(backbone(pictures[0])[0], labels[0] // 2)
    loss.backward()
    assert loss > 0
    for answer in found:
        torch.testing.assert_close(answer["triplet"]["loss"], loss.detach(), atol=1e-6, rtol=0)
        torch.testing.assert_close(
            answer["triplet"]["backbone"], backbone.layer.weight.grad, atol=1e-6, rtol=1e-5
        )


def test_all_processes_are_told_of_unequal_batches_and_of_wrong_labels(found):
    for answer in found:
        unequal, wrong = answer["refused"]
        assert unequal.startswith("ValueError: the processes bring batches of 3, 4 samples")
        assert wrong.startswith("DataError: labels from 0 to 7 in the batch, expected 0 to 6")
