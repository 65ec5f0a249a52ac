"""Arrays with a JSON header in one `.npz` file, written whole or not at all.

Nothing is pickled, so reading a stranger's file runs no code of theirs.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from digits.errors import InputError
from digits.files import replacing

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


def saved_array(
    path: Path,
    arrays: Mapping[str, np.ndarray],
    name: str,
    shape: tuple[int, ...],
    dtype: DTypeLike,
) -> np.ndarray:
    """One of the arrays of a file, refused unless it has this shape and dtype.

    Raises:
        InputError: it is missing, another, or not all of it is finite numbers.
    """
    saved = arrays.get(name)
    if saved is None or saved.shape != shape or saved.dtype != dtype:
        found = "missing" if saved is None else f"{saved.shape} {saved.dtype}"
        raise InputError(f"{path}: {name} is {found}, expected {shape} {np.dtype(dtype)}")
    if not np.isfinite(saved).all():
        raise InputError(f"{path}: {name} holds values that are not finite numbers")
    return saved
