"""Change what a picture should not tell of its digit, and see how far apart the 28 x 28 images are.

The digits are drawn in black on white, 112 pixels in size; then there is more paper around them, or
they have another size, or other colours, or are white on black.

examples:
    python scripts/research variations
    python scripts/research variations --count 100
"""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from digits.commands import terminal
from digits.dataset import SIDE, take_rows
from digits.formats import read
from digits.pictures import read_picture
from digits.places import BUNDLED_DIGITS

LARGE, PAPER = 4 * SIDE, 20  # pixels of a digit, and around it
BORDER = 150  # pixels of more paper at most, on each side
SCALES = 0.5, 4.0
LUMA = np.array([0.299, 0.587, 0.114])  # of red, green and blue in what is seen as bright
CONTRAST = 100  # levels of brightness, at least, that ink and paper are apart


def page_of(row: np.ndarray) -> np.ndarray:
    """(152, 152) uint8 page with a digit of MNIST in black on white."""
    image = Image.fromarray(row.reshape(SIDE, SIDE))
    ink = image.resize((LARGE, LARGE), Image.Resampling.BICUBIC)
    return 255 - np.pad(np.asarray(ink), PAPER)


def bordered(page: np.ndarray, sides: Sequence[int]) -> np.ndarray:
    """With more paper on the four sides."""
    return np.pad(page, (sides[:2], sides[2:]), constant_values=255)


def scaled(page: np.ndarray, scale: float) -> np.ndarray:
    side = round(scale * len(page))
    return np.asarray(Image.fromarray(page).resize((side, side), Image.Resampling.BICUBIC))


def coloured(page: np.ndarray, ink: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8 page in other colours."""
    share = (255 - page[:, :, None]) / 255
    return np.rint(paper + (ink - paper) * share).astype(np.uint8)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two images' levels, where one may lie a pixel beside the other.

    The centre of ink is rounded to whole pixels, so a hair of difference moves all of it by one.
    """
    one, other = (image.reshape(SIDE, SIDE).astype(float) for image in (one, other))
    shifts = [(rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    return min(float(np.abs(np.roll(one, shift, (0, 1)) - other).mean()) for shift in shifts)


def any_colours(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    while True:
        ink, paper = rng.integers(0, 256, (2, 3))
        if abs((ink - paper) @ LUMA) > CONTRAST:
            return coloured(page, ink, paper)


Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
CHANGES: dict[str, Change] = {
    "up to 150 pixels more paper on each side": lambda page, rng: bordered(
        page, rng.integers(0, BORDER + 1, 4)
    ),
    "half to four times the size": lambda page, rng: scaled(page, rng.uniform(*SCALES)),
    "any two colours, 100 levels of brightness apart": any_colours,
    "white on black": lambda page, rng: 255 - page,
}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--count", type=terminal.whole_number, metavar="N", default=600,
        help="digits (default: 600)")  # fmt: skip
    options = parser.parse_args(argv)
    rows = take_rows(read(BUNDLED_DIGITS), slice(options.count)).images
    print("| change | median | furthest apart |\n|---|---|---|")
    for name, change in CHANGES.items():
        rng, pages = np.random.default_rng(0), [page_of(row) for row in rows]
        found = [apart(read_picture(change(page, rng)), read_picture(page)) for page in pages]
        print(f"| {name} | {np.median(found):.2f} | {max(found):.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
