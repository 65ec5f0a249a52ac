"""The lines of a page: components of ink told apart by the rows that they take."""

import numpy as np

from digits.pictures.components import Components
from digits.pictures.groups import PART

# Components are of one line if they share this much of the shorter one's rows, or if another one
# stands between them that does with both: lines may rise or fall.
LEVEL = 0.3
# A single component above a single other is a line of its own only from a gap of so many of its
# heights on: else both are halves of one digit.
APART = 0.2


def lines_of(found: Components) -> list[np.ndarray]:
    """Numbers of the components of each line; what is too low for a digit joins the nearest."""
    top, bottom = found.boxes[:, 0], found.boxes[:, 2]
    heights = bottom - top
    tall = heights >= PART * heights.max(initial=0)
    rows, which = np.unique(found.boxes[tall][:, [0, 2]], axis=0, return_inverse=True)
    names = _levelled(rows)[which.reshape(-1)]
    if len(names) == 2 and names[0] != names[1] and _halves(rows):
        names[:] = 0
    lines = np.full(len(heights), -1)
    lines[tall] = names
    order = sorted(set(names.tolist()), key=lambda name: (top + bottom)[lines == name].mean())
    first = np.array([top[lines == name].min() for name in order])
    last = np.array([bottom[lines == name].max() for name in order])
    middles = (top + bottom)[~tall, None] / 2
    away = np.maximum(np.maximum(first - middles, middles - last), 0)
    lines[~tall] = np.array(order)[away.argmin(axis=1)] if len(order) else 0
    return [np.flatnonzero(lines == name) for name in order]


def _levelled(rows: np.ndarray) -> np.ndarray:
    """(n,) names of the lines that (n, 2) first and past-the-last rows are in."""
    names = np.arange(len(rows))
    heights = rows[:, 1] - rows[:, 0]
    for i in range(1, len(rows)):
        shared = np.minimum(rows[:i, 1], rows[i, 1]) - np.maximum(rows[:i, 0], rows[i, 0])
        level = names[:i][shared >= LEVEL * np.minimum(heights[:i], heights[i])]
        names[: i + 1][np.isin(names[: i + 1], level)] = i
    return names


def _halves(rows: np.ndarray) -> bool:
    """Whether two spans of rows are those of the upper and the lower half of one digit."""
    upper, lower = rows
    return bool(lower[0] - upper[1] < APART * (rows[:, 1] - rows[:, 0]).min())
