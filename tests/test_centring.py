import numpy as np

from digits.network import Centred, Dense, GradientDescent, Network, Rprop, centred, train
from digits.network.functions import one_hot

LAYERS = [Dense(4, "sigmoid"), Dense(3, "softmax")]


def test_a_step_is_a_step_down_the_slopes_of_the_centred_parameters(rng):
    """Against finite differences of the loss as a function of V and c themselves."""
    network = Network(5, LAYERS, rng, np.float64)
    X, targets = rng.random((8, 5)), one_hot(rng.integers(0, 3, 8), 3, np.float64)
    means, scales = [X.mean(axis=0), 0.5], [1.5, 2.0]

    def plain(there: np.ndarray) -> np.ndarray:
        theta = there.copy()
        for (W, b), mean, scale in zip(network.views(theta), means, scales, strict=True):
            b -= np.broadcast_to(scale * np.asarray(mean), len(W)) @ W
            W *= scale
        return theta

    def loss(there: np.ndarray) -> float:
        network.theta[:] = plain(there)
        return network.loss(X, targets)[0]

    start, h, rate = rng.normal(size=network.theta.size), 1e-5, 0.01
    units = np.eye(start.size) * h
    slopes = np.array([(loss(start + e) - loss(start - e)) / (2 * h) for e in units])
    expected = plain(start - rate * slopes)

    network.theta[:] = plain(start)
    _, _, gradient = network.loss_and_gradient(X, targets)
    Centred(GradientDescent(rate), network, means, scales).step(network.theta, gradient)
    np.testing.assert_allclose(network.theta, expected, atol=1e-8)


def test_one_call_centres_inputs_and_activations_and_counts_l2_there(rng):
    layers = [Dense(4, "sigmoid"), Dense(3, "tanh"), Dense(2, "softmax")]
    network = Network(5, layers, rng, np.float64, input_scale=0.5)
    X, y = rng.integers(0, 9, (30, 5)), rng.integers(0, 2, 30)
    rows = network.rows(X, y)
    one = centred(GradientDescent(0.1), network, rows)
    by_hand = Centred(GradientDescent(0.1), network, [0.5 * X.mean(axis=0), 0.5, 0.0], [1, 2, 1])
    np.testing.assert_array_equal(one.scales, by_hand.scales)
    for ours, expected in zip(one.shifts, by_hand.shifts, strict=True):
        np.testing.assert_array_equal(ours, expected)

    before, rate, l2 = network.theta.copy(), 0.1, 0.3
    moved = []
    for strength in (0.0, l2):
        network.theta[:] = before
        optimizer = centred(GradientDescent(rate), network, rows)
        list(train(network, rows, optimizer, 1, l2=strength))
        moved.append(network.theta.copy())
    # L2 pulls V = W / scale by rate l2 V, so W by scale rate l2 W / scale
    pull = network.views(moved[0] - moved[1])
    for (dW, _), (W, _) in zip(pull, network.views(before), strict=True):
        np.testing.assert_allclose(dW, rate * l2 * W, atol=1e-12)


def test_centring_leads_down_faster_where_inputs_are_all_positive(rng):
    X = rng.random((200, 5)) + 3
    targets = one_hot((X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 3.5), 3, np.float64)
    losses = {}
    for is_centred in (False, True):
        network = Network(5, LAYERS, np.random.default_rng(1), np.float64)
        optimizer = Rprop()
        if is_centred:
            optimizer = Centred(optimizer, network, [X.mean(axis=0), 0.5], [1, 2])
        for _ in range(40):
            losses[is_centred], _, gradient = network.loss_and_gradient(X, targets)
            optimizer.step(network.theta, gradient)
    assert losses[True] < 0.8 * losses[False]
