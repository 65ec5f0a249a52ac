"""Digits in `mnist.npz`, the file that Keras downloads."""

from pathlib import Path

import numpy as np

from digits.dataset import PIXELS, SIDE, Digits, joined, labelled
from digits.errors import InputError

PARTS = (("x_train", "y_train"), ("x_test", "y_test"))


def read_npz(path: Path) -> Digits:
    """Read an `.npz` with `x_train`, `y_train`, `x_test` and `y_test`: training rows, then test.

    Nothing is unpickled.

    Raises:
        InputError: the file is damaged, lacks one of the arrays, or one is not (N, 28, 28) or
            (N, 784) uint8, or (N,) whole numbers from 0 to 9.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    return joined([_part(path, *names) for names in PARTS])


def _part(path: Path, images_name: str, labels_name: str) -> Digits:
    images, labels = _array(path, images_name), _array(path, labels_name)
    if images.dtype != np.uint8 or images.shape[1:] not in ((SIDE, SIDE), (PIXELS,)):
        raise InputError(
            f"{path}: {images_name} is {images.dtype} of shape {images.shape},"
            f" expected uint8 of shape (N, {SIDE}, {SIDE})"
        )
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise InputError(
            f"{path}: {labels_name} is {labels.dtype} of shape {labels.shape},"
            " expected whole numbers of shape (N,)"
        )
    images = images.reshape(len(images), PIXELS)
    return labelled(images, labels, f"{path}: {images_name}", f"{path}: {labels_name}")


def _array(path: Path, name: str) -> np.ndarray:
    """One array of the file; the others are left packed."""
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                if name in archive.files:
                    return np.asarray(archive[name])
        except Exception:  # whatever zipfile and NumPy meet in a file that is not whole
            raise InputError(
                f"{path} is damaged or has objects for arrays, expected mnist.npz as Keras ships it"
            ) from None
    raise InputError(f"{path} is a zip file without {name}, expected mnist.npz as Keras ships it")
