"""A network of dense layers over one parameter vector, with backpropagation written by hand.

Rows are examples. Layer l computes z = a W + b from the activations a of the layer before (the
first a is the input X) and passes activation(z) on; the last layer's output is the prediction p.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digits.functions import categorical_cross_entropy, shares, sigmoid, sigmoid_slope, softmax

# name: (activation of z, its slope computed from its output)
HIDDEN = {"sigmoid": (sigmoid, sigmoid_slope)}

# name: (activation of z, loss of z and the targets). Each output is paired with the loss that makes
# the error signal at z simply dL/dz = p - target, so no derivative of either is ever written down.
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


# Up to this many multiply-adds OpenBLAS multiplies matrices where they lie. Larger ones it first
# copies into a layout of its own, and for 784 inputs and 16 units that takes longer than the rest.
SMALL_PRODUCT = 1_000_000
FEWEST_ROWS = 32  # worth a block of their own


def times(a: np.ndarray, W: np.ndarray) -> np.ndarray:
    """a @ W, block of rows by block of rows."""
    blocks, rest = in_blocks(a, W.size)
    return np.concatenate([(blocks @ W).reshape(-1, W.shape[1]), rest @ W])


def transposed_times(a: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """a.T @ delta, block of rows by block of rows; as (delta.T @ a).T, which BLAS does faster."""
    size = a.shape[1] * delta.shape[1]
    a_blocks, a_rest = in_blocks(a, size)
    delta_blocks, delta_rest = in_blocks(delta, size)
    products = delta_blocks.transpose(0, 2, 1) @ a_blocks
    return (products.sum(axis=0) + delta_rest.T @ a_rest).T


def in_blocks(a: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, K) as (blocks, rows, K) with rows * size a small product, and the rows left over."""
    rows = SMALL_PRODUCT // size
    if not FEWEST_ROWS <= rows <= len(a):
        return a[np.newaxis], a[:0]
    whole = len(a) // rows * rows
    return a[:whole].reshape(-1, rows, a.shape[1]), a[whole:]


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
        for layer, (W, b) in zip(self.layers, self.views(self.theta), strict=True):
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

    def forward(self, X: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """The input of every layer, X first, and the scores z that the last layer activates.

        uint8 inputs are pixels and become shares of 255. Kept as bytes until here, four times less
        travels from memory, which is what takes the time.
        """
        activations = [shares(X) if X.dtype == np.uint8 else X]
        for layer, (W, b) in zip(self.layers, self.views(self.theta), strict=True):
            z = times(activations[-1], W)
            z += b
            if len(activations) < len(self.layers):
                activations.append(HIDDEN[layer.activation][0](z))
        return activations, z

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) predictions p; with softmax, probabilities."""
        _, z = self.forward(X)
        output, _ = OUTPUTS[self.layers[-1].activation]
        return output(z)

    def loss(self, X: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss summed over the rows of X, and the (N, outputs) predictions."""
        _, z = self.forward(X)
        output, loss = OUTPUTS[self.layers[-1].activation]
        return float(loss(z, targets).sum(dtype=np.float64)), output(z)

    def loss_and_gradient(
        self, X: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Loss, predictions, and the (P,) gradient of the loss with respect to `theta`.

        Loss and gradient are summed over the rows, not averaged, so that those of the slices of a
        batch add up to those of the whole batch.
        """
        activations, z = self.forward(X)
        output, loss = OUTPUTS[self.layers[-1].activation]
        predictions = output(z)
        gradient = np.empty_like(self.theta)
        delta = predictions - targets  # (N, outputs), dL/dz of the last layer
        gradients, parameters = self.views(gradient), self.views(self.theta)
        for layer in reversed(range(len(self.layers))):
            a = activations[layer]
            dW, db = gradients[layer]
            dW[:] = transposed_times(a, delta)
            db[:] = delta.sum(axis=0)
            if layer > 0:
                W, _ = parameters[layer]
                slope = HIDDEN[self.layers[layer - 1].activation][1]
                delta = (delta @ W.T) * slope(a)  # dL/dz one layer down
        return float(loss(z, targets).sum(dtype=np.float64)), predictions, gradient

    def summary(self) -> str:
        """A table of the layers, their shapes and their numbers of parameters."""
        rows = [("layer", "shape", "activation", "parameters")]
        for number, (layer, (W, b)) in enumerate(
            zip(self.layers, self.views(self.theta), strict=True), start=1
        ):
            shape = f"{W.shape[0]} x {W.shape[1]} + {b.size}"
            rows.append((str(number), shape, layer.activation, f"{W.size + b.size:,}"))
        rows.append(("total", "", "", f"{self.theta.size:,}"))
        return "\n".join(f"{a:<7}{b:<16}{c:<12}{d:>10}" for a, b, c, d in rows)

    def __repr__(self) -> str:
        return " - ".join(
            [str(self.inputs), *(f"{layer.activation} {layer.units}" for layer in self.layers)]
        )
