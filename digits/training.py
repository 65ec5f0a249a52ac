"""The training loop: one exact gradient over all rows, one step, one record per epoch."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from digits.batch import Batch, Examples, Slice
from digits.errors import InputError
from digits.network import Network
from digits.optimizers import Optimizer
from digits.parallel import in_turns


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
    batch, test_batch = Batch(rows), Batch(test)
    for epoch in range(done + 1, epochs + 1):
        started = time.perf_counter()
        loss, accuracy, gradient = full_batch(network, batch)
        with np.errstate(over="ignore", invalid="ignore"):
            add_l2(network, gradient, l2)
            optimizer.step(network.theta, gradient)
        if not np.isfinite(network.theta).all():
            raise InputError(
                f"training diverged in epoch {epoch}: parameters are no longer finite numbers,"
                " expected a smaller learning rate or L2"
            )
        test_loss, test_accuracy = evaluate(network, test_batch)
        seconds = time.perf_counter() - started
        yield Epoch(epoch, loss, accuracy, test_loss, test_accuracy, seconds)


def full_batch(network: Network, batch: Batch) -> tuple[float, float, np.ndarray]:
    """Mean loss, accuracy and mean gradient over all rows, summed slice by slice in order."""

    def one_slice(part: Slice) -> tuple[float, int, np.ndarray]:
        with np.errstate(over="ignore", invalid="ignore"):  # `train` finds what overflows
            loss, outputs, gradient = network.loss_and_gradient(*part)
            return loss, right(outputs, part.targets), gradient

    total_loss, total_right, total_gradient = 0.0, 0, np.zeros_like(network.theta)
    for loss, count, gradient in in_turns(one_slice, batch.slices):
        total_loss += loss
        total_right += count
        total_gradient += gradient
    n = batch.rows
    return total_loss / n, total_right / n, total_gradient / n


def evaluate(network: Network, batch: Batch) -> tuple[float, float]:
    """Mean loss and accuracy over all rows."""

    def one_slice(part: Slice) -> tuple[float, int]:
        with np.errstate(over="ignore", invalid="ignore"):
            loss, outputs = network.loss(*part)
            return loss, right(outputs, part.targets)

    losses, counts = zip(*in_turns(one_slice, batch.slices), strict=True)
    return sum(losses) / batch.rows, sum(counts) / batch.rows


def right(outputs: np.ndarray, targets: np.ndarray) -> int:
    """How many rows have their highest output where the one-hot target is 1."""
    return int(np.count_nonzero((outputs * targets).sum(axis=1) == outputs.max(axis=1)))


def add_l2(network: Network, gradient: np.ndarray, l2: float | Sequence[float]) -> None:
    """Add the slope of l2/2 sum(W^2) to `gradient` in place, layer by layer."""
    for (dW, _), (W, _), strength in zip(
        network.views(gradient),
        network.views(network.theta),
        np.broadcast_to(l2, len(network.layers)),
        strict=True,
    ):
        dW += strength * W
