"""The formulas a network is made of: activations with their slopes, losses, and one-hot targets.

Every function is pure and works on whole arrays. A row is an example. `z` is what a layer computes
before its activation, `a` what comes out of it; slopes are da/dz, told from `a`.
"""

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-z), written as a tanh because that overflows nowhere."""
    a = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


def sigmoid_slope(a: np.ndarray) -> np.ndarray:
    return a * (1 - a)


def tanh(z: np.ndarray) -> np.ndarray:
    """(e^z - e^-z) / (e^z + e^-z), from -1 to 1."""
    return np.tanh(z)


def tanh_slope(a: np.ndarray) -> np.ndarray:
    return 1 - a * a


def relu(z: np.ndarray) -> np.ndarray:
    """z where it is positive, else 0."""
    return np.maximum(z, 0)


def relu_slope(a: np.ndarray) -> np.ndarray:
    """1 where z was positive, else 0, also at z = 0, where there is no slope."""
    return (a > 0).astype(a.dtype)


def linear(z: np.ndarray) -> np.ndarray:
    """z itself."""
    return z


def linear_slope(a: np.ndarray) -> np.ndarray:
    return np.ones_like(a)


def softmax(z: np.ndarray) -> np.ndarray:
    """e^z of each row divided by its sum; (N, K) scores become (N, K) probabilities."""
    e = np.exp(z - z.max(axis=1, keepdims=True))  # the same quotient, and cannot overflow
    e /= e.sum(axis=1, keepdims=True)
    return e


# Losses are written in z, not in p: near 0 and 1 floats round p, and log(0) would be infinite.


def categorical_cross_entropy(z: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """-log of the true class's p = softmax(z): (N, K) scores, (N, K) one-hot -> (N,) losses.

    The logarithm of the quotient is a difference: log(sum of e^z) - z of the true class.
    """
    z = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - (z * targets).sum(axis=1)


def binary_cross_entropy(z: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(z), summed over the K outputs of a row.

    (N, K) scores, (N, K) targets t from 0 to 1 -> (N,) losses. With log p = z - log(1 + e^z) and
    log(1 - p) = -log(1 + e^z) this is log(1 + e^z) - t z.
    """
    return (np.logaddexp(0, z) - targets * z).sum(axis=1)


def half_squared_error(z: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(z - t)² / 2, summed over the K outputs of a row: (N, K), (N, K) -> (N,) losses."""
    return 0.5 * ((z - targets) ** 2).sum(axis=1)


def one_hot(labels: np.ndarray, classes: int, dtype: type = np.float32) -> np.ndarray:
    """(N,) integer labels 0..classes-1 -> (N, classes) rows with a single 1."""
    return np.eye(classes, dtype=dtype)[labels]
