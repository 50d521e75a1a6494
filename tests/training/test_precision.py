"""bfloat16 is asked for by recipes and computed where the processor can."""

import logging

import pytest

from lineament.training import precision
from lineament.training.precision import usable_precision


@pytest.fixture
def old_processor(monkeypatch):
    monkeypatch.setattr(precision, "_computes_bfloat16", lambda: False)
    precision._say_once.cache_clear()
    yield
    precision._say_once.cache_clear()


@pytest.mark.usefixtures("old_processor")
def test_a_processor_without_bfloat16_computes_in_float32_and_says_so_once(caplog):
    with caplog.at_level(logging.WARNING):
        assert usable_precision("bf16-mixed", "cpu") == "32-true"
        assert usable_precision("bf16-mixed", "cpu") == "32-true"
    assert [record.message for record in caplog.records] == [
        "this CPU has no instructions for bfloat16: bf16-mixed is computed as 32-true"
    ]


@pytest.mark.usefixtures("old_processor")
def test_an_accelerator_keeps_its_precision():
    assert usable_precision("bf16-mixed", "cuda") == "bf16-mixed"


@pytest.mark.usefixtures("old_processor")
@pytest.mark.parametrize("asked", ["32-true", "16-mixed"])
def test_other_precisions_stay(asked):
    assert usable_precision(asked, "cpu") == asked


def test_a_processor_with_bfloat16_uses_it(monkeypatch):
    monkeypatch.setattr(precision, "_computes_bfloat16", lambda: True)
    assert usable_precision("bf16-mixed", "cpu") == "bf16-mixed"
