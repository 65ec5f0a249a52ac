"""The training loop: the gradient of a batch, one step, and one record per epoch."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from digits.errors import InputError, expect, is_count
from digits.network.batches import Batch, Slice, full_batch, mini_batches
from digits.network.l2 import add_l2, is_l2, strengths
from digits.network.network import Network
from digits.network.optimizers import Optimizer
from digits.parallel import thread_map

NAN = float("nan")
# Applies a function to each slice of a batch and gives the results in the slices' order, as `map`
# does: in threads, in processes, or on other machines. As they are only added up, it may add up
# some of them itself, or all.
Map = Callable[[Callable[[Slice], Any], Sequence[Any]], Iterable[Any]]


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
    X: np.ndarray,
    y: np.ndarray,
    optimizer: Optimizer,
    epochs: int,
    *,
    batch_size: int | None = None,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    l2: float | Sequence[float] = 0.0,
    seed: int = 0,
    epochs_done: int = 0,
    map: Map = thread_map,
) -> Iterator[Epoch]:
    """Train from epoch `epochs_done` + 1 to `epochs`, one `Epoch` record at a time.

    `network.theta` changes in place, so between two records the network is that of the last record.

    Args:
        network: what is to learn.
        X: (N, inputs) numbers.
        y: (N,) labels or numbers, as `Network.examples` takes them.
        optimizer: takes the steps.
        epochs: passes over all rows.
        batch_size: rows for each step, shuffled anew in every epoch; None for all, one step an
            epoch.
        validation: another (X, y), evaluated after every epoch.
        l2: adds l2/2 times the sum of the squared weights (not biases) to what is minimised, the
            mean loss; one number, or one for each layer. With a `Centred` optimizer it is the
            weights in its coordinates that count. The losses reported are without it.
        seed: of the shuffling. How epoch 7 is shuffled does not depend on where training began.
        epochs_done: epochs that the network has behind it.
        map: applies `slice_gradient` and `slice_loss`, each with the network, to all slices of a
            batch. Whatever it is, the same slices give the same bits.

    Raises:
        InputError: X or y do not fit the network, or the numbers overflowed, in which case
            `network.theta` is of no more use; it says in which layer.
    """
    layers = len(network.layers)
    pair = isinstance(validation, tuple) and len(validation) == 2
    check_optimizer(network, optimizer)
    expect(is_count(epochs, 0), "epochs", epochs, "a whole number from 0 on")
    expect(is_count(epochs_done, 0), "epochs_done", epochs_done, "a whole number from 0 on")
    expect(is_count(seed, 0), "seed", seed, "a whole number from 0 on")
    sized = batch_size is None or is_count(batch_size)
    expect(sized, "batch_size", batch_size, "None or a whole number from 1 on")
    expect(is_l2(l2, layers), "l2", l2, f"a number from 0 on, or one for each of {layers} layers")
    expect(validation is None or pair, "validation", validation, "None or a pair (X, y)")
    X, targets = network.examples(X, y)
    held_out = None if validation is None else full_batch(*network.examples(*validation))
    numbers, pull = range(epochs_done + 1, epochs + 1), strengths(l2, optimizer)
    if batch_size is None:
        whole = [full_batch(X, targets)]
        return run_epochs(network, lambda epoch: whole, held_out, optimizer, pull, numbers, map)

    def shuffled(epoch: int) -> Iterator[Batch]:
        return mini_batches(X, targets, batch_size, np.random.default_rng([seed, epoch]))

    return run_epochs(network, shuffled, held_out, optimizer, pull, numbers, map)


def run_epochs(
    network: Network,
    batches: Callable[[int], Iterable[Batch]],
    held_out: Batch | None,
    optimizer: Optimizer,
    l2: np.ndarray,
    numbers: Iterable[int],
    map: Map,
) -> Iterator[Epoch]:
    """The loop itself: `batches` gives those of an epoch."""
    for epoch in numbers:
        started = time.perf_counter()
        before, rows = [], []
        for batch in batches(epoch):
            before.append(step(network, optimizer, batch, l2, epoch, map))
            rows.append(batch.rows)
        loss, accuracy = np.average(before, axis=0, weights=rows).tolist()
        after = evaluate(network, held_out, map) if held_out else (NAN, NAN)
        if held_out and not np.isfinite(after[0]):
            raise diverged(network, held_out, epoch)
        yield Epoch(epoch, loss, accuracy, *after, time.perf_counter() - started)


def step(
    network: Network, optimizer: Optimizer, batch: Batch, l2: np.ndarray, epoch: int, map: Map
) -> tuple[float, float]:
    """Change the parameters by one step; mean loss and accuracy before it."""
    with quiet():
        loss, accuracy, gradient = loss_and_gradient(network, batch, map)
        if np.isfinite(loss):
            penalty = add_l2(network, gradient, l2)
            optimizer.step(network.theta, gradient, loss + penalty)
        if not (np.isfinite(loss) and np.isfinite(network.theta).all()):
            raise diverged(network, batch, epoch)
    return loss, accuracy


def loss_and_gradient(
    network: Network, batch: Batch, map: Map = thread_map
) -> tuple[float, float, np.ndarray]:
    """Mean loss, accuracy and mean gradient over a batch, summed slice by slice in order."""
    total_loss, total_correct, total_gradient = 0.0, 0.0, np.zeros_like(network.theta)
    for loss, count, gradient in map(partial(slice_gradient, network), batch.slices):
        total_loss += loss
        total_correct += count
        total_gradient += gradient
    n = batch.rows
    return total_loss / n, total_correct / n, total_gradient / n


def slice_gradient(network: Network, part: Slice) -> tuple[float, float, np.ndarray]:
    """Loss, number of correct answers and gradient, each summed over the rows of a slice."""
    with quiet():
        loss, p, gradient = network.loss_and_gradient(*part)
        return loss, correct(network, p, part.targets), gradient


def evaluate(network: Network, batch: Batch, map: Map = thread_map) -> tuple[float, float]:
    """Mean loss and accuracy over all rows of a batch."""
    losses, counts = zip(*map(partial(slice_loss, network), batch.slices), strict=True)
    return sum(losses) / batch.rows, sum(counts) / batch.rows


def slice_loss(network: Network, part: Slice) -> tuple[float, float]:
    """Loss and number of correct answers, each summed over the rows of a slice."""
    with quiet():
        loss, p = network.loss(*part)
        return loss, correct(network, p, part.targets)


def correct(network: Network, p: np.ndarray, targets: np.ndarray) -> float:
    """How many rows are predicted correctly; nan where numbers are predicted."""
    if network.output.correct is None:
        return NAN
    return float(np.count_nonzero(network.output.correct(p, targets)))


def quiet() -> np.errstate:
    """`step` finds what overflows, and tells it in a sentence."""
    return np.errstate(over="ignore", invalid="ignore")


def diverged(network: Network, batch: Batch, epoch: int) -> InputError:
    """The sentence about numbers that are no longer finite."""
    return InputError(
        f"training diverged in epoch {epoch}: {overflow(network, batch)} not finite,"
        " expected a smaller learning rate or L2, or inputs nearer to 1"
    )


def overflow(network: Network, batch: Batch) -> str:
    """Where numbers stopped being finite: the first layer whose parameters or outputs are not."""
    for number, parameters in enumerate(network.parameters, start=1):
        if not all(np.isfinite(part).all() for part in parameters):
            return f"the parameters of layer {number} are"
    for part in batch.slices:
        if not isinstance(part, Slice):  # it lies elsewhere
            break
        with quiet():
            (_, *values), _ = network.forward(part.X, part.columns)
        for number, a in enumerate(values, start=1):
            if not np.isfinite(a).all():
                return f"the outputs of layer {number} are"
    return f"the loss that layer {len(network.layers)} ends in is"


def check_optimizer(network: Network, optimizer: Any) -> None:
    """Refuse what takes no steps, or has taken them elsewhere."""
    steps = hasattr(optimizer, "step") and not isinstance(optimizer, type)
    expect(steps, "optimizer", optimizer, "one like GradientDescent(0.1)")
    shapes = {np.shape(array)[-1:] for array in optimizer.state.values()}
    if not shapes <= {(), network.theta.shape}:
        raise InputError("the optimizer has stepped on another network, expected a new one")
