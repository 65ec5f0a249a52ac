"""Where the digits of a number are: components of ink gathered and parted, left to right."""

import numpy as np

from digits.pictures.cleaning import rim
from digits.pictures.components import JOINED, connected_components
from digits.pictures.filters import maximum_filter

# Components are of one digit if the narrower is covered by the other, left to right, by this share.
COVERED = 0.5
# ... or by any share, if they share less than this of the shorter one's rows: a broken 3.
BESIDE = 0.3
# A component of less than this share of the tallest one's height belongs to its nearest neighbour.
PART = 0.4
# A digit wider than this many times its height is taken to be two that touch ...
WIDE = 1.2
# ... if the cut runs through less than this share of the height in ink, and either half is at
# least this share as tall as both.
THIN, TALL = 0.15, 0.7
# What a cut pays to move aside by a column, in pixels of ink: it is straight where that is free.
ASIDE = 0.05


def find_digits(share: np.ndarray) -> list[np.ndarray]:
    """The ink of each digit of a cleaned (height, width) share of ink, left to right.

    Each is as large as the picture and blank elsewhere, so it can go where a picture's ink goes.
    """
    found = connected_components(share)
    digits = []
    for group in gathered(found.boxes):
        own = np.isin(found.labels, np.array(group) + 1)
        near = maximum_filter(own, rim(share)) & (own | (found.labels == 0))
        digits += parted(np.where(near, share, 0))
    return digits


def several(share: np.ndarray) -> bool:
    """Whether a cleaned share of ink shows more than one digit."""
    return len(find_digits(share)) > 1


def gathered(boxes: np.ndarray) -> list[list[int]]:
    """Numbers of the boxes that make up each digit, left to right."""
    groups = [[i] for i in np.argsort(boxes[:, 1])]
    tallest = max((boxes[:, 2] - boxes[:, 0]), default=0)
    while (pair := _to_join(boxes, groups, tallest)) is not None:
        first, second = pair
        groups[first] += groups.pop(second)
    return groups


def _to_join(boxes: np.ndarray, groups: list[list[int]], tallest: int) -> tuple[int, int] | None:
    """The first two groups that are one digit, or None."""
    spans = [_span(boxes[group]) for group in groups]
    for first in range(len(spans)):
        for second in range(first + 1, len(spans)):
            if _of_one_digit(spans[first], spans[second]):
                return first, second
    small = [i for i, span in enumerate(spans) if span[2] - span[0] < PART * tallest]
    if not small or len(spans) == 1:
        return None
    gaps = [_gap(spans[small[0]], span) for span in spans]
    gaps[small[0]] = np.inf
    first, second = sorted((small[0], int(np.argmin(gaps))))
    return first, second


def _of_one_digit(a: np.ndarray, b: np.ndarray) -> bool:
    """One covers most of the other from above, or at least some of it and hardly stands beside it.

    Digits of a number stand side by side.
    """
    common = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])  # rows and columns
    rows, columns = common / np.minimum(a[2:] - a[:2], b[2:] - b[:2])
    return bool(columns >= COVERED or (columns > 0 and rows < BESIDE))


def _span(boxes: np.ndarray) -> np.ndarray:
    """The box around boxes."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _gap(a: np.ndarray, b: np.ndarray) -> float:
    """Pixels between two boxes."""
    apart = np.maximum(np.maximum(a[:2] - b[2:], b[:2] - a[2:]), 0)
    return float(np.hypot(*apart))


def parted(share: np.ndarray) -> list[np.ndarray]:
    """A digit's ink, or if it is too wide for one, that of those left and right of the best cut."""
    top, left, bottom, right = box_of(share)
    height = bottom - top
    if right - left < WIDE * height:
        return [share]
    seam, cost = best_seam(share[top:bottom, left:right])
    before = np.zeros(share.shape, bool)
    before[top:bottom] = np.arange(share.shape[1]) < (seam + left)[:, None]
    halves = np.where(before, share, 0), np.where(before, 0, share)
    tall = all(box[2] - box[0] >= TALL * height for box in map(box_of, halves))
    return parted(halves[0]) + parted(halves[1]) if tall and cost < THIN * height else [share]


def box_of(share: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what is ink, the latter two exclusive."""
    rows, columns = np.nonzero(share >= JOINED)
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def best_seam(ink: np.ndarray) -> tuple[np.ndarray, float]:
    """The column per row of the way from top to bottom through the least ink, and that ink.

    It moves by at most a column a row, and keeps to the middle half: a digit has its width.
    """
    height, width = ink.shape
    cost = np.full(width, np.inf)
    cost[width // 4 : width - width // 4] = 0
    closed = np.where(np.isinf(cost), np.inf, 0)
    steps = np.zeros((height, width), np.int64)
    for row in range(height):
        wide = np.pad(cost, 1, constant_values=np.inf)
        ways = np.array([wide[1:-1], wide[:-2] + ASIDE, wide[2:] + ASIDE])
        steps[row] = np.array([0, -1, 1])[ways.argmin(axis=0)]
        cost = ways.min(axis=0) + ink[row] + closed
    column, seam = int(cost.argmin()), np.empty(height, np.int64)
    least = float(cost[column])
    for row in range(height - 1, -1, -1):
        seam[row] = column
        column += int(steps[row, column])
    return seam, least
