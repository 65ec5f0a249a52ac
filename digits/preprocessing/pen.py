"""Pens that follow lines of dots: what they leave on paper, as images like MNIST's.

Each dot (x_k, y_k) lays a Gaussian of ink, in proportion to the way l_k from dot to dot, so at
pixel (y, x) lies the ink

    sum over k of  l_k exp(-(y - y_k)² / 2s²) exp(-(x - x_k)² / 2s²)  =  (A B^T)(y, x)

with a row for each y in A and for each x in B: a product of two small matrices. -2s² log of it is
the squared distance to the line, smoothed where lines meet, and the pen inks what is nearer to it
than its radius. A pen wider along x than along y is a round one on paper that is squeezed along x.
"""

import numpy as np

from digits.dataset import PIXELS, SIDE
from digits.pictures.mnist_like import BOX, CENTRE, PEN, mnist_like, resized

# Pixels that a digit fills with its pen, and how many of them along either axis make a final one.
FINE = 3
CANVAS = FINE * BOX
# Lengths in units of the longer side of a digit's line.
DOTS = 48  # along a line of length 1
# Pens thinner than this are made wider, as `mnist_like` does it: by a square, to PEN pixels.
THIN = PEN / BOX / 2
# The logarithm of a dot's ink goes no lower along either axis. That is far outside of any pen, and
# numbers below exp(-87), subnormal in float32, would make the product twenty times slower.
FAINTEST = np.float32(-40)
# Sides of digits that are drawn with a few large pixels, as on small displays.
FEWEST, MOST = 7, 20
# Such pixels are grey, or black from this share of the fullest one's ink on.
BLACK = 0.3
# (BOX, CANVAS) float32: averages of FINE pixels.
AVERAGES = np.kron(np.eye(BOX, dtype=np.float32), np.full((1, FINE), 1 / FINE, np.float32))


def images_of(
    dots: np.ndarray, steps: np.ndarray, pens: np.ndarray, coarse: float, rng: np.random.Generator
) -> np.ndarray:
    """Digits as `digits.read_picture` gives them.

    Args:
        dots: (hands, dots, 2) where each pen comes by, x and y, the longer side of length 1.
        steps: (hands, dots, 2) the way from dot to dot.
        pens: (hands, 2) radius along x and along y.
        coarse: share of digits that are drawn with large pixels.

    Returns:
        (hands, 784) uint8, 255 = ink.
    """
    widened = np.maximum(0, THIN - np.sqrt(pens.prod(axis=1)))
    dots, scale = fitted(dots, pens + widened[:, None])
    dots, steps, pens = (a.astype(np.float32) for a in (dots, steps * scale, pens * scale[:, 0]))
    ink = inked(dots, steps, pens)
    large = np.nonzero(rng.random(len(ink)) < coarse)[0]
    pixelled = [mnist_like(in_large_pixels(ink[i], rng)) for i in large]
    images = centred(thickened(ink, np.rint(widened * scale[:, 0, 0])))
    for i, image in zip(large, pixelled, strict=True):
        images[i] = image
    return images.reshape(-1, PIXELS)


def fitted(dots: np.ndarray, margins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dots moved and scaled to fill the canvas with a margin along x and y; and the scale."""
    low, high = dots.min(axis=1, keepdims=True), dots.max(axis=1, keepdims=True)
    scale = CANVAS / (high - low + 2 * margins[:, None]).max(axis=2, keepdims=True)
    return CANVAS / 2 + (dots - (low + high) / 2) * scale, scale


def inked(dots: np.ndarray, steps: np.ndarray, pens: np.ndarray) -> np.ndarray:
    """What pens leave on the paper that follow the dots.

    Args:
        dots, steps, pens: as above, in pixels, float32.

    Returns:
        (hands, CANVAS, CANVAS) float32 share of ink, with edges about a pixel wide.
    """
    thin = pens.min(axis=1)
    squeeze = (thin[:, None] / pens)[:, None]  # what makes the pen round
    radius = thin[:, None, None]
    spread = np.maximum(np.float32(0.7 * CANVAS / DOTS), radius / 3)  # hides single dots
    at = (np.arange(CANVAS, dtype=np.float32) + 0.5) * (squeeze.transpose(0, 2, 1) / spread)
    places = dots * (squeeze / spread)
    B, A = (at[:, axis, :, None] - places[:, None, :, axis] for axis in (0, 1))
    for away in (A, B):
        np.square(away, out=away)
        away *= np.float32(-0.5)
        np.exp(np.maximum(away, FAINTEST, out=away), out=away)
    lengths = np.linalg.norm(steps * squeeze, axis=2)
    A *= lengths[:, None] / (spread * np.float32(np.sqrt(2 * np.pi)))  # a straight line's ink is 1
    squared = np.log(A @ B.transpose(0, 2, 1))
    squared *= -2 * spread**2
    distance = np.sqrt(np.maximum(squared, 0, out=squared), out=squared)
    edge = np.sqrt(pens.prod(axis=1))[:, None, None] / radius
    share: np.ndarray = np.clip(0.5 + (radius - distance) * edge, 0, 1)
    return share


def in_large_pixels(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(CANVAS, CANVAS) ink in a few pixels, as on a small display: grey, or black and white."""
    grey = resized(ink, int(np.exp(rng.uniform(np.log(FEWEST), np.log(MOST)))))
    grey /= grey.max()
    if rng.random() < 0.5:
        return grey
    black: np.ndarray = grey >= BLACK
    return black.astype(np.float32)


def thickened(ink: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """(hands, CANVAS, CANVAS) ink, each made wider by its number of pixels to every side."""
    for step in range(int(pixels.max(initial=0))):
        growing = np.nonzero(pixels > step)[0]
        ink[growing] = with_neighbours(with_neighbours(ink[growing], 1), 2)
    return ink


def with_neighbours(ink: np.ndarray, axis: int) -> np.ndarray:
    """The most of each pixel and its two neighbours along an axis."""
    ink = np.moveaxis(ink, axis, 0)
    most = ink.copy()
    np.maximum(most[1:], ink[:-1], out=most[1:])
    np.maximum(most[:-1], ink[1:], out=most[:-1])
    return np.moveaxis(most, 0, axis)


def centred(ink: np.ndarray) -> np.ndarray:
    """(hands, CANVAS, CANVAS) ink -> (hands, SIDE, SIDE) uint8 by MNIST's recipe."""
    digits = AVERAGES @ ink @ AVERAGES.T
    digits *= 255 / digits.max(axis=(1, 2), keepdims=True)
    images = np.zeros((len(ink), SIDE, SIDE), np.uint8)
    rows, columns = (starts(digits.sum(axis=axis))[:, None] + np.arange(BOX) for axis in (2, 1))
    hands = np.arange(len(ink))[:, None, None]
    images[hands, rows[:, :, None], columns[:, None]] = np.rint(digits)
    return images


def starts(profiles: np.ndarray) -> np.ndarray:
    """`digits.pictures.mnist_like.paste_at` of many profiles, (hands, BOX)."""
    centres = profiles @ np.arange(BOX, dtype=np.float32) / profiles.sum(axis=1)
    clipped: np.ndarray = np.clip(np.rint(CENTRE - centres), 0, SIDE - BOX)
    return clipped.astype(int)
