"""Where a log keeps the gradient norm, the update ratio and the loss scale, by the names that tools give them."""

from __future__ import annotations

import re

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training

GRADIENT_NORM = ("gradient_norm", "grad_norm", "global_norm", "grad_2_0_norm_total", "total_grad_norm")
"""Ours; Hugging Face `Trainer`; many training loops; Lightning's `grad_norm` utility."""

UPDATE_RATIO = (
    "update_ratio", "update_to_weight", "update_to_weight_ratio", "update_weight_ratio", "update_to_data",
    "update_to_data_ratio", "update_param_ratio", "update_to_param_ratio",
)  # fmt: skip
"""Ours; the names of CS231n ("ratio of weights:updates") and of the loops that follow it."""

LOSS_SCALE = ("loss_scale", "lossscale", "grad_scale", "gradient_scale", "amp_scale", "grad_scaler", "dynamic_scale")
"""Keras (`LossScaleOptimizer.dynamic_scale`), DeepSpeed and Apex, fairseq, PyTorch's `GradScaler`."""

_ALONE: dict[tuple[str, ...], tuple[str, ...]] = {LOSS_SCALE: ("scale",)}
"""Names that mean it only when nothing else is in the name."""


def logged(training: Training, names: tuple[str, ...]) -> Curve | None:
    """The curve of one of the quantities above; None where it was not logged, or has no point.

    Spelling does not matter (`train/Loss-Scale`), and words before the name do not.

    Args:
        names: `GRADIENT_NORM`, `UPDATE_RATIO` or `LOSS_SCALE`; an earlier name wins over a later one.

    Example:
        >>> import numpy as np
        >>> curve = Curve("optim/grad_scale", np.array([1]), np.array([65536.0]))
        >>> logged(Training("run", {curve.name: curve}, "step", None, "log.csv"), LOSS_SCALE).last
        65536.0
    """
    keys = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in reversed(list(training.curves))}
    for name in names:
        for key, spelling in keys.items():
            if (key == name or key.endswith(f"_{name}")) and len(training.curves[spelling]):
                return training.curves[spelling]
    for name in _ALONE.get(names, ()):
        if name in keys and len(training.curves[keys[name]]):
            return training.curves[keys[name]]
    return None
