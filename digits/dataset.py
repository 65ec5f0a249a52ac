"""Digits in CSV files to arrays, with one clear sentence for whatever is wrong with the file."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from digits.errors import InputError
from digits.parallel import in_order
from digits.unzipped import unzipped

PIXELS = 784
LABEL = "label"
LABEL_NAMES = (LABEL, "class")  # the second in OpenML's files
# The ways the 784 pixel columns are named in the files people have, row by row from the top left.
PIXEL_NAMES = (
    [f"pixel{i}" for i in range(PIXELS)],
    [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
    [f"pixel{i}" for i in range(1, PIXELS + 1)],
)
# Threads parse blocks of this many bytes while the file is being unpacked. Smaller blocks cost time
# (pandas has a price per column and block), larger ones memory.
BLOCK_BYTES = 6_000_000


class Digits(NamedTuple):
    """Images and what they show."""

    images: np.ndarray  # (N, 784) uint8, 0 = paper, 255 = ink, row by row from the top left
    labels: np.ndarray | None  # (N,) int64, 0 to 9; None where a file has no labels


class Layout(NamedTuple):
    """Where a file keeps what: its column names in order, and the places of pixels and label."""

    names: list[str]
    pixels: list[int]
    label: int | None
    has_header: bool


class Block(NamedTuple):
    """Some whole lines of a file."""

    text: bytes
    first_line: int  # counted from 1


def read_csv(path: Path) -> Digits:
    """Read a digits CSV: `label,pixel0,...,pixel783`, plain or gzipped.

    Columns may come in any order when a header names them (`pixel0` to `pixel783`, `pixel1` to
    `pixel784` or `1x1` to `28x28`, with or without `label` or `class`). A first line of which more
    than half the cells are numbers is no header: then there are 785 columns, the label first, or
    784 without labels. Whether the file is gzipped is told by its content.

    Raises:
        InputError: the file is empty, cut off or not a digits CSV, or a value is not a whole
            number from 0 to 255 (0 to 9 for a label); the sentence names file, row and column.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    with unzipped(path) as file:
        return _read_lines(path, file)


def labelled(images: np.ndarray, labels: np.ndarray, images_name: str, labels_name: str) -> Digits:
    """Images and labels that were kept apart, checked to belong together.

    Args:
        images: (N, 784) uint8.
        labels: (N,) whole numbers.
        images_name, labels_name: where they were kept, for the sentences.

    Raises:
        InputError: there are none, they are not as many, or a label is not from 0 to 9.
    """
    if not len(images):
        raise InputError(f"{images_name} has no images, expected at least one")
    if len(labels) != len(images):
        raise InputError(
            f"{labels_name} has {len(labels)} labels, expected {len(images)},"
            f" one for each image of {images_name}"
        )
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if len(wrong):
        raise InputError(
            f"{labels_name}, label {wrong[0] + 1} is {labels[wrong[0]]}, expected 0 to 9"
        )
    return Digits(images, labels.astype(np.int64))


