"""The columns of a digits CSV: how they are named, and in what order a file has them."""

import csv
from pathlib import Path
from typing import NamedTuple

from digits.dataset import PIXELS, SIDE
from digits.errors import InputError, quoted

LABEL = "label"
LABEL_NAMES = (LABEL, "class")  # the second in OpenML's files
# The ways the 784 pixel columns are named in the files people have, row by row from the top left.
PIXEL_NAMES = (
    [f"pixel{i}" for i in range(PIXELS)],
    [f"{row}x{column}" for row in range(1, SIDE + 1) for column in range(1, SIDE + 1)],
    [f"pixel{i}" for i in range(1, PIXELS + 1)],
)


class Layout(NamedTuple):
    """Where a file keeps what: its column names in order, and the places of pixels and label."""

    names: list[str]
    pixels: list[int]
    label: int | None
    has_header: bool


def layout_of(path: Path, first_line: bytes) -> Layout:
    """The layout that a file's first line tells: its header, or only how many columns there are.

    Raises:
        InputError: this is no digits CSV.
    """
    cells = cells_of(first_line.decode("utf-8-sig", "replace"))
    columns = len(cells)
    if columns not in (PIXELS, PIXELS + 1):
        raise InputError(
            f"{path}, line 1 has {column_count(columns)},"
            f" expected {PIXELS + 1} (a label and {PIXELS} pixels) or {PIXELS} (pixels alone)"
        )
    if sum(map(is_numeric, cells)) > columns / 2:
        names = [LABEL] * (columns - PIXELS) + PIXEL_NAMES[0]
        return _layout(names, PIXEL_NAMES[0], has_header=False)
    for pixel_names in PIXEL_NAMES:
        named = set(pixel_names).union(LABEL_NAMES) >= set(cells) >= set(pixel_names)
        if named and len(set(cells)) == columns:
            return _layout(cells, pixel_names, has_header=True)
    ends = [f"{names[0]} to {names[-1]}" for names in PIXEL_NAMES]
    known = set(LABEL_NAMES).union(*PIXEL_NAMES)
    strange = next((name for name in cells if name not in known), None)
    found = "has pixels missing or twice" if strange is None else f"has a column {quoted(strange)}"
    raise InputError(
        f"{path}, line 1: the header {found},"
        f" expected label and {ends[0]} (or {ends[1]}, or class and {ends[2]})"
    )


def _layout(names: list[str], pixel_names: list[str], has_header: bool) -> Layout:
    place = {name: i for i, name in enumerate(names)}
    label = next((place[name] for name in LABEL_NAMES if name in place), None)
    return Layout(names, [place[name] for name in pixel_names], label, has_header)


def cells_of(line: str) -> list[str]:
    """The cells of a line, without the spaces around them."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")]))
    except csv.Error:  # such as a cell of megabytes
        cells = line.split(",")
    return [cell.strip() for cell in cells]


def column_count(number: int) -> str:
    """`1 column`, `785 columns`."""
    return "1 column" if number == 1 else f"{number:,} columns"


def is_numeric(cell: str) -> bool:
    """Whether a cell holds what Python reads as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # which Python would allow inside of one
