import copy
import pickle

import numpy as np
import pytest

import check_gradients
from check_gradients import finite_differences
from digits.dataset import PIXELS
from digits.errors import InputError
from digits.network import Network
from digits.network.functions import one_hot
from digits.network.layers import HIDDEN, Dense
from digits.network.outputs import OUTPUTS
from digits.reader.classifier import LAYERS, new_network


def small_network(rng, hidden="sigmoid", output="softmax"):
    layers = [Dense(4, hidden, "uniform"), Dense(3, hidden, "uniform"), Dense(3, output, "uniform")]
    return Network(5, layers, rng, np.float64)


def some_y(rng, output, rows):
    """What an output may be asked for."""
    if output == "softmax":
        return rng.integers(0, 3, rows)
    return rng.integers(0, 2, (rows, 3)) if output == "sigmoid" else rng.normal(size=(rows, 3))


def test_the_digit_network_has_13002_parameters_and_says_so(rng):
    network = new_network(rng)
    assert network.theta.size == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10 == 13_002
    assert network.theta.dtype == np.float32
    for number in ("12,560", "272", "170", "13,002"):
        assert number in network.summary()
    assert repr(network) == "784 - sigmoid 16 - sigmoid 16 - softmax 10"


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_slope_is_its_finite_difference(rng, hidden, output):
    network = small_network(rng, hidden, output)
    network.theta += rng.normal(size=network.theta.size)
    X, targets = network.examples(rng.normal(size=(7, 5)), some_y(rng, output, 7))
    _, _, gradient = network.loss_and_gradient(X, targets)
    differences = finite_differences(network, X, targets)
    np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-8)
    assert np.count_nonzero(gradient) > len(gradient) / 3


def test_the_check_of_gradients_finds_a_wrong_slope_and_no_other(rng):
    network = small_network(rng)
    X, targets = network.examples(rng.normal(size=(7, 5)), some_y(rng, "softmax", 7))
    _, _, gradient = network.loss_and_gradient(X, targets)
    differences = finite_differences(network, X, targets)
    text, worst = check_gradients.table(network, gradient, differences)
    assert worst < check_gradients.LIMIT and len(text.splitlines()) == 7
    gradient[network.theta.size - 1] *= 1.01
    _, worst = check_gradients.table(network, gradient, differences)
    assert worst > check_gradients.LIMIT


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


