"""Arrays with a JSON header in one `.npz` file, written whole or not at all.

Nothing is pickled, so reading a stranger's file runs no code of theirs.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from digits.errors import InputError

HEADER = "header"


def write(path: Path, kind: str, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write header and arrays to `path`; a crash on the way leaves the old file as it was.

    Args:
        path: the file to make or replace.
        kind: what the file is; `read` refuses any other.
        header: whatever JSON can hold.
        arrays: numeric arrays by name.

    Raises:
        OSError: the file cannot be written.
    """
    members: dict[str, Any] = {HEADER: np.array(json.dumps({"kind": kind, **header})), **arrays}
    with replacing(path) as file:
        np.savez(file, **members)


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


def read(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header and the arrays of a file that `write` made.

    Raises:
        InputError: the file is damaged, or not of this kind.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    expected = f"expected a {kind} file"
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(str(arrays.pop(HEADER)))
            found = header.pop("kind")
        except Exception:  # whatever zipfile, NumPy and json meet in a file that is not ours
            raise InputError(f"{path} is damaged or not made by this program, {expected}") from None
    if found != kind:
        raise InputError(f"{path} is a {found} file, {expected}")
    return header, arrays


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
