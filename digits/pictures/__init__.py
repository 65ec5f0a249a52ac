"""Any picture to images like MNIST's: what is ink, what is a digit, and where the digits are."""

from digits.pictures.decoding import Picture, Source, decode, on_black, row_as_it_is
from digits.pictures.numbers import find_numbers
from digits.pictures.reading import looked_at, read_picture
from digits.pictures.segments import Segment, find_digits, several
from digits.pictures.turns import box_on_page, find_upright

__all__ = [
    "Picture",
    "Segment",
    "Source",
    "box_on_page",
    "decode",
    "find_digits",
    "find_numbers",
    "find_upright",
    "looked_at",
    "on_black",
    "read_picture",
    "row_as_it_is",
    "several",
]
