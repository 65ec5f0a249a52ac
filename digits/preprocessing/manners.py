"""How hands and machines lead their pens: what is written how shakily, and how often."""

from collections.abc import Callable
from typing import NamedTuple

from digits.preprocessing.displays import DISPLAYS
from digits.preprocessing.handwriting import HANDWRITING, Styles, Uniform
from digits.preprocessing.outliers import SCRIBBLES, SHAPES
from digits.preprocessing.typefaces import TYPEFACES

Range = tuple[float, float]


class Manner(NamedTuple):
    """Of one kind of hand or machine. Lengths are in units of the digit's height.

    Attributes:
        share: of all digits that are drawn.
        digits: the styles of each of the ten, or of what is no digit.
        pens: smallest and largest radius, in units of the digit's longer side.
        contrast: how much narrower the pen may be along y than along x, from and to.
        jitter: standard deviation of each point of a stroke, as all others that follow.
        bend, tremor: of the paper's displacement, in long waves and in short ones.
        mean_slant, slant: x per y, and its deviation.
        turn: in radians.
        stretch: of the logarithm of the width.
        rounded: whether the pen rounds the corners off that are not sharp.
    """

    share: float
    digits: tuple[Callable[[Uniform], Styles], ...]
    pens: Range
    contrast: Range
    jitter: float
    bend: float
    tremor: float
    mean_slant: float
    slant: float
    turn: float
    stretch: float
    rounded: bool = True


HANDS = Manner(
    share=0.68,
    digits=HANDWRITING,
    pens=(0.01, 0.1),
    contrast=(1, 1),
    jitter=0.02,
    bend=0.03,
    tremor=0.006,
    mean_slant=0.1,  # most people are right-handed
    slant=0.2,
    turn=0.06,
    stretch=0.2,
)
# From point to point, as with a mouse or a stylus that is asked for its place too rarely.
STRAIGHT = HANDS._replace(share=0.05, rounded=False)
SANS = Manner(
    share=0.11,
    digits=TYPEFACES,
    pens=(0.015, 0.15),  # from hairlines to the blackest of faces
    contrast=(0.6, 1.05),
    jitter=0.006,
    bend=0,
    tremor=0,
    mean_slant=0.06,
    slant=0.1,
    turn=0.01,
    stretch=0.2,
)
SERIF = SANS._replace(share=0.09, pens=(0.03, 0.15), contrast=(0.15, 0.6))
SEGMENTS = SANS._replace(
    share=0.07, digits=DISPLAYS, pens=(0.02, 0.09), contrast=(0.9, 1.1), jitter=0.002, slant=0.08
)
MANNERS = {
    "hands": HANDS,
    "straight": STRAIGHT,
    "sans": SANS,
    "serif": SERIF,
    "segments": SEGMENTS,
}
# What is no digit, a quarter of it scribbles. Each kind takes a page of its own, so these are few.
SHAPES_OF_NONE = (*SHAPES, *SCRIBBLES)
OUTLIERS = {
    "hands": HANDS._replace(share=0.75, digits=SHAPES_OF_NONE, jitter=0.03),
    "type": SANS._replace(share=0.25, digits=SHAPES_OF_NONE, contrast=(0.3, 1.05)),
}
