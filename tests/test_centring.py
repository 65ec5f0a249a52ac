import numpy as np

from digits.network import Network
from digits.network.centring import Centred
from digits.network.functions import one_hot
from digits.network.layers import Dense
from digits.network.optimizers import GradientDescent, Rprop

LAYERS = [Dense(4, "sigmoid"), Dense(3, "softmax")]


def test_a_step_is_a_step_down_the_slopes_of_the_centred_parameters(rng):
    """Against finite differences of the loss as a function of V and c themselves."""
    network = Network(5, LAYERS, rng, np.float64)
    X, targets = rng.random((8, 5)), one_hot(rng.integers(0, 3, 8), 3, np.float64)
    means, scales = [X.mean(axis=0), 0.5], [1.5, 2.0]

    def plain(centred: np.ndarray) -> np.ndarray:
        theta = centred.copy()
        for (W, b), mean, scale in zip(network.views(theta), means, scales, strict=True):
            b -= np.broadcast_to(scale * np.asarray(mean), len(W)) @ W
            W *= scale
        return theta

    def loss(centred: np.ndarray) -> float:
        network.theta[:] = plain(centred)
        return network.loss(X, targets)[0]

    start, h, rate = rng.normal(size=network.theta.size), 1e-5, 0.01
    units = np.eye(start.size) * h
    slopes = np.array([(loss(start + e) - loss(start - e)) / (2 * h) for e in units])
    expected = plain(start - rate * slopes)

    network.theta[:] = plain(start)
    _, _, gradient = network.loss_and_gradient(X, targets)
    Centred(GradientDescent(rate), network, means, scales).step(network.theta, gradient)
    np.testing.assert_allclose(network.theta, expected, atol=1e-8)


def test_centring_leads_down_faster_where_inputs_are_all_positive(rng):
    X = rng.random((200, 5)) + 3
    targets = one_hot((X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 3.5), 3, np.float64)
    losses = {}
    for centred in (False, True):
        network = Network(5, LAYERS, np.random.default_rng(1), np.float64)
        optimizer = Rprop()
        if centred:
            optimizer = Centred(optimizer, network, [X.mean(axis=0), 0.5], [1, 2])
        for _ in range(40):
            losses[centred], _, gradient = network.loss_and_gradient(X, targets)
            optimizer.step(network.theta, gradient)
    assert losses[True] < 0.8 * losses[False]
