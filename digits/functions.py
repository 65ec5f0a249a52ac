"""The formulas a network is made of: activations, cross-entropies and one-hot targets.

Every function is pure and works on whole arrays. A row is an example. `z` is what a layer computes
before its activation, `a` what comes out of it.
"""

import numpy as np

# exp(-80) = 1.8e-35 is the smallest power this module takes: far below what float32 can tell from
# zero beside 1, and far above where float32 would underflow (1.2e-38).
SMALLEST_EXPONENT = -80.0


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-z), written as a tanh because that overflows nowhere."""
    return 0.5 * np.tanh(0.5 * z) + 0.5


def sigmoid_slope(a: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid with respect to z, from its output a = sigmoid(z)."""
    return a * (1 - a)


def softmax(z: np.ndarray) -> np.ndarray:
    """e^z of each row divided by its sum; (N, K) scores become (N, K) probabilities."""
    below, _ = _below_highest(z)
    e = np.exp(below)
    return (e / e.sum(axis=0)).T


def categorical_cross_entropy(z: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """-log softmax(z) at the true class of each row: (N, K) scores, (N, K) one-hot -> (N,) losses.

    It takes the scores z, not the probabilities: log(sum(e^z)) - z_true stays exact where a
    probability would already have been rounded to zero.
    """
    below, highest = _below_highest(z)
    z_true = np.einsum("nk,nk->n", z, targets)
    return np.log(np.exp(below).sum(axis=0)) + highest - z_true


def shares(pixels: np.ndarray) -> np.ndarray:
    """uint8 pixels 0 to 255 -> float32 shares of full ink, 0 to 1."""
    return pixels * np.float32(1 / 255)


def one_hot(labels: np.ndarray, classes: int, dtype: type = np.float32) -> np.ndarray:
    """(N,) integer labels 0..classes-1 -> (N, classes) rows with a single 1."""
    return np.eye(classes, dtype=dtype)[labels]


def _below_highest(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(K, N) scores minus the highest of their row, which softmax does not notice, and the (N,)
    highest.

    Transposed, because NumPy reduces few long rows many times faster than many short ones.
    """
    columns = np.ascontiguousarray(z.T)
    highest = columns.max(axis=0)
    return np.maximum(columns - highest, SMALLEST_EXPONENT), highest
