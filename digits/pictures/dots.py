"""Dotted lines: components too short for strokes, in a row."""

import numpy as np

from digits.pictures.components import Components, connected_components
from digits.pictures.filters import maximum_filter
from digits.pictures.mnist_like import stroke_width

# A dot is no longer than this many widths of the largest component's pen ...
DOT = 2.0
# ... which is longer than this many, or it may be a dot itself.
STROKE = 4.0
# So many dots make a line, if they lie within this many widths of the pen beside a straight one:
# pieces of a broken stroke are fewer, or lie about.
FEWEST, BESIDE = 3, 0.15


def undotted(share: np.ndarray, rim: int) -> np.ndarray:
    """(height, width) share of ink without the dots of a dotted line, and their rims."""
    found = connected_components(share)
    if len(found.ink) <= FEWEST:
        return share
    pen = stroke_width(np.where(found.labels == found.ink.argmax() + 1, share, 0))
    dots = _dots(found, pen)
    middles = (found.boxes[dots, :2] + found.boxes[dots, 2:]) / 2
    if len(middles) < FEWEST or not _in_a_row(middles, pen):
        return share
    kept = np.concatenate([[False], ~dots])[found.labels]
    undotted: np.ndarray = share * maximum_filter(kept, rim)
    return undotted


def _dots(found: Components, pen: float) -> np.ndarray:
    """(n,) bool: which components are shorter than any stroke."""
    sides = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1)
    largest = sides[found.ink.argmax()]
    dots: np.ndarray = (sides <= DOT * pen) & (largest >= STROKE * pen)
    return dots


def _in_a_row(middles: np.ndarray, pen: float) -> bool:
    """By the standard deviation across the line that fits best."""
    across = np.linalg.svd(middles - middles.mean(axis=0), compute_uv=False)[1]
    return bool(across <= BESIDE * pen * np.sqrt(len(middles)))
