"""Where the digits of a number are: components of ink gathered and parted, left to right."""

from typing import NamedTuple

import numpy as np

from digits.pictures.cleaning import rim
from digits.pictures.components import JOINED, Components, connected_components
from digits.pictures.cuts import best_seam
from digits.pictures.filters import maximum_filter
from digits.pictures.groups import gathered

# A digit wider than this many times its height is taken to be two that touch ...
WIDE = 1.2
# ... if the cut runs through less than this share of the height in ink, and either half is at
# least this share as tall as both.
THIN, TALL = 0.15, 0.7


class Segment(NamedTuple):
    """Some of a picture's ink, without that around it."""

    ink: np.ndarray  # (height, width) float32 share
    top: int  # row and column of the picture in which it begins
    left: int


def find_digits(share: np.ndarray) -> list[Segment]:
    """The ink of each digit of a cleaned (height, width) share of ink, left to right."""
    found = connected_components(share)
    groups = map(np.array, gathered(found.boxes))
    return [part for group in groups for part in parted(segment_of(share, found, group))]


def several(share: np.ndarray) -> bool:
    """Whether a cleaned share of ink shows more than one digit."""
    found = connected_components(share)
    groups = gathered(found.boxes)
    if len(groups) != 1:
        return len(groups) > 1
    return len(parted(segment_of(share, found, np.array(groups[0])))) > 1


def segment_of(share: np.ndarray, found: Components, group: np.ndarray) -> Segment:
    """The ink of some components, by their numbers, and of their soft rims."""
    soft = rim(share)
    top, left = np.maximum(found.boxes[group, :2].min(axis=0) - soft, 0)
    bottom, right = found.boxes[group, 2:].max(axis=0) + soft
    labels = found.labels[top:bottom, left:right]
    own = np.isin(labels, group + 1)
    near = maximum_filter(own, soft) & (own | (labels == 0))
    return Segment(np.where(near, share[top:bottom, left:right], 0), int(top), int(left))


def parted(segment: Segment) -> list[Segment]:
    """A digit's ink, or if it is too wide for one, that of those left and right of the best cut."""
    share = segment.ink
    top, left, bottom, right = box_of(share)
    height = bottom - top
    if right - left < WIDE * height:
        return [segment]
    seam, cost = best_seam(share[top:bottom, left:right])
    before = np.zeros(share.shape, bool)
    before[top:bottom] = np.arange(share.shape[1]) < (seam + left)[:, None]
    halves = [segment._replace(ink=np.where(side, share, 0)) for side in (before, ~before)]
    boxes = [box_of(half.ink) for half in halves]
    if cost < THIN * height and all(box[2] - box[0] >= TALL * height for box in boxes):
        return parted(halves[0]) + parted(halves[1])
    return [segment]


def box_of(share: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what is ink, the latter two exclusive."""
    mask = share >= JOINED
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
