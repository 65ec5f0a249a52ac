"""Small files that unpack to gigabytes or claim them, and pictures of very many pieces of ink."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from digits.places import PRETRAINED
from mutations import PNG, with_png_checksums, zip_members, zipped
from saved_files import model_of
from specimens import Specimen, converted, png_of, reading, some_digits
from spoiling import asked
from trials import Outcome, judged

BLOCK = 1 << 24
GIGABYTE = 1 << 30


def tried(numbers: Sequence[int]) -> list[Outcome]:
    """What becomes of some of the bombs."""
    found = []
    for number in numbers:
        name = list(BOMBS)[number]
        ended, _ = asked(bomb := BOMBS[name](), bomb.files, bomb.arguments)
        found.append(Outcome("bombs", f"bombs {number}: {name}", judged(ended, bomb.arguments[0]),
                             ended))  # fmt: skip
    return found


def gzipped(size: int, of: bytes, start: bytes = b"") -> bytes:
    """A gzip file of that many bytes, which need not be packed one by one."""
    return gzip.compress(start) + gzip.compress(of * (BLOCK // len(of))) * (size // BLOCK)


def csv(size: int, of: bytes, start: bytes = b"") -> Callable[[], Specimen]:
    return lambda: converted("", {"digits.csv.gz": gzipped(size, of, start)}, {})


def idx(claimed: int, size: int) -> Callable[[], Specimen]:
    """That many images claimed, that many bytes there."""
    labels = struct.pack(">2I", 0x0801, 70) + bytes(70)
    start = struct.pack(">4I", 0x0803, claimed, 28, 28)

    def made() -> Specimen:
        files = {"train-images-idx3-ubyte.gz": gzipped(size, b"\0", start)}
        return converted("", files | {"train-labels-idx1-ubyte": labels}, {})

    return made


def npy(shape: tuple[int, ...], dtype: str = "|u1") -> bytes:
    """The header of an array in an npz file."""
    stream = io.BytesIO()
    described = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, described)
    return stream.getvalue()


def with_member(members: dict[str, bytes], name: str, start: bytes, zeros: int) -> bytes:
    """A zip file with one more member, which goes on with zeros."""
    rest = {other: content for other, content in members.items() if other != name}
    stream = io.BytesIO(zipped(rest))
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as file,
    ):
        file.write(start)
        for _ in range(zeros // BLOCK):
            file.write(bytes(BLOCK))
    return stream.getvalue()


def npz(shape: tuple[int, ...], zeros: int) -> Callable[[], Specimen]:
    small = {f"{name}.npy": npy((1,)) + b"\0" for name in ("y_train", "x_test", "y_test")}
    return lambda: converted(
        "", {"mnist.npz": with_member(small, "x_train.npy", npy(shape), zeros)}, {}
    )


def model(name: str, shape: tuple[int, ...], zeros: int) -> Callable[[], Specimen]:
    def made() -> Specimen:
        members = zip_members(PRETRAINED.read_bytes())
        content = with_member(members, f"{name}.npy", npy(shape, "<f4"), zeros)
        return model_of("", content, png_of(some_digits().images[0]))

    return made


def png(width: int, height: int, packed: bytes = b"") -> Callable[[], Specimen]:
    """A PNG of one bit a pixel; with a chunk of that kind before them, which holds a gigabyte."""

    def made() -> Specimen:
        size = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
        pixels = zlib.compress(bytes(min((width // 8 + 1) * height, GIGABYTE)), 1)
        parts = [(b"IHDR", size), (b"IDAT", pixels), (b"IEND", b"")]
        if packed:
            parts.insert(1, (packed, b"a\0\0" + zlib.compress(bytes(GIGABYTE), 1)))
        content = b"".join(
            struct.pack(">I", len(part)) + kind + part + bytes(4) for kind, part in parts
        )
        return reading("", with_png_checksums(PNG + content))

    return made


def page(height: int, width: int, ink: Callable[[np.ndarray, np.ndarray], np.ndarray],
         *flags: str) -> Callable[[], Specimen]:  # fmt: skip
    """A page of black where `ink` says so of rows and columns."""

    def made() -> Specimen:
        stream = io.BytesIO()
        levels = np.where(ink(*np.indices((height, width))), 0, 255).astype(np.uint8)
        Image.fromarray(levels).save(stream, "PNG")
        return reading("", stream.getvalue(), *flags)

    return made


def dots(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return (rows % 4 < 2) & (columns % 4 < 2)


def halftone(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.hypot(rows % 6 - 2.5, columns % 6 - 2.5) < 1 + columns / 400


def specks(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).random(rows.shape) < 0.02


def stripes(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return rows % 2 == 0


BOMBS: dict[str, Callable[[], Specimen]] = {
    "CSV, a line of 3 GB": csv(3 * GIGABYTE, b"1"),
    "CSV, a header and a line of 3 GB": csv(3 * GIGABYTE, b"1", b"label,pixel0,"),
    "CSV, 600 MB of line ends": csv(600_000_000, b"\n"),
    "CSV, 100 million commas": csv(100_000_000, b","),
    "CSV, a line of 3 GB in quotes": csv(3 * GIGABYTE, b"1", b'"'),
    "IDX, 2^31 images claimed": idx(2**31, BLOCK),
    "IDX, 2^31 images claimed, 3 GB": idx(2**31, 3 * GIGABYTE),
    "IDX, 1 image claimed, 3 GB": idx(1, 3 * GIGABYTE),
    "npz, 3 GB of zeros": npz((3_900_000, 28, 28), 3 * GIGABYTE),
    "npz, 50 GB claimed": npz((64_000_000, 28, 28), BLOCK),
    "model, a member more of 3 GB": model("more", (3 * GIGABYTE // 4,), 3 * GIGABYTE),
    "model, parameters of 3 GB": model("theta", (3 * GIGABYTE // 4,), 3 * GIGABYTE),
    "model, parameters of 50 GB claimed": model("theta", (12_500_000_000,), BLOCK),
    "PNG, 50,000 x 50,000": png(50_000, 50_000),
    "PNG, 2^31 - 1 wide": png(2**31 - 1, 1),
    "PNG, 2^31 - 1 square": png(2**31 - 1, 2**31 - 1),
    "PNG, a text of 1 GB": png(28, 28, b"zTXt"),
    "PNG, a profile of 1 GB": png(28, 28, b"iCCP"),
    "dots": page(160, 160, dots),
    "dots, as a number": page(160, 160, dots, "--number"),
    "halftone": page(600, 600, halftone),
    "halftone, as a number": page(600, 600, halftone, "--number"),
    "specks": page(200, 200, specks, "--number"),
    "many specks": page(1600, 1600, specks, "--number"),
    "fine stripes": page(60, 60, stripes),
    "fine stripes, as a number": page(800, 800, stripes, "--number"),
}
