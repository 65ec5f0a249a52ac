"""Maximum and box filter: over a square around each pixel, in time that hardly grows with it."""

import numpy as np


def maximum_filter(levels: np.ndarray, radius: int) -> np.ndarray:
    """(height, width) maximum over 2 radius + 1 pixels square; outside the picture is nothing."""
    lowest = False if levels.dtype == bool else levels.min(initial=0)
    for _ in range(2):
        padded = np.full((len(levels) + 2 * radius, levels.shape[1]), lowest, levels.dtype)
        padded[radius : radius + len(levels)] = levels  # `np.pad` takes as long as all else here
        covered, wanted = 1, 2 * radius + 1
        while covered < wanted:  # the maximum of two windows is that of twice the width
            step = min(covered, wanted - covered)
            padded = np.maximum(padded[:-step], padded[step:])
            covered += step
        levels = padded.T
    return levels


def box_filter(levels: np.ndarray, radius: int) -> np.ndarray:
    """(height, width, ...) float32 mean over 2 radius + 1 pixels square, or what of it there is."""
    for axis in (0, 1):
        along = np.moveaxis(levels, axis, 0)
        at = np.arange(len(along))
        low, high = np.maximum(at - radius, 0), np.minimum(at + radius + 1, len(along))
        sums = np.cumsum(along, axis=0, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(sums[:1]), sums])
        count = (high - low).reshape(-1, *[1] * (levels.ndim - 1))
        levels = np.moveaxis(((sums[high] - sums[low]) / count).astype(np.float32), 0, axis)
    return levels
