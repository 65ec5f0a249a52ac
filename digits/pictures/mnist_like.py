"""Ink of any size as an MNIST-like image: 20 pixels long, of at least a thin pen, centred."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from digits.dataset import SIDE
from digits.pictures.enlarging import enlarged
from digits.pictures.filters import maximum_filter

# MNIST's own recipe: the digit fits a 20 x 20 box with its aspect ratio kept, and its centre of
# mass lies in the middle of the 28 x 28 image. http://yann.lecun.com/exdb/mnist/
BOX = 20
CENTRE = SIDE / 2  # on both axes; pixel (i, j) lies at coordinates i, j
# A pixel belongs to the digit from this share of full ink on. It keeps noise and the faintest rim
# of a smooth stroke from widening the crop.
INK_SHARE = 0.1
# Strokes are thickened to this many of the 20 pixels: three quarters of MNIST's are wider.
PEN = 2.0
# A digit narrower than this share of its height has been squeezed, as hardly any is written so, and
# is widened to that share: its strokes would be less than a pixel of the 20 wide and apart. A mere
# stroke, as most of the ones are, is narrow by itself: it is no wider than so many strokes.
NARROWEST, MERE_STROKE = 0.5, 2.5
# Thin strokes are thickened in a box of this many pixels, so to a quarter of the final ones.
FINE_BOX = 4 * BOX


def mnist_like(
    ink: np.ndarray, thicken: Callable[[np.ndarray], np.ndarray] | None = None
) -> np.ndarray:
    """(height, width) share of ink, 0 to 1 -> (28, 28) uint8 by MNIST's recipe, 255 = ink.

    `thicken` takes the place of `thickened`, to see what that is worth.
    """
    image = np.zeros((SIDE, SIDE))
    rows, columns = np.nonzero(ink >= INK_SHARE)
    if not len(rows):
        return image.astype(np.uint8)
    top, left, bottom, right = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    ink = ink[top:bottom, left:right]
    if max(ink.shape) < BOX:
        ink = enlarged(ink)
    digit = resized((thicken or thickened)(widened(ink)), BOX)
    digit *= 255 / digit.max()
    height, width = digit.shape
    row = paste_at(digit.sum(axis=1))
    column = paste_at(digit.sum(axis=0))
    image[row : row + height, column : column + width] = digit
    return np.rint(image).astype(np.uint8)


def widened(ink: np.ndarray) -> np.ndarray:
    """Ink at least as wide as `NARROWEST` says, unless it is a mere stroke.

    The pose that follows gives all digits one width anyway, but cannot tell apart again what has
    run together.
    """
    height, width = ink.shape
    if width >= NARROWEST * height or width < MERE_STROKE * stroke_width(ink):
        return ink
    picture = Image.fromarray(np.ascontiguousarray(ink, np.float32))
    size = round(NARROWEST * height), height
    return np.array(picture.resize(size, Image.Resampling.BICUBIC)).clip(0, 1)


def thickened(ink: np.ndarray) -> np.ndarray:
    """Ink with strokes as wide as `PEN` once it fills its box; those that are wider stay."""
    width = stroke_width(ink) * BOX / max(ink.shape)
    if width >= PEN:
        return ink
    if max(ink.shape) < FINE_BOX:
        ink = resized(ink, FINE_BOX)
    radius = round((PEN - width) / 2 * max(ink.shape) / BOX)
    return maximum_filter(np.pad(ink, radius), radius)


def stroke_width(ink: np.ndarray) -> float:
    """Mean width of the strokes in pixels: of a long stroke, twice its area by its outline."""
    stroke = np.pad(ink >= 0.5, 1)
    steps = (stroke[1:] != stroke[:-1]).sum() + (stroke[:, 1:] != stroke[:, :-1]).sum()
    # an outline in all directions is pi / 4 as long as its steps along rows and columns
    return float(2 * stroke.sum() / max(1.0, steps * np.pi / 4))


def resized(ink: np.ndarray, longest: int) -> np.ndarray:
    """Resize to a longer side: shrunk to averages of areas, enlarged without steps."""
    scale = longest / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    kind = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BILINEAR
    picture = Image.fromarray(np.ascontiguousarray(ink, np.float32))
    return np.array(picture.resize((width, height), kind))


def paste_at(profile: np.ndarray) -> int:
    """Where a digit with this ink per row (or column) starts so that its centre of mass is 14.0.

    To the nearest whole pixel, and never outside the image.
    """
    centre = profile @ np.arange(len(profile)) / profile.sum()
    return int(np.clip(np.rint(CENTRE - centre), 0, SIDE - len(profile)))
