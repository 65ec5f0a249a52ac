"""Ink without what is no part of a digit: dirt, ruled lines, and what only borders the picture."""

import numpy as np

from digits.pictures.components import JOINED, Components, connected_components, runs
from digits.pictures.dots import undotted
from digits.pictures.filters import maximum_filter

# A component of less than this share of the largest one's ink is dirt.
SPECK = 0.02
# What lies mostly within this share of the longer side from the picture's edge is the table under
# the sheet, a shadow or a neighbour cut off.
MARGIN = 0.06
# A line or grid runs across this share of the picture.
ACROSS = 0.95
# ... and leaves most of it bare, unlike a digit that fills its picture
BARE = 0.25
# Lines are fewer than this share of all rows; more are stripes, of which none is left to go by.
MOSTLY = 0.3
# What stays when edges and lines go has to be this share of the picture, or it stays all.
SMALLEST = 0.08


def cleaned(share: np.ndarray) -> np.ndarray:
    """Share of ink without margins, lines, ruled or dotted, and specks."""
    share = unruled(share)
    found = connected_components(share)
    if not len(found.ink):
        return np.zeros_like(share)
    keep = ~(at_edge(found) | across(found))
    sides = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1)
    if not (sides[keep] >= SMALLEST * max(share.shape)).any():
        keep[:] = True
    keep &= found.ink >= SPECK * found.ink[keep].max()
    kept = np.concatenate([[False], keep])[found.labels]
    return undotted(share * maximum_filter(kept, rim(share)), rim(share))


def rim(share: np.ndarray) -> int:
    """How many pixels wide the soft rim of a stroke is: more in a photo than in a small image."""
    return max(1, int(max(share.shape)) // 200)


def at_edge(found: Components) -> np.ndarray:
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


def across(found: Components) -> np.ndarray:
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
        if 0 < ruled.mean() < MOSTLY and not _any_thicker(ruled, len(share) // 60):
            share = _bridged(share, ruled)
        share = share.T
    return share


def _any_thicker(ruled: np.ndarray, most: int) -> bool:
    start, end = runs(ruled[None])
    return bool((end - start > most).any())


def _bridged(share: np.ndarray, ruled: np.ndarray) -> np.ndarray:
    """Rows that are ruled, and their soft rims, show what is both above and below them."""
    near = maximum_filter(ruled[:, None], 1)[:, 0]
    kept = np.flatnonzero(~near)
    at = np.arange(len(share))
    after = np.searchsorted(kept, at)
    above = kept[np.maximum(np.searchsorted(kept, at, "right") - 1, 0)]
    below = kept[np.minimum(after, len(kept) - 1)]
    return np.where(near[:, None], np.minimum(share[above], share[below]), share)