def test_the_input_scale_is_a_factor_of_the_inputs(digits):
    shares, raw, plain = (
        Network(PIXELS, LAYERS, np.random.default_rng(0), input_scale=scale)
        for scale in (1 / 255, 1, 1)
    )
    images = digits.images[:20]
    for X, network, expected in (
        (images, shares, images.astype(np.float32) / 255),
        (images, raw, images.astype(np.float32)),
    ):
        np.testing.assert_allclose(network.outputs(X), plain.outputs(expected), rtol=1e-5)
        ours, theirs = (
            one.loss_and_gradient(rows, one_hot(digits.labels[:20], 10))[2]
            for one, rows in ((network, X), (plain, expected))
        )
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("same", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copied_network_learns_by_itself(rng, same):
    network = small_network(rng)
    before, other = network.theta.copy(), same(network)
    other.theta += 1
    assert (network.theta == before).all()
    X = rng.normal(size=(5, 5))
    assert (other.outputs(X) != network.outputs(X)).all()
    assert (other.parameters[0][0] == network.parameters[0][0] + 1).all()


@pytest.mark.parametrize(
    "p, label", [([0.5, 0.5, 0], 0), ([0, 0.5, 0.5], 1), ([1, 1, 1], 0), ([0.2, 0.3, 0.5], 2)]
)
def test_of_equal_probabilities_the_first_counts(p, label):
    p, output = np.array([p, p]), OUTPUTS["softmax"]
    targets = one_hot(np.array([label, (label + 1) % 3]), 3, np.float64)
    assert output.decide(p).tolist() == [label, label]
    assert output.correct(p, targets).tolist() == [True, False]


def test_the_breast_cancer_network_is_summed_up_layer_for_layer(rng):
    layers = [*(Dense(units, "relu") for units in (128, 64, 32)), Dense(1, "sigmoid")]
    table = [line.split() for line in Network(30, layers, rng).summary().splitlines()]
    counts = ["parameters", "3,968", "8,256", "2,080", "33", "14,337"]
    assert [line[-1] for line in table] == counts
    assert table[1] == ["1", "relu", "30", "x", "128", "128", "(N,", "128)", "3,968"]


def test_glorot_weights_have_the_variance_of_its_paper_and_biases_start_at_zero(rng):
    network = Network(300, [Dense(200, "sigmoid"), Dense(10, "softmax")], rng)
    W, b = network.parameters[0]
    assert W.var() == pytest.approx(2 / 500, rel=0.02)
    assert abs(W).max() < np.sqrt(6 / 500)
    assert not b.any()


def test_he_weights_have_the_variance_of_its_paper_and_biases_start_at_zero(rng):
    W, b = Network(300, [Dense(200, "relu"), Dense(1, "sigmoid")], rng).parameters[0]
    assert W.var() == pytest.approx(2 / 300, rel=0.02)
    assert abs(W).max() > 3 * np.sqrt(2 / 300)  # normal, not uniform
    assert not b.any()


@pytest.mark.parametrize(
    "activation, initializer", [("relu", "he"), ("tanh", "glorot"), ("sigmoid", "glorot")]
)
def test_parameters_start_as_suits_the_activation_where_nothing_is_said(activation, initializer):
    plain, named = (
        Network(6, [Dense(4, activation, given), Dense(1, "linear")], np.random.default_rng(0))
        for given in (None, initializer)
    )
    assert plain.theta.tobytes() == named.theta.tobytes()


def test_uniform_parameters_lie_between_minus_a_half_and_a_half(rng):
    network = Network(300, [Dense(200, "sigmoid", "uniform")], rng)
    assert -0.5 <= network.theta.min() < -0.49 and 0.49 < network.theta.max() < 0.5
    assert network.views(network.theta)[0][1].any()


def test_outputs_are_probabilities(rng):
    p = small_network(rng).outputs(rng.normal(size=(20, 5)))
    assert p.shape == (20, 3) and (p > 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_predictions_are_labels_yes_or_no_and_numbers(rng):
    X = rng.normal(size=(20, 5))
    for output, kind, shape in (("softmax", "i", (20,)), ("sigmoid", "i", (20, 3))):
        network = small_network(rng, output=output)
        predicted = network.predict(X)
        assert predicted.dtype.kind == kind and predicted.shape == shape
    p = network.probabilities(X)
    assert predicted.tolist() == (p > 0.5).tolist() and ((p > 0) & (p < 1)).all()
    one = Network(5, [Dense(1, "linear")], rng)
    W, b = one.parameters[0]
    np.testing.assert_allclose(one.predict(X), X @ W[:, 0] + b, rtol=1e-5)


@pytest.mark.parametrize("output", OUTPUTS)
def test_scores_are_those_of_scikit_learn(rng, output):
    reference = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    network, X = small_network(rng, output=output), rng.normal(size=(50, 5))
    y = some_y(rng, output, 50)
    numbers = OUTPUTS[output].correct is None
    score = reference.r2_score if numbers else reference.accuracy_score
    assert network.score(X, y) == pytest.approx(score(y, network.predict(X)), rel=1e-12)


@pytest.mark.parametrize(
    "layers, sentence",
    [
        ([], "no layers"),
        ([Dense(3, "swish"), Dense(2, "softmax")], r"layer 1, .* 'swish', expected one of relu, "),
        ([Dense(3, "softmax"), Dense(2, "softmax")], "layer 1, a hidden layer, .* 'softmax'"),
        (
            [Dense(3, "relu"), Dense(2, "tanh")],
            r"layer 2, an output, .* 'tanh', expected one of softmax, ",
        ),
        ([Dense(0, "relu"), Dense(2, "softmax")], "layer 1 has 0 units"),
        ([Dense(2.5, "linear")], "layer 1 has 2.5 units"),
        (
            [Dense(2, "linear", "zeros")],
            "layer 1 has the initializer 'zeros', expected one of glorot, he",
        ),
        ([Dense(1, "softmax")], "layer 1 is a softmax of 1 unit"),
        ([(3, "softmax")], r"layer 1 is \(3, 'softmax'\), expected Dense\(units, activation\)"),
        (Dense(3, "softmax"), "layer 1 is 3, expected Dense"),
    ],
)
def test_a_layer_that_is_none_is_named_with_what_was_expected(rng, layers, sentence):
    with pytest.raises(InputError, match=sentence):
        Network(4, layers, rng)


@pytest.mark.parametrize(
    "X, sentence",
    [
        (np.zeros((3, 4)), r"X is \(3, 4\) float64, but layer 1 expects \(N, 5\)"),
        (np.zeros(5), r"X is \(5,\) float64"),
        ([["a"] * 5], "X is .* but layer 1 expects"),
        (np.full((3, 5), np.nan), r"X\[0, 0\] is nan, but layer 1 expects finite"),
        (np.diag([0, 0, np.inf, 0, 0]), r"X\[2, 2\] is inf"),
        ([[1, 2], [1]], "X has rows of several lengths"),
    ],
)
def test_inputs_that_do_not_fit_are_named_with_what_was_expected(rng, X, sentence):
    network = small_network(rng)
    for use in (network.predict, network.probabilities, network.outputs):
        with pytest.raises(InputError, match=sentence):
            use(X)


@pytest.mark.parametrize(
    "output, y, sentence",
    [
        ("softmax", [0, 3], r"y\[1\] is 3, expected a label from 0 to 2"),
        ("softmax", [0, -1], r"y\[1\] is -1"),
        ("softmax", [0.0, 1.0], r"y is \(2,\) float64, expected \(2,\) integer labels 0 to 2"),
        ("softmax", np.eye(3)[:2], r"y is \(2, 3\) float64, expected \(2,\)"),
        ("softmax", ["a", "b"], "y is "),
        ("softmax", [1], r"X is \(2, 5\) but y is \(1,\)"),
        ("softmax", 1, r"y is \(\)"),
        ("softmax", [[1, 2], [1]], "y has rows of several lengths"),
        ("sigmoid", [[0, 1, 2], [0, 0, 0]], r"y\[0, 2\] is 2, expected 0 or 1"),
        ("sigmoid", [0, 1], r"expected \(2, 3\)"),
        ("linear", np.full((2, 3), np.nan), r"y\[0, 0\] is nan, expected a finite float64 number"),
    ],
)
def test_a_y_that_does_not_fit_is_named_with_what_was_expected(rng, output, y, sentence):
    with pytest.raises(InputError, match=sentence):
        small_network(rng, output=output).examples(np.zeros((2, 5)), y)


def test_targets_of_another_shape_and_missing_rows_are_named(rng):
    network = small_network(rng)
    with pytest.raises(InputError, match=r"targets are \(2,\), but layer 3 gives \(2, 3\)"):
        network.loss_and_gradient(np.zeros((2, 5)), np.zeros(2))
    with pytest.raises(InputError, match=r"X is .* but layer 1 expects"):
        network.loss(np.zeros((2, 4)), np.zeros((2, 3)))
    with pytest.raises(InputError, match="X has no rows"):
        network.score(np.zeros((0, 5)), np.zeros(0, int))
    with pytest.raises(InputError, match="predicts numbers"):
        small_network(rng, output="linear").probabilities(np.zeros((2, 5)))


@pytest.mark.parametrize("output", OUTPUTS)
def test_numbers_too_large_for_the_network_are_told(rng, output):
    network = Network(5, [Dense(3, "relu"), Dense(3, output)], rng)
    with pytest.raises(InputError, match=r"X\[0, 0\] is 1e\+300, .* finite float32 numbers"):
        network.predict(np.full((2, 5), 1e300))
    network.theta[:] = 1e30
    if output != "sigmoid":  # which can take any sum
        with pytest.raises(InputError, match="the outputs of layer 2 are not finite, expected"):
            network.predict(np.ones((2, 5)))


def test_whole_numbers_are_no_floats_to_compute_in(rng):
    with pytest.raises(InputError, match="dtype is int64, expected float32 or float64"):
        Network(5, [Dense(3, "softmax")], rng, np.int64)
