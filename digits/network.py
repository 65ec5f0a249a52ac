"""A network of dense layers over one parameter vector, with backpropagation written by hand.

Rows are examples. Layer l computes z = a W + b from the activations a of the layer before (the
first a is the input X) and passes activation(z) on; the last layer's output is the prediction p.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digits.batch import pieces
from digits.functions import categorical_cross_entropy, sigmoid, sigmoid_slope, softmax
from digits.parallel import in_turns
from digits.products import times, transposed_times, workspace

# name: (activation of z, its slope computed from its output)
HIDDEN = {"sigmoid": (sigmoid, sigmoid_slope)}

# name: (activation p of z, loss of p and the targets). Each output is paired with the loss that
# makes the error signal at z simply dL/dz = p - target, so no derivative of either is written down.
OUTPUTS = {"softmax": (softmax, categorical_cross_entropy)}


def glorot(rng: np.random.Generator, W: np.ndarray, b: np.ndarray) -> None:
    """Fill W with uniform numbers of variance 2 / (inputs + outputs), b with zeros.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010, equation 16: signals keep their size forwards and backwards.
    """
    limit = np.sqrt(6 / sum(W.shape))
    W[:] = rng.uniform(-limit, limit, W.shape)
    b[:] = 0


def uniform(rng: np.random.Generator, W: np.ndarray, b: np.ndarray) -> None:
    """Fill W and b with uniform numbers in [-0.5, 0.5), as many tutorials do."""
    W[:] = rng.random(W.shape) - 0.5
    b[:] = rng.random(b.shape) - 0.5


INITIALS = {"glorot": glorot, "uniform": uniform}


Columns = slice | np.ndarray
ALL = slice(None)


def unit(X: np.ndarray) -> float:
    """What an input of 1 means: bytes are shares of 255."""
    return 1 / 255 if X.dtype == np.uint8 else 1.0


class Dense(NamedTuple):
    """One layer: how many units, what they apply to z, and how its parameters start."""

    units: int
    activation: str
    initial: str = "glorot"


class Network:
    """Dense layers whose weights and biases are all views into one vector `theta`.

    Attributes:
        inputs: number of input columns.
        layers: the `Dense` layers, the last of which is the output.
        theta: (P,) every parameter, layer by layer, W before b.
    """

    def __init__(
        self,
        inputs: int,
        layers: Sequence[Dense],
        rng: np.random.Generator,
        dtype: type = np.float32,
    ) -> None:
        self.inputs = inputs
        self.layers = tuple(layers)
        widths = [inputs, *(layer.units for layer in layers)]
        self.shapes = list(pairwise(widths))
        self.theta = np.zeros(sum(rows * units + units for rows, units in self.shapes), dtype)
        self.parameters = self.views(self.theta)
        for layer, (W, b) in zip(self.layers, self.parameters, strict=True):
            INITIALS[layer.initial](rng, W, b)

    def views(self, vector: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cut a (P,) vector, `theta` or a gradient, into its (W, b) per layer without copying."""
        pairs, start = [], 0
        for rows, units in self.shapes:
            W_end = start + rows * units
            W = vector[start:W_end].reshape(rows, units)
            pairs.append((W, vector[W_end : W_end + units]))
            start = W_end + units
        return pairs

    def forward(self, X: np.ndarray, columns: Columns = ALL) -> list[np.ndarray]:
        """The input of every layer, X as floats first, and last the predictions p.

        X may leave out inputs that are 0 in all its rows; `columns` tells which inputs it has.
        uint8 inputs are pixels and mean shares of 255; the weights, being fewer, take the division.
        The floats of X are good until this thread calls again.
        """
        values = [workspace.as_floats(X, self.theta.dtype)]
        for layer, (W, b) in zip(self.layers, self.parameters, strict=True):
            if len(values) == 1:
                W = W[columns] * unit(X)
            z = times(values[-1], W)
            z += b
            activation, _ = (HIDDEN | OUTPUTS)[layer.activation]
            values.append(activation(z))
        return values

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) predictions p; with softmax, probabilities."""
        return np.concatenate(in_turns(lambda rows: self.forward(X[rows])[-1], pieces(len(X))))

    def loss(
        self, X: np.ndarray, targets: np.ndarray, columns: Columns = ALL
    ) -> tuple[float, np.ndarray]:
        """Loss summed over the rows of X, and the (N, outputs) predictions."""
        p = self.forward(X, columns)[-1]
        return self.sum_of_losses(p, targets), p

    def loss_and_gradient(
        self, X: np.ndarray, targets: np.ndarray, columns: Columns = ALL
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Loss, predictions, and the (P,) gradient of the loss with respect to `theta`.

        Loss and gradient are summed over the rows, not averaged, so that those of the slices of a
        batch add up to those of the whole batch.

        Args:
            X: (N, k) inputs, some of which may be left out, as for `forward`.
            targets: (N, outputs).
            columns: (k,) which inputs X has.
        """
        gradient = np.zeros_like(self.theta)
        gradients = self.views(gradient)
        *activations, p = self.forward(X, columns)
        delta = p - targets  # (N, outputs), dL/dz of the last layer
        for layer in reversed(range(1, len(self.layers))):
            a, (W, _), (dW, db) = activations[layer], self.parameters[layer], gradients[layer]
            dW[:] = transposed_times(a, delta)
            db[:] = delta.sum(axis=0)
            _, slope = HIDDEN[self.layers[layer - 1].activation]
            delta = times(delta, W.T)
            delta *= slope(a)  # dL/dz one layer down
        dW, db = gradients[0]
        dW[columns] = transposed_times(activations[0], delta) * unit(X)
        db[:] = delta.sum(axis=0)
        return self.sum_of_losses(p, targets), p, gradient

    def sum_of_losses(self, p: np.ndarray, targets: np.ndarray) -> float:
        _, loss = OUTPUTS[self.layers[-1].activation]
        return float(loss(p, targets).sum(dtype=np.float64))

    def summary(self) -> str:
        """A table of the layers, their shapes and their numbers of parameters."""
        rows = [("layer", "shape", "activation", "parameters")]
        for number, (layer, (W, b)) in enumerate(
            zip(self.layers, self.parameters, strict=True), start=1
        ):
            shape = f"{W.shape[0]} x {W.shape[1]} + {b.size}"
            rows.append((str(number), shape, layer.activation, f"{W.size + b.size:,}"))
        rows.append(("total", "", "", f"{self.theta.size:,}"))
        return "\n".join(f"{a:<7}{b:<16}{c:<12}{d:>10}" for a, b, c, d in rows)

    def __repr__(self) -> str:
        return " - ".join(
            [str(self.inputs), *(f"{layer.activation} {layer.units}" for layer in self.layers)]
        )
