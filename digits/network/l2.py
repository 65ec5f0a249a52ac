"""L2: half the sum of the squared weights, times a strength, is added to what is minimised.

Weights that bring nothing shrink away. Biases, and the losses that are reported, stay without it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from digits.network.centring import Centred
from digits.network.network import Network
from digits.network.optimizers import Optimizer


def is_l2(l2: Any, layers: int) -> bool:
    """Whether that is a strength, or one for each layer."""
    given = np.asarray(l2)
    fits = given.shape in ((), (layers,)) and given.dtype.kind in "iuf"
    return fits and bool(np.all(given >= 0))


def strengths(l2: float | Sequence[float], optimizer: Optimizer) -> np.ndarray:
    """L2 of the network's weights, one for all layers or one for each.

    Weights V in centred coordinates are W / scale, so l2/2 sum(V^2) is l2/(2 scale^2) sum(W^2).
    """
    scales = optimizer.scales if isinstance(optimizer, Centred) else 1.0
    there: np.ndarray = np.asarray(l2) / np.square(scales)
    return there


def add_l2(network: Network, gradient: np.ndarray, l2: np.ndarray) -> float:
    """Add the slope of l2/2 sum(W^2) to `gradient` in place, layer by layer; that sum itself."""
    layers = np.broadcast_to(l2, len(network.layers))
    pairs = zip(network.views(gradient), network.parameters, layers, strict=True)
    penalty = 0.0
    for (dW, _), (W, _), strength in pairs:
        dW += strength * W
        penalty += 0.5 * float(strength * np.square(W).sum(dtype=np.float64))
    return penalty
