"""Salt and pepper: a picture in which many single pixels are unlike all others around them."""

import numpy as np

# A pixel is alone if it is lighter or darker than all eight beside it by this much, of 255 ...
ALONE = 100
# ... and salt and pepper leave at least this share of the pixels alone: MNIST's digits have up to
# 0.4 % of them, digits of which 17 % of the pixels are noise 1 to 4 %.
GRAINY = 0.01
# Fewer than this may be the ends of strokes that are a pixel wide.
SOME = 8
# It is everywhere, so this many pixels square in the middle of a large picture tell.
LOOKED_AT = 200
# There, what differs from the median of those around it by this share of all contrast is noise.
FAR = 0.6


def without_grain(levels: np.ndarray) -> np.ndarray:
    """(height, width) levels, in a grainy picture without the pixels that are noise."""
    top, left = (max(0, side - LOOKED_AT) // 2 for side in levels.shape)
    if not _grainy(levels[top : top + LOOKED_AT, left : left + LOOKED_AT]):
        return levels
    median = np.median(_beside(levels), axis=0)
    return np.where(np.abs(levels - median) > FAR * np.ptp(levels), median, levels)


def _grainy(levels: np.ndarray) -> bool:
    beside = _beside(levels)
    alone = np.maximum(levels - beside.max(axis=0), beside.min(axis=0) - levels) > ALONE
    return bool(alone.sum() >= max(SOME, GRAINY * alone.size))


def _beside(levels: np.ndarray) -> np.ndarray:
    """(8, height, width) the eight pixels around each, those at the edge doubled."""
    padded = np.pad(levels, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, levels.shape)
    return np.delete(windows.reshape(9, *levels.shape), 4, axis=0)
