"""Images in any form that a reader takes, as rows of white ink on black like MNIST's."""

import contextlib
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from digits.dataset import PIXELS, SIDE
from digits.errors import InputError
from digits.parallel import Progress, silent
from digits.pictures import on_black, read_picture

Transform = Callable[[np.ndarray], np.ndarray]  # (N, 784) uint8 -> the same


def as_rows(images: ArrayLike) -> np.ndarray:
    """Images in any form that `DigitClassifier` takes -> (N, 784) uint8.

    Raises:
        InputError: they are something else.
    """
    try:
        rows = np.asarray(images)
    except ValueError:
        raise InputError("the images have several lengths, expected one length") from None
    if rows.shape[-2:] == (SIDE, SIDE) and rows.ndim <= 3:
        rows = rows.reshape(-1, PIXELS)
    rows = rows[np.newaxis] if rows.shape == (PIXELS,) else rows
    if rows.dtype == object:  # such as a DataFrame of whole numbers that might be missing
        with contextlib.suppress(TypeError, ValueError):
            rows = rows.astype(np.float64)
    if rows.dtype == bool:
        rows = rows * np.uint8(255)
    fits = rows.ndim == 2 and rows.shape[1] == PIXELS and rows.dtype.kind in "uif"
    if fits and rows.dtype == np.uint8:
        return rows
    if not fits or not np.all((rows >= 0) & (rows <= 255) & (rows == np.floor(rows))):
        raise InputError(
            f"images are {rows.shape} {rows.dtype}, expected whole numbers from 0 to 255"
            f" of shape (N, {PIXELS}), or one image of {PIXELS}"
        )
    return rows.astype(np.uint8)


def on_black_paper(rows: np.ndarray, progress: Progress = silent) -> np.ndarray:
    """(N, 784) uint8 rows -> the same, those on paper of another level read as pictures.

    A row on black paper (`digits.pictures.on_black`) stays as it is; if all do, so does the array.
    A thousand others take a second or two.
    """
    others = np.flatnonzero(~on_black(rows))
    if not len(others):
        return rows
    rows = rows.copy()
    for done, row in enumerate(others, start=1):
        rows[row] = read_picture(rows[row].reshape(SIDE, SIDE))
        progress("telling ink from paper", done / len(others))
    return rows
