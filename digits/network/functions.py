"""The formulas a network is made of: activations with their slopes, losses, and one-hot targets.

Every function is pure and works on whole arrays. A row is an example. `z` is what a layer computes
before its activation, `a` what comes out of it; slopes are da/dz, told from `a`.
"""

import numpy as np
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[np.floating]


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + e^-z), written as a tanh because that overflows nowhere."""
    a: Floats = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


def sigmoid_slope(a: Floats) -> Floats:
    return a * (1 - a)


def tanh(z: Floats) -> Floats:
    """(e^z - e^-z) / (e^z + e^-z), from -1 to 1."""
    return np.tanh(z)


def tanh_slope(a: Floats) -> Floats:
    return 1 - a * a


def relu(z: Floats) -> Floats:
    """z where it is positive, else 0."""
    return np.maximum(z, 0)


def relu_slope(a: Floats) -> Floats:
    """1 where z was positive, else 0, also at z = 0, where there is no slope."""
    return (a > 0).astype(a.dtype)


def linear(z: Floats) -> Floats:
    """z itself."""
    return z


def linear_slope(a: Floats) -> Floats:
    return np.ones_like(a)


def softmax(z: Floats) -> Floats:
    """e^z of each row divided by its sum; (N, K) scores become (N, K) probabilities."""
    e: Floats = np.exp(z - z.max(axis=1, keepdims=True))  # the same quotient, and cannot overflow
    e /= e.sum(axis=1, keepdims=True)
    return e


# Losses are written in z, not in p: near 0 and 1 floats round p, and log(0) would be infinite.


def categorical_cross_entropy(z: Floats, targets: Floats) -> Floats:
    """-log of the true class's p = softmax(z): (N, K) scores, (N, K) one-hot -> (N,) losses.

    The logarithm of the quotient is a difference: log(sum of e^z) - z of the true class.
    """
    z = z - z.max(axis=1, keepdims=True)
    losses: Floats = np.log(np.exp(z).sum(axis=1)) - (z * targets).sum(axis=1)
    return losses


def binary_cross_entropy(z: Floats, targets: Floats) -> Floats:
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(z), summed over the K outputs of a row.

    (N, K) scores, (N, K) targets t from 0 to 1 -> (N,) losses. With log p = z - log(1 + e^z) and
    log(1 - p) = -log(1 + e^z) this is log(1 + e^z) - t z.
    """
    losses: Floats = (np.logaddexp(0, z) - targets * z).sum(axis=1)
    return losses


def half_squared_error(z: Floats, targets: Floats) -> Floats:
    """(z - t)² / 2, summed over the K outputs of a row: (N, K), (N, K) -> (N,) losses."""
    losses: Floats = 0.5 * ((z - targets) ** 2).sum(axis=1)
    return losses


def one_hot(labels: np.ndarray, classes: int, dtype: DTypeLike = np.float32) -> Floats:
    """(N,) integer labels 0..classes-1 -> (N, classes) rows with a single 1."""
    rows: Floats = np.eye(classes, dtype=dtype)[labels]
    return rows
