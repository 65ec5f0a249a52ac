"""Digits in MNIST's own files: IDX images, and the IDX labels beside them.

The format: http://yann.lecun.com/exdb/mnist/
"""

import re
from itertools import product
from pathlib import Path
from typing import BinaryIO

import numpy as np

from digits.dataset import PIXELS, SIDE, Digits, expect_rows, labelled
from digits.errors import InputError
from digits.files import is_plain, unzipped

# Two zeros, 8 for bytes, and the number of dimensions; all numbers have their highest byte first.
IMAGES, LABELS = 0x0803, 0x0801
IDX, LABELS_OF_IDX = ".idx", ".labels"
IMAGES_NAME = re.compile(r"images([-.])idx3")
CHUNK_BYTES = 1 << 20


def read_idx(path: Path, file: BinaryIO) -> Digits:
    """Read the bytes of an IDX file of images, and the labels in the file beside it.

    The labels are named like the images, with `labels-idx1` for `images-idx3` (or `labels.idx1` for
    `images.idx3`, or `.labels` for `.idx` at the end), with or without `.gz`. A plain file is not
    read but mapped into memory, page by page as its images are looked at.

    Raises:
        InputError: one of the two is damaged, cut off or no such file, the labels are not there or
            not as many, a label is not from 0 to 9, the images are not 28 x 28, or too many.
        OSError: a file cannot be opened.
    """
    images = _items(path, file, IMAGES).reshape(-1, PIXELS)
    labels_path = _labels_beside(path)
    with unzipped(labels_path) as beside:
        labels = _items(labels_path, beside, LABELS)
    return labelled(images, labels, str(path), str(labels_path))


def _items(path: Path, file: BinaryIO, magic: int) -> np.ndarray:
    """(N,) labels, or all pixels of N images one after the other; uint8, nobody else holds them."""
    size, kind = (PIXELS, "images") if magic == IMAGES else (1, "labels")
    count = _count(path, file, magic, kind)
    content = _rest(path, file, count * size)
    if len(content) < count * size:
        raise InputError(
            f"{path} is cut off after {len(content) // size:,} of its {count:,} {kind},"
            " expected a whole file"
        )
    if len(content) > count * size:
        raise InputError(f"{path} goes on after its {count:,} {kind}, expected it to end there")
    return np.frombuffer(content, np.uint8)


def _rest(path: Path, file: BinaryIO, expected: int) -> bytearray | np.ndarray:
    """What follows in the file, or as much of it as shows that it goes on after so many bytes."""
    if is_plain(file):
        # What is changed in memory stays there.
        return np.memmap(file, np.uint8, mode="c", offset=file.tell())
    content = bytearray()
    while len(content) <= expected and (chunk := file.read(CHUNK_BYTES)):
        content += chunk
        expect_rows(len(content) // PIXELS, str(path))
    return content


def _count(path: Path, file: BinaryIO, magic: int, kind: str) -> int:
    """How many items the header tells of."""
    expected = f"expected an IDX file of {kind} (magic number {magic})"
    found = int.from_bytes(file.read(4), "big")
    if found != magic:
        other = {IMAGES: "images, ", LABELS: "labels, "}.get(found, "")
        raise InputError(f"{path} has {other}magic number {found}, {expected}")
    dimensions = magic & 0xFF
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise InputError(f"{path} ends within its header, {expected}")
    count, *sides = (int(number) for number in np.frombuffer(header, ">u4"))
    if sides and sides != [SIDE, SIDE]:
        raise InputError(
            f"{path} has images of {sides[0]} x {sides[1]} pixels, expected {SIDE} x {SIDE}"
        )
    return count


def _labels_beside(path: Path) -> Path:
    plain = path.name.removesuffix(".gz")
    # first those that are named just like the images
    marks = sorted("-.", key=lambda mark: f"images{mark}idx3" not in plain)
    endings = sorted(["", ".gz"], key=lambda ending: plain + ending != path.name)
    if IMAGES_NAME.search(plain):
        stems = [IMAGES_NAME.sub(f"labels{mark}idx1", plain) for mark in marks]
    elif plain.endswith(IDX):
        stems = [plain.removesuffix(IDX) + LABELS_OF_IDX]
    else:
        raise InputError(
            f"{path} does not tell the name of its labels,"
            " expected a name like train-images-idx3-ubyte or digits.idx"
        )
    names = [stem + ending for stem, ending in product(stems, endings)]
    for name in names:
        if path.with_name(name).is_file():
            return path.with_name(name)
    raise InputError(f"{path} has no labels beside it, expected {path.with_name(names[0])}")
