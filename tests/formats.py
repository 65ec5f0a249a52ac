"""Digits in each format that people have them in, written byte by byte where it has bytes."""

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from digits.dataset import Digits

OPENML = [*(f"pixel{i}" for i in range(1, 785)), "class"]


def equal(found: Digits, expected: Digits) -> bool:
    return (
        found.images.dtype == np.uint8
        and found.labels.dtype == np.int64
        and np.array_equal(found.images, expected.images)
        and np.array_equal(found.labels, expected.labels)
    )


def turned(images: np.ndarray) -> np.ndarray:
    return np.array([image.reshape(28, 28).T.reshape(784) for image in images])


def idx(magic: int, sizes: list[int], values: np.ndarray) -> bytes:
    return struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + values.astype(np.uint8).tobytes()


def write_idx(path: Path, digits: Digits, labels_name: str | None = None) -> Path:
    """The images at `path` and the labels beside them, gzipped where a name says so."""
    labels = path.with_name(
        labels_name or path.name.replace("images", "labels").replace("idx3", "idx1")
    )
    for file, content in (
        (path, idx(2051, [len(digits.images), 28, 28], digits.images)),
        (labels, idx(2049, [len(digits.labels)], digits.labels)),
    ):
        file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return path


def write_npz(path: Path, digits: Digits, train: int = 30, **changed: object) -> Path:
    images = digits.images.reshape(-1, 28, 28)
    labels = digits.labels.astype(np.uint8)
    arrays = {"x_train": images[:train], "y_train": labels[:train],
              "x_test": images[train:], "y_test": labels[train:], **changed}  # fmt: skip
    with path.open("wb") as file:
        np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return path


def write_csv(path: Path, columns: np.ndarray, header: list[str] | None, quote: str = "") -> Path:
    lines = ([header] if header else []) + columns.tolist()
    text = "".join(",".join(f"{quote}{cell}{quote}" for cell in line) + "\n" for line in lines)
    path.write_text(text)
    return path


def write_folder(path: Path, digits: Digits) -> Path:
    for i, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        (path / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.reshape(28, 28)).save(path / str(label) / f"{i:03}.png")
    return path
