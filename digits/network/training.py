"""The training loop: the gradient of a batch, one step, and one record per epoch."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from digits.errors import InputError, expect, is_count
from digits.network.l2 import add_l2, is_l2, strengths
from digits.network.network import Network
from digits.network.optimizers import Optimizer
from digits.network.rows import Rows, Slice, quiet
from digits.parallel import one_blas_thread

NAN = float("nan")


class Epoch(NamedTuple):
    """What one epoch did.

    `loss` and `accuracy` are the means over the training rows as the epoch's gradients saw them,
    that is before the step for which each gradient was taken; those of the validation rows are
    taken after the last step, and are nan where there are none. Accuracy is nan where numbers are
    predicted. `seconds` is how long the epoch took.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


def train(
    network: Network,
    rows: Rows,
    optimizer: Optimizer,
    epochs: int,
    *,
    batch_size: int | None = None,
    validation: Rows | None = None,
    l2: float | Sequence[float] = 0.0,
    seed: int = 0,
    epochs_done: int = 0,
) -> Iterator[Epoch]:
    """Train from epoch `epochs_done` + 1 to `epochs`, one `Epoch` record at a time.

    `network.theta` changes in place, so between two records the network is that of the last record.

    Args:
        network: what is to learn.
        rows: X and y to learn from, as `network.rows(X, y)` makes them.
        optimizer: takes the steps.
        epochs: passes over all rows.
        batch_size: rows for each step, shuffled anew in every epoch; None for all, one step an
            epoch.
        validation: other rows, evaluated after every epoch.
        l2: adds l2/2 times the sum of the squared weights (not biases) to what is minimised, the
            mean loss; one number, or one for each layer. With a `Centred` optimizer it is the
            weights in its coordinates that count. The losses reported are without it.
        seed: of the shuffling. How epoch 7 is shuffled does not depend on where training began.
        epochs_done: epochs that the network has behind it.

    Raises:
        InputError: a setting cannot be; rows that lie elsewhere are to be shuffled; or the numbers
            overflowed, in which case `network.theta` is of no more use; it says in which layer.
    """
    layers = len(network.layers)
    check_optimizer(network, optimizer)
    check_rows(network, rows, "rows")
    expect(is_count(epochs, 0), "epochs", epochs, "a whole number from 0 on")
    expect(is_count(epochs_done, 0), "epochs_done", epochs_done, "a whole number from 0 on")
    expect(is_count(seed, 0), "seed", seed, "a whole number from 0 on")
    sized = batch_size is None or is_count(batch_size)
    expect(sized, "batch_size", batch_size, "None or a whole number from 1 on")
    expect(is_l2(l2, layers), "l2", l2, f"a number from 0 on, or one for each of {layers} layers")
    if validation is not None:
        check_rows(network, validation, "validation")

    def batches(epoch: int) -> Iterable[Rows]:
        if batch_size is None:
            return [rows]
        return rows.batches(batch_size, np.random.default_rng([seed, epoch]))

    numbers, pull = range(epochs_done + 1, epochs + 1), strengths(l2, optimizer)
    return run_epochs(network, batches, validation, optimizer, pull, numbers)


def run_epochs(
    network: Network,
    batches: Callable[[int], Iterable[Rows]],
    validation: Rows | None,
    optimizer: Optimizer,
    l2: np.ndarray,
    numbers: Iterable[int],
) -> Iterator[Epoch]:
    """The loop itself: `batches` gives those of an epoch."""
    for epoch in numbers:
        started = time.perf_counter()
        before, counts = [], []
        with one_blas_thread:
            for batch in batches(epoch):
                before.append(step(network, optimizer, batch, l2, epoch))
                counts.append(batch.count)
            after = evaluate(network, validation) if validation else (NAN, NAN)
        if validation and not np.isfinite(after[0]):
            raise diverged(network, validation, epoch)
        loss, accuracy = np.average(before, axis=0, weights=counts).tolist()
        yield Epoch(epoch, loss, accuracy, *after, time.perf_counter() - started)


