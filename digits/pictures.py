"""Any picture file to its colours, its ink, and an MNIST-like image: white ink on black."""

import warnings
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from digits import paper, pieces
from digits.errors import InputError
from digits.mnist_like import mnist_like

MOST_PIXELS = 50_000_000  # of a picture file: 200 MB as RGBA, and Pillow needs that twice
# Pixels of the longer side of what is looked at. A digit a fortieth as long still fills its box.
LONGEST = 800
# Visible colours that vary by less than this standard deviation, of 255, are those of one pen.
ONE_PEN = 16
MOSTLY = 0.75  # of the rim of a row of MNIST is black


class Picture(NamedTuple):
    """A picture as it is to be looked at."""

    colours: np.ndarray  # (height, width, 3) uint8, at most 800 pixels long
    scale: float  # pixels of the file for each of these, along either side


def read(source: str | Path | BinaryIO) -> np.ndarray:
    """Read a picture file as a (784,) uint8 image, 255 = ink, like a row of the digits CSV.

    A picture without ink gives an image of zeros.

    Raises:
        InputError: the file is not a picture, is damaged or cut off, or has too many pixels.
        OSError: the file cannot be opened.
    """
    return mnist_like(ink(decode(source).colours)).reshape(-1)


def row_as_it_is(path: str | Path) -> np.ndarray | None:
    """The (784,) uint8 pixels of a picture that is a row of MNIST already, else None.

    Such a picture is 28 x 28, grey, and most of its rim is black.
    """
    try:
        with Image.open(path) as picture:
            if picture.size != (28, 28) or picture.mode != "L" or "transparency" in picture.info:
                return None
            pixels = np.asarray(picture)
    except Exception:  # `read` will say what is wrong
        return None
    return pixels.reshape(-1) if np.mean(paper.ring(pixels) == 0) > MOSTLY else None


def ink(colours: np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8 colours -> (height, width) float32 share of ink, 0 to 1.

    Without the dirt, the lines of the paper and what else is no digit.
    """
    return pieces.cleaned(paper.ink_share(colours))


def decode(source: str | Path | BinaryIO) -> Picture:
    """The colours of a picture file.

    Turned as its EXIF orientation says, and on paper where it is transparent. Errors as in `read`.
    """
    if not isinstance(source, (str, Path)):
        return _decode(source, getattr(source, "name", "the picture"))
    with Path(source).open("rb") as file:
        return _decode(file, str(source))


def _decode(file: BinaryIO, name: str) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked below
            picture = Image.open(file)
        longest, pixels = max(picture.size), picture.width * picture.height
        if pixels <= MOST_PIXELS:
            colours = _on_paper(ImageOps.exif_transpose(_small(picture)))
            return Picture(colours, longest / max(colours.shape[:2]))
    except Image.DecompressionBombError:
        pass
    except Exception:  # a damaged file makes Pillow raise nearly anything
        raise InputError(
            f"{name} is not a whole picture, expected a PNG, JPEG or the like"
        ) from None
    raise InputError(f"{name} has too many pixels, expected at most {MOST_PIXELS:,}")


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
    levels = np.nan_to_num(levels, posinf=0, neginf=0)
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
