"""Whether an answer is to be relied on: the opinion of a second network.

A network that has to name one of ten digits calls a letter one of them, too, and may be sure of it.
So a second network, with ten sigmoids, is asked: for each digit by itself, is this image one? It
has learned from digits, and from letters, signs, scribbles and pieces that are none of the ten.
(Learning from outliers: Hendrycks, Mazeika and Dietterich, "Deep anomaly detection with outlier
exposure", 2019.) It ships with the package and serves every reader. How likely a digit must be is
measured for each reader on the rows that it has learned from.
"""

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digits.dataset import CLASSES, PIXELS
from digits.network import LBFGS, Dense, Network, centred, train
from digits.network.functions import one_hot
from digits.network.layers import parameter_count
from digits.network.rows import Rows, Slice, every_column, rows_given
from digits.parallel import Progress, silent
from digits.places import DOUBT
from digits.reader import checkpoints
from digits.reader.checkpoints import Array, Kind
from digits.reader.rows import Transform

LAYERS = (Dense(64, "sigmoid"), Dense(CLASSES, "sigmoid"))
L2 = 1e-4
NEAR = 0.1  # first step of L-BFGS from what is near already
# What is stored are whole multiples of 1 / FINENESS, which pack into half the bytes.
FINENESS = 512
JUDGED = 20_000  # rows that the limit is measured on, if there are so many
ACCEPTED = 0.985  # share of the right answers that are kept
TRUSTED = 0.95  # share of the answers that are kept that are right, at least
BINS = 10_000  # that the likeness, from 0 to 1, is counted in
NOTHING = 1 + 1 / BINS  # a limit that no likeness comes up to


class Doubt(NamedTuple):
    """What an image has to be for an answer to be relied on."""

    network: Network | None  # of `LAYERS`; None for what it knows nothing about
    limit: float  # the least likeness of an image that is a digit

    def likeness(self, images: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N,) float32, how likely each image is a digit, and the one that a reader calls it.

        0 where the reader finds the others together likelier.

        Args:
            images: (N, 784) uint8 in canonical pose.
            probabilities: (N, 10) that the reader's network gives them.
        """
        likely = probabilities.max(axis=1, initial=0)
        likely = np.where(likely > 0.5, likely, np.float32(0))
        if self.network is None:
            return likely
        likely *= own(self.network, images, probabilities.argmax(axis=1))
        return likely


def own(network: Network, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N,) float32, what a second network says of each image being the digit of its label."""
    says: np.ndarray = network.probabilities(images)[np.arange(len(labels)), labels]
    return says


NO_DOUBT = Doubt(None, 0.0)  # relies on every answer


def limited(network: Network | None, reads: Network, rows: Rows, pose: Transform) -> Doubt:
    """The doubt of one reader, its limit measured on rows that were given it to learn from.

    The limit is the highest that keeps the share `ACCEPTED` of the right answers, or where that is
    not enough, the next with which the share `TRUSTED` of all that it keeps are right; if there is
    none, `NOTHING`.

    Args:
        network: the second network, if it knows such rows.
        reads: the network of the reader.
        rows: as that network takes them.
        pose: brings them from there into canonical pose.
    """
    (given,) = rows.total(rows_given)
    step = max(1, int(given) // JUDGED)
    found = rows.total(partial(likeness_counts, Doubt(network, 0.0), reads, pose, step))
    right, kept = (counts[::-1].cumsum()[::-1] for counts in found)  # from each bin on
    first = int(np.count_nonzero(right >= ACCEPTED * right[0])) - 1
    good = np.flatnonzero((right >= TRUSTED * kept) & (kept > 0))
    enough = good[good >= max(1, first)]  # a likeness of 0 is never enough
    return Doubt(network, float(enough[0] / BINS if len(enough) else NOTHING))


def likeness_counts(
    doubt: Doubt, reads: Network, pose: Transform, step: int, part: Slice
) -> tuple[np.ndarray, np.ndarray]:
    """(BINS,) how many of every `step`th row have which likeness: of those read right, of all."""
    if not part.given:
        return np.zeros(BINS), np.zeros(BINS)
    images = every_column(part, PIXELS)[::step]
    probabilities = reads.probabilities(images)
    right = probabilities.argmax(axis=1) == part.targets[::step].argmax(axis=1)
    bins = (doubt.likeness(pose(images), probabilities) * BINS).astype(int).clip(0, BINS - 1)
    return np.bincount(bins[right], minlength=BINS), np.bincount(bins, minlength=BINS)


def learn(
    images: np.ndarray,
    labels: np.ndarray,
    outliers: np.ndarray,
    epochs: int,
    progress: Progress = silent,
    start: Network | None = None,
) -> Network:
    """A second network that tells (N, 784) uint8 digits, with their labels, from (M, 784) outliers.

    Args:
        images, labels, outliers: in canonical pose.
        epochs: passes over all of them.
        progress: is told how far it has come.
        start: a second network that is near already; it stays as it is.
    """
    network = new_network() if start is None else network_of(start.theta)
    X = np.concatenate([images, outliers])
    y = np.concatenate([one_hot(labels, CLASSES), np.zeros((len(outliers), CLASSES))])
    rows = network.rows(X, y)
    optimizer = centred(LBFGS(1.0 if start is None else NEAR), network, rows)
    for record in train(network, rows, optimizer, epochs, l2=L2):
        progress("learning to doubt", record.epoch / epochs)
    network.theta[:] = rounded(network.theta)
    return network


def new_network() -> Network:
    """The second network before it has learned anything."""
    return Network(PIXELS, LAYERS, np.random.default_rng(0), input_scale=1 / 255)


def rounded(values: np.ndarray) -> np.ndarray:
    """float32 values to multiples of 1 / FINENESS that float16 can hold: the nearest up to 4."""
    whole = np.rint(values * FINENESS) / np.float32(FINENESS)
    stored: np.ndarray = whole.astype(np.float16).astype(np.float32)
    return stored


def fingerprint(network: Network) -> str:
    """What tells a second network from others."""
    return hashlib.sha256(network.theta.astype(np.float16).tobytes()).hexdigest()[:16]


def save(path: Path, network: Network) -> None:
    """Write a second network to a file."""
    checkpoints.write(path, KIND, {}, {"theta": network.theta.astype(np.float16)})


@cache
def shipped() -> Network:
    """The second network that comes with the package."""
    _, arrays = checkpoints.read(DOUBT, KIND)
    return network_of(arrays["theta"])


def network_of(theta: np.ndarray) -> Network:
    """The second network with these parameters."""
    network = new_network()
    network.theta[:] = theta
    return network


PARAMETERS = Array((parameter_count(PIXELS, LAYERS),), np.float16)
KIND = Kind("second network", {}, lambda header: {"theta": PARAMETERS})
