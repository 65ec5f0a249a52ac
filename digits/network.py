"""A network of dense layers over one parameter vector, with backpropagation written by hand.

Rows are examples. Layer l computes z = a W + b from the activations a of the layer before (the
first a is the input X) and passes activation(z) on; the last layer's output is the prediction p.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digits import metrics
from digits.batch import ALL, Columns, pieces
from digits.errors import InputError
from digits.layers import HIDDEN, Dense, check_layers
from digits.outputs import OUTPUTS
from digits.parallel import in_turns
from digits.products import times, transposed_times, workspace


class Network:
    """Dense layers whose weights and biases are all views into one vector `theta`.

    Attributes:
        inputs: number of input columns.
        layers: the `Dense` layers, the last of which is the output.
        output: what the last layer's activation makes of it, one of `OUTPUTS`.
        theta: (P,) every parameter, layer by layer, W before b.
        parameters: (W, b) of each layer, views of `theta`.

    Raises:
        InputError: a layer is none; the sentence says which and what was expected.
    """

    def __init__(
        self,
        inputs: int,
        layers: Sequence[Dense],
        rng: np.random.Generator,
        dtype: type = np.float32,
    ) -> None:
        check_layers(inputs, layers)
        self.inputs = inputs
        self.layers = tuple(layers)
        *hidden, last = self.layers
        self.output = OUTPUTS[last.activation]
        self.activations = [*(HIDDEN[layer.activation].function for layer in hidden),
                            self.output.activation]  # fmt: skip
        self.slopes = [HIDDEN[layer.activation].slope for layer in hidden]
        self.shapes = list(pairwise([inputs, *(layer.units for layer in layers)]))
        self.theta = np.zeros(sum(rows * units + units for rows, units in self.shapes), dtype)
        self.parameters = self.views(self.theta)
        for layer, (W, b) in zip(self.layers, self.parameters, strict=True):
            layer.fill(rng, W, b)

    def views(self, vector: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cut a (P,) vector, `theta` or a gradient, into its (W, b) per layer without copying."""
        pairs, start = [], 0
        for rows, units in self.shapes:
            W_end = start + rows * units
            W = vector[start:W_end].reshape(rows, units)
            pairs.append((W, vector[W_end : W_end + units]))
            start = W_end + units
        return pairs

    def forward(self, X: np.ndarray, columns: Columns = ALL) -> tuple[list[np.ndarray], np.ndarray]:
        """X as floats and what every layer makes of it, p last; and the z that p was made from.

        X may leave out inputs that are 0 in all its rows; `columns` tells which inputs it has.
        uint8 inputs are pixels and mean shares of 255; the weights, being fewer, take the division.
        The floats of X are good until this thread calls again.
        """
        values = [workspace.as_floats(X, self.theta.dtype)]
        for activation, (W, b) in zip(self.activations, self.parameters, strict=True):
            if len(values) == 1:
                W = W[columns] * unit(X)
                expect_columns(X, len(W))
            z = times(values[-1], W)
            z += b
            values.append(activation(z))
        return values, z

    def loss(
        self, X: np.ndarray, targets: np.ndarray, columns: Columns = ALL
    ) -> tuple[float, np.ndarray]:
        """Loss summed over the rows of X, and the (N, outputs) predictions."""
        (*_, p), z = self.forward(X, columns)
        return self.sum_of_losses(z, targets), p

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
        (*activations, p), z = self.forward(X, columns)
        loss = self.sum_of_losses(z, targets)
        delta = p - targets  # (N, outputs), dL/dz of the last layer
        for layer in reversed(range(1, len(self.layers))):
            a, (W, _), (dW, db) = activations[layer], self.parameters[layer], gradients[layer]
            dW[:] = transposed_times(a, delta)
            db[:] = delta.sum(axis=0)
            delta = times(delta, W.T)
            delta *= self.slopes[layer - 1](a)  # dL/dz one layer down
        dW, db = gradients[0]
        dW[columns] = transposed_times(activations[0], delta) * unit(X)
        db[:] = delta.sum(axis=0)
        return loss, p, gradient

    def sum_of_losses(self, z: np.ndarray, targets: np.ndarray) -> float:
        if targets.shape != z.shape:
            raise InputError(
                f"targets are {targets.shape}, but layer {len(self.layers)} gives {z.shape}"
            )
        return float(self.output.loss(z, targets).sum(dtype=np.float64))

    def examples(self, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """X and y as training takes them: (N, inputs) numbers, (N, outputs) targets.

        Args:
            X: (N, inputs).
            y: (N,) integer labels from 0 for a softmax; (N,) zeros and ones for a sigmoid and
                numbers for a linear output, or (N, outputs) where there are several.

        Raises:
            InputError: shapes do not fit, or something is not a finite number; it says where.
        """
        X, y = self.inputs_of(X), np.asarray(y)
        if y.shape[:1] != X.shape[:1]:
            raise InputError(f"X is {X.shape} but y is {y.shape}, expected one y for each row of X")
        if not len(X):
            raise InputError("X has no rows, expected at least one to learn from or to compare")
        return X, self.output.targets(y, self.layers[-1].units).astype(self.theta.dtype, copy=False)

    def inputs_of(self, X: np.ndarray) -> np.ndarray:
        """X itself, if it is (N, inputs) finite numbers."""
        X = np.asarray(X)
        expect_columns(X, self.inputs)
        for rows in pieces(len(X)) if X.dtype.kind == "f" else ():
            if not (finite := np.isfinite(X[rows])).all():
                row, column = np.argwhere(~finite)[0] + (rows.start, 0)
                raise InputError(
                    f"X[{row}, {column}] is {X[row, column]}, but layer 1 expects finite numbers"
                )
        return X

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) p of the last layer.

        Raises:
            InputError: X has another shape, or holds what is not a finite number.
        """
        X = self.inputs_of(X)
        return np.concatenate(in_turns(lambda rows: self.forward(X[rows])[0][-1], pieces(len(X))))

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) probabilities; with a single sigmoid, of class 1."""
        if self.output.right is None:
            raise InputError(f"{self!r} predicts numbers, expected a softmax or sigmoid output")
        return self.outputs(X)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> y as training takes it: the likeliest label, or the number."""
        return self.output.decide(self.outputs(X))

    def score(self, X: np.ndarray, y: np.ndarray) -> float:
        """Share of the rows predicted right; for a linear output, R² (scikit-learn's scores)."""
        self.examples(X, y)
        score = metrics.r2 if self.output.right is None else metrics.accuracy
        return score(np.asarray(y), self.predict(X))

    def summary(self) -> str:
        """A table of the layers, their shapes and their numbers of parameters."""
        rows = [("layer", "activation", "weights", "biases", "output", "parameters")]
        for number, (layer, (W, b)) in enumerate(
            zip(self.layers, self.parameters, strict=True), start=1
        ):
            rows.append(
                (str(number), layer.activation, f"{W.shape[0]} x {W.shape[1]}", str(b.size),
                 f"(N, {b.size})", f"{W.size + b.size:,}")
            )  # fmt: skip
        rows.append(("total", "", "", "", "", f"{self.theta.size:,}"))
        return "\n".join(f"{a:<8}{b:<13}{c:<12}{d:<9}{e:<11}{f:>10}" for a, b, c, d, e, f in rows)

    def __repr__(self) -> str:
        return " - ".join(
            [str(self.inputs), *(f"{layer.activation} {layer.units}" for layer in self.layers)]
        )


def unit(X: np.ndarray) -> float:
    """What an input of 1 means: bytes are shares of 255."""
    return 1 / 255 if X.dtype == np.uint8 else 1.0


def expect_columns(X: np.ndarray, columns: int) -> None:
    """Refuse what layer 1 cannot multiply."""
    if X.ndim != 2 or X.shape[1] != columns or X.dtype.kind not in "biuf":
        raise InputError(f"X is {X.shape} {X.dtype}, but layer 1 expects (N, {columns}) numbers")
