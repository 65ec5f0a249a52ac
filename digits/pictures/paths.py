"""Digits that touch, told apart by what a judge makes of their parts: the best path wins.

Ink is cut in more places than there can be digits, what lies between any two cuts is judged, and of
all ways to go from the left end to the right, from cut to cut, the one counts whose parts are most
like digits (over-segmentation with recognition: LeCun, Bottou, Bengio and Haffner, "Gradient-based
learning applied to document recognition", 1998).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image

from digits.dataset import PIXELS
from digits.pictures.cuts import straight_cuts, winding_cuts
from digits.pictures.mnist_like import BOX, mnist_like
from digits.pictures.segments import Segment, box_of, parted

# How much speaks for each of (N, 784) uint8 images being one whole digit, (N,): the logarithm of a
# probability, or what can be added to one.
Judge = Callable[[np.ndarray], np.ndarray]

# What speaks for a part by its shape, in heights of its line: the higher it is the better, and the
# wider, up to a digit's usual width. With the judge's word, 0 is as much as speaks against it.
# Fitted to validation numbers, with the judge's own constant: see `docs/results.md`.
SHAPE, HIGHER, WIDER, USUAL, TOO_WIDE = -3.0, 1.2, 2.0, 0.9, -5.0
# Ink is cut if it is wider than this many heights: narrower is hardly ever two digits.
NARROW = 0.6
# Wider than so many heights is no number, but a line or a frame: of it there would be more parts
# than memory holds.
LONGEST = 12
# Cuts are looked for with so many pixels of height, twice those that a digit has in MNIST ...
FINE = 2 * BOX
# ... straight ones this many heights apart, where few stand right if it is twice as much ...
STRAIGHT = 0.07
# ... and winding ones, between digits that lean, which cross ink of at most so many heights.
WINDING, THIN = 0.15, 0.1
# A part that is not all ink is at least and at most so wide; it is at least so high.
NARROWEST, WIDEST, LOWEST = 0.08, 1.3, 0.35
# When so many parts of a page are to be read, what else is too wide is cut as `parted` does: that
# is print, or no writing at all, and should take no more than a second or two.
MOST_PARTS = 6000


class Part(NamedTuple):
    """What lies between two cuts."""

    start: int  # the cut at its left, 0 for the left end
    end: int  # the one at its right
    ink: np.ndarray  # (height, its own width) share
    shape: float  # what speaks for it by its shape


class Lattice(NamedTuple):
    """The cuts through some ink, and all parts that it may be made up of."""

    ways: np.ndarray  # (height, cuts) columns, both ends included
    parts: list[Part]


def told_apart(
    segments: Sequence[Segment], judge: Judge, usual: Sequence[float]
) -> list[list[Segment]]:
    """The digits in each segment, left to right: itself where it is like one digit as a whole.

    Args:
        segments: ink that stands by itself.
        judge: tells digits from parts of them.
        usual: for each segment, the usual height on its line. What is lower, such as a 5 that lies
            almost, is measured by it: its halves would be too low for digits of this line.
    """
    segments = [trimmed(segment) for segment in segments]
    shares = [min(1.0, len(one.ink) / height) for one, height in zip(segments, usual, strict=True)]
    wholes = [whole(one.ink, share) for one, share in zip(segments, shares, strict=True)]
    known = evidence(wholes, judge) >= 0
    lattices: dict[int, Lattice] = {}
    digits, parts = [[segment] for segment in segments], 0
    for i in np.flatnonzero(~known).tolist():
        height, width = segments[i].ink.shape
        if parts > MOST_PARTS:
            digits[i] = parted(segments[i])
        elif NARROW * height < width * shares[i] and width <= LONGEST * height:
            lattices[i] = lattice_of(fine(segments[i].ink), shares[i])
            parts += len(lattices[i].parts)
    for i, path in zip(lattices, best_paths([*lattices.values()], judge), strict=True):
        if len(path) > 2:
            digits[i] = cut_along(segments[i], lattices[i].ways[:, path])
    return digits


def trimmed(segment: Segment) -> Segment:
    """A segment without the paper around its ink."""
    top, left, bottom, right = box_of(segment.ink)
    return Segment(segment.ink[top:bottom, left:right], segment.top + top, segment.left + left)


def whole(ink: np.ndarray, share: float) -> Part:
    """All ink, which has this share of its line's height, as a single part."""
    height, width = ink.shape
    return Part(0, 1, ink, shape(share, share * width / height))


