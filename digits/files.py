"""Files written whole or not at all, and files unpacked where they are gzipped."""

import errno
import glob
import gzip
import io
import math
import os
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from digits.errors import InputError
from digits.locks import is_ours

GZIP = b"\x1f\x8b"
BEGINNING = 50  # letters of a file's name that the temporary file beside it has too
ENDING = ".part"
BUFFER_BYTES = 1 << 17
# What is gzipped may unpack to so many bytes, or to so many times its size if that is more. A CSV
# of digits is eight times as large as its gzip file.
PLENTY, TIMES = 1 << 27, 100


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes to, which takes the place of `path` only once it is whole on disk.

    Where `path` is a stream (`is_stream`), the bytes go into it, once they are all there.

    Raises:
        OSError: the file cannot be written; it names `path`.
    """
    path = Path(path)
    try:
        with _stream(path) if is_stream(path) else _beside(path.resolve()) as file:
            yield file
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def is_stream(path: Path) -> bool:
    """Whether bytes are sent there: to a device, a pipe, or what this process prints to."""
    try:
        found = path.stat()
    except OSError:  # there is no such file yet
        return False
    return not stat.S_ISREG(found.st_mode) or any(_is_open_at(found, handle) for handle in (1, 2))


def _is_open_at(found: os.stat_result, handle: int) -> bool:
    try:
        return os.path.samestat(found, os.fstat(handle))
    except OSError:  # closed
        return False


@contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        with path.open("ab") as file:
            shutil.copyfileobj(whole, file)


@contextmanager
def _beside(target: Path) -> Iterator[BinaryIO]:
    mode = _mode(target)
    _remove_left_over(target)
    handle, temporary = _own_file(target)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what matters
            temporary.unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """The permissions to give to a file: those it has, or those of any new one.

    Raises:
        PermissionError: it is there, and not to be written.
    """
    if not target.exists():
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
    mode = stat.S_IMODE(target.stat().st_mode)
    if not (mode & stat.S_IWUSR and os.access(target, os.W_OK)):  # the second is true for root
        raise PermissionError(errno.EACCES, "the file is read-only, expected one to write to")
    return mode


def _own_file(target: Path) -> tuple[int, Path]:
    """A new file beside another, open and held by this process as long as it is."""
    beginning = f".{target.name[:BEGINNING]}."
    while True:
        handle, name = tempfile.mkstemp(ENDING, beginning, target.parent)
        with suppress(OSError):
            is_ours(handle)
        if Path(name).exists():  # and was not taken for a left-over one before it was held
            return handle, Path(name)
        os.close(handle)


def _remove_left_over(target: Path) -> None:
    """Remove what dead processes, which hold nothing, have left beside a file."""
    pattern = f".{glob.escape(target.name[:BEGINNING])}.*{ENDING}"
    for left in target.parent.glob(pattern):
        with suppress(OSError), left.open("rb+") as file:
            if is_ours(file.fileno()):
                left.unlink()


@contextmanager
def unzipped(path: Path) -> Iterator[io.BufferedReader]:
    """The file at `path`, open for reading its unpacked bytes; gzip is told by its content.

    Raises:
        InputError: the gzip file is damaged or cut off, or unpacks to more than digits do, which
            shows only while it is being read.
        OSError: the file cannot be opened.
    """
    with Path(path).open("rb") as file:
        if file.peek(len(GZIP))[: len(GZIP)] != GZIP:
            yield file
            return
        with io.BufferedReader(Unpacked(path, file), BUFFER_BYTES) as unpacked:
            yield cast(io.BufferedReader, unpacked)


class Unpacked(io.RawIOBase):
    """The bytes in a gzip file, as far as they can be digits."""

    def __init__(self, path: Path, file: io.BufferedReader) -> None:
        size = os.fstat(file.fileno()).st_size  # 0 of a pipe
        self._most = max(PLENTY, TIMES * size) if size else math.inf
        self._gzip = gzip.GzipFile("", "rb", fileobj=file)
        self._path, self._file, self._count = path, file, 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._gzip.readinto(buffer)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise InputError(
                f"{self._path}: the gzip file is damaged or cut off, expected a whole one"
            ) from None
        self._count += count
        if self._count > self._most:
            raise InputError(
                f"{self._path} unpacks to more than {TIMES} times its size, expected digits"
            )
        return count


def share_read(file: BinaryIO) -> float:
    """How much of a file of `unzipped` has been read, 0 to 1; 0 where nobody knows its length."""
    handle = file.fileno()
    size = os.fstat(handle).st_size
    return os.lseek(handle, 0, os.SEEK_CUR) / size if size else 0.0


def is_plain(file: BinaryIO) -> bool:
    """Whether a file of `unzipped` has its bytes on disk as they are read, and some left."""
    if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO):
        return os.fstat(file.fileno()).st_size > file.tell()
    return False
