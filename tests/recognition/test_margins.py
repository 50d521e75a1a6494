"""Margins against their papers' formulas in double precision, and their gradients."""

import math

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from lineament.recognition.margins import (
    AdaFace,
    ArcFace,
    Combined,
    CosFace,
    CurricularFace,
    MarginOptions,
    MvSoftmax,
    PlainSoftmax,
    build_margin,
)

CLASSES = 9


def batch(seed=0, count=40, dtype=torch.float32):
    """Cosines, columns (some -1), cosines of true classes, lengths."""
    random = np.random.default_rng(seed)
    cosines = random.uniform(-0.95, 0.95, (count, CLASSES))
    columns = random.integers(0, CLASSES, count)
    targets = cosines[np.arange(count), columns]
    absent = random.random(count) < 0.3
    targets[absent] = random.uniform(-0.9, 0.9, absent.sum())
    columns[absent] = -1
    norms = random.uniform(5, 40, count)
    as_tensor = [torch.tensor(x, dtype=dtype) for x in (cosines, targets, norms)]
    return as_tensor[0], torch.tensor(columns), as_tensor[1], as_tensor[2]


def softmax(cos, _target, _norm, _is_true):
    return cos


def arcface(m, monotone=False):
    def value(cos, _target, _norm, is_true):
        if not is_true:
            return cos
        theta = math.acos(cos)
        if monotone and theta + m > math.pi:
            return cos - m * math.sin(m)
        return math.cos(theta + m)

    return value


def combined(m1, m2, m3):
    def value(cos, _target, _norm, is_true):
        return math.cos(m1 * math.acos(cos) + m2) - m3 if is_true else cos

    return value


def curricular(m, t):
    def value(cos, target, _norm, is_true):
        if is_true:
            return arcface(m, monotone=True)(cos, target, None, True)
        hard = math.cos(math.acos(target) + m) - cos < 0
        return cos * (t + cos) if hard else cos

    return value


def adaface(m, h, mean, deviation):
    def value(cos, _target, norm, is_true):
        if not is_true:
            return cos
        z = max(-1.0, min(1.0, (norm - mean) / (deviation + 1e-3) * h))
        theta = min(max(math.acos(cos) - m * z, 1e-3), math.pi - 1e-3)
        return math.cos(theta) - (m * z + m)

    return value


def mv(base, m, t, adaptive):
    def true(cos):
        return cos - m if base == "cosface" else math.cos(math.acos(cos) + m)

    def value(cos, target, _norm, is_true):
        if is_true:
            return true(cos)
        wins = true(target) - cos < 0
        # h(t, theta) of the paper multiplies the exponential: s t (cos + 1), or s t.
        return cos + wins * t * ((cos + 1) if adaptive else 1.0)

    return value


def curricular_at(t):
    margin = CurricularFace()
    margin.progress.fill_(t)
    return margin


def adaface_at(mean, deviation, **options):
    margin = AdaFace(**options)
    margin.mean.fill_(mean)
    margin.deviation.fill_(deviation)
    return margin


MADE = {
    "softmax": (lambda: PlainSoftmax(30.0), softmax),
    "arcface": (ArcFace, arcface(0.5)),
    "arcface_exact": (lambda: ArcFace(gradient="exact"), arcface(0.5)),
    "arcface_monotone": (lambda: ArcFace(monotone=True), arcface(0.5, monotone=True)),
    "cosface": (CosFace, combined(1, 0, 0.4)),
    "combined": (lambda: Combined(64.0, 1.0, 0.3, 0.2), combined(1, 0.3, 0.2)),
    "sphere": (lambda: Combined(32.0, 1.35, 0.0, 0.1, "exact"), combined(1.35, 0, 0.1)),
    "curricularface": (lambda: curricular_at(0.3), curricular(0.5, 0.3)),
    "adaface": (lambda: adaface_at(20.0, 8.0), adaface(0.4, 0.333, 20.0, 8.0)),
    "adaface_wide": (lambda: adaface_at(20, 4, concentration=1.0), adaface(0.4, 1.0, 20.0, 4.0)),
    "mv_am": (MvSoftmax, mv("cosface", 0.35, 0.2, True)),
    "mv_am_fixed": (lambda: MvSoftmax(reweighting="fixed"), mv("cosface", 0.35, 0.2, False)),
    "mv_arc": (lambda: MvSoftmax(64.0, "arcface", 0.5, 0.3), mv("arcface", 0.5, 0.3, True)),
}
EVERY = pytest.mark.parametrize("name", list(MADE))


