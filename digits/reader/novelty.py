"""Whether an image is a digit at all: the opinion of a second network.

A network that has to name one of ten digits calls a letter one of them, too, and may be sure of it.
So a second one is asked, of ten sigmoids: of each digit for itself it says whether the image is
one. It has learned from the same rows, and from letters, signs and scribbles that are none of the
ten. (Learning from outliers: Hendrycks, Mazeika and Dietterich, "Deep anomaly detection with
outlier exposure", 2019.)
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from digits.dataset import CLASSES, PIXELS
from digits.network import LBFGS, Dense, Network
from digits.network.batches import Batch, Slice, full_batch
from digits.network.centring import centred_on
from digits.network.functions import one_hot
from digits.network.l2 import strengths
from digits.network.training import Map, run_epochs
from digits.parallel import Progress, silent, thread_map
from digits.reader.principal import rounded, rows_of, thinned

UNITS = 64  # of its hidden layer
LAYERS = (Dense(UNITS, "sigmoid"), Dense(CLASSES, "sigmoid"))
L2 = 1e-4
DIGITS, FEWEST = 2, 10_000  # rows to learn from: for each outlier, and at least
JUDGED = 20_000  # rows that the limit is told from
ACCEPTED = 0.985  # share of the right answers that are kept
NEAR = 0.1  # first step of L-BFGS from what is near already
BINS = 10_000  # that the likeness, from 0 to 1, is counted in

# Applies a function of a slice to some slices, wherever they are, and gives tuples to be added up.
Spread = Callable[[Callable[[Slice], Any]], Iterable[Any]]


class Novelty(NamedTuple):
    """What a second network has learned, and what an image has to be for it."""

    network: Network  # of `LAYERS`
    limit: np.ndarray  # () float32, the least likeness of an image that is a digit

    def likeness(self, images: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N,) float32, how likely each image is a digit, and the one that a reader calls it.

        Args:
            images: (N, 784) uint8, as the reader's network takes them.
            probabilities: (N, 10) that it gives them.
        """
        labels = probabilities.argmax(axis=1)
        own = self.network.probabilities(images)
        likely: np.ndarray = (probabilities * own)[np.arange(len(labels)), labels]
        return likely


def fit(
    reads: Network,
    images: np.ndarray,
    labels: np.ndarray,
    outliers: np.ndarray,
    epochs: int,
    progress: Progress = silent,
    *,
    judged: int | None = None,
    start: Network | None = None,
) -> Novelty:
    """What tells (N, 784) uint8 images with their (N,) labels from (M, 784) that are no digits.

    Args:
        reads: the network whose answers are to be doubted.
        images, labels, outliers: as that network takes them.
        epochs: passes over what is learned from.
        progress: is told how far it has come.
        judged: how many of the first rows the limit is told from; None for all.
        start: a second network that is near already; it stays as it is.
    """

    def every(step: int, first: int = 0, rows: int | None = None) -> Spread:
        some = slice(first, rows, step)
        batch = full_batch(images[some], one_hot(labels[some], CLASSES))
        return lambda function: thread_map(function, batch.slices)

    step = steps_to(len(images), max(FEWEST, DIGITS * len(outliers)))
    learned = learn(every(step), outliers, epochs, progress, start)
    judged = judged or len(images)
    first = min(1, judged - 1)  # not those that it has learned from, where there are others
    return limited(learned, reads, every(steps_to(judged, JUDGED), first, judged))


def fit_slices(
    reads: Network,
    map: Map,
    rows: int,
    slices: Sequence[Any],
    outliers: np.ndarray,
    epochs: int,
    progress: Progress = silent,
) -> Novelty:
    """`fit`, of rows that may lie elsewhere: only sums over their slices are asked for.

    Args:
        map: gives such a sum, as one result, of the slices or what stands for them.
        rows: how many there are in all.
    """

    def every(step: int) -> Spread:
        return lambda function: map(partial(thinned, function, step, 0), slices)

    step = steps_to(rows, max(FEWEST, DIGITS * len(outliers)))
    learned = learn(every(step), outliers, epochs, progress)
    return limited(learned, reads, every(steps_to(rows, JUDGED)))


def steps_to(rows: int, wanted: int) -> int:
    """The step from one row to the next that makes not many more than are wanted of all."""
    return max(1, rows // wanted)


def learn(
    digits: Spread,
    outliers: np.ndarray,
    epochs: int,
    progress: Progress,
    start: Network | None = None,
) -> Network:
    """The second network, as it is stored, so that it is measured as it is."""
    network = new_network()
    if start is not None:
        network.theta[:] = start.theta
    own = full_batch(outliers, np.zeros((len(outliers), CLASSES), np.float32)).slices
    own = own if len(outliers) else []

    def both(function: Callable[[Slice], Any], _: Sequence[Any]) -> Iterable[Any]:
        return [*digits(function), *thread_map(function, own)]

    rows, sums = (sum(parts) for parts in zip(*both(column_sums, []), strict=True))
    optimizer = centred_on(LBFGS(1.0 if start is None else NEAR), network, sums / rows)
    batches = [Batch(int(rows), [])]
    pull = strengths(L2, optimizer)
    for record in run_epochs(
        network, lambda epoch: batches, None, optimizer, pull, range(1, epochs + 1), both
    ):
        progress("learning to doubt", record.epoch / epochs)
    network.theta[:] = rounded(network.theta)
    return network


def new_network() -> Network:
    """The second network before it has learned anything."""
    return Network(PIXELS, LAYERS, np.random.default_rng(0), input_scale=1 / 255)


def limited(network: Network, reads: Network, digits: Spread) -> Novelty:
    """The novelty whose limit keeps the share `ACCEPTED` of right answers."""
    novelty = Novelty(network, np.array(0, np.float32))
    counts = sum(found for (found,) in digits(partial(likeness_counts, novelty, reads)))
    below = np.cumsum(counts)
    limit = np.searchsorted(below, (1 - ACCEPTED) * below[-1]) / BINS
    return novelty._replace(limit=np.array(limit, np.float32))


def column_sums(part: Slice) -> tuple[float, np.ndarray]:
    """How many rows a slice has, and the (784,) sums of their columns."""
    sums = np.zeros(PIXELS)
    sums[part.columns] = part.X.sum(axis=0, dtype=np.float64)
    return float(len(part.X)), sums


def likeness_counts(novelty: Novelty, reads: Network, part: Slice) -> tuple[np.ndarray]:
    """(BINS,) how many rows of a slice that are read right have which likeness."""
    images, labels = rows_of(part, PIXELS)
    probabilities = reads.probabilities(images)
    right = probabilities.argmax(axis=1) == labels
    likely = novelty.likeness(images, probabilities)[right]
    return (np.bincount((likely * BINS).astype(int).clip(0, BINS - 1), minlength=BINS),)
