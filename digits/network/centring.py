"""Step as if every layer's inputs were centred on zero, without changing the network.

Descent is slow where inputs are all positive: all weights of a unit are then pushed up or down
together, and the loss becomes a long narrow valley. Pixels and sigmoids, both 0 to 1, are like
that. A layer with inputs a can as well be written with centred inputs and parameters V, c:

    z = a W + b = ((a - mean) scale) V + c     where  W = scale V,  b = c - (scale mean) V

Same function, other coordinates, and in these the valley is wide (LeCun et al., "Efficient
BackProp", 1998, section 4.3; Schraudolph, "Centering neural network gradient factors", 1998). By
the chain rule the gradient there follows from the gradient here,

    dL/dV = scale dL/dW - (scale mean) dL/db       dL/dc = dL/db

so an optimizer can take its step in V and c, and the step is carried back to W and b. What L2
pulls on is V as well (`digits.network.l2`).
"""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from digits.network.layers import HIDDEN
from digits.network.network import Network
from digits.network.optimizers import Optimizer
from digits.network.rows import Rows, Slice


class Centred:
    """An optimizer that steps in centred coordinates, by way of another optimizer.

    Args:
        optimizer: takes the steps; any whose step does not depend on where `theta` is.
        network: tells where weights and biases lie in `theta`.
        means: for each layer, the mean of its inputs, a number or (inputs,).
        scales: for each layer, what centred inputs are multiplied by.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        network: Network,
        means: Sequence[np.ndarray | float],
        scales: Sequence[float],
    ) -> None:
        self.optimizer = optimizer
        self.network = network
        # (inputs, 1) columns scale * mean, so that they go with rows of W
        self.shifts = [
            np.reshape(scale * np.asarray(mean, network.theta.dtype), (-1, 1))
            for mean, scale in zip(means, scales, strict=True)
        ]
        self.scales = scales
        self.state = optimizer.state

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float = math.nan) -> None:
        """Change `theta` in place by the step that the optimizer takes in centred coordinates."""
        change = np.zeros_like(theta)
        self.optimizer.step(change, self.gradient_there(gradient), loss)
        theta += self.change_here(change)

    def gradient_there(self, gradient: np.ndarray) -> np.ndarray:
        """(P,) gradient with respect to W and b -> (P,) gradient with respect to V and c."""
        there = gradient.copy()
        layers = zip(self.network.views(there), self.shifts, self.scales, strict=True)
        for (dV, dc), shift, scale in layers:
            dV *= scale
            dV -= shift * dc
        return there

    def change_here(self, change: np.ndarray) -> np.ndarray:
        """(P,) change of V and c -> (P,) change of W and b."""
        here = change.copy()
        layers = zip(self.network.views(here), self.shifts, self.scales, strict=True)
        for (V, c), shift, scale in layers:
            c -= (shift * V).sum(axis=0)
            V *= scale
        return here


def centred(optimizer: Optimizer, network: Network, rows: Rows) -> Centred:
    """The optimizer, stepping as if the inputs and all activations were centred.

    Inputs by the mean of each column, activations by their `centre` in `digits.network.layers`.

    Args:
        optimizer: as for `Centred`.
        network: whose parameters it will step on.
        rows: as `train` is given them.
    """
    (sums,) = rows.total(partial(column_sums, network.inputs))
    inputs = (network.input_scale * sums / rows.count, 1.0)
    hidden = [HIDDEN[layer.activation].centre for layer in network.layers[:-1]]
    means, scales = zip(inputs, *hidden, strict=True)
    return Centred(optimizer, network, means, scales)


def column_sums(inputs: int, part: Slice) -> tuple[np.ndarray]:
    """(inputs,) sums of the columns of a slice."""
    sums = np.zeros(inputs)
    sums[part.columns] = part.X.sum(axis=0, dtype=np.float64)
    return (sums,)