def joined(parts: Sequence[Digits]) -> Digits:
    """Digits that all have labels, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    images, labels = zip(*parts, strict=True)
    return Digits(np.concatenate(images), np.concatenate(labels))


def split(digits: Digits, train_rows: int | None = None) -> tuple[Digits, Digits]:
    """Training rows first, test rows last; the last seventh is the test set unless told otherwise.

    Raises:
        InputError: no training rows or no test rows would be left.
    """
    rows = len(digits.images)
    first_test = rows - rows // 7 if train_rows is None else train_rows
    if not 0 < first_test < rows:
        raise InputError(
            f"{first_test} of {rows} rows for training leave {max(0, rows - first_test)} test rows,"
            " expected at least one row of each"
        )
    return some(digits, slice(first_test)), some(digits, slice(first_test, None))


def first(digits: Digits, train_rows: int | None) -> Digits:
    """The training rows where all rows may be trained on: the first ones, or with None all.

    Raises:
        InputError: there are not as many rows.
    """
    rows = len(digits.images)
    if train_rows is not None and train_rows > rows:
        raise InputError(
            f"{train_rows} of {rows} rows for training, expected no more than there are"
        )
    return some(digits, slice(train_rows))


def some(digits: Digits, rows: slice) -> Digits:
    """Those rows of the digits, with their labels if they have any."""
    return Digits(digits.images[rows], None if digits.labels is None else digits.labels[rows])


def _read_lines(path: Path, file: BinaryIO) -> Digits:
    first_line, number = file.readline(), 1
    while first_line and not first_line.strip():
        first_line, number = file.readline(), number + 1
    if not first_line:
        raise InputError(f"{path} is empty, expected a digits CSV with a row per digit")
    layout = _layout(path, first_line)
    blocks = _blocks(file, number + 1) if layout.has_header else _blocks(file, number, first_line)
    images, labels = [np.empty((0, PIXELS), np.uint8)], [np.empty(0, np.int64)]
    for values in in_order(lambda block: _parse(path, layout, block), blocks):
        images.append(values[:, layout.pixels])
        if layout.label is not None:
            labels.append(values[:, layout.label].astype(np.int64))
    digits = Digits(
        np.concatenate(images), np.concatenate(labels) if layout.label is not None else None
    )
    if not len(digits.images):
        raise InputError(f"{path} has a header but no rows, expected a row per digit")
    if not layout.has_header and label_is_last(digits):
        raise InputError(
            f"{path} has no header and seems to have the label last, expected it first, or a header"
        )
    return digits


def label_is_last(digits: Digits) -> bool:
    """Whether what was read as label and last pixel looks like a first pixel and a label."""
    if digits.labels is None or digits.labels.any():
        return False
    last = digits.images[:, -1]
    return bool(last.any() and last.max() <= 9)


def _layout(path: Path, first_line: bytes) -> Layout:
    cells = _cells(first_line.decode("utf-8-sig", "replace"))
    columns = len(cells)
    if columns not in (PIXELS, PIXELS + 1):
        raise InputError(
            f"{path}, line 1 has {_columns(columns)},"
            " expected 785 (a label and 784 pixels) or 784 (pixels alone)"
        )
    if sum(map(_is_number, cells)) > columns / 2:
        names = [LABEL] * (columns - PIXELS) + PIXEL_NAMES[0]
        return _places(names, PIXEL_NAMES[0], has_header=False)
    for pixel_names in PIXEL_NAMES:
        if set(pixel_names).union(LABEL_NAMES) >= set(cells) >= set(pixel_names):
            return _places(cells, pixel_names, has_header=True)
    known = set(LABEL_NAMES).union(*PIXEL_NAMES)
    strange = next((name for name in cells if name not in known), None)
    found = "has pixels missing or twice" if strange is None else f"has a column {strange!r}"
    raise InputError(
        f"{path}, line 1: the header {found},"
        " expected label and pixel0 to pixel783 (or 1x1 to 28x28, or class and pixel1 to pixel784)"
    )


def _places(names: list[str], pixel_names: list[str], has_header: bool) -> Layout:
    place = {name: i for i, name in enumerate(names)}
    label = next((place[name] for name in LABEL_NAMES if name in place), None)
    return Layout(names, [place[name] for name in pixel_names], label, has_header)


def _blocks(file: BinaryIO, first_line: int, rest: bytes = b"") -> Iterator[Block]:
    """Whole lines of the rest of a file, some bytes of which have been read before."""
    while chunk := file.read(BLOCK_BYTES):
        text, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield Block(text + newline, first_line)
            first_line += text.count(b"\n") + 1
    if rest:
        yield Block(rest, first_line)


def _parse(path: Path, layout: Layout, block: Block) -> np.ndarray:
    """(rows, columns) uint8 values of a block, all of them checked."""
    highest = np.full(len(layout.names), 255)
    if layout.label is not None:
        highest[layout.label] = 9
    if not block.text.strip():
        return np.empty((0, len(layout.names)), np.uint8)
    try:
        # Without na_filter an empty cell makes its column text, and is then found below.
        frame = pd.read_csv(io.BytesIO(block.text), header=None, na_filter=False, low_memory=False)
        values: np.ndarray = frame.to_numpy()
        if values.shape[1] == len(highest) and values.dtype.kind in "iuf":
            whole = values.dtype.kind != "f" or np.all(values == np.floor(values))
            if whole and np.all(values >= 0) and np.all(values <= highest):
                return values.astype(np.uint8)
    except ValueError:
        pass  # pandas could not parse it; the reason is told in this project's words
    raise InputError(f"{path}, {_fault(layout, block, highest)}")


def _fault(layout: Layout, block: Block, highest: np.ndarray) -> str:
    """What is wrong with the first wrong cell of a block."""
    lines = block.text.decode("utf-8", "replace").split("\n")
    for line, text in enumerate(lines, block.first_line):
        if not text.strip():
            continue
        cells = _cells(text)
        where = f"row {line - layout.has_header} (line {line})"
        if len(cells) != len(layout.names):
            return f"{where} has {_columns(len(cells))}, expected {len(layout.names)}"
        for name, cell, limit in zip(layout.names, cells, highest, strict=True):
            if not (_is_number(cell) and 0 <= float(cell) <= limit and float(cell) % 1 == 0):
                found = repr(cell[:20]) if cell else "empty"
                return f"{where}: {name} is {found}, expected a whole number from 0 to {limit}"
    return f"lines {block.first_line} to {line}: not all values are numbers, expected 0 to 255"


def _cells(line: str) -> list[str]:
    try:
        cells = next(csv.reader([line.rstrip("\r\n")]))
    except csv.Error:  # such as a cell of megabytes
        cells = line.split(",")
    return [cell.strip() for cell in cells]


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # which Python would allow
