"""Networks blended with the checkpoints of other runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from lineament.errors import ConfigError, DataError
from lineament.training import checkpoint


def network(value: float, width: int = 3) -> nn.Module:
    made = nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width))
    for tensor in made.state_dict().values():
        tensor.fill_(value)
    return made


def written(path: Path, value: float, width: int = 3) -> Path:
    made = network(value, width)
    checkpoint.save(path, made, torch.optim.SGD(made.parameters(), 0.1), 7)
    return path


def test_each_counts_by_its_share_and_counters_stay(tmp_path: Path) -> None:
    own = network(1)
    others = {written(tmp_path / "a.pt", 2): 0.25, written(tmp_path / "b.pt", 5): 0.5}
    checkpoint.blend(own, others)
    state = own.state_dict()
    assert int(state.pop("1.num_batches_tracked")) == 1
    for name, tensor in state.items():
        torch.testing.assert_close(tensor, torch.full_like(tensor, 0.25 + 0.5 + 2.5), msg=name)


def test_shares_of_one_or_more_and_other_networks(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pt", 2)
    with pytest.raises(ConfigError, match=r"add up to 1, expected less than 1"):
        checkpoint.blend(network(1), {path: 0.5, written(tmp_path / "b.pt", 1): 0.5})
    with pytest.raises(DataError, match="is of another network"):
        checkpoint.blend(network(1, width=4), {path: 0.5})
    with pytest.raises(DataError, match="no checkpoint"):
        checkpoint.blend(network(1), {tmp_path / "c.pt": 0.5})
