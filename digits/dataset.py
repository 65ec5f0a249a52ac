"""Digits as arrays: images and their labels, joined, split and taken apart."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digits.errors import InputError

SIDE = 28  # pixels of an image, both ways
PIXELS = SIDE * SIDE
CLASSES = 10
MOST_ROWS = 10_000_000  # that are read at a time, 8 GB


class Digits(NamedTuple):
    """Images and what they show."""

    images: np.ndarray  # (N, 784) uint8, 0 = paper, 255 = ink, row by row from the top left
    labels: np.ndarray | None  # (N,) int64, 0 to 9; None where nobody says


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
            f"{labels_name} has {len(labels):,} labels, expected {len(images):,},"
            f" one for each image of {images_name}"
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= CLASSES))
    if len(wrong):
        raise InputError(
            f"{labels_name}, label {wrong[0] + 1:,} is {labels[wrong[0]]},"
            f" expected 0 to {CLASSES - 1}"
        )
    return Digits(images, labels.astype(np.int64))


def expect_rows(rows: int, name: str) -> None:
    """Refuse more digits than are read at a time.

    Raises:
        InputError: there are more; `name` says where.
    """
    if rows > MOST_ROWS:
        raise InputError(f"{name} has more than {MOST_ROWS:,} rows, expected no more in one file")


def known_labels(digits: Digits) -> np.ndarray:
    """The labels of digits that must have some.

    Raises:
        InputError: they have none.
    """
    if digits.labels is None:
        raise InputError("the digits have no labels, expected one for each image")
    return digits.labels


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
    first_test = first_test_row(len(digits.images), train_rows)
    return take_rows(digits, slice(first_test)), take_rows(digits, slice(first_test, None))


def first_test_row(rows: int, train_rows: int | None) -> int:
    """Where `split` cuts so many rows."""
    first_test = rows - rows // 7 if train_rows is None else train_rows
    if not 0 < first_test < rows:
        raise InputError(
            f"{first_test:,} of {rows:,} rows for training leave"
            f" {max(0, rows - first_test):,} test rows, expected at least one row of each"
        )
    return first_test


def head(digits: Digits, train_rows: int | None) -> Digits:
    """The training rows where all rows may be trained on: the first ones, or with None all.

    Raises:
        InputError: there are not as many rows.
    """
    expect_enough(len(digits.images), train_rows)
    return take_rows(digits, slice(train_rows))


def expect_enough(rows: int, train_rows: int | None) -> None:
    """Refuse to train on more rows than there are."""
    if train_rows is not None and train_rows > rows:
        raise InputError(
            f"{train_rows:,} of {rows:,} rows for training, expected no more than there are"
        )


def rows_of_parts(lengths: Sequence[int], rows: int) -> list[int]:
    """How many of each part's rows are among the first so many of all, one part after the other."""
    ends = np.cumsum(lengths)
    kept: list[int] = np.clip(rows - (ends - lengths), 0, lengths).tolist()
    return kept


def take_rows(digits: Digits, rows: slice) -> Digits:
    """Those rows of the digits, with their labels if they have any."""
    return Digits(digits.images[rows], None if digits.labels is None else digits.labels[rows])
