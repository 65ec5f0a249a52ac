"""A file that one process holds at a time; when that process ends, however it does, nobody does."""

import errno
import os
import sys

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
