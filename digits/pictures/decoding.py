"""Any picture to its colours, upright, at a size to look at; from a file, bytes or an array."""

import io
import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from digits.dataset import SIDE
from digits.errors import InputError
from digits.pictures.opening import MOST_PIXELS, bounded, decoding, opened

# Pixels of the longer side of what is looked at. A digit a fortieth as long still fills its box.
LONGEST = 800
# Visible colours that vary by less than this standard deviation, of 255, are those of one pen.
ONE_PEN = 16
LARGEST = 1e38  # level, either way, so that the difference of two is a float32 too
MOSTLY = 0.75  # of the border of a row of MNIST is black

# A file's path, its bytes or itself, open; what Pillow has opened; or an array of pixels.
Bytes = bytes | bytearray | memoryview
Source = str | os.PathLike[str] | Bytes | BinaryIO | Image.Image | np.ndarray


class Picture(NamedTuple):
    """A picture as it is to be looked at."""

    colours: np.ndarray  # (height, width, 3) uint8, at most 800 pixels long
    scale: float  # pixels of the file for each of these, along either side


def on_black(rows: np.ndarray) -> np.ndarray:
    """(N,) bool: which of (N, 784) uint8 images are like MNIST's, most of their border black."""
    edges = np.s_[:SIDE], np.s_[-SIDE:], np.s_[SIDE:-SIDE:SIDE], np.s_[2 * SIDE - 1 : -SIDE : SIDE]
    bright = sum(np.count_nonzero(rows[:, edge], axis=1) for edge in edges)
    black: np.ndarray = bright < (1 - MOSTLY) * (4 * SIDE - 4)
    return black


def row_as_it_is(path: str | Path) -> np.ndarray | None:
    """The (784,) uint8 pixels of a picture that is a row of MNIST already, else None.

    Such a picture is 28 x 28, grey, and most of its border is black.
    """
    try:
        with Path(path).open("rb") as file, decoding():
            picture = opened(file)
            grey = picture.mode == "L" and "transparency" not in picture.info
            if picture.size != (SIDE, SIDE) or not grey:
                return None
            pixels = np.asarray(picture).reshape(-1)
    except Exception:  # `decode` will say what is wrong
        return None
    return pixels if on_black(pixels[None])[0] else None


def decode(source: Source) -> Picture:
    """The colours of a picture.

    Turned as its EXIF orientation says, and on paper where it is transparent.

    Args:
        source: a file's path, its bytes, or the file, open for reading bytes; a picture of
            Pillow's; or an array, (height, width) of any numbers, or (height, width, 3 or 4) of
            colours from 0 to 255, or from 0 to 1 if they are floats.

    Raises:
        InputError: it is no picture, is damaged or cut off, or has too many pixels or bytes.
        OSError: the file cannot be opened.
    """
    if isinstance(source, str | os.PathLike):
        if "\0" in str(source):
            raise InputError(f"{str(source)!r} is no file's name, expected one without a zero byte")
        with Path(source).open("rb") as file:
            return _decode(file, str(source))
    if isinstance(source, Bytes):
        return _decode(io.BytesIO(source), "the picture")
    if isinstance(source, np.ndarray):
        return _decode(_from_array(source), "the array")
    if isinstance(source, Image.Image) or hasattr(source, "read"):
        return _decode(source, str(getattr(source, "name", "the picture")))
    raise InputError(
        f"a picture cannot be a {type(source).__name__},"
        " expected a path, bytes, an open file, a picture of Pillow's or an array"
    )


def _decode(source: BinaryIO | Image.Image, name: str) -> Picture:
    found = "too many"
    if not isinstance(source, Image.Image):
        source = bounded(source, name)
    try:
        with decoding():
            picture = source if isinstance(source, Image.Image) else opened(source)
            longest, pixels = max(picture.size), picture.width * picture.height
            if 0 < pixels <= MOST_PIXELS:
                if picture is source:
                    picture = picture.copy()  # its owner keeps it as it is
                colours = _on_paper(ImageOps.exif_transpose(_small(picture)))
                return Picture(colours, longest / max(colours.shape[:2]))
            found = found if pixels else "no"
    except Image.DecompressionBombError:
        pass
    except Exception:  # a damaged file makes Pillow raise nearly anything
        raise InputError(
            f"{name} is not a whole picture, expected a PNG, JPEG or the like"
        ) from None
    raise InputError(f"{name} has {found} pixels, expected at most {MOST_PIXELS:,}")


def _from_array(array: np.ndarray) -> Image.Image:
    """An array of pixels as a picture of Pillow's."""
    colour = array.ndim == 3 and array.shape[2] in (3, 4)
    if not (array.ndim == 2 or colour) or not array.size or array.dtype.kind not in "buif":
        raise InputError(
            f"the array is {array.shape} {array.dtype},"
            " expected numbers of shape (height, width) or (height, width, 3 or 4)"
        )
    if array.dtype == np.uint8:
        return Image.fromarray(array)
    with np.errstate(over="ignore"):
        levels = array.astype(np.float32)
    if not colour:
        return Image.fromarray(levels)  # of any range
    levels = np.nan_to_num(levels)
    highest = levels.max()
    if array.dtype.kind in "bf" and highest <= 1:
        levels *= 255
    elif highest > 255:  # 16 bits
        levels *= 255 / max(highest, 65_535)
    return Image.fromarray(np.rint(levels.clip(0, 255)).astype(np.uint8))


def _small(picture: Image.Image) -> Image.Image:
    """As grey, RGB or RGBA, shrunk by a whole factor, each pixel the average of those it was."""
    exif = picture.getexif()
    if picture.mode.startswith(("I", "F")):
        picture = picture.convert("F")  # of any range of levels, 32 bits
    elif picture.mode == "1":
        picture = picture.convert("L")
    elif picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode != "L":
        picture.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at half its size or less
        picture = picture if picture.mode == "CMYK" else picture.convert("RGB")
    factor = -(-max(picture.size) // LONGEST)
    if factor > 1:
        picture = picture.reduce(factor)
    if picture.mode == "F":
        picture = Image.fromarray(_stretched(np.asarray(picture)))
    picture.info["exif"] = exif.tobytes()  # all of these forget which way is up
    return picture


def _stretched(levels: np.ndarray) -> np.ndarray:
    """Levels of more than 8 bits, of whatever range, as uint8 from 0 to 255."""
    levels = np.nan_to_num(levels, posinf=0, neginf=0).clip(-LARGEST, LARGEST)
    lowest, highest = levels.min(), levels.max()
    stretched: np.ndarray = np.rint((levels - lowest) * (255 / max(highest - lowest, 1e-9)))
    return stretched.astype(np.uint8)


def _on_paper(picture: Image.Image) -> np.ndarray:
    """(height, width, 3) uint8 colours, what is transparent filled with the colour of paper."""
    if picture.mode != "RGBA":
        return np.asarray(picture.convert("RGB"))
    pixels = np.asarray(picture)
    opaque = pixels[pixels[:, :, 3] > 127]
    if not len(opaque) or len(opaque) == pixels[:, :, 3].size:
        return pixels[:, :, :3]
    visible = opaque[:, :3]
    paper = np.full(3, 0 if visible.mean() > 127 else 255)  # unlike the pen, whatever is hidden
    if visible.std(axis=0).max() > ONE_PEN and 2 * len(opaque) > pixels[:, :, 3].size:
        paper = np.median(visible, axis=0)  # ink and paper are both visible
    backing = Image.new("RGBA", picture.size, tuple(int(level) for level in paper))
    return np.asarray(Image.alpha_composite(backing, picture).convert("RGB"))
