"""The training loop: one exact gradient over all rows, one step, one record per epoch."""

import time
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from digits.metrics import accuracy
from digits.network import Network

# A slice of this many rows of 784 float32 pixels (4.7 MB) stays in a core's cache between the
# forward and the backward pass; the whole batch would travel from memory twice.
SLICE_ROWS = 1500


class Examples(NamedTuple):
    """Inputs and what is to be predicted from them, row by row."""

    X: np.ndarray  # (N, inputs) float
    targets: np.ndarray  # (N, outputs) float, one-hot for classes


class Epoch(NamedTuple):
    """What one epoch did.

    `loss` and `accuracy` are the training rows' as the epoch's gradient saw them, that is before
    its step; the test rows' are taken after the step. `seconds` is how long the epoch took.
    """

    epoch: int
    loss: float
    accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float


class Optimizer(Protocol):
    """Anything that changes the parameters in place, given their gradient."""

    def step(self, theta: np.ndarray, gradient: np.ndarray) -> None: ...


def train(
    network: Network,
    rows: Examples,
    test: Examples,
    optimizer: Optimizer,
    epochs: int,
    done: int = 0,
    l2: float = 0.0,
) -> Iterator[Epoch]:
    """Full-batch training from epoch `done` + 1 to `epochs`, one `Epoch` record at a time.

    The loss is the mean over the rows; `l2` adds l2/2 times the sum of the squared weights (not
    biases) to what is minimised, and is left out of the losses reported. `network.theta` changes
    in place, so between two records the network is that of the last record.
    """
    for epoch in range(done + 1, epochs + 1):
        started = time.perf_counter()
        loss, right, gradient = full_batch(network, rows)
        add_l2(network, gradient, l2)
        optimizer.step(network.theta, gradient)
        test_loss, test_right = evaluate(network, test)
        yield Epoch(epoch, loss, right, test_loss, test_right, time.perf_counter() - started)


def full_batch(network: Network, rows: Examples) -> tuple[float, float, np.ndarray]:
    """Mean loss, accuracy and mean gradient over all rows, summed slice by slice in order."""
    total_loss, predicted = 0.0, []
    total_gradient = np.zeros_like(network.theta)
    for X, targets in slices(rows):
        loss, outputs, gradient = network.loss_and_gradient(X, targets)
        total_loss += loss
        total_gradient += gradient
        predicted.append(outputs.argmax(axis=1))
    n = len(rows.X)
    right = accuracy(rows.targets.argmax(axis=1), np.concatenate(predicted))
    return total_loss / n, right, total_gradient / n


def evaluate(network: Network, rows: Examples) -> tuple[float, float]:
    """Mean loss and accuracy over all rows."""
    total_loss, predicted = 0.0, []
    for X, targets in slices(rows):
        loss, outputs = network.loss(X, targets)
        total_loss += loss
        predicted.append(outputs.argmax(axis=1))
    right = accuracy(rows.targets.argmax(axis=1), np.concatenate(predicted))
    return total_loss / len(rows.X), right


def slices(rows: Examples) -> Iterator[Examples]:
    """The rows in order, `SLICE_ROWS` at a time, without copying."""
    for start in range(0, len(rows.X), SLICE_ROWS):
        end = start + SLICE_ROWS
        yield Examples(rows.X[start:end], rows.targets[start:end])


def add_l2(network: Network, gradient: np.ndarray, l2: float) -> None:
    """Add the slope of l2/2 sum(W^2) to `gradient` in place."""
    for (dW, _), (W, _) in zip(network.views(gradient), network.views(network.theta), strict=True):
        dW += l2 * W
