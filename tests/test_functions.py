import numpy as np
import pytest

from digits.network.functions import (
    binary_cross_entropy,
    categorical_cross_entropy,
    half_squared_error,
    one_hot,
    sigmoid,
    softmax,
)
from digits.network.layers import HIDDEN

EXTREME = np.array([-10_000.0, -100.0, 0.0, 100.0, 10_000.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_safe_far_out(dtype):
    with np.errstate(all="raise"):
        assert sigmoid(EXTREME.astype(dtype)).tolist() == [0, 0, 0.5, 1, 1]


def test_sigmoid_is_one_over_one_plus_e_to_the_minus_z():
    z = np.linspace(-30, 30, 601)
    np.testing.assert_allclose(sigmoid(z), 1 / (1 + np.exp(-z)), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_are_exact_where_probabilities_are_rounded_to_0_and_1(dtype):
    z = np.array([[-10_000, 10_000, 0], [10_000, -10_000, 0], [1e4, 1e4, 1e4]], dtype)
    targets = one_hot(np.array([0, 0, 2]), 3, dtype)
    far, some = np.array([[-300.0], [300.0], [300.0]], dtype), np.array([[0], [0], [1]], dtype)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        p = softmax(z)
        several = categorical_cross_entropy(z, targets)
        two = binary_cross_entropy(far, some)
    np.testing.assert_allclose(p, [[0, 1, 0], [1, 0, 0], [1 / 3] * 3], atol=1e-7)
    np.testing.assert_allclose(several, [20_000, 0, np.log(3)], rtol=1e-6)
    np.testing.assert_allclose(two, [0, 300, 0], atol=1e-30)


def test_cross_entropy_is_minus_the_log_of_the_true_probability(rng):
    z = rng.normal(size=(50, 10))
    labels = rng.integers(0, 10, 50)
    exact = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax(z), exact, rtol=1e-12)
    np.testing.assert_allclose(
        categorical_cross_entropy(z, one_hot(labels, 10, np.float64)),
        -np.log(exact[np.arange(50), labels]),
        rtol=1e-12,
    )


def test_binary_cross_entropy_is_minus_the_log_of_each_true_probability_summed(rng):
    z, targets = rng.normal(size=(50, 3)), rng.integers(0, 2, (50, 3))
    p = sigmoid(z)
    losses = -np.log(np.where(targets == 1, p, 1 - p)).sum(axis=1)
    np.testing.assert_allclose(binary_cross_entropy(z, targets), losses, rtol=1e-12)


def test_half_squared_error_is_half_the_squared_distance(rng):
    z, targets = rng.normal(size=(2, 50, 3))
    expected = np.linalg.norm(z - targets, axis=1) ** 2 / 2
    np.testing.assert_allclose(half_squared_error(z, targets), expected, rtol=1e-12)


@pytest.mark.parametrize("name", HIDDEN)
def test_the_slope_of_an_activation_is_its_finite_difference(name):
    z, h = np.linspace(-8, 8, 80), 1e-6  # without 0, where relu has no slope
    function, slope, *_ = HIDDEN[name]
    difference = (function(z + h) - function(z - h)) / (2 * h)
    np.testing.assert_allclose(slope(function(z)), difference, atol=1e-9)


def test_one_hot_has_a_single_one_at_the_label():
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