def shape(height: float, width: float) -> float:
    """What speaks for a part of this height and width, in heights of its line."""
    return SHAPE + HIGHER * height + WIDER * width + TOO_WIDE * max(0.0, width - USUAL)


def evidence(parts: Sequence[Part], judge: Judge) -> np.ndarray:
    """(parts,) what speaks for each being one whole digit; all of them are judged at once."""
    images = np.array([mnist_like(part.ink) for part in parts], np.uint8).reshape(-1, PIXELS)
    return judge(images) + [part.shape for part in parts]


def fine(ink: np.ndarray) -> np.ndarray:
    """Ink resized to the height at which cuts are looked for."""
    height, width = ink.shape
    size = max(1, round(width * FINE / height)), FINE
    kind = Image.Resampling.BICUBIC if height < FINE else Image.Resampling.BOX
    picture = Image.fromarray(np.ascontiguousarray(ink, np.float32))
    return np.array(picture.resize(size, kind)).clip(0, 1)


def lattice_of(ink: np.ndarray, share: float = 1.0) -> Lattice:
    """The cuts and parts of (height, width) ink without paper around it.

    It has this share of its line's height.
    """
    height, width = ink.shape
    winding = winding_cuts(ink, WINDING * height, THIN * height)
    inner = np.concatenate([straight_cuts(ink, STRAIGHT * height), winding], axis=1)
    inner = inner[:, np.argsort(inner.mean(axis=0), kind="stable")]
    ways = np.pad(inner, ((0, 0), (1, 1)), constant_values=((0, 0), (0, width)))
    return Lattice(ways, list(_parts(ink, ways, share)))


def _parts(ink: np.ndarray, ways: np.ndarray, share: float) -> Iterator[Part]:
    height, middles = len(ink), ways.mean(axis=0)
    for start, end in combinations(range(ways.shape[1]), 2):
        left, right = ways[:, start], ways[:, end]
        fits = NARROWEST * height <= middles[end] - middles[start] <= WIDEST * height / share
        if (fits and (left <= right).all()) or end - start == len(middles) - 1:
            own = between(ink, left, right)[:, left.min() : right.max()]
            top, first, bottom, last = np.array(box_of(own)) / height
            if bottom - top >= LOWEST:
                yield Part(start, end, own, shape(share * (bottom - top), share * (last - first)))


def between(ink: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The ink from one cut on up to another, and nothing elsewhere."""
    columns = np.arange(ink.shape[1])
    return np.where((columns >= left[:, None]) & (columns < right[:, None]), ink, 0)


def best_paths(lattices: Sequence[Lattice], judge: Judge) -> list[list[int]]:
    """The cuts of the best path through each lattice; the parts of all are judged at once."""
    speaks = evidence([part for lattice in lattices for part in lattice.parts], judge)
    ends = np.cumsum([0, *(len(lattice.parts) for lattice in lattices)]).tolist()
    spans = zip(lattices, pairwise(ends), strict=True)
    return [best_path(lattice, speaks[start:end]) for lattice, (start, end) in spans]


def best_path(lattice: Lattice, speaks: np.ndarray) -> list[int]:
    """The cuts, both ends included, between parts for which most speaks in sum; [] if none fit.

    By dynamic programming: the best path to a cut is the best to one before it, and a part more.
    """
    cuts = lattice.ways.shape[1]
    best, before = np.full(cuts, -np.inf), np.zeros(cuts, np.int64)
    best[0] = 0
    order = sorted(range(len(speaks)), key=lambda number: lattice.parts[number].end)
    for start, end, number in ((*lattice.parts[number][:2], number) for number in order):
        if best[start] + speaks[number] > best[end]:
            best[end], before[end] = best[start] + speaks[number], start
    path = [cuts - 1] if best[-1] > -np.inf else []
    while path and path[0] > 0:
        path.insert(0, int(before[path[0]]))
    return path


def cut_along(segment: Segment, ways: np.ndarray) -> list[Segment]:
    """The parts of a segment between cuts, (height, cuts) columns that were found in `fine` ink."""
    height, width = segment.ink.shape
    rows = np.arange(height) * len(ways) // height
    ways = np.rint(ways[rows] * (width / ways.max())).astype(np.int64)
    return [
        trimmed(segment._replace(ink=between(segment.ink, left, right)))
        for left, right in pairwise(ways.T)
    ]
