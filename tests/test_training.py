import os
import pickle
import select
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from digits.dataset import PIXELS
from digits.errors import InputError
from digits.network import Adam, Dense, GradientDescent, Network, train
from digits.network.rows import RowsHere, added, laid_out, sums_of_shards
from digits.network.training import evaluate, loss_and_gradient, slice_gradient
from digits.reader.classifier import new_network


@pytest.fixture
def network(rng):
    return new_network(rng)


@pytest.fixture
def examples(network, digits):
    return network.examples(*digits)


@pytest.fixture
def rows(network, digits):
    return network.rows(*digits)


def sliced(examples, slice_rows, shards=1):
    """Examples in slices of so many rows, and in so many shards."""
    parts = zip(*(np.array_split(part, shards) for part in examples), strict=True)
    return RowsHere([laid_out(*part, slice_rows=slice_rows) for part in parts], PIXELS)


def test_slices_change_nothing_but_rounding(network, examples):
    loss, accuracy, gradient = loss_and_gradient(network, sliced(examples, 700))
    sliced_loss, sliced_accuracy, sliced_gradient = loss_and_gradient(network, sliced(examples, 99))
    assert sliced_loss == pytest.approx(loss, rel=1e-6)
    assert sliced_accuracy == accuracy
    np.testing.assert_allclose(sliced_gradient, gradient, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("as_floats", [False, True])
def test_left_out_columns_change_nothing_but_rounding(network, examples, as_floats):
    if as_floats:
        examples = examples[0].astype(np.float32) / 255, examples[1]
    rows = sliced(examples, 99)
    assert min(part.X.shape[1] for part in rows.shards[0]) < 400
    (ink,) = rows.total(lambda part: [part.X.sum(dtype=np.float64)])
    assert ink == pytest.approx(examples[0].sum(dtype=np.float64))
    loss, _, gradient = network.loss_and_gradient(*examples)
    n = len(examples[0])
    without_loss, _, without_gradient = loss_and_gradient(network, rows)
    assert without_loss == pytest.approx(loss / n, rel=1e-6)
    np.testing.assert_allclose(without_gradient, gradient / n, rtol=1e-3, atol=1e-7)


def test_blank_rows_and_no_columns_at_all_are_trained_on_too(network, rng):
    blank = network.examples(np.zeros((3, PIXELS), np.uint8), np.array([1, 2, 3]))
    loss, _, gradient = network.loss_and_gradient(*blank)
    sliced_loss, _, sliced_gradient = loss_and_gradient(network, sliced(blank, 2))
    assert sliced_loss == pytest.approx(loss / 3)
    np.testing.assert_allclose(sliced_gradient, gradient / 3, atol=1e-7)


@pytest.mark.parametrize("shards", [1, 3])
def test_threads_change_not_a_bit(network, examples, shards):
    rows, function = sliced(examples, 50, shards), partial(slice_gradient, network)
    sums = [added(sums_of_shards(function, rows.shards, threads)) for threads in (1, 2, 3)]
    for several in sums[1:]:
        assert [part.tobytes() for part in several] == [part.tobytes() for part in sums[0]]


def test_sums_are_those_of_the_slices_added_in_their_order(network, examples):
    rows = sliced(examples, 50, shards=2)
    (*_, gradient) = rows.total(partial(slice_gradient, network))
    shards = []
    for slices in rows.shards:
        total = np.zeros(network.theta.size)
        for part in slices:
            total += slice_gradient(network, part)[-1]
        shards.append(total)
    assert gradient.tobytes() == (shards[0] + shards[1]).tobytes()


TRAINED = """
import hashlib, sys
import numpy as np
from digits.network import Dense, GradientDescent, Network, centred, train
rng = np.random.default_rng(0)
X, y = rng.normal(size=(1900, 200)), rng.integers(0, 10, 1900)
for size in (None, 1500):
    network = Network(200, [Dense(64, "tanh"), Dense(10, "softmax")], np.random.default_rng(0))
    rows = network.rows(X, y)
    optimizer = centred(GradientDescent(0.1, 0.9), network, rows)
    list(train(network, rows, optimizer, 3, batch_size=size, validation=rows))
    print(hashlib.sha256(network.theta.tobytes()).hexdigest())
"""


def test_threads_of_blas_change_not_a_bit():
    """Also where all rows are a single slice, which is worked on by the thread that asks."""
    said = set()
    for threads in "12":
        names = {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "MKL", "OMP")}
        run = [sys.executable, "-c", TRAINED]
        ended = subprocess.run(run, capture_output=True, text=True, env=os.environ | names)
        assert not ended.stderr
        said.add(ended.stdout)
    assert len(said) == 1


