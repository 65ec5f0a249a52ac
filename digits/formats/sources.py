"""Digits from whatever they are kept in: a CSV, IDX files, `mnist.npz`, a folder of pictures."""

from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

import numpy as np

from digits.dataset import SIDE, Digits, joined
from digits.errors import InputError
from digits.files import unzipped
from digits.formats.folder import read_folder
from digits.formats.idx import read_idx
from digits.formats.npz import read_npz
from digits.parallel import Progress, row_slices, silent

ZIP, IDX = b"PK\x03\x04", b"\0\0"
# A CSV that starts so has upright digits, whatever its name: `write_csv` makes such files.
UPRIGHT = (b"label,pixel0,", b"pixel0,")
TURNED_AT_ONCE = 4096  # images, which keeps their copy small


def read(path: str | Path, transposed: bool | None = None, progress: Progress = silent) -> Digits:
    """Read digits from a CSV, an IDX file with its labels beside it, `mnist.npz` or a folder.

    What it is, is told by its content. Each format's own rules are told by `csv_reader.read_csv`,
    `idx.read_idx`, `npz.read_npz` and `folder.read_folder`.

    Args:
        path: a file, gzipped or not, or a folder.
        transposed: whether rows and columns of each image are to be swapped. None swaps those of a
            file with `emnist` in its name, as EMNIST has them, unless it is a CSV that starts with
            `label,pixel0` or `pixel0`.
        progress: is told how far it has come.

    Returns:
        The digits upright; images that nobody else holds.

    Raises:
        InputError: the file cannot be used; the sentence says why.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    if path.is_dir():
        digits, emnist = read_folder(path, progress), False
    else:
        with unzipped(path) as file:
            start = file.peek(max(map(len, UPRIGHT)))
            digits = _read_file(path, file, start, progress)
        emnist = "emnist" in path.name.lower() and not start.startswith(UPRIGHT)
    if emnist if transposed is None else transposed:
        _transpose(digits.images)
    return digits


def read_labelled(
    paths: Sequence[Path], transposed: bool | None, use: str, progress: Progress = silent
) -> Digits:
    """The digits of all paths, one after the other, each of them as `read` reads it.

    Raises:
        InputError: as in `read`, or there are no labels; `use` says what they are needed for.
        OSError: a file cannot be opened.
    """
    parts = []
    for path in paths:
        parts.append(read(path, transposed, progress))
        if parts[-1].labels is None:
            raise InputError(f"{path} has no label column, expected one {use}")
    return joined(parts)


def expanded(paths: Sequence[Path]) -> list[Path]:
    """The paths, with those that each pattern such as `shards/*.idx` fits in place of it.

    Shells do that too, but not where a pattern is quoted, nor all on Windows.

    Raises:
        InputError: nothing fits a pattern.
    """
    found = []
    for path in paths:
        if path.exists() or not has_magic(str(path)):
            found.append(path)
        elif fitting := sorted(glob(str(path))):  # noqa: PTH207  (a Path takes no absolute one)
            found += map(Path, fitting)
        else:
            raise InputError(f"{path} fits no file, expected a pattern that some fit")
    return found


def _read_file(path: Path, file: BinaryIO, start: bytes, progress: Progress) -> Digits:
    """The digits in a file that is read once, from beginning to end, as it may be a pipe."""
    if start.startswith(ZIP):
        return read_npz(path, file)
    if start.startswith(IDX) or "-ubyte" in path.name:
        return read_idx(path, file)
    from digits.formats.csv_reader import read_lines  # pandas is slow to load; only this needs it

    return read_lines(path, file, progress)


def _transpose(images: np.ndarray) -> None:
    """Swap rows and columns of (N, 784) images in place."""
    for rows in row_slices(len(images), TURNED_AT_ONCE):
        part = images[rows]
        part[:] = part.reshape(-1, SIDE, SIDE).transpose(0, 2, 1).reshape(part.shape)
