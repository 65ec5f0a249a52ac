"""A file that one process holds at a time; when that process ends, however it does, nobody does."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TAKEN = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    BEYOND = 1 << 30  # what is locked cannot be read or written, so it is a byte that no file has

    def _lock(handle: int) -> None:
        os.lseek(handle, BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_ours(handle: int) -> bool:
    """Hold an open file until it is closed; False where somebody else holds it.

    Raises:
        OSError: the file system knows no locks.
    """
    try:
        _lock(handle)
    except OSError as error:
        if error.errno in TAKEN:
            return False
        raise
    return True


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """A file made to be held, and removed in the end; gives False where somebody else holds it.

    Raises:
        OSError: it cannot be made.
    """
    handle, ours = _opened(path)
    try:
        yield ours
    finally:
        if ours:
            with suppress(OSError):  # an open file cannot be removed on Windows
                path.unlink()
        os.close(handle)


def _opened(path: Path) -> tuple[int, bool]:
    while True:
        handle, ours = os.open(path, os.O_RDWR | os.O_CREAT), True
        with suppress(OSError):  # where there are no locks, there is nobody to keep out
            ours = is_ours(handle)
        if not ours or _is_at(path, handle):
            return handle, ours
        os.close(handle)  # who held it has removed it meanwhile


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
