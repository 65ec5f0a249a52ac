"""Connected components of ink."""

from typing import NamedTuple

import numpy as np

# A pixel from this share of full ink on joins components.
JOINED = 0.4


class Components(NamedTuple):
    """Connected components of ink. Pixels of component i have label i + 1, those of none 0."""

    labels: np.ndarray  # (height, width) int32
    ink: np.ndarray  # (n,) float64, in pixels that are all ink
    boxes: np.ndarray  # (n, 4) int64: top, left, bottom, right, the latter two exclusive


def connected_components(share: np.ndarray) -> Components:
    """The connected components of (height, width) float32 share of ink."""
    mask = share >= JOINED
    labels = labels_of(mask)
    which, count = labels[mask] - 1, labels.max(initial=0)
    boxes = np.tile(np.array([*mask.shape, 0, 0]), (count, 1))
    for axis, at in enumerate(np.nonzero(mask)):
        np.minimum.at(boxes[:, axis], which, at)
        np.maximum.at(boxes[:, axis + 2], which, at + 1)
    return Components(labels, np.bincount(which, share[mask], count), boxes)


def labels_of(mask: np.ndarray) -> np.ndarray:
    """(height, width) int32: 0 where mask is False, 1 to n in the n components of it.

    Pixels hang together along edges and corners. The runs of each row are found first; then each
    run and the ones below that touch it are given the least of their names until all agree.
    """
    start, end = runs(mask)
    upper, lower = _touching(start, end, mask.shape[1] + 1)
    name = np.arange(len(start))
    while (differ := name[upper] != name[lower]).any():
        upper, lower = upper[differ], lower[differ]
        least = np.minimum(name[upper], name[lower])
        for side in (upper, lower):
            np.minimum.at(name, name[side], least)
        while (name[name] != name).any():  # a name is itself a run: follow it to its first
            name = name[name]
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(np.unique(name, return_inverse=True)[1] + 1, end - start)
    return labels


def runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and past-the-last places of all runs, of rows laid end to end, a pixel apart."""
    rows = np.pad(mask, ((0, 0), (0, 1))).reshape(-1).view(np.int8)
    change = np.diff(rows, prepend=np.int8(0))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _touching(start: np.ndarray, end: np.ndarray, below: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of runs where the second lies in the next row, and side by side or at a corner."""
    first = np.searchsorted(end, start + below, "left")
    count = np.maximum(np.searchsorted(start, end + below, "right") - first, 0)
    upper = np.repeat(np.arange(len(start)), count)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(count) - count - first, count)
    return upper, lower
