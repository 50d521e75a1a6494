"""PartialFC on one process against the plain softmax; which centres a step uses and moves."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from lineament.errors import DataError
from lineament.recognition.margins import AdaFace, ArcFace, CurricularFace, MvSoftmax, PlainSoftmax
from lineament.recognition.partial_fc import CHUNK, PartialFC
from lineament.training.row_adamw import RowAdamW

DIMENSION, CLASSES = 8, 20


def samples(count=12, seed=0, classes=CLASSES):
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(count, DIMENSION, generator=generator) * 3
    labels = torch.randint(classes, (count,), generator=generator)
    return embeddings, labels, torch.rand(count, generator=generator) + 0.5


def plain(embeddings, centres, labels, margin):
    """Losses of a whole, plain softmax in the type of its arguments."""
    cosines = functional.normalize(embeddings) @ functional.normalize(centres).T
    targets = cosines[torch.arange(len(labels)), labels]
    logits = margin(cosines, labels, targets, embeddings.norm(dim=1))
    return functional.cross_entropy(logits, labels, reduction="none")


@pytest.mark.parametrize("make", [PlainSoftmax, ArcFace, AdaFace, CurricularFace, MvSoftmax])
def test_losses_and_gradients_are_those_of_the_plain_softmax(make):
    embeddings, labels, weights = samples()
    head = PartialFC(DIMENSION, CLASSES, make())
    inputs = [x.clone().requires_grad_() for x in (embeddings, weights)]
    losses = head(inputs[0], labels, inputs[1])
    losses.mean().backward()
    exact = [x.detach().double().requires_grad_() for x in (embeddings, weights, head.weight)]
    expected = plain(exact[0], exact[2], labels, make()) * exact[1]
    expected.mean().backward()
    assert losses.dtype == torch.float32
    torch.testing.assert_close(losses.double(), expected, atol=1e-4, rtol=1e-5)
    for made, reference in zip((*inputs, head.weight), exact, strict=True):
        torch.testing.assert_close(made.grad.double(), reference.grad, atol=1e-5, rtol=1e-4)


def test_without_weights_every_sample_counts_once():
    embeddings, labels, _ = samples()
    head = PartialFC(DIMENSION, CLASSES, ArcFace())
    ones = torch.ones(len(labels))
    assert torch.equal(head(embeddings, labels), head(embeddings, labels, ones))


def test_one_call_serves_two_labels():
    """As Mixup and CutMix need it: twice the embeddings, weights that sum to 1."""
    embeddings, labels, _ = samples()
    others, share = labels.flip(0), torch.linspace(0, 1, len(labels))
    head = PartialFC(DIMENSION, CLASSES, ArcFace())
    losses = head(
        torch.cat([embeddings, embeddings]),
        torch.cat([labels, others]),
        torch.cat([share, 1 - share]),
    )
    expected = share * head(embeddings, labels) + (1 - share) * head(embeddings, others)
    torch.testing.assert_close(losses.mean() * 2, expected.mean())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("make", [ArcFace, lambda: ArcFace(gradient="exact"), CurricularFace,
                                  AdaFace, MvSoftmax])  # fmt: skip
def test_half_precision_gives_finite_gradients_even_on_the_centres(make, dtype):
    """Embeddings that lie on their centre, opposite to it, on a wrong one, and are short."""
    network = nn.Linear(DIMENSION, DIMENSION, bias=False)
    head = PartialFC(DIMENSION, 4, make())
    with torch.no_grad():
        network.weight.copy_(torch.eye(DIMENSION))
        # Powers of two in one place each are exact in every type.
        head.weight.copy_(torch.eye(4, DIMENSION) * 0.5)
        faces = torch.stack([head.weight[0], -head.weight[1], head.weight[3], head.weight[0] / 32])
    with torch.autocast("cpu", dtype=dtype):
        embeddings = network(faces)
        assert embeddings.dtype == dtype
        losses = head(embeddings, torch.tensor([0, 1, 2, 3]))
    assert losses.dtype == torch.float32
    (losses.mean() * 16).backward()
    for parameter in (network.weight, head.weight):
        assert parameter.grad.isfinite().all()
    assert losses.isfinite().all() and head.weight.grad.abs().sum() > 0


def test_logits_keep_full_precision_under_autocast():
    """Cosines rounded to bfloat16 would move logits of scale 64 by tenths."""
    embeddings, labels, _ = samples()
    head = PartialFC(DIMENSION, CLASSES, ArcFace())
    expected = head(embeddings, labels)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(head(embeddings, labels), expected)


def test_classes_are_split_evenly_and_begin_alike_on_any_number_of_processes():
    classes = 2 * CHUNK + 7
    whole = PartialFC(4, classes, ArcFace(), seed=5).weight.detach()
    for world in (2, 3, 5):
        parts = [PartialFC(4, classes, ArcFace(), 1.0, r, world, seed=5) for r in range(world)]
        counts = [len(part.rows) for part in parts]
        assert max(counts) - min(counts) <= 1 and sum(counts) == classes
        assert torch.equal(torch.cat([part.weight.detach() for part in parts]), whole)
    assert whole.std().item() == pytest.approx(0.01, rel=0.05)
    assert not torch.equal(whole, PartialFC(4, classes, ArcFace(), seed=6).weight)
    assert not torch.equal(whole[:CHUNK], whole[CHUNK : 2 * CHUNK])


def test_centres_can_be_taken_by_another_number_of_processes():
    whole = PartialFC(4, 11, ArcFace(), seed=1).whole()
    parts = [PartialFC(4, 11, ArcFace(), 1.0, rank, 3, seed=2) for rank in range(3)]
    for part in parts:
        part.take(whole)
    assert torch.equal(torch.cat([part.weight.detach() for part in parts]), whole)
    with pytest.raises(ValueError, match=r"\(10, 4\), expected \(11, 4\)"):
        parts[0].take(whole[:10])


def used(head):
    """Rows of the last step: those of the sparse gradient."""
    assert head.weight.grad.is_sparse
    return head.weight.grad.coalesce().indices()[0]


def stepped(head, embeddings, labels):
    head.weight.grad = None
    losses = head(embeddings, labels)
    losses.mean().backward()
    return losses


def test_a_step_uses_all_people_of_the_batch_and_random_others():
    classes, rate = 200, 0.1
    head = PartialFC(DIMENSION, classes, ArcFace(), rate)
    embeddings, labels, _ = samples(classes=classes)
    others = []
    for _ in range(60):
        losses = stepped(head, embeddings, labels)
        rows = used(head)
        assert len(rows) == int(rate * classes)
        assert set(labels.tolist()) <= set(rows.tolist())
        others.append(frozenset(rows.tolist()) - set(labels.tolist()))
    assert len(set(others)) > 50
    # 60 draws of about 9 of 190 leave a class out with a probability of 6 %.
    assert len(frozenset.union(*others)) > 0.8 * classes
    columns = torch.searchsorted(rows, labels)
    expected = plain(embeddings, head.weight.detach()[rows], columns, ArcFace())
    torch.testing.assert_close(losses, expected, atol=1e-4, rtol=1e-5)


def test_more_people_than_the_quota_are_all_used_and_no_others():
    head = PartialFC(DIMENSION, CLASSES, ArcFace(), 0.1)
    embeddings, labels, _ = samples()
    stepped(head, embeddings, labels)
    assert used(head).tolist() == sorted(set(labels.tolist())) and len(used(head)) > 2


def test_a_small_rate_still_uses_one_centre_where_no_person_of_the_batch_is():
    head = PartialFC(DIMENSION, 6, ArcFace(), 0.1)
    columns = torch.full((3,), -1)
    assert len(head._choice(columns)) == 1


def test_passes_without_gradients_choose_as_the_next_step_and_count_nothing():
    head = PartialFC(DIMENSION, 200, ArcFace(), 0.1)
    embeddings, labels, _ = samples(classes=200)
    with torch.no_grad():
        before = [head(embeddings, labels) for _ in range(2)]
    assert int(head.steps) == 0
    losses = stepped(head, embeddings, labels)
    assert int(head.steps) == 1
    assert torch.equal(before[0], losses) and torch.equal(before[1], losses)
    assert not torch.equal(stepped(head, embeddings, labels), losses)


def test_evaluation_uses_all_centres():
    head = PartialFC(DIMENSION, CLASSES, ArcFace(), 0.1).eval()
    embeddings, labels, _ = samples()
    expected = plain(embeddings, head.weight.detach(), labels, ArcFace())
    torch.testing.assert_close(head(embeddings, labels), expected, atol=1e-4, rtol=1e-5)
    assert int(head.steps) == 0


def test_a_resumed_run_chooses_what_an_unbroken_one_chooses():
    make = lambda: PartialFC(DIMENSION, 200, CurricularFace(), 0.1)  # noqa: E731
    embeddings, labels, _ = samples(classes=200)
    head = make()
    stepped(head, embeddings, labels)
    resumed = make()
    resumed.load_state_dict(copy.deepcopy(head.state_dict()))
    for _ in range(3):
        losses = stepped(head, embeddings, labels)
        assert torch.equal(stepped(resumed, embeddings, labels), losses)
        assert torch.equal(used(resumed), used(head))


def test_unused_centres_do_not_move_and_used_ones_fare_as_if_alone():
    """Weight decay and moments of earlier steps move nothing that a step does not use."""
    head = PartialFC(DIMENSION, 60, ArcFace(), 0.2)
    optimiser = RowAdamW(head.parameters(), lr=0.01, weight_decay=0.1)
    alone = {}
    for step in range(8):
        embeddings, labels, _ = samples(5, seed=step, classes=60)
        before = head.weight.detach().clone()
        stepped(head, embeddings, labels)
        rows, gradient = used(head), head.weight.grad.coalesce().values()
        state = optimiser.state[head.weight]
        moments = {name: value.clone() for name, value in state.items()}
        for row, own in zip(rows.tolist(), gradient, strict=True):
            if row not in alone:
                centre = nn.Parameter(before[row].clone())
                alone[row] = centre, torch.optim.AdamW([centre], lr=0.01, weight_decay=0.1)
            alone[row][0].grad = own.clone()
            alone[row][1].step()
        optimiser.step()
        unused = torch.ones(60, dtype=torch.bool)
        unused[rows] = False
        assert unused.any()
        assert torch.equal(head.weight[unused], before[unused])
        assert not torch.isclose(head.weight[rows], before[rows]).all(dim=1).any()
        for name in ("exp_avg", "exp_avg_sq", "steps") if moments else ():
            after = optimiser.state[head.weight][name]
            assert torch.equal(after[unused], moments[name][unused])
    assert max(optimiser.state[head.weight]["steps"]) > 1
    for row, (centre, _) in alone.items():
        torch.testing.assert_close(head.weight[row], centre, atol=1e-6, rtol=1e-5)


def test_dense_parameters_move_as_by_adamw_beside_sparse_ones():
    layers = [nn.Linear(DIMENSION, DIMENSION) for _ in range(2)]
    layers[1].load_state_dict(layers[0].state_dict())
    head = PartialFC(DIMENSION, CLASSES, ArcFace(), 0.5)
    ours = RowAdamW([*layers[0].parameters(), *head.parameters()], lr=0.01, weight_decay=0.1)
    theirs = torch.optim.AdamW(layers[1].parameters(), lr=0.01, weight_decay=0.1)
    embeddings, labels, _ = samples()
    for _ in range(3):
        ours.zero_grad()
        head(layers[0](embeddings), labels).mean().backward()
        for own, other in zip(layers[0].parameters(), layers[1].parameters(), strict=True):
            other.grad = own.grad.clone()
        ours.step()
        theirs.step()
    assert head.weight.grad.is_sparse
    for own, other in zip(layers[0].parameters(), layers[1].parameters(), strict=True):
        assert torch.equal(own, other)


def test_the_state_of_rows_is_saved_and_loaded():
    heads = [PartialFC(DIMENSION, CLASSES, ArcFace(), 0.5) for _ in range(2)]
    optimisers = [RowAdamW(head.parameters(), lr=0.01) for head in heads]
    embeddings, labels, _ = samples()
    for step in range(4):
        if step == 2:
            heads[1].load_state_dict(heads[0].state_dict())
            optimisers[1].load_state_dict(copy.deepcopy(optimisers[0].state_dict()))
        for place in (0, 1) if step >= 2 else (0,):
            stepped(heads[place], embeddings, labels)
            optimisers[place].step()
    assert torch.equal(heads[0].weight, heads[1].weight)


def test_a_run_may_go_on_with_another_sample_rate():
    """The moments of all centres go on as those of rows, and the other way round."""
    head, plain_head = (PartialFC(DIMENSION, CLASSES, ArcFace()) for _ in range(2))
    ours = RowAdamW(head.parameters(), lr=0.01)
    theirs = torch.optim.AdamW(plain_head.parameters(), lr=0.01)
    embeddings, _, _ = samples(CLASSES)
    for rate in (1.0, 0.5, 1.0):
        head.sample_rate = rate
        # All people are in the batch, so that all centres are used at any rate.
        for one in (head, plain_head):
            stepped(one, embeddings, torch.arange(CLASSES))
        assert head.weight.grad.is_sparse is (rate < 1)
        ours.step()
        theirs.step()
        torch.testing.assert_close(head.weight, plain_head.weight, atol=1e-6, rtol=1e-5)


def test_an_optimiser_that_would_move_unused_centres_refuses():
    head = PartialFC(DIMENSION, CLASSES, ArcFace(), 0.5)
    embeddings, labels, _ = samples()
    stepped(head, embeddings, labels)
    with pytest.raises(RuntimeError, match="sparse"):
        torch.optim.AdamW(head.parameters()).step()
    with pytest.raises(ValueError, match="AMSGrad"):
        RowAdamW(head.parameters(), amsgrad=True).step()


def test_centres_and_embeddings_come_to_fit_eight_people():
    embeddings, _, _ = samples(8, classes=8)
    labels = torch.arange(8)
    embeddings = nn.Parameter(embeddings)
    head = PartialFC(DIMENSION, 8, ArcFace(scale=16.0), 0.5)
    optimiser = RowAdamW([embeddings, *head.parameters()], lr=0.05)
    for _ in range(150):
        optimiser.zero_grad()
        losses = head(embeddings, labels)
        losses.mean().backward()
        optimiser.step()
    assert losses.mean() < 0.1


def test_labels_that_are_no_class_are_refused():
    head = PartialFC(DIMENSION, CLASSES, ArcFace())
    embeddings, labels, _ = samples()
    for wrong in (-1, CLASSES):
        labels[3] = wrong
        with pytest.raises(DataError, match=f"{wrong}.* expected 0 to 19"):
            head(embeddings, labels)


def test_wrong_arguments_are_refused():
    for arguments in ((0.0, 0, 1), (1.5, 0, 1), (1.0, 2, 2), (1.0, 0, 21)):
        with pytest.raises(ValueError, match="got"):
            PartialFC(DIMENSION, CLASSES, ArcFace(), *arguments)
    embeddings, labels, weights = samples()
    head = PartialFC(DIMENSION, CLASSES, ArcFace())
    for inputs in (
        (embeddings[:, :4], labels),
        (embeddings, labels[:3]),
        (embeddings, labels, weights[:3]),
        (embeddings[:0], labels[:0]),
    ):
        with pytest.raises(ValueError, match="got shapes"):
            head(*inputs)
    with pytest.raises(ValueError, match="made for 2 processes, but 1"):
        PartialFC(DIMENSION, CLASSES, ArcFace(), 1.0, 0, 2)(embeddings, labels)
