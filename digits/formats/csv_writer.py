"""Digits to the text of a digits CSV, which `csv_reader.read_csv` reads back."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digits.dataset import Digits
from digits.files import replacing
from digits.formats.columns import LABEL, PIXEL_NAMES
from digits.parallel import row_slices, thread_imap

ROWS_AT_ONCE = 1000
SEPARATOR = 3  # its place in the text of a value, after up to three figures
# Each byte as text: its figures on the right of what is blank, then a comma.
TEXT = np.array([list(f"{value:>3},".encode()) for value in range(256)], np.uint8)  # (256, 4)


def write_csv(path: str | Path, digits: Digits, rows_at_once: int = ROWS_AT_ONCE) -> None:
    """Write a digits CSV, whole or not at all; gzipped if its name ends in `.gz`.

    The same digits make the same bytes.

    Args:
        path: the file to make or replace.
        digits: N digits, with labels or without.
        rows_at_once: that are made text at a time.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(path)
    with replacing(path) as file:
        if path.suffix != ".gz":
            file.writelines(_text(digits, rows_at_once))
            return
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            packed.writelines(_text(digits, rows_at_once))


def _text(digits: Digits, rows_at_once: int) -> Iterator[bytes]:
    names = [LABEL] * (digits.labels is not None) + PIXEL_NAMES[0]
    yield ",".join(names).encode() + b"\n"
    slices = row_slices(len(digits.images), rows_at_once)
    yield from thread_imap(lambda rows: _lines(digits, rows), slices)


def _lines(digits: Digits, rows: slice) -> bytes:
    values = digits.images[rows]
    if digits.labels is not None:
        values = np.column_stack([digits.labels[rows].astype(np.uint8), values])
    text: np.ndarray = TEXT[values]  # (rows, columns, 4)
    text[:, -1, SEPARATOR] = ord("\n")
    return bytes(text[text != ord(" ")])
