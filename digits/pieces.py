"""Connected pieces of ink, and which of them are no part of a digit."""

from typing import NamedTuple

import numpy as np

from digits.windows import most_around

# A pixel from this share of full ink on joins pieces.
JOINED = 0.4
# A piece of less than this share of the largest one's ink is dirt.
SPECK = 0.02
# What lies mostly within this share of the longer side from the picture's edge is the table under
# the sheet, a shadow or a neighbour cut off.
MARGIN = 0.06
# A line or grid runs across this share of the picture.
ACROSS = 0.95
# ... and leaves most of it bare, unlike a digit that fills its picture
BARE = 0.25
# What stays when edges and lines go has to be this share of the picture, or it stays all.
SMALLEST = 0.08


class Pieces(NamedTuple):
    """Connected pieces of ink. Pixels of piece i have label i + 1, those of none 0."""

    labels: np.ndarray  # (height, width) int32
    ink: np.ndarray  # (n,) float64, in pixels that are all ink
    boxes: np.ndarray  # (n, 4) int64: top, left, bottom, right, the latter two exclusive


def pieces(share: np.ndarray) -> Pieces:
    """The connected pieces of (height, width) float32 share of ink."""
    mask = share >= JOINED
    labels = connected(mask)
    which, count = labels[mask] - 1, labels.max(initial=0)
    boxes = np.tile(np.array([*mask.shape, 0, 0]), (count, 1))
    for axis, at in enumerate(np.nonzero(mask)):
        np.minimum.at(boxes[:, axis], which, at)
        np.maximum.at(boxes[:, axis + 2], which, at + 1)
    return Pieces(labels, np.bincount(which, share[mask], count), boxes)


def connected(mask: np.ndarray) -> np.ndarray:
    """(height, width) int32: 0 where mask is False, 1 to n in the n pieces of it.

    Pixels hang together along edges and corners. The runs of each row are found first; then each
    run and the ones below that touch it are given the least of their names until all agree.
    """
    start, end = _runs(mask)
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


def _runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def cleaned(share: np.ndarray) -> np.ndarray:
    """Share of ink without margins, lines and specks."""
    share = unruled(share)
    found = pieces(share)
    if not len(found.ink):
        return np.zeros_like(share)
    keep = ~(at_edge(found) | across(found))
    sides = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1)
    if not (sides[keep] >= SMALLEST * max(share.shape)).any():
        keep[:] = True
    keep &= found.ink >= SPECK * found.ink[keep].max()
    kept = np.concatenate([[False], keep])[found.labels]
    cleaned: np.ndarray = share * most_around(kept, rim(share))
    return cleaned


def rim(share: np.ndarray) -> int:
    """How many pixels wide the soft rim of a stroke is: more in a photo than in a small image."""
    return max(1, int(max(share.shape)) // 200)


def at_edge(found: Pieces) -> np.ndarray:
    """(n,) bool: touches the picture's edge and stays close to it."""
    height, width = found.labels.shape
    margin = max(1, round(MARGIN * max(height, width)))
    count = len(found.ink) + 1
    area = np.bincount(found.labels.reshape(-1), minlength=count)
    inner = found.labels[margin:-margin, margin:-margin]
    inner = np.bincount(inner.reshape(-1), minlength=count)
    touches: np.ndarray = (found.boxes == [0, 0, height, width]).any(axis=1)
    touches &= (inner < 0.2 * area)[1:]
    return touches


def across(found: Pieces) -> np.ndarray:
    """(n,) bool: a line or a grid from one side of the picture to the other, or a bar along it."""
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    spans: np.ndarray = (sides >= ACROSS * np.array(found.labels.shape)).any(axis=1)
    bar = (found.boxes == [0, 0, *found.labels.shape]).sum(axis=1) >= 3
    spans &= bar | (found.ink < BARE * sides.prod(axis=1))
    return spans


def unruled(share: np.ndarray) -> np.ndarray:
    """Share of ink without straight lines from one side of the picture to the other.

    Lines are thin: in a picture of less than 60 pixels a row of ink is as likely a digit's foot.
    """
    for _ in range(2):
        ruled = (share >= JOINED).mean(axis=1) >= ACROSS
        if ruled.any() and not _any_thicker(ruled, len(share) // 60):
            share = _bridged(share, ruled)
        share = share.T
    return share


def _any_thicker(ruled: np.ndarray, most: int) -> bool:
    start, end = _runs(ruled[None])
    return bool((end - start > most).any())


def _bridged(share: np.ndarray, ruled: np.ndarray) -> np.ndarray:
    """Rows that are ruled, and their soft rims, show what is both above and below them."""
    near = most_around(ruled[:, None], 1)[:, 0]
    kept = np.flatnonzero(~near)
    at = np.arange(len(share))
    after = np.searchsorted(kept, at)
    above = kept[np.maximum(np.searchsorted(kept, at, "right") - 1, 0)]
    below = kept[np.minimum(after, len(kept) - 1)]
    return np.where(near[:, None], np.minimum(share[above], share[below]), share)
