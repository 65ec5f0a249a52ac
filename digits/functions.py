"""The formulas a network is made of: activations, cross-entropies and one-hot targets.

Every function is pure and works on whole arrays. A row is an example. `z` is what a layer computes
before its activation, `a` what comes out of it.
"""

import numpy as np

# exp(-80) = 1.8e-35 is the smallest power that softmax takes: far below what float32 can tell from
# zero beside 1, and far above where float32 would underflow (1.2e-38).
SMALLEST_EXPONENT = -80.0


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-z), written as a tanh because that overflows nowhere."""
    a = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


def sigmoid_slope(a: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid with respect to z, from its output a = sigmoid(z)."""
    return a * (1 - a)


def softmax(z: np.ndarray) -> np.ndarray:
    """e^z of each row divided by its sum; (N, K) scores become (N, K) probabilities."""
    e = z - z.max(axis=1, keepdims=True)  # the same for the quotient, and cannot overflow
    np.maximum(e, SMALLEST_EXPONENT, out=e)
    np.exp(e, out=e)
    e /= e.sum(axis=1, keepdims=True)
    return e


def categorical_cross_entropy(p: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """-log p of the true class: (N, K) probabilities, (N, K) one-hot targets -> (N,) losses.

    Never more than 80 + log K, because no probability of `softmax` is less than e^-80 / K.
    """
    return -np.log((p * targets).sum(axis=1))


def one_hot(labels: np.ndarray, classes: int, dtype: type = np.float32) -> np.ndarray:
    """(N,) integer labels 0..classes-1 -> (N, classes) rows with a single 1."""
    return np.eye(classes, dtype=dtype)[labels]
