import numpy as np
import pytest

from digits.functions import (
    categorical_cross_entropy,
    one_hot,
    sigmoid,
    sigmoid_slope,
    softmax,
)

EXTREME = np.array([-10_000.0, -100.0, 0.0, 100.0, 10_000.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_safe_far_out(dtype):
    with np.errstate(all="raise"):
        assert sigmoid(EXTREME.astype(dtype)).tolist() == [0, 0, 0.5, 1, 1]


def test_sigmoid_is_one_over_one_plus_e_to_the_minus_z():
    z = np.linspace(-30, 30, 601)
    np.testing.assert_allclose(sigmoid(z), 1 / (1 + np.exp(-z)), atol=1e-15)


def test_the_slope_of_the_sigmoid_is_its_finite_difference():
    z, h = np.linspace(-8, 8, 81), 1e-6
    difference = (sigmoid(z + h) - sigmoid(z - h)) / (2 * h)
    np.testing.assert_allclose(sigmoid_slope(sigmoid(z)), difference, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_and_cross_entropy_are_safe_far_out(dtype):
    z = np.array([[-10_000, 10_000, 0], [10_000, -10_000, 0], [1e4, 1e4, 1e4]], dtype)
    targets = one_hot(np.array([0, 0, 2]), 3, dtype)
    with np.errstate(all="raise"):
        p = softmax(z)
        losses = categorical_cross_entropy(p, targets)
    np.testing.assert_allclose(p, [[0, 1, 0], [1, 0, 0], [1 / 3] * 3], atol=1e-7)
    np.testing.assert_allclose(losses, [80, 0, np.log(3)], rtol=1e-6)


def test_cross_entropy_is_minus_the_log_of_the_true_probability(rng):
    z = rng.normal(size=(50, 10))
    labels = rng.integers(0, 10, 50)
    exact = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax(z), exact, rtol=1e-12)
    np.testing.assert_allclose(
        categorical_cross_entropy(softmax(z), one_hot(labels, 10, np.float64)),
        -np.log(exact[np.arange(50), labels]),
        rtol=1e-12,
    )


def test_one_hot_has_a_single_one_at_the_label():
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
