"""Real digits brought to other sizes, proportions and slopes, as other programs keep them.

Each takes a (28, 28) uint8 image, 255 = ink, and a random generator, and gives a picture file in
memory, like those of `renderings`.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from renderings import Rng, cropped, saved

Rendering = Callable[[np.ndarray, Rng], io.BytesIO]
LARGE = 8  # times as large as the 28 pixels, before anything is turned or stretched


def enlarged_smoothly(digit: np.ndarray) -> Image.Image:
    side = LARGE * len(digit)
    return Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)


def of_side(side: int, black_and_white: bool = False) -> Rendering:
    """Brought down to a few pixels, as scanners and small displays have them."""

    def draw(digit: np.ndarray, rng: Rng) -> io.BytesIO:
        small = Image.fromarray(digit).resize((side, side), Image.Resampling.BOX)
        if black_and_white:
            levels = np.asarray(small)
            small = Image.fromarray(levels > levels.max() / 2.5)
        return saved(small)

    return draw


def filling(side: int, black_and_white: bool = False) -> Rendering:
    """Stretched until the ink fills a square of so many pixels, as some collections have them."""

    def draw(digit: np.ndarray, rng: Rng) -> io.BytesIO:
        ink = Image.fromarray(cropped(np.where(digit > 50, digit, 0)))
        ink = np.asarray(ink.resize((4 * side, 4 * side), Image.Resampling.BICUBIC))
        ink = np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BOX))
        return saved(Image.fromarray(ink > 127 if black_and_white else ink))

    return draw


def of_width(factor: float) -> Rendering:
    """As high as it was, and this many times as wide."""

    def draw(digit: np.ndarray, rng: Rng) -> io.BytesIO:
        large = enlarged_smoothly(digit)
        size = (round(factor * large.width), large.height)
        return saved(large.resize(size, Image.Resampling.BICUBIC))

    return draw


def turned(degrees: float) -> Rendering:
    """Turned to the left or to the right."""

    def draw(digit: np.ndarray, rng: Rng) -> io.BytesIO:
        by = degrees * rng.choice([-1, 1])
        return saved(enlarged_smoothly(digit).rotate(by, Image.Resampling.BICUBIC))

    return draw


RESHAPED: dict[str, Rendering] = {
    "8 x 8": of_side(8),
    "8 x 8, 1 bit": of_side(8, black_and_white=True),
    "16 x 16": of_side(16),
    "16 x 16, 1 bit": of_side(16, black_and_white=True),
    "filling 8 x 8": filling(8),
    "filling 16 x 16": filling(16),
    "filling 16, 1 bit": filling(16, black_and_white=True),
    "0.4 as wide": of_width(0.4),
    "0.6 as wide": of_width(0.6),
    "1.3 as wide": of_width(1.3),
    "1.6 as wide": of_width(1.6),
    "turned by 10": turned(10),
    "turned by 20": turned(20),
}
