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
from digits.functions import (
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
        targets: y and units -> (N, units) targets.
        decide: p -> y, the likeliest.
        right: p and targets -> (N,) bool, whether that is the true one; None where p are numbers,
            which are never quite right, and not probabilities.
    """

    activation: Callable[[Array], Array]
    loss: Callable[[Array, Array], Array]
    targets: Callable[[Array, int], Array]
    decide: Callable[[Array], Array]
    right: Callable[[Array, Array], Array] | None


def class_targets(y: Array, units: int) -> Array:
    expect_shape(y, (len(y),))
    if y.dtype.kind not in "iu":
        raise InputError(f"y is {y.dtype}, expected integer labels 0 to {units - 1}")
    expect_all((y >= 0) & (y < units), y, f"a label from 0 to {units - 1}")
    return one_hot(y, units)


def class_of(p: Array) -> Array:
    return p.argmax(axis=1)


def class_is_right(p: Array, targets: Array) -> Array:
    return (p * targets).sum(axis=1) == p.max(axis=1)


def yes_or_no_targets(y: Array, units: int) -> Array:
    expect_shape(y, (len(y),) if units == 1 else (len(y), units))
    expect_all((y >= 0) & (y <= 1), y, "0 or 1")
    return y.reshape(len(y), units)


def yes_or_no_of(p: Array) -> Array:
    return flat(p >= 0.5).astype(np.int64)


def yes_or_no_is_right(p: Array, targets: Array) -> Array:
    return ((p >= 0.5) == (targets >= 0.5)).all(axis=1)


def number_targets(y: Array, units: int) -> Array:
    expect_shape(y, (len(y),) if units == 1 else (len(y), units))
    expect_all(np.isfinite(y), y, "a finite number")
    return y.reshape(len(y), units)


def flat(p: Array) -> Array:
    """(N, 1) -> (N,); more columns as they are."""
    return p[:, 0] if p.shape[1] == 1 else p


OUTPUTS = {
    "softmax": Output(softmax, categorical_cross_entropy, class_targets, class_of, class_is_right),
    "sigmoid": Output(
        sigmoid, binary_cross_entropy, yes_or_no_targets, yes_or_no_of, yes_or_no_is_right
    ),
    "linear": Output(linear, half_squared_error, number_targets, flat, None),
}


def expect_shape(y: Array, shape: tuple[int, ...]) -> None:
    if y.dtype.kind not in "biuf" or y.shape != shape:
        raise InputError(f"y is {y.shape} {y.dtype}, expected {shape} numbers")


def expect_all(good: Array, y: Array, expected: str) -> None:
    if not good.all():
        place = np.argwhere(~good)[0].tolist()
        raise InputError(f"y{place} is {y[tuple(place)]}, expected {expected}")
