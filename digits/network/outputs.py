"""What a network can be asked for: one of several classes, yes or no, or numbers.

Each output is an activation paired with the loss that makes the error signal at z, whatever the
output, dL/dz = p - target. So no derivative of either is ever written down.

    y        what people have: labels, or numbers       (N,), or (N, units) of several yes-or-noes
    targets  the same as the network compares it with p (N, units) floats
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from digits.errors import InputError
from digits.network.functions import (
    binary_cross_entropy,
    categorical_cross_entropy,
    half_squared_error,
    linear,
    one_hot,
    sigmoid,
    softmax,
)

Array = np.ndarray


class Output(NamedTuple):
    """One kind of output.

    Attributes:
        activation: (N, units) z -> (N, units) p.
        loss: z and targets -> (N,) losses.
        targets: y, units and dtype -> (N, units) targets.
        decide: p -> the likeliest y.
        correct: p and targets -> (N,) bool, whether the likeliest y is the true one; None where p
            are not probabilities but numbers, which are never quite correct.
    """

    activation: Callable[[Array], Array]
    loss: Callable[[Array, Array], Array]
    targets: Callable[[Array, int, np.dtype], Array]
    decide: Callable[[Array], Array]
    correct: Callable[[Array, Array], Array] | None


def class_targets(y: Array, units: int, dtype: np.dtype) -> Array:
    if y.dtype.kind not in "iu" or y.ndim != 1:
        raise InputError(
            f"y is {y.shape} {y.dtype}, expected {(len(y),)} integer labels 0 to {units - 1}"
        )
    expect_all((y >= 0) & (y < units), y, f"a label from 0 to {units - 1}")
    return one_hot(y, units, dtype)


def class_of(p: Array) -> Array:
    labels: Array = p.argmax(axis=1)
    return labels


def class_is_correct(p: Array, targets: Array) -> Array:
    # Whether argmax agrees, in a tenth of the time of two: p lies unit by unit, and argmax goes row
    # by row. That is 3 % of an epoch on an Intel Xeon whose cores have 2 MB of cache each. Of
    # equals, both take the first.
    first = np.arange(p.shape[1], 0, -1, dtype=p.dtype)
    likeliest = (p == p.max(axis=1, keepdims=True)) * first
    agree: Array = likeliest.max(axis=1) == (targets * first).max(axis=1)
    return agree


def yes_or_no_targets(y: Array, units: int, dtype: np.dtype) -> Array:
    expect_numbers(y, units)
    expect_all((y == 0) | (y == 1), y, "0 or 1")
    return y.reshape(len(y), units).astype(dtype)


def yes_or_no_of(p: Array) -> Array:
    return flat(p >= 0.5).astype(np.int64)


def yes_or_no_is_correct(p: Array, targets: Array) -> Array:
    agree: Array = ((p >= 0.5) == (targets >= 0.5)).all(axis=1)
    return agree


def number_targets(y: Array, units: int, dtype: np.dtype) -> Array:
    expect_numbers(y, units)
    expect_all(abs(y.astype(float)) <= np.finfo(dtype).max, y, f"a finite {dtype} number")
    return y.reshape(len(y), units).astype(dtype)


def flat(p: Array) -> Array:
    """(N, 1) -> (N,); more columns as they are."""
    return p[:, 0] if p.shape[1] == 1 else p


OUTPUTS = {
    "softmax": Output(
        softmax, categorical_cross_entropy, class_targets, class_of, class_is_correct
    ),
    "sigmoid": Output(
        sigmoid, binary_cross_entropy, yes_or_no_targets, yes_or_no_of, yes_or_no_is_correct
    ),
    "linear": Output(linear, half_squared_error, number_targets, flat, None),
}


def expect_numbers(y: Array, units: int) -> None:
    shape = (len(y),) if units == 1 else (len(y), units)
    if y.dtype.kind not in "biuf" or y.shape != shape:
        raise InputError(f"y is {y.shape} {y.dtype}, expected {shape} numbers")


def expect_all(good: Array, y: Array, expected: str) -> None:
    if not good.all():
        place = np.argwhere(~good)[0].tolist()
        raise InputError(f"y{place} is {y[tuple(place)]}, expected {expected}")
