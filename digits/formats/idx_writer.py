"""Digits to IDX files, which `idx.read_idx` reads back; part by part, however many there are."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from digits.dataset import SIDE, Digits, known_labels
from digits.files import replacing
from digits.formats.idx import IDX, IMAGES, LABELS, LABELS_OF_IDX


def write_idx(path: Path, count: int, parts: Iterable[Digits]) -> None:
    """Write `NAME.idx` and the labels beside it, `NAME.labels`, each whole or not at all.

    Args:
        path: ends in `.idx`.
        count: of all digits together.
        parts: digits that have labels.

    Raises:
        OSError: a file cannot be written.
    """
    labels_path = path.with_name(path.name.removesuffix(IDX) + LABELS_OF_IDX)
    with replacing(labels_path) as labels, replacing(path) as images:
        images.write(_header(IMAGES, [count, SIDE, SIDE]))
        labels.write(_header(LABELS, [count]))
        for part in parts:
            images.write(part.images.tobytes())
            labels.write(known_labels(part).astype(np.uint8).tobytes())


def _header(magic: int, sizes: Sequence[int]) -> bytes:
    return np.array([magic, *sizes], ">u4").tobytes()
