"""The files that are spoilt: pictures in Pillow's formats, and files of digits."""

import gzip
import io
import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from digits.dataset import SIDE, Digits
from digits.formats import read
from digits.places import BUNDLED_DIGITS, PRETRAINED
from mutations import MUTATIONS, Spoil, in_gzip, in_png, in_zip, mended

ROWS = 70
SIZE = (44, 61)  # pixels of a picture, which no other number in its file is likely to be
# Pillow's name of a format, the mode of the picture, and how else it is written.
FORMATS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "PNG, grey": ("PNG", "L", {}),
    "PNG, palette": ("PNG", "P", {}),
    "PNG, transparent": ("PNG", "RGBA", {}),
    "PNG, 16 bits": ("PNG", "I;16", {}),
    "JPEG": ("JPEG", "RGB", {}),
    "JPEG, progressive": ("JPEG", "L", {"progressive": True}),
    "GIF": ("GIF", "P", {}),
    "BMP": ("BMP", "RGB", {}),
    "DIB": ("DIB", "L", {}),
    "TIFF": ("TIFF", "RGB", {}),
    "TIFF, LZW": ("TIFF", "L", {"compression": "tiff_lzw"}),
    "TIFF, Deflate": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate"}),
    "TIFF, JPEG": ("TIFF", "RGB", {"compression": "jpeg"}),
    "TIFF, 32-bit floats": ("TIFF", "F", {}),
    "WebP": ("WEBP", "RGB", {}),
    "WebP, lossless": ("WEBP", "RGBA", {"lossless": True}),
    "AVIF": ("AVIF", "RGB", {}),
    "JPEG 2000": ("JPEG2000", "RGB", {}),
    "ICO": ("ICO", "RGBA", {"sizes": [SIZE]}),
    "ICNS": ("ICNS", "RGBA", {}),
    "PPM": ("PPM", "RGB", {}),
    "PBM": ("PPM", "1", {}),
    "PCX": ("PCX", "P", {}),
    "TGA": ("TGA", "RGB", {"compression": "tga_rle"}),
    "SGI": ("SGI", "RGB", {}),
    "DDS": ("DDS", "RGBA", {}),
    "IM": ("IM", "RGB", {}),
    "MSP": ("MSP", "1", {}),
    "XBM": ("XBM", "1", {}),
    "QOI": ("QOI", "RGB", {}),
    "BLP": ("BLP", "P", {}),
    "SPIDER": ("SPIDER", "F", {}),
    "EPS": ("EPS", "L", {}),
    "MPO": ("MPO", "RGB", {}),
}


class Specimen(NamedTuple):
    """Files, the command that reads them, and the ways to spoil one of them."""

    name: str
    files: dict[str, bytes]
    arguments: tuple[str, ...]
    mutations: dict[str, Spoil]
    sealed: frozenset[str] = frozenset()  # mutations that checksums tell of
    whole: tuple[str, ...] = ()  # files that are never spoilt
    answer: str | None = None  # the file that holds the answer; None if it is printed


@cache
def csv_text() -> bytes:
    """The first of the bundled digits, as they are written."""
    with gzip.open(BUNDLED_DIGITS) as file:
        return b"".join(islice(file, ROWS + 1))


def some_digits() -> Digits:
    """The same, read."""
    with tempfile.TemporaryDirectory() as scratch:
        (path := Path(scratch) / "digits.csv").write_bytes(csv_text())
        return read(path)


def pictures(digits: Digits) -> Iterator[Specimen]:
    """A digit in each format that this Pillow writes."""
    Image.init()
    row = digits.images[1].reshape(SIDE, SIDE)
    ink = Image.fromarray(255 - row).resize(SIZE, Image.Resampling.BICUBIC)
    for name, (kind, mode, options) in FORMATS.items():
        if kind not in Image.SAVE:
            continue
        stream = io.BytesIO()
        ink.convert("I" if mode == "I;16" else mode).convert(mode).save(stream, kind, **options)
        checked = mended(in_png) if kind == "PNG" else {}
        yield reading(name, stream.getvalue())._replace(mutations=MUTATIONS | checked)


def reading(name: str, picture: bytes, *flags: str) -> Specimen:
    """A picture that is read."""
    arguments = ("predict", "--model", str(PRETRAINED), "picture", *flags)
    return Specimen(name, {"picture": picture}, arguments, {})


def digits_files(digits: Digits) -> Iterator[Specimen]:
    """The same digits in each format, packed and not."""
    plain, bytes_of = dict(MUTATIONS), frozenset(MUTATIONS)
    csv = csv_text()
    no_header = csv.partition(b"\n")[2]
    idx = {
        "train-images-idx3-ubyte": idx_of(0x0803, (ROWS, SIDE, SIDE), digits.images),
        "train-labels-idx1-ubyte": idx_of(0x0801, (ROWS,), digits.labels),
    }
    packed = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in idx.items()}
    zips = plain | mended(in_zip)
    yield converted("CSV", {"digits.csv": csv}, plain)
    yield converted("CSV without header", {"digits.csv": no_header}, plain)
    yield converted("CSV, gzipped", {"digits.csv.gz": gzip.compress(csv, mtime=0)},
                    plain | mended(in_gzip), bytes_of)  # fmt: skip
    yield converted("IDX", idx, plain)
    yield converted("IDX, gzipped", packed, plain | mended(in_gzip), bytes_of)
    yield converted("npz", {"mnist.npz": npz_of(digits)}, zips, bytes_of)
    folder = {f"digits/{label}/{i}.png": png_of(image)
              for i, (image, label) in enumerate(zip(*digits, strict=True))}  # fmt: skip
    yield converted("folder", folder, plain | mended(in_png))._replace(
        arguments=("convert", "digits", "out.csv")
    )


def converted(
    name: str,
    files: dict[str, bytes],
    mutations: dict[str, Spoil],
    sealed: frozenset[str] = frozenset(),
) -> Specimen:
    arguments = ("convert", next(iter(files)), "out.csv")
    return Specimen(name, files, arguments, mutations, sealed, answer="out.csv")


def idx_of(magic: int, sizes: tuple[int, ...], values: Any) -> bytes:
    return struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + values.astype(np.uint8).tobytes()


def npz_of(digits: Digits) -> bytes:
    stream, half = io.BytesIO(), ROWS // 2
    images, labels = digits.images.reshape(-1, SIDE, SIDE), digits.labels
    np.savez_compressed(stream, x_train=images[:half], y_train=labels[:half],
                        x_test=images[half:], y_test=labels[half:])  # fmt: skip
    return stream.getvalue()


def png_of(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image.reshape(SIDE, SIDE)).save(stream, "PNG")
    return stream.getvalue()
