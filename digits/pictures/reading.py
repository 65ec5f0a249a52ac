"""A picture's way to an image like MNIST's, step by step."""

from collections.abc import Callable

import numpy as np

from digits.dataset import SIDE
from digits.pictures.cleaning import cleaned
from digits.pictures.decoding import Picture, Source, decode
from digits.pictures.enlarging import enlarged
from digits.pictures.mnist_like import mnist_like, thickened
from digits.pictures.paper import even_share, ink_share

Step = Callable[[np.ndarray], np.ndarray]


def read_picture(
    source: Source,
    *,
    separate: Step = ink_share,
    clean: Step = cleaned,
    thicken: Step = thickened,
) -> np.ndarray:
    """Read a picture as a (784,) uint8 image, 255 = ink, like a row of the digits CSV.

    A picture without ink gives an image of zeros.

    Args:
        source: a path, a file's bytes, an open file, a picture of Pillow's or an array, as
            `digits.pictures.decoding.decode` takes them.
        separate, clean, thicken: other steps than the usual ones, to see what each is worth.

    Raises:
        InputError: it is no picture, is damaged or cut off, or has too many pixels.
        OSError: the file cannot be opened.
    """
    _, ink = looked_at(source, separate, clean)
    return mnist_like(ink, thicken).reshape(-1)


def looked_at(
    source: Source, separate: Step = ink_share, clean: Step = cleaned
) -> tuple[Picture, np.ndarray]:
    """A picture, and its (height, width) float32 share of ink, 0 to 1.

    Without the dirt, the lines of the paper and what else is no digit. A picture of fewer pixels
    than MNIST's was computed, so it has none of that; its ink is brought to a finer grid. Raises
    as `read_picture`.
    """
    picture = decode(source)
    if max(picture.colours.shape) < SIDE:
        ink = enlarged(even_share(picture.colours))
        return picture._replace(scale=picture.scale * len(picture.colours) / len(ink)), ink
    return picture, clean(separate(picture.colours))
