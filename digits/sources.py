"""Digits from whatever they are kept in: a CSV, IDX files, `mnist.npz`, a folder of pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.dataset import Digits, joined, read_csv
from digits.errors import InputError
from digits.folder import read_folder
from digits.idx import read_idx
from digits.npz import read_npz
from digits.parallel import cut
from digits.unzipped import unzipped

ZIP, IDX = b"PK\x03\x04", b"\0\0"
# A CSV that starts so has upright digits, whatever its name: `write_csv` makes such files.
UPRIGHT = (b"label,pixel0,", b"pixel0,")
TURNED_AT_ONCE = 4096  # images, which keeps their copy small


def read(path: Path, transposed: bool | None = None) -> Digits:
    """Read digits from a CSV, an IDX file with its labels beside it, `mnist.npz` or a folder.

    What it is, is told by its content. Each format's own rules are told by `dataset.read_csv`,
    `idx.read_idx`, `npz.read_npz` and `folder.read_folder`.

    Args:
        path: a file, gzipped or not, or a folder.
        transposed: whether rows and columns of each image are to be swapped. None swaps those of a
            file with `emnist` in its name, as EMNIST has them, unless it is a CSV that starts with
            `label,pixel0` or `pixel0`.

    Returns:
        The digits upright; images that nobody else holds.

    Raises:
        InputError: the file cannot be used; the sentence says why.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    if path.is_dir():
        digits, emnist = read_folder(path), False
    else:
        start = _start(path)
        digits = _read_file(path, start)
        emnist = "emnist" in path.name.lower() and not start.startswith(UPRIGHT)
    if emnist if transposed is None else transposed:
        _transpose(digits.images)
    return digits


def read_labelled(paths: Sequence[Path], transposed: bool | None, use: str) -> Digits:
    """The digits of all paths, one after the other, each of them as `read` reads it.

    Raises:
        InputError: as in `read`, or there are no labels; `use` says what they are needed for.
        OSError: a file cannot be opened.
    """
    parts = []
    for path in paths:
        parts.append(read(path, transposed))
        if parts[-1].labels is None:
            raise InputError(f"{path} has no label column, expected one {use}")
    return joined(parts)


def _start(path: Path) -> bytes:
    with unzipped(path) as file:
        return file.read(max(map(len, UPRIGHT)))


def _read_file(path: Path, start: bytes) -> Digits:
    if start.startswith(ZIP):
        return read_npz(path)
    if start.startswith(IDX) or "-ubyte" in path.name:
        return read_idx(path)
    return read_csv(path)


def _transpose(images: np.ndarray) -> None:
    """Swap rows and columns of (N, 784) images in place."""
    for rows in cut(len(images), TURNED_AT_ONCE):
        part = images[rows]
        part[:] = part.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(part.shape)
