"""Ink at places between the pixels of 28 x 28 images, by bilinear interpolation."""

import numpy as np

from digits.dataset import SIDE

MARGIN = 2  # of blank pixels around the image, to which all places outside are moved
PADDED = SIDE + 2 * MARGIN


def sample(ink: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Ink at (y, x), in pixels from the centre of the top left pixel; outside there is none.

    Args:
        ink: (N, 28, 28) float32 or float64.
        y, x: (N, 28, 28) of the same dtype, or with a 1 where a place is the same along an axis.

    Returns:
        (N, 28, 28) of the same dtype.
    """
    padded = np.pad(ink, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))).reshape(-1)
    highest = PADDED - 1.001
    y = np.clip(y + MARGIN, 0, highest)
    x = np.clip(x + MARGIN, 0, highest)
    row, column = y.astype(np.int32), x.astype(np.int32)
    down, right = y - row, x - column  # shares of the way to the next row and column
    first = np.arange(0, padded.size, PADDED**2, dtype=np.int32)[:, None, None]
    here = (first + row * PADDED) + column
    above = padded.take(here)
    above += (padded.take(here + 1) - above) * right
    here += PADDED
    below = padded.take(here)
    below += (padded.take(here + 1) - below) * right
    below -= above
    below *= down
    below += above
    return below