def test_an_epoch_is_one_exact_step_down_the_mean_loss(network, rows, examples):
    before = network.theta.copy()
    loss, _, gradient = network.loss_and_gradient(*examples)
    records = list(train(network, rows, GradientDescent(0.5), 1, validation=rows))
    n = len(examples[0])
    np.testing.assert_allclose(network.theta, before - 0.5 * gradient / n, rtol=1e-4, atol=1e-6)
    assert records[0].loss == pytest.approx(loss / n, rel=1e-6)
    assert records[0][3:5] == evaluate(network, rows)


@pytest.mark.parametrize("l2", [0.25, [0.1, 0.2, 0.0]])
def test_l2_pulls_on_weights_and_not_on_biases(network, rows, l2):
    network.theta += 0.1
    _, _, plain = loss_and_gradient(network, rows)
    before = network.theta.copy()
    list(train(network, rows, GradientDescent(1.0), epochs=1, l2=l2))
    pull = network.views(before - plain - network.theta)
    strengths = [0.25, 0.25, 0.25] if l2 == 0.25 else l2
    for (dW, db), (W, b), strength in zip(pull, network.views(before), strengths, strict=True):
        np.testing.assert_allclose(dW, strength * W, atol=1e-6)
        np.testing.assert_allclose(db, 0 * b, atol=1e-6)


def test_training_goes_on_after_the_epochs_already_done(network, rows):
    records = train(network, rows, GradientDescent(0.1), epochs=5, epochs_done=3)
    assert [record.epoch for record in records] == [4, 5]


def test_descent_brings_the_loss_down(network, rows):
    records = list(train(network, rows, GradientDescent(0.5, 0.9, True), 40))
    assert records[-1].loss < 0.5 * records[0].loss
    assert records[-1].accuracy > 0.8


def test_mini_batches_hold_every_row_once_in_another_order_each_time(examples, rng):
    X, targets = examples
    rows = sliced(examples, 200, shards=2)
    first, second = (list(rows.batches(99, rng)) for _ in range(2))
    assert [batch.count for batch in first] == [99] * 7 + [7]
    orders = [np.concatenate([part.X for batch in epoch for part in batch.shards[0]])
              for epoch in (first, second)]  # fmt: skip
    assert (orders[0] != orders[1]).any() and (orders[0] != X).any()
    for order in orders:
        assert sorted(map(bytes, order)) == sorted(map(bytes, X))
    labels = {row.tobytes(): target.argmax() for row, target in zip(X, targets, strict=True)}
    part = first[3].shards[0][0]
    assert [labels[row.tobytes()] for row in part.X] == part.targets.argmax(axis=1).tolist()


def test_an_epoch_of_mini_batches_is_a_step_for_each(network, rows, rng):
    expected, optimizer = network.theta.copy(), GradientDescent(0.5, 0.9)
    losses = []
    for some in rows.batches(300, np.random.default_rng([7, 1])):
        network.theta[:] = expected
        loss, _, gradient = loss_and_gradient(network, some)
        losses.append(loss * some.count)
        optimizer.step(expected, gradient)
    network.theta[:] = new_network(np.random.default_rng(0)).theta
    (record,) = train(network, rows, GradientDescent(0.5, 0.9), 1, batch_size=300, seed=7)
    assert network.theta.tobytes() == expected.tobytes()
    assert record.loss == pytest.approx(sum(losses) / rows.count)
    assert np.isnan(record[3:5]).all()  # no validation rows


def test_a_batch_of_all_rows_steps_as_the_full_batch_but_for_rounding(rows):
    thetas = []
    for batch_size in (None, rows.count):
        network = new_network(np.random.default_rng(0))
        list(train(network, rows, GradientDescent(0.5), 3, batch_size=batch_size))
        thetas.append(network.theta)
    np.testing.assert_allclose(*thetas, rtol=1e-4, atol=1e-6)


def test_shuffling_depends_on_seed_and_epoch_and_on_nothing_else(rows):
    def trained(seed: int, *stops: int) -> bytes:
        network, optimizer = new_network(np.random.default_rng(0)), Adam(0.01)
        for done, epochs in zip((0, *stops), (*stops, 4), strict=True):
            settings = {"batch_size": 64, "seed": seed, "epochs_done": done}
            list(train(network, rows, optimizer, epochs, **settings))
        return network.theta.tobytes()

    assert trained(3) == trained(3, 1) == trained(3, 2, 3) != trained(4)


def test_a_network_without_right_and_wrong_has_no_accuracy(rng):
    X, network = rng.normal(size=(30, 4)), Network(4, [Dense(1, "linear")], rng)
    rows, validation = network.rows(X, X[:, 0]), network.rows(X, X[:, 1])
    (record,) = train(network, rows, GradientDescent(0.1), 1, validation=validation)
    assert np.isfinite([record.loss, record.validation_loss]).all()
    assert np.isnan([record.accuracy, record.validation_accuracy]).all()


