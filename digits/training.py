"""The training loop: one exact gradient over all rows, one step, one record per epoch."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from digits.errors import InputError
from digits.network import Network
from digits.optimizers import Optimizer
from digits.parallel import in_order

# A slice of this many rows of 784 float32 pixels (6.3 MB) stays in cache between the forward and
# the backward pass; the whole batch would travel from memory twice. Smaller slices lose more to
# Python than they win.
SLICE_ROWS = 2000


class Examples(NamedTuple):
    """Inputs and what is to be predicted from them, row by row."""

    X: np.ndarray  # (N, inputs) float, or uint8 pixels, which mean shares of 255
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


def train(
    network: Network,
    rows: Examples,
    test: Examples,
    optimizer: Optimizer,
    epochs: int,
    done: int = 0,
    l2: float | Sequence[float] = 0.0,
) -> Iterator[Epoch]:
    """Full-batch training from epoch `done` + 1 to `epochs`, one `Epoch` record at a time.

    The loss is the mean over the rows; `l2`, one number or one for each layer, adds l2/2 times the
    sum of the squared weights (not biases) to what is minimised, and is left out of the losses
    reported. `network.theta` changes in place, so between two records the network is that of the
    last record.

    Raises:
        InputError: the parameters overflowed; `network.theta` is of no more use.
    """
    for epoch in range(done + 1, epochs + 1):
        started = time.perf_counter()
        loss, accuracy, gradient = full_batch(network, rows)
        with np.errstate(over="ignore", invalid="ignore"):
            add_l2(network, gradient, l2)
            optimizer.step(network.theta, gradient)
        if not np.isfinite(network.theta).all():
            raise InputError(
                f"training diverged in epoch {epoch}: parameters are no longer finite numbers,"
                " expected a smaller learning rate or L2"
            )
        test_loss, test_accuracy = evaluate(network, test)
        seconds = time.perf_counter() - started
        yield Epoch(epoch, loss, accuracy, test_loss, test_accuracy, seconds)


def full_batch(network: Network, rows: Examples) -> tuple[float, float, np.ndarray]:
    """Mean loss, accuracy and mean gradient over all rows, summed slice by slice in order."""

    def one_slice(part: Examples) -> tuple[float, int, np.ndarray]:
        with np.errstate(over="ignore", invalid="ignore"):  # `train` finds what overflows
            loss, outputs, gradient = network.loss_and_gradient(*part)
        return loss, right(outputs, part.targets), gradient

    total_loss, total_right, total_gradient = 0.0, 0, np.zeros_like(network.theta)
    for loss, count, gradient in in_order(one_slice, slices(rows)):
        total_loss += loss
        total_right += count
        total_gradient += gradient
    n = len(rows.X)
    return total_loss / n, total_right / n, total_gradient / n


def evaluate(network: Network, rows: Examples) -> tuple[float, float]:
    """Mean loss and accuracy over all rows."""

    def one_slice(part: Examples) -> tuple[float, int]:
        with np.errstate(over="ignore", invalid="ignore"):
            loss, outputs = network.loss(*part)
        return loss, right(outputs, part.targets)

    losses, counts = zip(*in_order(one_slice, slices(rows)), strict=True)
    return sum(losses) / len(rows.X), sum(counts) / len(rows.X)


def right(outputs: np.ndarray, targets: np.ndarray) -> int:
    """How many rows have their highest output where the target has it."""
    return int(np.count_nonzero(outputs.argmax(axis=1) == targets.argmax(axis=1)))


def slices(rows: Examples) -> Iterator[Examples]:
    """The rows in order, `SLICE_ROWS` at a time, without copying."""
    for start in range(0, len(rows.X), SLICE_ROWS):
        end = start + SLICE_ROWS
        yield Examples(rows.X[start:end], rows.targets[start:end])


def add_l2(network: Network, gradient: np.ndarray, l2: float | Sequence[float]) -> None:
    """Add the slope of l2/2 sum(W^2) to `gradient` in place, layer by layer."""
    for (dW, _), (W, _), strength in zip(
        network.views(gradient),
        network.views(network.theta),
        np.broadcast_to(l2, len(network.layers)),
        strict=True,
    ):
        dW += strength * W