@EVERY
def test_logits_follow_the_paper(name):
    make, value = MADE[name]
    margin = make().eval()
    cosines, columns, targets, norms = batch()
    expected = np.empty(cosines.shape)
    for row, own in enumerate(columns.tolist()):
        for column in range(CLASSES):
            arguments = [float(x) for x in (cosines[row, column], targets[row], norms[row])]
            expected[row, column] = margin.scale * value(*arguments, column == own)
    logits = margin(cosines, columns, targets, norms)
    np.testing.assert_allclose(logits.numpy(), expected, rtol=0, atol=5e-5)


@EVERY
def test_some_of_the_batch_is_changed_in_every_way(name):
    """What the comparison above compares is there: true classes here and elsewhere, hard ones."""
    make, _ = MADE[name]
    margin = make().eval()
    cosines, columns, targets, norms = batch()
    changed = ~torch.isclose(margin(cosines, columns, targets, norms), cosines * margin.scale)
    own = torch.zeros_like(changed)
    here = columns >= 0
    own[here, columns[here]] = True
    assert bool(changed[own].any()) is (name != "softmax")
    picks = name.startswith(("mv", "curricular"))
    assert bool(changed[~own].any()) is picks and bool((~changed[~own]).any())


@EVERY
def test_split_classes_give_the_logits_of_the_whole(name):
    make, _ = MADE[name]
    cosines, columns, targets, norms = batch()
    whole = make()(cosines, columns, targets, norms)
    parts = []
    for first, last in ((0, 4), (4, CLASSES)):
        inside = (columns >= first) & (columns < last)
        part = torch.where(inside, columns - first, -1)
        parts.append(make()(cosines[:, first:last], part, targets, norms))
    # Vector and scalar instructions of one function may differ in the last digit.
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-6, atol=1e-5)


@EVERY
@pytest.mark.parametrize("cosine", [1.0, -1.0, 1.0 + 2e-7, -1.0 - 2e-7, 1.0 - 6e-8])
def test_gradients_are_finite_at_the_ends(name, cosine):
    make, _ = MADE[name]
    cosines = torch.full((3, CLASSES), cosine, requires_grad=True)
    columns, targets, norms = torch.tensor([0, 4, -1]), torch.full((3,), cosine), torch.ones(3)
    logits = make()(cosines, columns, targets, norms)
    logits.logsumexp(dim=1).sum().backward()
    assert logits.isfinite().all() and cosines.grad.isfinite().all()


EXACT = ("arcface_exact", "cosface", "sphere", "curricularface", "adaface", "mv_arc", "mv_am_fixed")


@pytest.mark.parametrize("name", EXACT)
def test_exact_gradients_are_those_of_the_values(name):
    make, _ = MADE[name]
    margin = make().eval()
    cosines, columns, targets, norms = batch(seed=3, count=6, dtype=torch.float64)
    cosines.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: margin(x, columns, targets, norms), [cosines])


def released(cosines, columns, margin=0.5, scale=64.0):
    """What the released code does: the angles change in place where gradients are off."""
    logits = cosines.clamp(-1, 1)
    rows = (columns >= 0).nonzero()[:, 0]
    with torch.no_grad():
        logits.arccos_()
        logits[rows, columns[rows]] += margin
        logits.cos_()
    return logits * scale


