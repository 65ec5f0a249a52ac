"""The lines of a page: components of ink told apart by the rows that they take."""

from itertools import chain

import numpy as np

from digits.pictures.cleaning import rim
from digits.pictures.components import Components, connected_components
from digits.pictures.filters import maximum_filter
from digits.pictures.segments import PART

# Components are of one line if they share this much of the shorter one's rows, or if another one
# stands between them that does with both: lines may rise or fall.
LEVEL = 0.3
# A single component above a single other is a line of its own only from a gap of so many of its
# heights on: else both are halves of one digit.
APART = 0.2


def find_lines(share: np.ndarray) -> list[np.ndarray]:
    """The ink of each line of a cleaned (height, width) share of ink, from top to bottom.

    Each is as large as the picture and blank elsewhere.
    """
    found = connected_components(share)
    lines = lines_of(found)
    if len(lines) < 2:
        return [share]
    parts = []
    for line in lines:
        own = np.isin(found.labels, line + 1)
        near = maximum_filter(own, rim(share)) & (own | (found.labels == 0))
        parts.append(np.where(near, share, 0))
    return parts


def lines_of(found: Components) -> list[np.ndarray]:
    """Numbers of the components of each line; what is too low for a digit joins the nearest."""
    top, bottom = found.boxes[:, 0], found.boxes[:, 2]
    heights = bottom - top
    tall = np.flatnonzero(heights >= PART * heights.max(initial=0))
    lines: list[list[int]] = []
    for i in tall[np.argsort(top[tall] + bottom[tall], kind="stable")].tolist():
        level = [line for line in lines if any(_level(found.boxes[[i, j]]) for j in line)]
        lines = [line for line in lines if line not in level] + [[i, *chain(*level)]]
    lines.sort(key=lambda line: float((top[line] + bottom[line]).mean()))
    if len(lines) == 2 == len(tall) and _halves(found.boxes[[lines[0][0], lines[1][0]]]):
        lines = [lines[0] + lines[1]]
    for i in np.flatnonzero(heights < PART * heights.max(initial=0)).tolist():
        middle = (top[i] + bottom[i]) / 2
        away = [
            max(float(top[line].min() - middle), float(middle - bottom[line].max()), 0.0)
            for line in lines
        ]
        lines[int(np.argmin(away))].append(i)
    return [np.sort(line) for line in lines]


def _level(boxes: np.ndarray) -> bool:
    """Whether two boxes stand beside each other."""
    shared = boxes[:, 2].min() - boxes[:, 0].max()
    return bool(shared >= LEVEL * (boxes[:, 2] - boxes[:, 0]).min())


def _halves(boxes: np.ndarray) -> bool:
    """Whether two boxes, one above the other, are the upper and the lower half of one digit."""
    gap = boxes[1, 0] - boxes[0, 2]
    return bool(gap < APART * (boxes[:, 2] - boxes[:, 0]).min())
