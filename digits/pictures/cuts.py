"""Ways to cut ink from top to bottom."""

import numpy as np

# What a cut pays to move aside by a column, in pixels of ink: it is straight where that is free.
ASIDE = 0.05
MOVES = np.array([0, -1, 1])  # from a row to the one above it


def best_seam(ink: np.ndarray) -> tuple[np.ndarray, float]:
    """The column per row of the way from top to bottom through the least ink, and that ink.

    It moves by at most a column a row, and keeps to the middle half: a digit has its width.
    """
    width = ink.shape[1]
    closed = np.full(width, np.inf)
    closed[width // 4 : width - width // 4] = 0
    cost, steps = _downwards(ink + closed)
    column = int(cost.argmin())
    return _followed(steps, np.array([column]))[:, 0], float(cost[column])


def straight_cuts(ink: np.ndarray, apart: float) -> np.ndarray:
    """(height, cuts) columns of straight cuts, about this many columns apart."""
    height, width = ink.shape
    between = np.linspace(0, width, max(1, round(width / apart)) + 1)[1:-1]
    return np.tile(np.rint(between).astype(np.int64), (height, 1))


def winding_cuts(ink: np.ndarray, apart: float, most: float) -> np.ndarray:
    """(height, cuts) columns of ways through the least ink, and through no more than `most`.

    The middle row is divided into stretches of about `apart` columns; of each, the best way counts.
    """
    height, width = ink.shape
    middle = height // 2
    above, steps_above = _downwards(ink[: middle + 1])
    below, steps_below = _downwards(ink[middle:][::-1])
    cost = above + below - ink[middle]
    stretches = np.array_split(np.arange(width), max(1, min(width, round(width / apart))))
    columns = np.array([part[cost[part].argmin()] for part in stretches])
    columns = columns[cost[columns] <= most]
    upper, lower = _followed(steps_above, columns), _followed(steps_below, columns)
    return np.concatenate([upper, lower[-2::-1]])


def _downwards(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the best way to each column of the last row crosses, and how each came from above."""
    cost, steps = ink[0].astype(np.float64), np.zeros(ink.shape, np.int64)
    for row in range(1, len(ink)):
        wide = np.pad(cost, 1, constant_values=np.inf)
        ways = np.array([wide[1:-1], wide[:-2] + ASIDE, wide[2:] + ASIDE])
        steps[row] = MOVES[ways.argmin(axis=0)]
        cost = ways.min(axis=0) + ink[row]
    return cost, steps


def _followed(steps: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(height, ways) the columns of the ways that arrive at these columns of the last row."""
    ways = np.empty((len(steps), len(columns)), np.int64)
    for row in range(len(steps) - 1, -1, -1):
        ways[row] = columns
        columns = columns + steps[row, columns]
    return ways
