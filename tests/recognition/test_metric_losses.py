"""Triplet, contrastive and centre loss against loops over the papers' definitions."""

import itertools

import numpy as np
import pytest
import torch

from lineament.errors import DataError
from lineament.recognition.metric_losses import (
    CentreLoss,
    batch_hard_triplet,
    supervised_contrast,
)


def faces(count=12, people=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(people, (count,), generator=generator)
    return torch.randn(count, 5, generator=generator) * 4, labels


@pytest.mark.parametrize("soft", [False, True])
def test_triplets_are_the_hardest_of_all(soft):
    embeddings, labels = faces()
    labels[-1] = 99  # a person with one picture: a negative, never an anchor
    unit = (embeddings / embeddings.norm(dim=1, keepdim=True)).double().numpy()
    losses = []
    for anchor in range(len(labels)):
        triplets = [
            np.linalg.norm(unit[anchor] - unit[a]) - np.linalg.norm(unit[anchor] - unit[b])
            for a, b in itertools.product(range(len(labels)), repeat=2)
            if a != anchor and labels[a] == labels[anchor] and labels[b] != labels[anchor]
        ]
        if triplets:
            hardest = max(triplets)
            losses.append(np.log1p(np.exp(hardest)) if soft else max(0.0, hardest + 0.3))
    assert len(losses) == len(labels) - 1
    made = batch_hard_triplet(embeddings, labels, 0.3, soft)
    assert float(made) == pytest.approx(np.mean(losses), abs=1e-6)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]], ids=["one person", "no pairs"])
def test_a_batch_without_triplets_costs_nothing(labels):
    embeddings = torch.randn(3, 5, requires_grad=True)
    loss = batch_hard_triplet(embeddings, torch.tensor(labels))
    loss.backward()
    assert loss == 0 and not embeddings.grad.any()


def test_equal_embeddings_have_finite_gradients_in_half_precision():
    for dtype in (torch.bfloat16, torch.float16):
        embeddings = torch.ones(4, 5, dtype=dtype, requires_grad=True)
        with torch.autocast("cpu", dtype=dtype):
            loss = batch_hard_triplet(embeddings, torch.tensor([0, 0, 1, 1]))
        loss.backward()
        assert loss.dtype == torch.float32 and loss.item() == pytest.approx(0.3)
        assert embeddings.grad.isfinite().all()


def test_triplets_pull_people_apart():
    noise, labels = faces(16, seed=2)
    embeddings = (noise + torch.eye(4, 5)[labels] * 12).requires_grad_()
    before = batch_hard_triplet(embeddings, labels)
    optimiser = torch.optim.Adam([embeddings], lr=0.2)
    for _ in range(40):
        optimiser.zero_grad()
        loss = batch_hard_triplet(embeddings, labels)
        loss.backward()
        optimiser.step()
    assert before > 0.1 and loss < 0.01


@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_contrast_is_that_of_the_paper(temperature):
    embeddings, labels = faces(seed=3)
    labels[-1] = 99  # a person with one picture: in every denominator, never an anchor
    unit = (embeddings / embeddings.norm(dim=1, keepdim=True)).double().numpy()
    losses = []
    for anchor, label in enumerate(labels):
        others = [place for place in range(len(labels)) if place != anchor]
        weights = {place: np.exp(unit[anchor] @ unit[place] / temperature) for place in others}
        chances = [weights[p] / sum(weights.values()) for p in others if labels[p] == label]
        if chances:
            losses.append(-np.mean(np.log(chances)))
    assert len(losses) == len(labels) - 1
    made = supervised_contrast(embeddings, labels, temperature)
    assert float(made) == pytest.approx(np.mean(losses), rel=1e-5)


def test_contrast_without_pairs_or_differences():
    alone = torch.randn(3, 5, requires_grad=True)
    loss = supervised_contrast(alone, torch.tensor([0, 1, 2]))
    loss.backward()
    assert loss == 0 and not alone.grad.any()
    for dtype in (torch.bfloat16, torch.float16):
        same = torch.ones(4, 5, dtype=dtype, requires_grad=True)
        with torch.autocast("cpu", dtype=dtype):
            loss = supervised_contrast(same, torch.tensor([0, 0, 1, 1]))
        loss.backward()
        assert loss.dtype == torch.float32 and loss.item() == pytest.approx(np.log(3))
        assert same.grad.isfinite().all()


def test_centres_follow_the_rule_of_the_paper():
    embeddings, labels = faces()
    loss = CentreLoss(5, 6, rate=0.4)
    start = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
    loss.centres.copy_(start)
    embeddings.requires_grad_()
    made = loss(embeddings, labels)
    made.backward()
    off = embeddings.detach() - start[labels]
    assert made.item() == pytest.approx(float((off**2).sum() / 2 / len(labels)), rel=1e-5)
    torch.testing.assert_close(embeddings.grad, off / len(labels))
    for person in range(6):
        own = labels == person
        change = (start[person] - embeddings.detach()[own]).sum(dim=0) / (1 + own.sum())
        torch.testing.assert_close(loss.centres[person], start[person] - 0.4 * change)


def test_centres_stay_without_training():
    embeddings, labels = faces()
    loss = CentreLoss(5, 4)
    loss.eval()(embeddings, labels)
    with torch.no_grad():
        loss.train()(embeddings, labels)
    assert not loss.centres.any()
    loss(embeddings, labels)
    assert loss.centres.any()


def test_wrong_arguments_are_refused():
    embeddings, labels = faces()
    with pytest.raises(ValueError, match=r"got rate 1\.5"):
        CentreLoss(5, 4, rate=1.5)
    with pytest.raises(DataError, match="expected 0 to 2"):
        CentreLoss(5, 3)(embeddings, labels)
