"""Any picture file to an MNIST-like image: white ink on black, 20 pixels long, centred."""

import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from digits.errors import InputError

SIDE = 28
# MNIST's own recipe: the digit fits a 20 x 20 box with its aspect ratio kept, and its centre of
# mass lies in the middle of the 28 x 28 image. http://yann.lecun.com/exdb/mnist/
BOX = 20
CENTRE = 14.0  # on both axes; pixel (i, j) lies at coordinates i, j
# A pixel belongs to the digit from this share of the darkest ink on. It keeps JPEG noise and the
# faintest rim of a smooth stroke from widening the crop.
INK_SHARE = 0.1
MOST_PIXELS = 50_000_000  # of a picture file: 400 MB as float64
# Below this difference from paper, of 255, there is no ink, only noise.
BLANK_CONTRAST = 20


def read(source: str | Path | BinaryIO) -> np.ndarray:
    """Read a picture file as a (784,) uint8 image, 255 = ink, like a row of the digits CSV.

    Transparency is laid on white paper; whether the ink is the darker or the lighter colour is
    told by the border. A picture without ink gives an image of zeros.

    Raises:
        InputError: the file is not a picture, is damaged or cut off, or has too many pixels.
        OSError: the file cannot be opened.
    """
    return from_grey(grey_levels(source))


def from_grey(grey: np.ndarray) -> np.ndarray:
    """(height, width) grey levels, 0 = black to 255 = white -> (784,) uint8 image, 255 = ink."""
    return mnist_like(ink(grey)).reshape(-1)


def grey_levels(source: str | Path | BinaryIO) -> np.ndarray:
    """(height, width) float64 grey levels of a picture file, 0 = black, 255 = white.

    As its EXIF orientation says it is to be looked at. Errors as in `read`.
    """
    if not isinstance(source, (str, Path)):
        return _decode(source, getattr(source, "name", "the picture"))
    with Path(source).open("rb") as file:
        return _decode(file, str(source))


def _decode(file: BinaryIO, name: str) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked below
            picture = Image.open(file)
        pixels = picture.width * picture.height
        if pixels <= MOST_PIXELS:
            picture = ImageOps.exif_transpose(picture)
            if picture.mode.startswith(("I", "F")):
                return _stretched(np.asarray(picture, np.float64))
            picture = picture.convert("RGBA")
    except Image.DecompressionBombError:
        pixels = MOST_PIXELS + 1
    except Exception:  # a damaged file makes Pillow raise nearly anything
        raise InputError(
            f"{name} is not a whole picture, expected a PNG, JPEG or the like"
        ) from None
    if pixels > MOST_PIXELS:
        raise InputError(f"{name} has too many pixels, expected at most {MOST_PIXELS:,}")
    paper = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(paper, picture).convert("L"), np.float64)


def _stretched(levels: np.ndarray) -> np.ndarray:
    """Levels of more than 8 bits, of whatever range, to 0 to 255."""
    lowest, highest = levels.min(), levels.max()
    return (levels - lowest) * (255 / max(highest - lowest, 1e-9))


def ink(grey: np.ndarray) -> np.ndarray:
    """(height, width) share of ink, 0 to 1: how far each pixel is from the border's colour."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    paper = np.median(border)
    darker = paper - grey
    difference = darker if darker.max() >= -darker.min() else -darker
    if difference.max() < BLANK_CONTRAST:
        return np.zeros_like(grey)
    return np.clip(difference / difference.max(), 0, 1)


def mnist_like(ink: np.ndarray) -> np.ndarray:
    """(height, width) share of ink -> (28, 28) uint8 by MNIST's recipe."""
    image = np.zeros((SIDE, SIDE))
    rows, columns = np.nonzero(ink >= INK_SHARE)
    if not len(rows):
        return image.astype(np.uint8)
    top, left, bottom, right = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    digit = shrink(ink[top:bottom, left:right])
    digit *= 255 / digit.max()
    height, width = digit.shape
    row = paste_at(digit.sum(axis=1))
    column = paste_at(digit.sum(axis=0))
    image[row : row + height, column : column + width] = digit
    return np.rint(image).astype(np.uint8)


def shrink(ink: np.ndarray) -> np.ndarray:
    """Resize so that the longer side is 20 pixels, each the average of the area it covers."""
    height, width = ink.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.array(Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BOX))


def paste_at(profile: np.ndarray) -> int:
    """Where a digit with this ink per row (or column) starts so that its centre of mass is 14.0.

    To the nearest whole pixel, and never outside the image.
    """
    centre = profile @ np.arange(len(profile)) / profile.sum()
    return int(np.clip(np.rint(CENTRE - centre), 0, SIDE - len(profile)))
