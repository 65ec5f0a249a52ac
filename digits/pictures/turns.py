"""Which way up a page is: the quarter turn whose digits are the likeliest and least strange."""

import numpy as np

from digits.pictures.numbers import MANY, Page, find_numbers
from digits.pictures.paths import Judge
from digits.pictures.segments import Segment, box_of

# What speaks against each turn before anything is seen: none is as common as standing upright, and
# hardly anything is upside down, where a 1 with a long flag is a good 6.
AGAINST = (0.0, 0.5, 2.0, 0.5)
# Of so many digits enough stand apart to tell, and telling the others apart would take seconds.
ENOUGH = 40
# A page whose digits have more than this speaking for them, on average, is read as it stands: so do
# four of five numbers of validation digits, and hardly one that lies or is upside down.
PLAIN = 1.75


def find_upright(share: np.ndarray, judge: Judge) -> Page:
    """The digits on a cleaned (height, width) share of ink, whichever way up it is.

    A single digit is never turned, as a 6 may be a 9; nor is print, as its letters say nothing.
    """
    page = find_numbers(share, judge)
    if not 1 < len(page.images) <= MANY:
        return page
    speaks = judge(page.images)
    if speaks.mean() > PLAIN:
        return page
    best, most = page, _for_turn(0, speaks)
    for turns in (1, 2, 3):
        found = find_numbers(turned(share, turns), judge, ENOUGH)
        if len(found.images) > 1:
            for_it = _for_turn(turns, judge(found.images))
            if for_it > most:
                best, most = found._replace(turns=turns), for_it
    if best.turns and len(best.images) > ENOUGH:  # those that touch may not be told apart yet
        return find_numbers(turned(share, best.turns), judge)._replace(turns=best.turns)
    return best


def turned(share: np.ndarray, turns: int) -> np.ndarray:
    """A share of ink after quarter turns anticlockwise."""
    return np.ascontiguousarray(np.rot90(share, turns))


def _for_turn(turns: int, speaks: np.ndarray) -> float:
    """What speaks for a turn: the sum over its digits, by the square root of their number, as the
    noise of a sum grows by that."""
    return float(speaks.sum() / np.sqrt(len(speaks))) - AGAINST[turns]


def box_on_page(digit: Segment, turns: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a digit on a page of (height, width) before it was turned."""
    top, left, bottom, right = box_of(digit.ink)
    box = digit.top + top, digit.left + left, digit.top + bottom, digit.left + right
    for turn in range(turns, 0, -1):
        width = shape[turn % 2]  # of the page before this turn
        top, left, bottom, right = box
        box = left, width - bottom, right, width - top
    return box
