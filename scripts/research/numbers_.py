"""Set digits side by side, near, touching and overlapping, and count the numbers read rightly.

Numbers of 2 to 8 digits are made from digits that the reader has not learned from, in their own
28 × 28 pixels, and read like any picture with `predict --number`. A number counts as right if it
is so to the last digit.

examples:
    python scripts/research numbers
    python scripts/research numbers --seeds 0 1 --count 50 --model models/latest/model.npz
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from digits.commands import terminal
from digits.dataset import SIDE, known_labels, take_rows
from digits.formats import read
from digits.network.metrics import percent
from digits.places import BUNDLED_DIGITS
from digits.reader import DigitClassifier
from digits.reader.answers import NumberAnswer, answer

TEST = slice(60_000, 70_000)
FEWEST, MOST = 2, 8  # digits of a number
INK = 50  # level from which a pixel counts, where a digit's first and last column are told
PAPER = 8  # pixels around a number
TIMES, SHADE, NOISE, SHEET = 4, 0.4, 2, 225  # of a photo: its scale, light, and levels


class Kind(NamedTuple):
    """How the digits of a number stand."""

    nearest: int  # pixels between neighbours, below 0 where they overlap
    furthest: int
    turns: int = 0  # quarter turns clockwise
    alone: bool = False  # not in a number at all, but each read by itself
    contrast: int = 0  # levels by which ink is darker than paper, in a photo with noise and shade


KINDS = {
    "each digit by itself": Kind(1, 6, alone=True),
    "1 to 6 pixels apart": Kind(1, 6),
    "no gap": Kind(0, 0),
    "overlap of 1 pixel": Kind(-1, -1),
    "overlap of 2 pixels": Kind(-2, -2),
    "overlap of 3 pixels": Kind(-3, -3),
    "apart, turned by 90°": Kind(1, 6, turns=1),
    "apart, turned by 180°": Kind(1, 6, turns=2),
    "apart, turned by 270°": Kind(1, 6, turns=3),
    "apart, 30 levels darker than paper": Kind(1, 6, contrast=30),
    "apart, 15 levels darker": Kind(1, 6, contrast=15),
    "apart, 10 levels darker": Kind(1, 6, contrast=10),
}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    terminal.add_model(parser)
    add = parser.add_argument
    add("--only", nargs="+", choices=KINDS, metavar="NEIGHBOURS", default=list(KINDS),
        help="some of the rows, by their names")  # fmt: skip
    add("--seeds", type=terminal.whole_from_0, nargs="+", metavar="N", default=[0, 1, 2, 3, 4],
        help="of the numbers (default: 0 to 4)")  # fmt: skip
    add("--count", type=terminal.whole_number, metavar="N", default=100,
        help="numbers for each row and seed (default: 100)")  # fmt: skip
    options = parser.parse_args(argv)
    reader = terminal.load_model(options.model)
    digits = take_rows(read(BUNDLED_DIGITS), TEST)
    images, labels = digits.images.reshape(-1, SIDE, SIDE), known_labels(digits)
    print(f"| neighbours | {' | '.join(f'seed {seed}' for seed in options.seeds)} | mean |")
    print("|---" * (len(options.seeds) + 2) + "|", flush=True)
    for name in options.only:
        kind = KINDS[name]
        shares = [
            share_right(reader, images, labels, kind, options.count, np.random.default_rng(seed))
            for seed in options.seeds
        ]
        figures = [percent(share, 1) for share in [*shares, np.mean(shares)]]
        print(f"| {name} | {' | '.join(figures)} |", flush=True)
    return 0


def share_right(
    reader: DigitClassifier,
    images: np.ndarray,
    labels: np.ndarray,
    kind: Kind,
    count: int,
    rng: np.random.Generator,
) -> float:
    """Share of `count` numbers, made of (N, 28, 28) images, that are read to the last digit."""
    correct = 0
    for _ in range(count):
        chosen = rng.integers(0, len(images), rng.integers(FEWEST, MOST, endpoint=True))
        gap = int(rng.integers(kind.nearest, kind.furthest, endpoint=True))
        if kind.alone:
            correct += bool((reader.predict(images[chosen]) == labels[chosen]).all())
            continue
        picture = np.rot90(side_by_side([images[i] for i in chosen], gap), -kind.turns)
        if kind.contrast:
            picture = photographed(picture, kind.contrast, rng)
        said = answer(reader, "", np.ascontiguousarray(picture), number=True)
        correct += isinstance(said, NumberAnswer) and said.numbers == [
            "".join(str(label) for label in labels[chosen])
        ]
    return correct / count


def photographed(page: np.ndarray, contrast: int, rng: np.random.Generator) -> np.ndarray:
    """(height, width) uint8: a page of ink with a faint pen, in a shadow that falls from a side."""
    size = TIMES * page.shape[1], TIMES * page.shape[0]
    ink = np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BICUBIC)) / 255
    light = 1 - SHADE * np.linspace(0, 1, size[0])
    levels = (SHEET - contrast * ink) * light + rng.normal(0, NOISE, ink.shape)
    return np.rint(levels.clip(0, 255)).astype(np.uint8)


def side_by_side(images: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """(height, width) uint8 picture of digits without the columns beside their ink."""
    return np.pad(laid_out(images, gap).max(axis=0), PAPER)


def laid_out(images: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """(digits, 28, width) uint8: each digit by itself, where it stands beside the others."""
    digits = [without_sides(image) for image in images]
    # A digit narrower than the overlap would otherwise begin left of the one before it.
    starts = np.cumsum([0, *(max(0, digit.shape[1] + gap) for digit in digits)]).tolist()
    ends = [start + digit.shape[1] for start, digit in zip(starts, digits, strict=False)]
    layers = np.zeros((len(digits), SIDE, max(ends)), np.uint8)
    for layer, digit, start, end in zip(layers, digits, starts, ends, strict=False):
        layer[:, start:end] = digit
    return layers


def without_sides(image: np.ndarray) -> np.ndarray:
    """A (28, 28) image from its first column with ink to its last."""
    columns = np.flatnonzero((image > INK).any(axis=0))
    return image[:, columns[0] : columns[-1] + 1]


if __name__ == "__main__":
    raise SystemExit(main())
