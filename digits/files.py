"""Files written whole or not at all, and files unpacked where they are gzipped."""

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from digits.errors import InputError

GZIP = b"\x1f\x8b"


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes to, which takes the place of `path` only once it is whole on disk.

    Raises:
        OSError: the file cannot be written; it names `path`.
    """
    target = Path(path).resolve()  # what a link leads to
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(target)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def unzipped(path: Path) -> Iterator[BinaryIO]:
    """The file at `path`, open for reading its unpacked bytes; gzip is told by its content.

    Raises:
        InputError: the gzip file is damaged or cut off, which shows only while it is being read.
        OSError: the file cannot be opened.
    """
    with Path(path).open("rb") as file:
        magic = file.read(len(GZIP))
        file.seek(0)
        if magic != GZIP:
            yield file
            return
        with gzip.open(file) as unpacked:
            try:
                yield cast(BinaryIO, unpacked)
            except (EOFError, gzip.BadGzipFile, zlib.error):
                raise InputError(
                    f"{path}: the gzip file is damaged or cut off, expected a whole one"
                ) from None


def share_read(file: BinaryIO) -> float:
    """How much of a file of `unzipped` has been read, 0 to 1; 0 where nobody knows its length."""
    handle = file.fileno()
    size = os.fstat(handle).st_size
    return os.lseek(handle, 0, os.SEEK_CUR) / size if size else 0.0