def test_the_default_gradient_of_arcface_is_the_released_one():
    cosines, columns, targets, norms = batch(seed=1)
    ours, theirs = (cosines.clone().requires_grad_() for _ in range(2))
    made, expected = ArcFace()(ours, columns, targets, norms), released(theirs, columns)
    torch.testing.assert_close(made, expected, atol=5e-5, rtol=0)
    weights = torch.randn(made.shape, generator=torch.Generator().manual_seed(0))
    (made * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_the_exact_gradient_of_arcface_has_the_factor_that_the_released_one_lacks():
    theta = torch.tensor([0.3, 1.0, 2.0])
    gradients = {}
    for way in ("straight_through", "exact"):
        cosines = theta.cos()[:, None].requires_grad_()
        logits = ArcFace(1.0, 0.5, way)(cosines, torch.zeros(3, dtype=torch.long), theta, theta)
        logits.sum().backward()
        gradients[way] = cosines.grad[:, 0]
    assert torch.equal(gradients["straight_through"], torch.ones(3))
    torch.testing.assert_close(gradients["exact"], (theta + 0.5).sin() / theta.sin())


def test_beyond_pi_the_released_margin_rises_again_and_the_monotone_one_falls():
    cosines = torch.linspace(-1, -0.6, 50)[:, None]
    columns, ones = torch.zeros(50, dtype=torch.long), torch.ones(50)
    for monotone in (False, True):
        logits = ArcFace(gradient="exact", monotone=monotone)(cosines, columns, ones, ones)
        # As the cosine grows from -1 the true class comes nearer, and its logit should grow.
        assert bool((logits.diff(dim=0) > 0).all()) is monotone


def test_quality_turns_adaface_from_arcface_to_cosface():
    cosines, columns, targets, _ = batch()
    margin = adaface_at(20.0, 5.0).eval()
    for length, like in ((1.0, ArcFace(margin=0.4)), (20.0, CosFace(margin=0.4))):
        norms = torch.full((len(columns),), length)
        made, expected = (x(cosines, columns, targets, norms) for x in (margin, like))
        torch.testing.assert_close(made, expected, atol=1e-4, rtol=0)
    assert margin.quality(torch.tensor([1.0, 20.0, 90.0])).tolist() == [-1.0, 0.0, 1.0]


def test_adaface_follows_the_lengths():
    margin = AdaFace(momentum=0.9)
    cosines, columns, targets, norms = batch()
    for _ in range(2):
        margin(cosines, columns, targets, norms * 10)
    lengths = (norms * 10).clamp(max=100)
    mean, deviation = 20.0, 100.0
    for _ in range(2):
        mean += 0.1 * (float(lengths.mean()) - mean)
        deviation += 0.1 * (float(lengths.std()) - deviation)
    assert float(margin.mean) == pytest.approx(mean, rel=1e-5)
    assert float(margin.deviation) == pytest.approx(deviation, rel=1e-5)
    margin(cosines[:1], columns[:1], targets[:1], norms[:1])
    assert margin.deviation.isfinite()


def test_curricular_progress_follows_the_true_cosines_and_is_used_at_once():
    margin = CurricularFace(momentum=0.5)
    cosines, columns, targets, norms = batch()
    made = margin(cosines, columns, targets, norms)
    assert float(margin.progress) == pytest.approx(float(targets.mean()) / 2, rel=1e-5)
    after = curricular_at(float(margin.progress)).eval()
    torch.testing.assert_close(made, after(cosines, columns, targets, norms))


@pytest.mark.parametrize("margin", [CurricularFace(), AdaFace()], ids=["curricular", "ada"])
def test_running_values_stay_without_training(margin):
    before = {name: value.clone() for name, value in margin.state_dict().items()}
    assert before
    with torch.no_grad():
        margin.train()(*batch())
    margin.eval()(*batch())
    assert margin.state_dict() == before
    margin.train()(*batch())
    assert margin.state_dict() != before


def test_a_second_batch_may_follow_before_the_first_goes_backward():
    margin = CurricularFace()
    cosines, columns, targets, norms = batch()
    cosines.requires_grad_()
    first = margin(cosines, columns, targets, norms).sum()
    margin(cosines, columns, targets, norms)
    first.backward()
    assert cosines.grad.isfinite().all()


def test_options_name_their_margin_and_carry_its_numbers():
    adapter = TypeAdapter(MarginOptions)
    kinds = {
        "softmax": PlainSoftmax,
        "arcface": ArcFace,
        "cosface": CosFace,
        "combined": Combined,
        "curricularface": CurricularFace,
        "adaface": AdaFace,
        "mv_softmax": MvSoftmax,
    }
    for kind, made in kinds.items():
        margin = build_margin(adapter.validate_python({"kind": kind, "scale": 7.0}))
        assert type(margin) is made and margin.scale == 7.0
    default = build_margin(adapter.validate_python({"kind": "arcface"}))
    assert (default.scale, default.m2, default.gradient) == (64.0, 0.5, "straight_through")
    chosen = {"kind": "mv_softmax", "base": "arcface", "weight": 0.3, "reweighting": "fixed"}
    margin = build_margin(adapter.validate_python(chosen))
    assert (margin.base, margin.weight, margin.reweighting) == ("arcface", 0.3, "fixed")


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "arface"},
        {"kind": "arcface", "m": 0.5},
        {"kind": "arcface", "scale": 0},
        {"kind": "adaface", "momentum": 1.0},
        {"kind": "combined", "m1": 0.5},
    ],
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        TypeAdapter(MarginOptions).validate_python(options)


def test_wrong_numbers_are_refused():
    for make in (
        lambda: PlainSoftmax(0.0),
        lambda: Combined(m1=0.5),
        lambda: Combined(m1=1.2, m2=0.1, monotone=True),
        lambda: CurricularFace(momentum=1.0),
        lambda: AdaFace(concentration=-1.0),
        lambda: MvSoftmax(weight=-0.1),
    ):
        with pytest.raises(ValueError, match=r"got|monotone"):
            make()
