"""Pieces of digits, as they lie between cuts through a number, and digits that were cut out."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from digits.dataset import PIXELS, SIDE, Digits, known_labels
from digits.parallel import Progress, silent
from digits.pictures.mnist_like import mnist_like
from digits.pictures.paths import fine, lattice_of
from digits.pictures.segments import box_of
from numbers_ import laid_out

MOST = 3  # digits side by side: hardly any part reaches further
GAPS = (-3, 1)  # pixels between neighbours, from and below
# The ink that a part shares with a digit, of all that is in either: from `WHOLE` on the part is
# that digit, and up to `PIECE` it is not.
WHOLE, PIECE = 0.9, 0.7
EACH = 8  # pieces of a number, and at most so many of its digits


class Parts(NamedTuple):
    """What lies between cuts."""

    digits: Digits  # parts that are one digit, or very nearly
    pieces: np.ndarray  # (N, 784) uint8, parts that clearly are none


def cut_numbers(
    rows: Digits, count: int, rng: np.random.Generator, progress: Progress = silent
) -> Parts:
    """Cut digits that stand alone, touch or overlap until there are `count` pieces of them.

    Args:
        rows: the digits.
        count: of the pieces; there are about as many digits.
        rng: the same state gives the same parts.
        progress: is told how far it has come.
    """
    images, labels = rows.images.reshape(-1, SIDE, SIDE), known_labels(rows)
    digits, shown, pieces = [], [], []
    while len(pieces) < count:
        chosen = rng.integers(0, len(images), rng.integers(1, MOST, endpoint=True))
        layers = laid_out([images[i] for i in chosen], int(rng.integers(*GAPS)))
        for image, digit in parts_of(layers, rng):
            if digit is None:
                pieces.append(image)
            else:
                digits.append(image)
                shown.append(labels[chosen[digit]])
        progress("cutting digits", min(1.0, len(pieces) / count))
    whole = Digits(np.array(digits, np.uint8).reshape(-1, PIXELS), np.array(shown, np.int64))
    return Parts(whole, np.array(pieces, np.uint8).reshape(-1, PIXELS)[:count])


def parts_of(
    layers: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, int | None]]:
    """Some parts of (digits, height, width) uint8 layers, and which digit each is, if any."""
    layers = layers / np.float32(255)
    top, left, bottom, right = box_of(layers.max(axis=0))
    layers = np.array([fine(layer[top:bottom, left:right]) for layer in layers])
    page = layers.max(axis=0)
    lattice = lattice_of(page)
    cuts = np.array([part[:2] for part in lattice.parts]).T
    shared = likeness(layers, page, lattice.ways, *cuts)
    most = shared.max(axis=1)
    for some in (np.flatnonzero(most >= WHOLE), np.flatnonzero(most <= PIECE)):
        for number in rng.permutation(some)[:EACH]:
            digit = int(shared[number].argmax()) if most[number] >= WHOLE else None
            yield mnist_like(lattice.parts[number].ink).reshape(-1), digit


def likeness(
    layers: np.ndarray, page: np.ndarray, ways: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """(parts, digits) the ink that a part shares with each digit, of all that is in either.

    Args:
        layers: (digits, height, width) share of ink, of each digit by itself.
        page: (height, width) of all of them.
        ways: (height, cuts) columns.
        starts, ends: (parts,) numbers of the cuts on either side of each part.
    """
    whole = ink_before(layers, np.full((len(page), 1), page.shape[1]))  # (digits, 1)
    before = ink_before(np.concatenate([layers, page[None]]), ways)  # (digits + 1, cuts)
    *own, ink = before[:, ends] - before[:, starts]
    alike: np.ndarray = own / (ink + whole - own)
    return alike.T


def ink_before(layers: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """(layers, cuts) ink to the left of each cut."""
    before = np.pad(layers.cumsum(axis=2), ((0, 0), (0, 0), (1, 0)))
    sums: np.ndarray = before[:, np.arange(len(ways))[:, None], ways].sum(axis=1)
    return sums
