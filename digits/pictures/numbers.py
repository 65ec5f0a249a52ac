"""The numbers on a page: their digits, line by line."""

import numpy as np

from digits.pictures.components import connected_components
from digits.pictures.groups import gathered
from digits.pictures.lines import lines_of
from digits.pictures.paths import Judge, told_apart
from digits.pictures.segments import Segment, segment_of


def find_numbers(share: np.ndarray, judge: Judge) -> list[list[Segment]]:
    """The digits of each line of a cleaned share of ink, top to bottom and left to right."""
    found = connected_components(share)
    lines = [[line[group] for group in gathered(found.boxes[line])] for line in lines_of(found)]
    groups = [segment_of(share, found, group) for line in lines for group in line]
    digits = iter(told_apart(groups, judge))
    return [[digit for _ in line for digit in next(digits)] for line in lines]
