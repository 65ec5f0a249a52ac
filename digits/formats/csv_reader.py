"""Digits in CSV files, with one clear sentence for whatever is wrong with the file."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from digits.dataset import CLASSES, PIXELS, Digits, expect_rows
from digits.errors import InputError
from digits.files import share_read, unzipped
from digits.formats.columns import Layout, cells_of, column_count, is_numeric, layout_of
from digits.parallel import Progress, silent, thread_imap

# Threads parse blocks of this many bytes while the file is being unpacked. Smaller blocks cost time
# (pandas has a price per column and block), larger ones memory.
BLOCK_BYTES = 6_000_000
LONGEST_LINE = 1_000_000  # bytes, of a file that may hold anything
MOST_BLANK = 1_000_000  # lines in front of all others, or bytes in one go


class Block(NamedTuple):
    """Some whole lines of a file."""

    text: bytes
    first_line: int  # counted from 1


def read_csv(
    path: str | Path, progress: Progress = silent, block_bytes: int = BLOCK_BYTES
) -> Digits:
    """Read a digits CSV: `label,pixel0,...,pixel783`, plain or gzipped.

    Columns may come in any order when a header names them (`pixel0` to `pixel783`, `pixel1` to
    `pixel784` or `1x1` to `28x28`, with or without `label` or `class`). A first line of which more
    than half the cells are numbers is no header: then there are 785 columns, the label first, or
    784 without labels. Whether the file is gzipped is told by its content.

    Args:
        path: the file.
        progress: is told how far it has come.
        block_bytes: that are parsed at a time.

    Raises:
        InputError: the file is empty, cut off or not a digits CSV, or a value is not a whole
            number from 0 to 255 (0 to 9 for a label); the sentence names file, row and column.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    with unzipped(path) as file:
        return read_lines(path, file, progress, block_bytes)


def read_lines(
    path: Path, file: BinaryIO, progress: Progress, block_bytes: int = BLOCK_BYTES
) -> Digits:
    """The digits in the lines of an open file; for the rest as `read_csv`."""
    first_line, number = _first_line(path, file)
    layout = layout_of(path, first_line)
    rest = b"" if layout.has_header else first_line
    blocks = _blocks(path, file, number + layout.has_header, block_bytes, rest)
    images, labels, rows = [np.empty((0, PIXELS), np.uint8)], [np.empty(0, np.int64)], 0
    for values in thread_imap(lambda block: _parse(path, layout, block), blocks):
        rows += len(values)
        expect_rows(rows, str(path))
        images.append(values[:, layout.pixels])
        if layout.label is not None:
            labels.append(values[:, layout.label].astype(np.int64))
        progress(f"reading {path.name}", share_read(file))
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


def _first_line(path: Path, file: BinaryIO) -> tuple[bytes, int]:
    """The first line that is not blank, and its number, counted from 1."""
    for number in range(1, MOST_BLANK + 2):
        line = file.readline(LONGEST_LINE + 1)
        _expect_end(path, line, number)
        if line.strip():
            return line, number
        if not line:
            raise InputError(f"{path} is empty, expected a digits CSV with a row per digit")
    raise InputError(f"{path} begins with {number:,} blank lines, expected a digits CSV")


def _expect_end(path: Path, text: bytes, line: int) -> None:
    """Refuse a line of which so much has been read, and not its end, that it has no digit in it."""
    if len(text) > LONGEST_LINE:
        raise InputError(
            f"{path}, line {line:,} has more than {LONGEST_LINE:,} bytes,"
            f" expected {PIXELS + 1} columns"
        )


def label_is_last(digits: Digits) -> bool:
    """Whether what was read as label and last pixel looks like a first pixel and a label."""
    if digits.labels is None or digits.labels.any():
        return False
    last = digits.images[:, -1]
    return bool(last.any() and last.max() < CLASSES)


def _blocks(
    path: Path, file: BinaryIO, first_line: int, block_bytes: int, rest: bytes
) -> Iterator[Block]:
    """Whole lines of the rest of a file, some bytes of which have been read before."""
    blank = 0
    while chunk := file.read(block_bytes):
        ending = len(chunk) - len(chunk.rstrip())
        blank = ending + (blank if ending == len(chunk) else 0)
        if blank > MOST_BLANK:
            raise InputError(
                f"{path} has more than {MOST_BLANK:,} blank bytes before line {first_line:,},"
                " expected rows of digits"
            )
        text, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield Block(text + newline, first_line)
            first_line += text.count(b"\n") + 1
        _expect_end(path, rest, first_line)
    if rest:
        yield Block(rest, first_line)


def _parse(path: Path, layout: Layout, block: Block) -> np.ndarray:
    """(rows, columns) uint8 values of a block, all of them checked."""
    highest = np.full(len(layout.names), 255)
    if layout.label is not None:
        highest[layout.label] = CLASSES - 1
    if not block.text.strip():
        return np.empty((0, len(layout.names)), np.uint8)
    try:
        if most_columns(block.text) > len(highest):  # pandas takes a minute for a million
            raise ValueError
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


def most_columns(text: bytes) -> int:
    """At most how many columns the lines of a text have; fewer where commas are quoted."""
    return 1 + max(line.count(b",") for line in text.split(b"\n"))


def _fault(layout: Layout, block: Block, highest: np.ndarray) -> str:
    """What is wrong with the first wrong cell of a block."""
    lines = block.text.decode("utf-8", "replace").split("\n")
    for line, text in enumerate(lines, block.first_line):
        if not text.strip():
            continue
        cells = cells_of(text)
        where = f"row {line - layout.has_header:,} (line {line:,})"
        if len(cells) != len(layout.names):
            return f"{where} has {column_count(len(cells))}, expected {len(layout.names)}"
        for name, cell, limit in zip(layout.names, cells, highest, strict=True):
            if not (is_numeric(cell) and 0 <= float(cell) <= limit and float(cell) % 1 == 0):
                found = repr(cell[:20]) if cell else "empty"
                return f"{where}: {name} is {found}, expected a whole number from 0 to {limit}"
    return f"lines {block.first_line:,} to {line:,}: not all values are numbers, expected 0 to 255"
