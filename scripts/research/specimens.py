"""The files that are spoilt: pictures in Pillow's formats, files of digits, models, checkpoints."""

import gzip
import io
import json
import struct
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from digits.commands import report
from digits.dataset import SIDE, Digits
from digits.formats import read
from digits.places import BUNDLED_DIGITS, PRETRAINED
from digits.reader import checkpoints, classifier, run_checkpoint
from mutations import MUTATIONS, Spoil, in_gzip, in_png, in_zip, mended
from trials import run

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
# What a header of ours may hold in place of what it should.
ODD: tuple[Any, ...] = (None, True, -1, 0, 0.5, 1e308, float("nan"), 10**30, "", "x" * 100_000,
                        "\n", [], [[]], [None], {}, {"a": 1})  # fmt: skip
TRAIN = ("train", "--quiet", "--drawn", "0", "--data", "digits.csv", "--output", ".")


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


def models(digits: Digits) -> Iterator[Specimen]:
    """The shipped model, and the model and the checkpoints of short runs."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "digits.csv").write_bytes(csv_text())
        picture = png_of(digits.images[1])
        yield model_of("shipped model", PRETRAINED.read_bytes(), picture)
        for optimizer in ("gd", "rprop", "lbfgs", "adam"):
            flags = ("--epochs", "3", "--optimizer", optimizer)
            started = run([*TRAIN, *flags], directory, before=without_figures)
            assert started.status == 0, started.err
            if optimizer == "gd":
                yield model_of("model", (directory / "model.npz").read_bytes(), picture)
            content = (directory / "checkpoint.npz").read_bytes()
            yield Specimen(
                f"checkpoint, {optimizer}",
                {"checkpoint.npz": content, "digits.csv": csv_text()},
                ("train", "--quiet", "--resume", "--data", "digits.csv", "--epochs", "4",
                 "--output", "."),
                ways_to_spoil(run_checkpoint.KIND),
                sealed=SEALED,
                whole=("digits.csv",),
                answer="model.npz",
            )  # fmt: skip


def without_figures() -> None:
    """Leave the figures of `train` out, which take a hundred times as long as the rest."""
    report.draw_history = report.draw_evaluation = lambda *_: None  # type: ignore[assignment]


def model_of(name: str, content: bytes, picture: bytes) -> Specimen:
    return Specimen(
        name,
        {"model.npz": content, "picture.png": picture},
        ("predict", "--model", "model.npz", "--json", "picture.png"),
        ways_to_spoil(classifier.KIND),
        sealed=SEALED,
        whole=("picture.png",),
    )


ZIPS = mended(in_zip)
SEALED = frozenset([*MUTATIONS, *ZIPS])


def ways_to_spoil(kind: str) -> dict[str, Spoil]:
    """Bytes, bytes beneath the checksums of the zip file, and what our own writer writes."""
    written = {
        "field, checksums mended": partial(with_odd_field, kind),
        "array, checksums mended": partial(with_odd_array, kind),
    }
    return MUTATIONS | ZIPS | written | {f"{name} (2)": way for name, way in written.items()}


def with_odd_field(kind: str, content: bytes, rng: np.random.Generator) -> bytes:
    header, arrays = unsealed(kind, content)
    return sealed(kind, odd_field(header, rng), arrays)


def with_odd_array(kind: str, content: bytes, rng: np.random.Generator) -> bytes:
    header, arrays = unsealed(kind, content)
    return sealed(kind, header, odd_array(arrays, rng))


def unsealed(kind: str, content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with tempfile.TemporaryDirectory() as scratch:
        (path := Path(scratch) / "a.npz").write_bytes(content)
        return checkpoints.read(path, kind)


def sealed(kind: str, header: dict[str, Any], arrays: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        checkpoints.write(path := Path(scratch) / "a.npz", kind, header, arrays)
        return path.read_bytes()


def odd_field(header: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """A copy in which a field, however deep, is odd or missing."""
    copy = json.loads(json.dumps(header))
    owner = copy
    while True:
        key = list(owner)[int(rng.integers(len(owner)))]
        if not (isinstance(owner[key], dict) and owner[key] and rng.random() < 0.8):
            break
        owner = owner[key]
    if rng.random() < 0.2:
        del owner[key]
    else:
        owner[key] = ODD[int(rng.integers(len(ODD)))]
    return copy


def odd_array(arrays: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, Any]:
    """A copy in which an array is odd or missing, or one too many."""
    name = list(arrays)[int(rng.integers(len(arrays)))]
    array = arrays[name]
    odd: tuple[Any, ...] = (
        None, array.astype(np.float64), array.astype("U8"), array[None], array.reshape(-1)[:-1],
        np.full_like(array, np.nan) if array.dtype.kind == "f" else np.full_like(array, -5),
        np.full_like(array, 255), np.zeros(0), np.array(7), np.array([{}], object),
        np.array("text"), array.astype(complex),
    )  # fmt: skip
    chosen = odd[int(rng.integers(len(odd)))]
    if rng.random() < 0.1:
        return {**arrays, "extra": chosen}
    rest = {other: content for other, content in arrays.items() if other != name}
    return rest if chosen is None else {**rest, name: chosen}
