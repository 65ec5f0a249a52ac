"""A file's bytes, unpacked where it is gzipped, which is told by its content."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from digits.errors import InputError

GZIP = b"\x1f\x8b"


@contextmanager
def unzipped(path: Path) -> Iterator[BinaryIO]:
    """The file at `path`, open for reading its unpacked bytes.

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
