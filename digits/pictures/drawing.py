"""Strokes of a pen on a screen as ink, on a grid that is fine enough for any pen and digit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# Pixels of the drawing's longer side, so that a single digit fills more of them than its image has,
# and more where the pen would else be thinner than this: digits of a long number are small.
SHORTEST, LONGEST, PEN = 160, 480, 4.0

Stroke = Sequence[Sequence[float]]  # points (x, y, width of the pen there)


class Drawing(NamedTuple):
    """What pens have left. The corner of pixel (row, column) is at (left, top) + (column, row) /
    scale."""

    share: np.ndarray  # (height, width) float32 share of ink, 0 to 1
    left: float
    top: float
    scale: float  # pixels per unit of the strokes


def ink_of(strokes: Sequence[Stroke]) -> Drawing:
    """The ink of strokes, whose points have finite x and y and a width above 0, in any unit.

    A pixel is ink as far as it lies within half the pen's width of the way from point to point;
    that width changes evenly between two points. `digits/web/static/ink.js` does the same.
    """
    if not any(map(len, strokes)):
        return Drawing(np.zeros((1, 1), np.float32), 0.0, 0.0, 1.0)
    points = np.array([point for stroke in strokes for point in stroke], np.float64)
    low = (points[:, :2] - points[:, 2:] / 2).min(axis=0)
    high = (points[:, :2] + points[:, 2:] / 2).max(axis=0)
    longest = float((high - low).max())
    side = np.clip(PEN / points[:, 2].mean() * longest, SHORTEST, LONGEST)
    scale = float(side / longest)
    width, height = np.maximum(1, np.ceil((high - low) * scale)).astype(int)
    share = np.zeros((height, width), np.float32)
    for stroke in strokes:
        dots = [((x - low[0]) * scale, (y - low[1]) * scale, w * scale / 2) for x, y, w in stroke]
        for start, end in zip(dots[:1] + dots[:-1], dots, strict=True):
            add_line(share, start, end)
    return Drawing(share, float(low[0]), float(low[1]), scale)


def add_line(share: np.ndarray, start: Sequence[float], end: Sequence[float]) -> None:
    """Ink a pen's way from one (x, y, radius) to another, in pixels, where there is less yet."""
    (x0, y0, r0), (x1, y1, r1) = start, end
    reach = max(r0, r1) + 1
    height, width = share.shape
    left, right = max(0, int(min(x0, x1) - reach)), min(width, int(max(x0, x1) + reach) + 1)
    top, bottom = max(0, int(min(y0, y1) - reach)), min(height, int(max(y0, y1) + reach) + 1)
    x = np.arange(left, right) + 0.5 - x0
    y = (np.arange(top, bottom) + 0.5 - y0)[:, None]
    dx, dy = x1 - x0, y1 - y0
    along = (x * dx + y * dy) / max(dx * dx + dy * dy, 1e-12)
    along = np.minimum(np.maximum(along, 0), 1)
    distance = np.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2)
    ink = np.minimum(np.maximum(0.5 + r0 + along * (r1 - r0) - distance, 0), 1)
    part = share[top:bottom, left:right]
    np.maximum(part, ink, out=part, casting="same_kind")
