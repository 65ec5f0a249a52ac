"""Picture files opened within bounds: known formats, so many pixels and bytes, and without a word.

Pillow would open some formats by starting another program, such as Ghostscript for EPS; those are
not opened, whatever a file's name.
"""

import io
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from digits.errors import InputError

MOST_PIXELS = 50_000_000  # of a picture file: 200 MB as RGBA, and Pillow needs that twice
MOST_BYTES = 300_000_000  # of it: as many pixels of three colours, 16 bits each
# Formats that Pillow decodes by itself; the first few it loads at once, the others when asked for.
USUAL = ("PNG", "JPEG", "BMP", "GIF", "PPM")
OTHERS = (
    "TIFF", "WEBP", "AVIF", "JPEG2000", "ICO", "CUR", "ICNS", "DIB", "TGA", "PCX", "SGI", "SUN",
    "QOI", "DDS", "PSD", "MSP", "XBM", "XPM",
)  # fmt: skip
_one_at_a_time = threading.Lock()  # what is changed below belongs to the whole process


@contextmanager
def decoding() -> Iterator[None]:
    """Decode in here: what other libraries say is not heard, and no picture is too large.

    Pillow warns of what it repairs, and libtiff writes to standard error by itself.
    """
    with _one_at_a_time, warnings.catch_warnings(), _unheard():
        warnings.simplefilter("ignore")
        most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MOST_PIXELS // 2
        try:  # Pillow raises above twice as many, also for pictures inside of pictures
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = most


@contextmanager
def _unheard() -> Iterator[None]:
    """Standard error leads nowhere, for programs in other languages too."""
    if sys.__stderr__ is None:  # closed, so that 2 may be any file
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def bounded(file: BinaryIO, name: str) -> BinaryIO:
    """A file that can be read in any order, of so many bytes at most.

    Raises:
        InputError: there are more; `name` says where.
    """
    size = file.seek(0, io.SEEK_END) if file.seekable() else 0
    if not size:  # a pipe, or a device, which has no end
        content = file.read(MOST_BYTES + 1)
        file, size = io.BytesIO(content), len(content)
    if size > MOST_BYTES:
        raise InputError(f"{name} has more than {MOST_BYTES:,} bytes, expected a picture")
    return file


def opened(file: BinaryIO) -> Image.Image:
    """The picture in a file, not decoded yet. Raises whatever Pillow does if there is none."""
    try:
        return Image.open(file, formats=USUAL)
    except UnidentifiedImageError:
        return Image.open(file, formats=known(OTHERS))


def known(formats: tuple[str, ...]) -> list[str]:
    """Those that this Pillow can read."""
    Image.init()
    return [name for name in formats if name in Image.OPEN]


def is_named_like_a_picture(path: Path) -> bool:
    """Whether a file's name ends as those of pictures do that can be opened."""
    formats = known((*USUAL, *OTHERS))
    return Image.registered_extensions().get(path.suffix.lower()) in formats
