"""Digits in `mnist.npz`, the file that Keras downloads."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from digits.archives import Archive, Claim
from digits.dataset import PIXELS, SIDE, Digits, expect_rows, joined, labelled
from digits.errors import InputError

EXPECTED = "expected mnist.npz as Keras ships it"
PARTS = (("x_train", "y_train"), ("x_test", "y_test"))


def read_npz(path: Path, file: BinaryIO) -> Digits:
    """Read an `.npz` with `x_train`, `y_train`, `x_test` and `y_test`: training rows, then test.

    Nothing is unpickled, and no array is unpacked before all say that they are digits.

    Raises:
        InputError: the file is damaged, lacks one of the arrays, or one is not (N, 28, 28) or
            (N, 784) uint8, or (N,) whole numbers from 0 to 9.
    """
    archive = Archive(path, file, "is damaged or has objects for arrays", EXPECTED)
    for names in PARTS:
        _expect_digits(archive, *names)
    return joined([_part(archive, *names) for names in PARTS])


def _expect_digits(archive: Archive, images_name: str, labels_name: str) -> None:
    """Refuse what two of the arrays claim to be, unless these are images and labels."""
    path = archive.path
    images, labels = _claim(archive, images_name), _claim(archive, labels_name)
    if images.dtype != np.uint8 or images.shape[1:] not in ((SIDE, SIDE), (PIXELS,)):
        raise InputError(
            f"{path}: {images_name} is {images.dtype} of shape {images.shape},"
            f" expected uint8 of shape (N, {SIDE}, {SIDE})"
        )
    if labels.dtype.kind not in "iu" or len(labels.shape) != 1:
        raise InputError(
            f"{path}: {labels_name} is {labels.dtype} of shape {labels.shape},"
            " expected whole numbers of shape (N,)"
        )
    for name, (rows, *_) in ((images_name, images.shape), (labels_name, labels.shape)):
        expect_rows(rows, f"{path}: {name}")


def _claim(archive: Archive, name: str) -> Claim:
    if name not in archive.names:
        raise InputError(f"{archive.path} is a zip file without {name}, {EXPECTED}")
    return archive.claim(name)


def _part(archive: Archive, images_name: str, labels_name: str) -> Digits:
    images, labels = archive.array(images_name), archive.array(labels_name)
    images = images.reshape(len(images), PIXELS)
    path = archive.path
    return labelled(images, labels, f"{path}: {images_name}", f"{path}: {labels_name}")
