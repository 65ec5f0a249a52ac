"""A picture on paper of two colours, side by side, brought to one."""

import numpy as np

from digits.pictures.components import runs

# Paper has the same level at both ends of a band, but for this much, of 255: more than noise ...
SAME = 12
# ... in at least this share of the columns: in others, ink reaches the edge.
AGREE = 0.75
# The levels of two papers are at least this far apart, of 255 ...
APART = 100
# ... and each band takes at least this share of the picture: no stroke or line is so wide.
WIDE = 0.15
# Its outer edges are bare in this share of the rows, and either side of where two bands meet in
# that share: the edge of a band is straight, that of a digit that fills its picture is not.
OUTER, INNER = 0.9, 0.3
# What is written on them is at least this share of the picture high; else a stroke from edge to
# edge was taken for a band.
WRITTEN = 0.3


def on_one_paper(levels: np.ndarray) -> np.ndarray:
    """(height, width) levels, or where the paper has bands of two levels, how far from it they are.

    Bands run from edge to edge, upright or across. So both ends of each column (or row) are paper,
    and ink, light or dark, is what differs from them.
    """
    for turned in (False, True):
        upright = levels.T if turned else levels
        paper = _paper(upright[0], upright[-1])
        if _banded(paper):
            ink: np.ndarray = np.abs(upright - paper)
            if _written_on(ink, paper):
                return ink.T if turned else ink
    return levels


def _paper(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The level of each column between two edges, told from the nearest one whose ends agree."""
    agree = np.flatnonzero(np.abs(first - last) <= SAME)
    if len(agree) < AGREE * len(first):
        return np.zeros_like(first)
    nearest = np.abs(np.arange(len(first))[:, None] - agree).argmin(axis=1)
    paper: np.ndarray = ((first + last) / 2)[agree][nearest]
    return paper


def _banded(paper: np.ndarray) -> bool:
    """Whether it comes in two levels, in wide runs."""
    if np.ptp(paper) < APART:
        return False
    bright = paper > (paper.min() + paper.max()) / 2
    spread = max(np.ptp(paper[bright]), np.ptp(paper[~bright]))
    start, end = np.concatenate([runs(bright[None]), runs(~bright[None])], axis=1)
    return bool(spread <= 2 * SAME and (end - start).min() >= WIDE * len(paper))


def _written_on(ink: np.ndarray, paper: np.ndarray) -> bool:
    """Whether bands have straight edges, and what is on them is no mere edge of a stroke."""
    bare = ink <= SAME
    bright = paper > (paper.min() + paper.max()) / 2
    meet = np.flatnonzero(bright[1:] != bright[:-1])
    rows = np.flatnonzero((ink > APART / 2).any(axis=1))
    return bool(
        len(rows)
        and np.ptp(rows) >= WRITTEN * len(ink)
        and bare[:, [0, -1]].mean(axis=0).min() >= OUTER
        and (bare[:, meet] & bare[:, meet + 1]).mean(axis=0).min() >= INNER
    )
