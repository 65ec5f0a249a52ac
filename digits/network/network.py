"""A network of dense layers over one parameter vector, with backpropagation written by hand.

Rows are examples. Layer l computes z = a W + b from the activations a of the layer before (the
first a is the input X) and passes activation(z) on; the last layer's output is the prediction p.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from digits.errors import InputError
from digits.network import metrics
from digits.network.layers import (
    HIDDEN,
    Dense,
    checked,
    described,
    parameter_count,
    shapes_of,
    summary,
)
from digits.network.outputs import OUTPUTS
from digits.network.products import times, transposed_times, workspace
from digits.network.rows import ALL, SLICE_ROWS, Columns, RowsHere, laid_out, quiet
from digits.parallel import row_slices, thread_map


class Network:
    """Dense layers whose weights and biases are all views into one vector `theta`.

    Attributes:
        inputs: number of input columns.
        layers: the `Dense` layers, the last of which is the output.
        output: the `Output` that the last layer's activation names.
        theta: (P,) every parameter, layer by layer, W before b.
        input_scale: what X is multiplied by, 1/255 for pixels that are kept as bytes. The weights
            of the first layer, being fewer than the pixels, take the factor.

    Raises:
        InputError: a layer cannot be; the sentence says which and what was expected.
    """

    def __init__(
        self,
        inputs: int,
        layers: Iterable[Dense],
        rng: np.random.Generator,
        dtype: type = np.float32,
        input_scale: float = 1.0,
    ) -> None:
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise InputError(f"dtype is {np.dtype(dtype)}, expected float32 or float64")
        self.inputs, self.input_scale = inputs, input_scale
        self.layers = checked(inputs, layers)
        *hidden, last = self.layers
        self.output = OUTPUTS[last.activation]
        self.activations = [*(HIDDEN[layer.activation].function for layer in hidden),
                            self.output.activation]  # fmt: skip
        self.slopes = [HIDDEN[layer.activation].slope for layer in hidden]
        self.shapes = shapes_of(inputs, self.layers)
        self.theta: np.ndarray = np.zeros(parameter_count(inputs, self.layers), dtype)
        for layer, (W, b) in zip(self.layers, self.parameters, strict=True):
            layer.initialize(rng, W, b)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle, with `theta` copied from wherever it lay in a message.

        At an odd address NumPy would multiply it in another order, and round otherwise.
        """
        self.__dict__ |= state
        self.theta = self.theta.copy()

    @property
    def parameters(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(W, b) of each layer, views of `theta`."""
        return self.views(self.theta)

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
        The floats of X are good until this thread calls again.
        """
        values = [workspace.as_floats(X, self.theta.dtype)]
        for activation, (W, b) in zip(self.activations, self.parameters, strict=True):
            if len(values) == 1:
                W = W[columns] * self.input_scale
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
        parameters, gradients = self.parameters, self.views(gradient)
        (*activations, p), z = self.forward(X, columns)
        loss = self.sum_of_losses(z, targets)
        delta = p - targets  # (N, outputs), dL/dz of the last layer
        for layer in reversed(range(1, len(self.layers))):
            a, (W, _), (dW, db) = activations[layer], parameters[layer], gradients[layer]
            dW[:] = transposed_times(a, delta)
            db[:] = delta.sum(axis=0)
            delta = times(delta, W.T)
            delta *= self.slopes[layer - 1](a)  # dL/dz one layer down
        dW, db = gradients[0]
        dW[columns] = transposed_times(activations[0], delta) * self.input_scale
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
        X, y = self.inputs_of(X), as_array(y, "y")
        if y.shape[:1] != X.shape[:1]:
            raise InputError(f"X is {X.shape} but y is {y.shape}, expected one y for each row of X")
        if not len(X):
            raise InputError("X has no rows, expected at least one to learn from or to compare")
        return X, self.output.targets(y, self.layers[-1].units, self.theta.dtype)

    def rows(self, X: np.ndarray, y: np.ndarray) -> RowsHere:
        """X and y, as `examples` takes them, laid out to be learned from, or compared with."""
        return RowsHere([laid_out(*self.examples(X, y))], self.inputs)

    def inputs_of(self, X: np.ndarray) -> np.ndarray:
        """X as an array, if it is (N, inputs) finite numbers."""
        X = as_array(X, "X")
        expect_columns(X, self.inputs)
        dtype = self.theta.dtype
        for rows in row_slices(len(X), SLICE_ROWS) if X.dtype.kind == "f" else ():
            if not (finite := abs(X[rows]) <= np.finfo(dtype).max).all():
                row, column = np.argwhere(~finite)[0] + (rows.start, 0)
                raise InputError(
                    f"X[{row}, {column}] is {X[row, column]},"
                    f" but layer 1 expects finite {dtype} numbers"
                )
        return X

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) p of the last layer.

        Raises:
            InputError: X has another shape, something in it is not a finite number, or numbers
                overflow on the way.
        """
        X = self.inputs_of(X)

        def of_rows(rows: slice) -> np.ndarray:
            with quiet():
                return self.forward(X[rows])[0][-1]

        p = np.concatenate(thread_map(of_rows, row_slices(len(X), SLICE_ROWS)))
        if not np.isfinite(p).all():
            raise InputError(
                f"the outputs of layer {len(self.layers)} are not finite,"
                " expected smaller inputs or parameters"
            )
        return p

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> (N, outputs) probabilities; with a single sigmoid, of class 1."""
        if self.output.correct is None:
            raise InputError(f"{self!r} predicts numbers, expected a softmax or sigmoid output")
        return self.outputs(X)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N, inputs) examples -> y as training takes it: the likeliest label, or the number."""
        return self.output.decide(self.outputs(X))

    def score(self, X: np.ndarray, y: np.ndarray) -> float:
        """Share of the rows predicted correctly; for a linear output, R² (as in scikit-learn)."""
        self.examples(X, y)
        score = metrics.r2 if self.output.correct is None else metrics.accuracy
        return score(y, self.predict(X))

    def summary(self) -> str:
        """A table of the layers, their shapes and their numbers of parameters."""
        return summary(self.inputs, self.layers)

    def __repr__(self) -> str:
        return described(self.inputs, self.layers)


def as_array(values: object, name: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError(f"{name} has rows of several lengths, expected one length") from None


def expect_columns(X: np.ndarray, columns: int) -> None:
    """Refuse what layer 1 cannot multiply."""
    if X.ndim != 2 or X.shape[1] != columns or X.dtype.kind not in "biuf":
        raise InputError(f"X is {X.shape} {X.dtype}, but layer 1 expects (N, {columns}) numbers")
