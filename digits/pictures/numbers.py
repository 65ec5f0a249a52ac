"""The numbers on a page: their digits, line by line."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digits.dataset import PIXELS
from digits.pictures.components import Components, connected_components
from digits.pictures.groups import gathered
from digits.pictures.lines import lines_of
from digits.pictures.mnist_like import BOX, mnist_like, resized
from digits.pictures.paths import Judge, told_apart
from digits.pictures.segments import Segment, segment_of

# More digits than this on a page are print, or no writing at all: they are taken as they stand, and
# their strokes are not told from all pixels, which takes as long as ten others.
MANY = 400
# A page of more components than this, about the letters of the fullest printed one, is a screen of
# dots or noise: no number is found in it, rather than thousands of digits after a minute.
MOST_COMPONENTS = 5000


class Page(NamedTuple):
    """The digits of each line, top to bottom and left to right, as they are on the turned page."""

    lines: list[list[Segment]]
    images: np.ndarray  # (digits, 784) uint8, of each of them
    turns: int = 0  # quarter turns anticlockwise after which the page was read

    @property
    def digits(self) -> list[Segment]:
        """Those of all lines."""
        return [digit for line in self.lines for digit in line]


def find_numbers(share: np.ndarray, judge: Judge, most: int = MANY) -> Page:
    """The digits on a cleaned (height, width) share of ink that stands upright.

    Those that touch are told apart if there are no more than `most` others: that takes longest. Of
    more, the images are a little coarser.
    """
    found = connected_components(share)
    if len(found.boxes) > MOST_COMPONENTS:
        return Page([], images_of([]))
    lines = [[line[group] for group in gathered(found.boxes[line])] for line in lines_of(found)]
    groups = [segment_of(share, found, group) for line in lines for group in line]
    usual = [height for line in lines for height in [usual_height(found, line)] * len(line)]
    parts = told_apart(groups, judge, usual) if len(groups) <= most else [[one] for one in groups]
    images = images_of([digit for part in parts for digit in part], most)
    left = iter(parts)
    return Page([[digit for _ in line for digit in next(left)] for line in lines], images)


def usual_height(found: Components, line: Sequence[np.ndarray]) -> float:
    """The middle one of the heights of a line's groups of components, in pixels."""
    tops, bottoms = found.boxes[:, 0], found.boxes[:, 2]
    return float(np.median([bottoms[group].max() - tops[group].min() for group in line]))


def images_of(digits: Sequence[Segment], most: int = MANY) -> np.ndarray:
    """(digits, 784) uint8, the image of each; of more than `most`, coarser ones."""
    inks = [digit.ink for digit in digits]
    if len(inks) > most:
        inks = [resized(ink, 2 * BOX) for ink in inks]
    return np.array([mnist_like(ink) for ink in inks], np.uint8).reshape(-1, PIXELS)
