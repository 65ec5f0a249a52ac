"""Copies of training images as other hands might have drawn them."""

from collections.abc import Callable

import numpy as np

from digits.dataset import PIXELS, SIDE
from digits.parallel import THREADS, row_slices, thread_map
from digits.preprocessing.resample import sample

Copy = Callable[[np.ndarray, np.random.Generator], np.ndarray]
# Rows of a slice; each slice has random numbers of its own, so threads change nothing.
SLICE_ROWS = 1000


def elastic(
    images: np.ndarray,
    rng: np.random.Generator,
    distance: float,
    smoothness: float,
    *,
    slice_rows: int = SLICE_ROWS,
    threads: int = THREADS,
) -> np.ndarray:
    """Copies bent like rubber: every pixel is displaced by smooth noise of its own image.

    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis", 2003, with the distance given directly instead of a noise amplitude.

    Args:
        images: (N, 784) uint8.
        rng: where the noise comes from; the same state gives the same copies.
        distance: root mean square displacement along each axis, in pixels.
        smoothness: standard deviation of the Gaussian that smooths the noise, in pixels.
        slice_rows: rows that share a stream of random numbers; others give other copies.
        threads: change nothing but the time it takes.

    Returns:
        (N, 784) uint8.
    """
    at = np.arange(SIDE, dtype=np.float32)

    def bent(ink: np.ndarray, own_rng: np.random.Generator) -> np.ndarray:
        dy, dx = displacement(own_rng, len(ink), distance, smoothness)
        return sample(ink, at[:, None] + dy, at + dx)

    return copied(images, rng, bent, slice_rows, threads)


def copied(
    images: np.ndarray, rng: np.random.Generator, copy: Copy, slice_rows: int, threads: int
) -> np.ndarray:
    """(N, 784) uint8 copies; `copy` makes those of (n, 28, 28) float32 ink, 0 to 255."""
    copies = np.empty_like(images)
    slices = row_slices(len(images), slice_rows)

    def fill(part: tuple[slice, np.random.Generator]) -> None:
        rows, own_rng = part
        ink = images[rows].reshape(-1, SIDE, SIDE).astype(np.float32)
        copies[rows] = np.rint(copy(ink, own_rng)).reshape(-1, PIXELS)

    thread_map(fill, list(zip(slices, rng.spawn(len(slices)), strict=True)), threads)
    return copies


def displacement(
    rng: np.random.Generator, count: int, distance: float, smoothness: float
) -> np.ndarray:
    """(2, count, 28, 28) float32 smooth noise in pixels: along y, and along x."""
    smooth = smoothing(smoothness)
    noise = rng.standard_normal((2, count, SIDE, SIDE), dtype=np.float32)
    displaced: np.ndarray = smooth @ noise @ smooth.T * np.float32(distance)
    return displaced


def smoothing(deviation: float) -> np.ndarray:
    """(28, 28) float32: smooths a column of noise by a Gaussian and keeps its variance at 1."""
    at = np.arange(SIDE)
    weights = np.exp(-0.5 * ((at[:, None] - at) / deviation) ** 2)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return weights.astype(np.float32)
