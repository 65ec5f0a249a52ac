"""Arrays in `.npz` files, looked at before they are unpacked: a file may claim anything."""

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from digits.errors import InputError

PLAIN = "biufU"  # kinds of arrays without objects and without fields
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # as NumPy does it
# An array may be of so many bytes, or of so many times the size of its file if that is more.
PLENTY, TIMES = 1 << 27, 100
MOST_PIPED = 1 << 28  # bytes of what comes through a pipe, which has to be kept


class Claim(NamedTuple):
    """What an archive says of one of its arrays."""

    shape: tuple[int, ...]
    dtype: np.dtype
    by_columns: bool  # how its numbers lie
    start: int  # of them, in bytes


class Archive:
    """An open `.npz` file.

    Args:
        path: what it is called.
        file: its bytes.
        damaged: what is said of one that is not whole, or has other things than plain arrays.
        expected: what is said to be right.

    Raises:
        InputError: it is damaged, as its methods do as well.
    """

    def __init__(self, path: Path, file: BinaryIO, damaged: str, expected: str) -> None:
        self.path, self.expected = path, expected
        self._damaged = damaged
        with self._reading():
            file = at_hand(path, file, expected)
            self._size = file.seek(0, io.SEEK_END)
            self._zip = zipfile.ZipFile(file)
            self.names = [name.removesuffix(".npy") for name in self._zip.namelist()]

    def claim(self, name: str) -> Claim:
        """What the archive says of an array; no more of it is read."""
        with self._reading(), self._zip.open(self._info(name)) as packed:
            version = npy.read_magic(packed)
            read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
            shape, by_columns, dtype = read(packed)
            if dtype.kind not in PLAIN:
                raise ValueError
            return Claim(shape, dtype, by_columns, packed.tell())

    def array(self, name: str) -> np.ndarray:
        """One of the arrays."""
        claim = self.claim(name)
        size = math.prod(claim.shape) * claim.dtype.itemsize
        with self._reading(), self._zip.open(self._info(name)) as packed:
            if claim.start + size != self._info(name).file_size:
                raise ValueError
            packed.read(claim.start)
            values = np.frombuffer(bytearray(packed.read()), claim.dtype)
            return values.reshape(claim.shape, order="F" if claim.by_columns else "C")

    def damaged(self) -> InputError:
        """The sentence about a file that is not as it should be."""
        return InputError(f"{self.path} {self._damaged}, {self.expected}")

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self._zip.getinfo(f"{name}.npy")
        if info.compress_type not in PACKED:
            raise ValueError
        if info.file_size > max(PLENTY, TIMES * self._size):
            raise InputError(
                f"{self.path}: {name} unpacks to more than {TIMES} times the size of the file,"
                f" {self.expected}"
            )
        return info

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (InputError, MemoryError):
            raise
        except Exception:  # whatever zipfile and NumPy meet in a file that is not whole
            raise self.damaged() from None


def at_hand(path: Path, file: BinaryIO, expected: str) -> BinaryIO:
    """A file that can be read in any order; what comes from a pipe or a device is kept for that.

    Raises:
        InputError: it is too much to be kept; `expected` says what would be right.
    """
    if file.seekable() and file.seek(0, io.SEEK_END):  # a device has no end
        return file
    content = file.read(MOST_PIPED + 1)
    if len(content) > MOST_PIPED:
        raise InputError(f"{path} brings more than {MOST_PIPED:,} bytes, {expected}")
    return io.BytesIO(content)
