"""Strokes told from the few pixels of a tiny picture, on a grid fine enough to show them."""

import numpy as np
from PIL import Image

# The longer side of the fine grid has at least this many pixels: a quarter of MNIST's own.
FINE = 80
# Rounds of correction: after five the averages hardly come closer, and corners form.
ROUNDS = 5
# Shares of ink over which the fine grid goes from paper to ink. Narrower leaves steps along slopes.
EDGE = 0.6


def enlarged(share: np.ndarray) -> np.ndarray:
    """(height, width) share of ink, 0 to 1 -> the same strokes on a finer grid, as float32.

    Either side grows by the same whole factor. Strokes are ink or paper with a soft edge between,
    and average over each pixel to what it had, so one of half a pixel's width stays narrow and
    goes through between pixels: iterative back-projection (Irani and Peleg, "Improving resolution
    by image registration", 1991), with a bounded pixel in place of several views.
    """
    rim = np.pad(share, 1)  # an edge may go beyond the outermost pixels
    factor = -(-FINE // max(share.shape))
    levels = _finer(rim, factor)
    for _ in range(ROUNDS):
        levels += _finer(rim - _averages(_bounded(levels), factor), factor)
    return _bounded(levels)[factor:-factor, factor:-factor]


def _finer(levels: np.ndarray, factor: int) -> np.ndarray:
    height, width = levels.shape
    picture = Image.fromarray(np.ascontiguousarray(levels, np.float32))
    return np.array(picture.resize((factor * width, factor * height), Image.Resampling.LANCZOS))


def _bounded(levels: np.ndarray) -> np.ndarray:
    bounded: np.ndarray = np.clip((levels - 0.5) / EDGE + 0.5, 0, 1)
    return bounded


def _averages(levels: np.ndarray, factor: int) -> np.ndarray:
    height, width = levels.shape
    blocks = levels.reshape(height // factor, factor, width // factor, factor)
    averages: np.ndarray = blocks.mean(axis=(1, 3))
    return averages
