"""AdamW that moves only the rows of a parameter that took part in a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class RowAdamW(torch.optim.AdamW):
    """AdamW (Loshchilov and Hutter, ICLR 2019), by rows where a gradient is sparse.

    A parameter with a dense gradient is treated as by `torch.optim.AdamW`. Of one with a sparse
    gradient, such as the centres of `PartialFC` with a sample rate below 1, only the rows of the
    gradient move: moments, weight decay and the correction of young moments go by each row's own
    steps, so that a row fares as if the steps without it had not been. Its state is AdamW's
    and `steps` (rows,), so that a run may go on from dense to sparse gradients and back.

    AMSGrad and maximising are refused for sparse gradients (ValueError).
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; `closure` as in PyTorch."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        sparse = [
            (group, parameter, parameter.grad)
            for group in self.param_groups
            for parameter in group["params"]
            if parameter.grad is not None and parameter.grad.is_sparse
        ]
        for _, parameter, _ in sparse:
            parameter.grad = None
        try:
            super().step()
        finally:
            for _, parameter, gradient in sparse:
                parameter.grad = gradient
        for group, parameter, gradient in sparse:
            self._step_rows(group, parameter, gradient.coalesce())
        return loss

    def _step_rows(self, group: dict[str, Any], parameter: Tensor, gradient: Tensor) -> None:
        if group["amsgrad"] or group["maximize"]:
            raise ValueError("rows alone can neither use AMSGrad nor maximise; switch these off")
        state = self.state[parameter]
        if not state:
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
            state["step"] = torch.zeros(())
        if "steps" not in state:
            # The parameter had dense gradients so far.
            state["steps"] = parameter.new_full((len(parameter),), float(state["step"]))
        state["step"] += 1
        rows, values = gradient.indices()[0], gradient.values()
        first, second = group["betas"]
        steps = state["steps"][rows] + 1
        mean = state["exp_avg"][rows].lerp_(values, 1 - first)
        square = state["exp_avg_sq"][rows].mul_(second).addcmul_(values, values, value=1 - second)
        state["steps"][rows], state["exp_avg"][rows], state["exp_avg_sq"][rows] = (
            steps,
            mean,
            square,
        )
        shape = (-1, *(1,) * (parameter.dim() - 1))
        mean = mean / (1 - first**steps).view(shape)
        square = square / (1 - second**steps).view(shape)
        kept = parameter[rows] * (1 - group["lr"] * group["weight_decay"])
        parameter[rows] = kept - group["lr"] * mean / (square.sqrt() + group["eps"])