@pytest.mark.parametrize(
    "rate, scale, sentence",
    [
        (1e300, 1, "diverged in epoch 1: the parameters of layer 1 are not finite"),
        (1e-3, 1e30, "diverged in epoch 1: the outputs of layer 2 are not finite"),
        (10, 1, "diverged in epoch [0-9]+: .* not finite, expected a smaller learning rate or L2"),
    ],
)
def test_numbers_that_overflow_end_in_a_sentence_that_names_the_layer(rng, rate, scale, sentence):
    network = Network(4, [Dense(3, "relu"), Dense(2, "relu"), Dense(1, "linear")], rng)
    network.parameters[1][0][:] = scale
    X = 1 + rng.random((30, 4)) * scale
    with pytest.raises(InputError, match=sentence):
        list(train(network, network.rows(X, X[:, 0] / scale), GradientDescent(rate), 500))


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"batch_size": 0}, "batch_size is 0, expected None or a whole number from 1 on"),
        ({"batch_size": 2.0}, "batch_size is 2.0"),
        ({"epochs": 1.5}, "epochs is 1.5, expected a whole number from 0 on"),
        ({"seed": -1}, "seed is -1, expected a whole number from 0 on"),
        ({"l2": [0.1, 0.1]}, "expected a number from 0 on, or one for each of 3 layers"),
        ({"l2": "a"}, "l2 is 'a', expected"),
        ({"rows": (1, 2)}, r"rows is <class 'tuple'>, expected rows like network.rows\(X, y\)"),
        ({"validation": (1, 2)}, r"validation is <class 'tuple'>, expected rows like network.rows"),
        ({"optimizer": "adam"}, "optimizer is 'adam', expected one like GradientDescent"),
        ({"optimizer": GradientDescent}, "optimizer is <class"),
    ],
)
def test_what_cannot_be_trained_with_is_refused_before_the_first_epoch(
    network, rows, change, sentence
):
    good = {"rows": rows, "optimizer": GradientDescent(1), "epochs": 1}
    with pytest.raises(InputError, match=sentence):
        train(network, **(good | change))


@pytest.mark.parametrize(
    "X, y, sentence",
    [
        (np.full((4, PIXELS), np.nan), np.arange(4), r"X\[0, 0\] is nan"),
        (np.zeros((4, 3)), np.arange(4), r"layer 1 expects \(N, 784\)"),
        (np.zeros((4, PIXELS)), np.full(4, 10), r"y\[0\] is 10, expected a label from 0 to 9"),
        (np.zeros((4, PIXELS)), np.arange(3), "expected one y for each row of X"),
    ],
)
def test_rows_that_do_not_fit_the_network_are_refused(network, X, y, sentence):
    with pytest.raises(InputError, match=sentence):
        network.rows(X, y)


def test_an_optimizer_does_not_step_on_a_second_network(network, rows, rng):
    optimizer = Adam()
    list(train(network, rows, optimizer, 1))
    other = Network(PIXELS, [Dense(10, "softmax")], rng)
    with pytest.raises(InputError, match="stepped on another network, expected a new one"):
        train(other, rows, optimizer, 1)


def test_rows_of_another_network_are_refused(network, rng):
    other = Network(3, [Dense(2, "softmax")], rng)
    rows = other.rows(np.zeros((4, 3)), np.array([0, 1, 0, 1]))
    with pytest.raises(InputError, match="rows have 3 columns, but layer 1 expects 784"):
        train(network, rows, GradientDescent(0.1), 1)


def test_a_network_that_was_pickled_multiplies_alike_wherever_it_lay(network):
    message = pickle.dumps(network, protocol=5)
    for shift in range(1, 8):
        memory = bytearray(shift) + message  # theta at another address
        found = pickle.loads(memoryview(memory)[shift:])
        assert found.theta.flags.aligned and found.theta.flags.owndata
        assert found.theta.tobytes() == network.theta.tobytes()


def test_validation_rows_that_overflow_are_told(rng):
    network, X = Network(2, [Dense(3, "relu"), Dense(1, "linear")], rng), rng.random((9, 2))
    rows, far = network.rows(X, X[:, 0]), network.rows(X + 1e38, X[:, 0])
    with pytest.raises(InputError, match="diverged in epoch 1: the "):
        list(train(network, rows, GradientDescent(0.1), 1, validation=far))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_forked_process_has_threads_of_its_own(network, digits):
    images = np.concatenate([digits.images] * 5)
    expected = network.predict(images)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, network.predict(images)[:64].astype(np.uint8).tobytes())
        os._exit(0)
    assert select.select([reader], [], [], 20)[0], "the forked process hangs"
    assert os.read(reader, 64) == expected[:64].astype(np.uint8).tobytes()