def step(
    network: Network, optimizer: Optimizer, batch: Rows, l2: np.ndarray, epoch: int
) -> tuple[float, float]:
    """Change the parameters by one step; mean loss and accuracy before it."""
    with quiet():
        loss, accuracy, gradient = loss_and_gradient(network, batch)
        if np.isfinite(loss):
            penalty = add_l2(network, gradient, l2)
            optimizer.step(network.theta, gradient, loss + penalty)
        if not (np.isfinite(loss) and np.isfinite(network.theta).all()):
            raise diverged(network, batch, epoch)
    return loss, accuracy


def loss_and_gradient(network: Network, rows: Rows) -> tuple[float, float, np.ndarray]:
    """Mean loss, accuracy and mean gradient over rows."""
    loss, count, gradient = rows.total(partial(slice_gradient, network))
    mean = (gradient / rows.count).astype(network.theta.dtype)
    return float(loss) / rows.count, float(count) / rows.count, mean


def slice_gradient(network: Network, part: Slice) -> tuple[float, float, np.ndarray]:
    """Loss, number of correct answers and gradient, each summed over the rows of a slice."""
    loss, p, gradient = network.loss_and_gradient(part.X, part.targets, part.columns)
    return loss, correct(network, p, part.targets), gradient


def evaluate(network: Network, rows: Rows) -> tuple[float, float]:
    """Mean loss and accuracy over rows."""
    loss, count = rows.total(partial(slice_loss, network))
    return float(loss) / rows.count, float(count) / rows.count


def slice_loss(network: Network, part: Slice) -> tuple[float, float]:
    """Loss and number of correct answers, each summed over the rows of a slice."""
    loss, p = network.loss(part.X, part.targets, part.columns)
    return loss, correct(network, p, part.targets)


def correct(network: Network, p: np.ndarray, targets: np.ndarray) -> float:
    """How many rows are predicted correctly; nan where numbers are predicted."""
    if network.output.correct is None:
        return NAN
    return float(np.count_nonzero(network.output.correct(p, targets)))


def diverged(network: Network, rows: Rows, epoch: int) -> InputError:
    """The sentence about numbers that are no longer finite."""
    return InputError(
        f"training diverged in epoch {epoch}: {overflow(network, rows)} not finite,"
        " expected a smaller learning rate or L2, or inputs nearer to 1"
    )


def overflow(network: Network, rows: Rows) -> str:
    """Where numbers stopped being finite: the first layer whose parameters or outputs are not."""
    for number, parameters in enumerate(network.parameters, start=1):
        if not all(np.isfinite(part).all() for part in parameters):
            return f"the parameters of layer {number} are"
    (counts,) = rows.total(partial(outputs_not_finite, network))
    for layer in np.flatnonzero(counts) + 1:
        return f"the outputs of layer {layer} are"
    return f"the loss that layer {len(network.layers)} ends in is"


def outputs_not_finite(network: Network, part: Slice) -> tuple[np.ndarray]:
    """(layers,) how many outputs of each layer overflow in a slice."""
    (_, *values), _ = network.forward(part.X, part.columns)
    return (np.array([np.count_nonzero(~np.isfinite(a)) for a in values]),)


def check_optimizer(network: Network, optimizer: Any) -> None:
    """Refuse what takes no steps, or has taken them elsewhere."""
    steps = hasattr(optimizer, "step") and not isinstance(optimizer, type)
    expect(steps, "optimizer", optimizer, "one like GradientDescent(0.1)")
    shapes = {np.shape(array)[-1:] for array in optimizer.state.values()}
    if not shapes <= {(), network.theta.shape}:
        raise InputError("the optimizer has stepped on another network, expected a new one")


def check_rows(network: Network, rows: Any, name: str) -> None:
    """Refuse X and y that `network.rows` has not laid out."""
    expect(hasattr(rows, "total"), name, type(rows), "rows like network.rows(X, y)")
    if rows.inputs != network.inputs:
        raise InputError(f"{name} have {rows.inputs} columns, but layer 1 expects {network.inputs}")
