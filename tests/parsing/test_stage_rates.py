"""Each part of STN-iCNN learns at its own rate where a stage learns end to end."""

import numpy as np
import torch
from made_up_faces import PARTS_9, made_up_faces

from lineament.parsing.criterion import part_criterion
from lineament.parsing.networks import build_parser
from lineament.parsing.stage import ParsingStage
from lineament.training.loop import fit


class MadeUpBatches:
    def batch(self, iteration, *_):
        return made_up_faces(2, 64, seed=iteration)


def test_a_part_moves_as_far_as_its_rate_says(tmp_path):
    torch.manual_seed(0)
    network = build_parser("stn_icnn", PARTS_9, canvas=64, coarse_size=32, patch=17, width=2)
    stage = ParsingStage.model_validate(
        {
            "name": "end_to_end",
            "learns": "end_to_end",
            "batch": 2,
            "iterations": 1,
            "optimiser": {
                "kind": "adamw",
                "learning_rate": 1e-3,
                "final_learning_rate": 1e-3,
                "weight_decay": 0.0,
            },
            # Beside the patches, whose gradient is tiny in the coarse net of an untrained network.
            "loss": {"coarse_beside": 1.0},
            "rates": {"coarse": 0.01, "localisation": 0, "fine": 0.5},
        }
    )
    stage.teach(network)
    before = {name: tensor.clone() for name, tensor in network.named_parameters()}
    criterion = part_criterion(network, "end_to_end", stage.loss)
    factors = stage.factors(network)
    assert factors == {"coarse": 0.01, "fine": 0.5}
    fit(stage, network, criterion, MadeUpBatches(), lambda _: {}, tmp_path, factors=factors)
    moved = {
        child: max(
            float((tensor - before[name]).detach().abs().max())
            for name, tensor in network.named_parameters()
            if name.startswith(f"{child}.")
        )
        for child in ("coarse", "localisation", "fine")
    }
    # Adam's first step is the rate itself, whatever the gradient, as long as that is not tiny.
    np.testing.assert_allclose(moved["fine"], 5e-4, rtol=0.05)
    np.testing.assert_allclose(moved["coarse"], 1e-5, rtol=0.15)
    assert moved["localisation"] == 0
