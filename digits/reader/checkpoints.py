"""Arrays with a JSON header in one `.npz` file, sealed, and written whole or not at all.

Nothing is pickled, so reading a stranger's file runs no code of theirs. The seal is the SHA-256 of
all bytes before it, as the comment that a zip file may end in: no flipped bit goes unnoticed.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from digits.archives import Archive, Claim, at_hand
from digits.errors import InputError, expect, quoted
from digits.files import replacing
from digits.reader.rules import Rule

HEADER = "header"
FORMAT = 3  # of these files; what version 1.0.0 and those before it wrote was 1 or 2
SEAL = b"sha256 "
DIGEST = 64  # letters
LONGEST_HEADER = 1_000_000  # letters
LARGEST = 1e9  # number, either way; none that was learned comes near it
CHUNK_BYTES = 1 << 20
DAMAGED = "is damaged or not made by this program"


class Array(NamedTuple):
    """What one array of a file has to be."""

    shape: tuple[int | None, ...]  # None for any length
    dtype: DTypeLike = np.float32
    needed: bool = True
    finite: bool = True  # all of it


class Kind(NamedTuple):
    """What one kind of file holds.

    Attributes:
        name: what it is called.
        fields: what each field of its header may be.
        arrays: those that belong to a header whose fields are good; raises `InputError` where
            the fields do not go together.
    """

    name: str
    fields: Mapping[str, Rule]
    arrays: Callable[[Mapping[str, Any]], Mapping[str, Array]]


def write(path: Path, kind: Kind, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write header and arrays to `path`; a crash on the way leaves the old file as it was.

    Args:
        path: the file to make or replace.
        kind: what the file is; `read` refuses any other.
        header: whatever JSON can hold.
        arrays: numeric arrays by name.

    Raises:
        OSError: the file cannot be written.
    """
    told = {"kind": kind.name, "format": FORMAT, **header}
    members: dict[str, Any] = {HEADER: np.array(json.dumps(told)), **arrays}
    whole = io.BytesIO()
    np.savez(whole, **members)
    with zipfile.ZipFile(whole, "a") as archive:
        archive.comment = SEAL + bytes(DIGEST)
    content = whole.getbuffer()[:-DIGEST]
    with replacing(path) as file:
        file.write(content)
        file.write(hashlib.sha256(content).hexdigest().encode())


def read(path: Path, kind: Kind) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header and the arrays of a file that `write` made, all of them checked.

    Raises:
        InputError: the file is damaged, not of this kind, or something in it cannot be.
        OSError: the file cannot be opened.
    """
    with Path(path).open("rb") as file:
        archive, header = _opened(path, file, kind)
        try:
            described = kind.arrays(header)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        if strange := set(archive.names) - {HEADER, *described}:
            name = quoted(min(strange))
            raise InputError(f"{path} has an array {name}, expected {', '.join(described)}")
        claims = {name: _claim(archive, name, array) for name, array in described.items()}
        arrays = {name: archive.array(name) for name, claim in claims.items() if claim}
    for name, values in arrays.items():
        _expect_numbers(path, name, values, described[name].finite)
    return header, arrays


def read_header(path: Path, kind: Kind) -> dict[str, Any]:
    """The header alone, its fields checked. Raises as `read` does."""
    with Path(path).open("rb") as file:
        return _opened(path, file, kind)[1]


def _opened(path: Path, file: BinaryIO, kind: Kind) -> tuple[Archive, dict[str, Any]]:
    expected = f"expected a {kind.name} file"
    file = at_hand(path, file, expected)
    sealed = _is_sealed(path, file, expected)
    archive = Archive(path, file, DAMAGED, expected)
    header = _header(archive)
    if (found := header.pop("kind", None)) != kind.name:
        raise InputError(f"{path} is a {str(found)[:60]} file, {expected}")
    form: Any = header.pop("format", 1)
    if form in range(1, FORMAT):
        raise InputError(
            f"{path} was written by version 1, which this version does not read,"
            " expected a file made anew by `digits train`"
        )
    if form != FORMAT:
        raise InputError(
            f"{path} has format {quoted(form)}, which this version does not know, expected {FORMAT}"
        )
    if not sealed:
        raise InputError(f"{path} has lost its checksum, {expected} as it was written")
    _expect_fields(path, header, kind)
    return archive, header


def _is_sealed(path: Path, file: BinaryIO, expected: str) -> bool:
    """Whether a file ends in its own checksum; damaged if it ends in another."""
    length = file.seek(0, io.SEEK_END) - DIGEST
    file.seek(max(0, length - len(SEAL)))
    seal, digest = file.read(len(SEAL)), file.read(DIGEST)
    if seal != SEAL:
        return False
    sha, left = hashlib.sha256(), length
    file.seek(0)
    while chunk := file.read(min(CHUNK_BYTES, left)):
        sha.update(chunk)
        left -= len(chunk)
    if sha.hexdigest().encode() != digest:
        raise InputError(f"{path} {DAMAGED}, {expected}")
    return True


def _header(archive: Archive) -> dict[str, Any]:
    if HEADER not in archive.names or len(set(archive.names)) < len(archive.names):
        raise archive.damaged()
    claim = archive.claim(HEADER)
    if claim.shape or claim.dtype.kind != "U" or claim.dtype.itemsize > 4 * LONGEST_HEADER:
        raise archive.damaged()
    try:
        header = json.loads(str(archive.array(HEADER)))
    except (ValueError, RecursionError):
        raise archive.damaged() from None
    if not isinstance(header, dict):
        raise archive.damaged()
    return header


def _expect_fields(path: Path, header: Mapping[str, Any], kind: Kind) -> None:
    """Refuse a header that has not just the fields of its kind, each as it may be."""
    if strange := header.keys() - kind.fields:
        raise InputError(
            f"{path}: the header has {quoted(min(strange))}, expected {', '.join(kind.fields)}"
        )
    for name, (good, expected) in kind.fields.items():
        if name not in header:
            raise InputError(f"{path}: the header lacks {name}, expected {expected}")
        expect(good(header[name]), f"{path}: {name}", header[name], expected)


def _claim(archive: Archive, name: str, array: Array) -> Claim | None:
    """What the file claims of one of its arrays, refused unless it is what it has to be."""
    shape = tuple("any" if length is None else length for length in array.shape)
    expected = f"expected {shape} {np.dtype(array.dtype)}".replace("'", "")
    if name not in archive.names:
        if array.needed:
            raise InputError(f"{archive.path}: {name} is missing, {expected}")
        return None
    claim = archive.claim(name)
    fits = len(claim.shape) == len(shape) and all(
        length in (None, found) for length, found in zip(array.shape, claim.shape, strict=True)
    )
    # Whole numbers are as wide as the machine has them that wrote the file.
    kinds = claim.dtype.kind, np.dtype(array.dtype).kind
    if not fits or (claim.dtype != array.dtype and kinds != ("i", "i")):
        raise InputError(f"{archive.path}: {name} is {claim.shape} {claim.dtype}, {expected}")
    return claim


def _expect_numbers(path: Path, name: str, values: np.ndarray, finite: bool) -> None:
    numbers = values[np.isfinite(values)]
    if finite and numbers.size < values.size:
        raise InputError(f"{path}: {name} holds values that are not finite numbers")
    if float(np.abs(numbers).max(initial=0)) > LARGEST:
        raise InputError(f"{path}: {name} holds values beyond {LARGEST:.0e}, expected none")
