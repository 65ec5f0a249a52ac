import numpy as np
import pytest

from digits.classifier import LAYERS, PIXELS
from digits.functions import one_hot
from digits.network import Dense, Network


def small_network(rng):
    return Network(5, [Dense(4, "sigmoid"), Dense(3, "sigmoid"), Dense(3, "softmax")], rng, "f8")


def test_the_digit_network_has_13002_parameters_and_says_so(rng):
    network = Network(PIXELS, LAYERS, rng)
    assert network.theta.size == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10 == 13_002
    assert network.theta.dtype == np.float32
    for number in ("12,560", "272", "170", "13,002"):
        assert number in network.summary()
    assert repr(network) == "784 - sigmoid 16 - sigmoid 16 - softmax 10"


def test_every_slope_is_its_finite_difference(rng):
    network = small_network(rng)
    X, targets = rng.normal(size=(7, 5)), one_hot(rng.integers(0, 3, 7), 3, np.float64)
    network.theta += rng.normal(size=network.theta.size)
    _, _, gradient = network.loss_and_gradient(X, targets)
    h = 1e-5
    for i in range(network.theta.size):
        there = network.theta[i]
        network.theta[i] = there + h
        above, _ = network.loss(X, targets)
        network.theta[i] = there - h
        below, _ = network.loss(X, targets)
        network.theta[i] = there
        difference = (above - below) / (2 * h)
        scale = max(abs(difference), abs(gradient[i]), 1e-3)
        assert abs(difference - gradient[i]) / scale < 1e-6, i


def test_loss_and_gradient_of_slices_add_up_to_those_of_the_whole(rng):
    network = small_network(rng)
    X, targets = rng.normal(size=(9, 5)), one_hot(rng.integers(0, 3, 9), 3, np.float64)
    loss, outputs, gradient = network.loss_and_gradient(X, targets)
    first, second = (
        network.loss_and_gradient(X[rows], targets[rows]) for rows in (slice(4), slice(4, 9))
    )
    assert first[0] + second[0] == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(first[2] + second[2], gradient, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([first[1], second[1]]), outputs)


def test_weights_and_biases_are_views_of_theta(rng):
    network = small_network(rng)
    network.theta[:] = np.arange(network.theta.size)
    (W, b), *_ = network.views(network.theta)
    assert W[0, 0] == 0 and W[0, 1] == 1 and W[1, 0] == 4 and b[0] == 20
    b[0] = -1
    assert network.theta[20] == -1


def test_bytes_are_read_as_shares_of_255(rng, digits):
    network = Network(PIXELS, LAYERS, rng)
    as_bytes = network.outputs(digits.images[:20])
    as_floats = network.outputs(digits.images[:20].astype(np.float32) / 255)
    np.testing.assert_allclose(as_bytes, as_floats, rtol=1e-5)


def test_glorot_weights_have_the_variance_of_its_paper_and_biases_start_at_zero(rng):
    network = Network(300, [Dense(200, "sigmoid"), Dense(10, "softmax")], rng)
    W, b = network.views(network.theta)[0]
    assert W.var() == pytest.approx(2 / 500, rel=0.02)
    assert not b.any()


def test_uniform_parameters_lie_between_minus_a_half_and_a_half(rng):
    network = Network(300, [Dense(200, "sigmoid", "uniform")], rng)
    assert -0.5 <= network.theta.min() < -0.49 and 0.49 < network.theta.max() < 0.5
    assert network.views(network.theta)[0][1].any()


def test_outputs_are_probabilities(rng):
    p = small_network(rng).outputs(rng.normal(size=(20, 5)))
    assert p.shape == (20, 3) and (p > 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)
