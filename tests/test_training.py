import numpy as np
import pytest

from digits import batch, parallel
from digits.batch import Batch
from digits.classifier import CLASSES, LAYERS, PIXELS
from digits.functions import one_hot
from digits.network import Network
from digits.optimizers import GradientDescent
from digits.training import Examples, evaluate, full_batch, train


@pytest.fixture
def examples(digits):
    return Examples(digits.images, one_hot(digits.labels, CLASSES))


@pytest.fixture
def network(rng):
    return Network(PIXELS, LAYERS, rng)


def sliced(examples, monkeypatch, rows):
    monkeypatch.setattr(batch, "SLICE_ROWS", rows)
    return Batch(examples)


def test_slices_change_nothing_but_rounding(network, examples, monkeypatch):
    loss, accuracy, gradient = full_batch(network, sliced(examples, monkeypatch, 700))
    sliced_loss, sliced_accuracy, sliced_gradient = full_batch(
        network, sliced(examples, monkeypatch, 99)
    )
    assert sliced_loss == pytest.approx(loss, rel=1e-6)
    assert sliced_accuracy == accuracy
    np.testing.assert_allclose(sliced_gradient, gradient, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("as_floats", [False, True])
def test_left_out_columns_change_nothing_but_rounding(network, examples, monkeypatch, as_floats):
    if as_floats:
        examples = Examples(examples.X.astype(np.float32) / 255, examples.targets)
    laid_out = sliced(examples, monkeypatch, 99)
    assert min(part.X.shape[1] for part in laid_out.slices) < 400
    assert sum(part.X.sum(dtype=np.float64) for part in laid_out.slices) == pytest.approx(
        examples.X.sum(dtype=np.float64)
    )
    loss, _, gradient = network.loss_and_gradient(*examples)
    n = len(examples.X)
    without_loss, _, without_gradient = full_batch(network, laid_out)
    assert without_loss == pytest.approx(loss / n, rel=1e-6)
    np.testing.assert_allclose(without_gradient, gradient / n, rtol=1e-3, atol=1e-7)


def test_blank_rows_and_no_columns_at_all_are_trained_on_too(network, rng):
    blank = Examples(np.zeros((3, PIXELS), np.uint8), one_hot(np.array([1, 2, 3]), CLASSES))
    loss, _, gradient = network.loss_and_gradient(*blank)
    laid_out_loss, _, laid_out_gradient = full_batch(network, Batch(blank))
    assert laid_out_loss == pytest.approx(loss / 3)
    np.testing.assert_allclose(laid_out_gradient, gradient / 3, atol=1e-7)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_not_a_bit(network, examples, monkeypatch, threads):
    laid_out = sliced(examples, monkeypatch, 50)
    results = []
    for number in (1, threads):
        monkeypatch.setattr(parallel.in_turns, "__defaults__", (number,))
        results.append(full_batch(network, laid_out))
    assert results[0][:2] == results[1][:2]
    assert results[0][2].tobytes() == results[1][2].tobytes()


def test_an_epoch_is_one_exact_step_down_the_mean_loss(network, examples):
    before = network.theta.copy()
    loss, _, gradient = network.loss_and_gradient(*examples)
    records = list(train(network, examples, examples, GradientDescent(0.5), epochs=1))
    n = len(examples.X)
    np.testing.assert_allclose(network.theta, before - 0.5 * gradient / n, rtol=1e-4, atol=1e-6)
    assert records[0].loss == pytest.approx(loss / n, rel=1e-6)
    assert (records[0].test_loss, records[0].test_accuracy) == evaluate(network, Batch(examples))


@pytest.mark.parametrize("l2", [0.25, [0.1, 0.2, 0.0]])
def test_l2_pulls_on_weights_and_not_on_biases(network, examples, l2):
    network.theta += 0.1
    _, _, plain = full_batch(network, Batch(examples))
    before = network.theta.copy()
    list(train(network, examples, examples, GradientDescent(1.0), epochs=1, l2=l2))
    pull = network.views(before - plain - network.theta)
    strengths = [0.25, 0.25, 0.25] if l2 == 0.25 else l2
    for (dW, db), (W, b), strength in zip(pull, network.views(before), strengths, strict=True):
        np.testing.assert_allclose(dW, strength * W, atol=1e-6)
        np.testing.assert_allclose(db, 0 * b, atol=1e-6)


def test_training_goes_on_after_the_epochs_already_done(network, examples):
    records = train(network, examples, examples, GradientDescent(0.1), epochs=5, done=3)
    assert [record.epoch for record in records] == [4, 5]


def test_descent_brings_the_loss_down(network, examples):
    records = list(train(network, examples, examples, GradientDescent(0.5, 0.9, True), 40))
    assert records[-1].loss < 0.5 * records[0].loss
    assert records[-1].accuracy > 0.8
