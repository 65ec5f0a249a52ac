"""Copies of training images as they are kept elsewhere: askew, squeezed or stretched, or coarse."""

import numpy as np

from digits.dataset import SIDE
from digits.parallel import THREADS
from digits.pictures.enlarging import enlarged
from digits.pictures.mnist_like import mnist_like
from digits.preprocessing.elastic import SLICE_ROWS, copied, displacement
from digits.preprocessing.resample import sample

TURN = 10.0  # standard deviation of the angle, in degrees: paper is seldom laid down more askew
# Width by height, of what was written: old collections have digits that fill a square, whatever
# they were. Pictures of still narrower ones are widened as they are read.
WIDTHS = (0.5, 1.6)
STRETCHED = 0.5  # share of the copies
# Small displays and scanners of old: this share of the copies is brought down to a few pixels.
COARSE, SIDES = 1 / 3, (8, 17)  # from, and below this many along either side
# Share of these that have no grey, if they are of so many pixels that they can do without.
BLACK_AND_WHITE, ENOUGH = 0.4, 12
FULL = 0.4  # of the darkest pixel; from there on a pixel without grey is ink
# As other hands bend what they write, so that a copy is not its image once more.
DISTANCE, SMOOTHNESS = 0.6, 4.0


def reshaped(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    slice_rows: int = SLICE_ROWS,
    threads: int = THREADS,
) -> np.ndarray:
    """Each image turned by some degrees; some are stretched, and some brought to large pixels.

    Args:
        images: (N, 784) uint8.
        rng: the same state gives the same copies.
        slice_rows: rows that share a stream of random numbers; others give other copies.
        threads: change nothing but the time it takes.

    Returns:
        (N, 784) uint8, as `digits.read_picture` gives them where they are coarse.
    """
    return copied(images, rng, as_elsewhere, slice_rows, threads)


def as_elsewhere(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Copies of (n, 28, 28) float32 ink, 0 to 255."""
    count = len(ink)
    turn = np.deg2rad(rng.normal(0, TURN, count))
    width = np.exp(rng.uniform(np.log(WIDTHS[0]), np.log(WIDTHS[1]), count))
    width[rng.random(count) >= STRETCHED] = 1
    copies = sample(ink, *places(turn, width, displacement(rng, count, DISTANCE, SMOOTHNESS)))
    copies *= 255 / np.maximum(copies.max(axis=(1, 2), keepdims=True), 1)
    for i in np.flatnonzero(rng.random(count) < COARSE):
        side = int(rng.integers(*SIDES))
        small = coarse(copies[i] / 255, side)
        if side >= ENOUGH and rng.random() < BLACK_AND_WHITE:
            small = (small > FULL * small.max()).astype(np.float32)
        copies[i] = mnist_like(enlarged(small))
    return copies


def places(turn: np.ndarray, width: np.ndarray, bend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of the copies lies in its image: y and x, (n, 28, 28) float32 in pixels.

    Args:
        turn: (n,) in radians.
        width: (n,) by the height. Wide digits are as wide as before, and lower.
        bend: (2, n, 28, 28) in pixels.
    """
    away = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    turn, width = (a.astype(np.float32)[:, None, None] for a in (turn, width))
    v, u = away[:, None] * np.maximum(width, 1), away / np.minimum(width, 1)
    y, x = np.cos(turn) * v - np.sin(turn) * u, np.sin(turn) * v + np.cos(turn) * u
    middle = np.float32((SIDE - 1) / 2)
    return y + middle + bend[0], x + middle + bend[1]


def coarse(share: np.ndarray, side: int) -> np.ndarray:
    """(28, 28) share of ink as the (side, side) means of what lies in each larger pixel."""
    edges, at = np.arange(side + 1) * SIDE / side, np.arange(SIDE)
    inside = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    mean = (np.clip(inside, 0, None) * side / SIDE).astype(np.float32)
    small: np.ndarray = mean @ share @ mean.T
    return small
