"""Spoil bytes: flips, cuts, repetitions, wrong sizes; and mend the checksums that would tell."""

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

Spoil = Callable[[bytes, np.random.Generator], bytes]
HEAD = 100  # bytes in which headers are
EXTREMES = (0, 1, 2, 0x7F, 0xFF, 0x100, 0x7FFF, 0xFFFF, 50_000, 0x7FFF_FFFF, 0xFFFF_FFFF)
PACKINGS = (">I", "<I", ">H", "<H")
# Numbers that headers of the specimens hold.
SIZES = (28, 44, 61, 70, 784, 1568, 2051)
# What a header of ours may hold in place of what it should.
ODD: tuple[Any, ...] = (None, True, -1, 0, 0.5, 1e308, float("nan"), 10**30, "", "x" * 100_000,
                        "\n", [], [[]], [None], {}, {"a": 1})  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"


def place(content: bytes, rng: np.random.Generator) -> int:
    """A byte of it, every other time one of the head."""
    end = min(HEAD, len(content)) if rng.random() < 0.5 else len(content)
    return int(rng.integers(max(1, end)))


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """One to eight bits are others."""
    spoilt = bytearray(content)
    for _ in range(rng.integers(1, 9) if content else 0):
        spoilt[place(content, rng)] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def cut(content: bytes, rng: np.random.Generator) -> bytes:
    """The end is missing, or something in between."""
    start = place(content, rng)
    if rng.random() < 0.5:
        return content[:start]
    return content[:start] + content[start + int(rng.integers(1, HEAD)) :]


def doubled(content: bytes, rng: np.random.Generator) -> bytes:
    """A part is there twice; of a PNG, a chunk."""
    if content.startswith(PNG):
        chunks = png_chunks(content)
        i = int(rng.integers(len(chunks)))
        return PNG + b"".join([*chunks[:i], chunks[i], *chunks[i:]])
    start = place(content, rng)
    end = start + int(rng.integers(1, HEAD))
    return content[:end] + content[start:]


def resized(content: bytes, rng: np.random.Generator) -> bytes:
    """A number in it that may be a size is an extreme one, in bytes or in figures."""
    extreme = EXTREMES[int(rng.integers(len(EXTREMES)))]
    numbers = [str(size).encode() for size in SIZES]
    written = [number for number in numbers if number in content[:HEAD]]
    if written and rng.random() < 0.5:
        number = written[int(rng.integers(len(written)))]
        return content.replace(number, str(extreme).encode(), 1)
    packing = PACKINGS[int(rng.integers(len(PACKINGS)))]
    length = struct.calcsize(packing)
    found = [content.find(struct.pack(packing, size)) for size in SIZES]
    known = [start for start in found if start >= 0]
    start = known[int(rng.integers(len(known)))] if known else place(content, rng)
    number = struct.pack(packing, extreme & (256**length - 1))
    return content[:start] + number + content[start + length :]


MUTATIONS: dict[str, Spoil] = {
    "flip": flipped,
    "cut": cut,
    "repetition": doubled,
    "size": resized,
}


def png_chunks(content: bytes) -> list[bytes]:
    """The chunks of a PNG, whatever their checksums; the rest as one where it ends within one."""
    chunks, start = [], len(PNG)
    while start < len(content):
        end = start + 12 + int.from_bytes(content[start : start + 4], "big")
        chunks.append(content[start:end])
        start = end
    return chunks


def with_png_checksums(content: bytes) -> bytes:
    """A PNG whose chunks, as far as they are whole, have the checksums that they should have."""
    mended = [
        chunk[:-4] + struct.pack(">I", zlib.crc32(chunk[4:-4])) if len(chunk) >= 12 else chunk
        for chunk in png_chunks(content)
    ]
    return content[: len(PNG)] + b"".join(mended)


def in_png(spoil: Spoil, content: bytes, rng: np.random.Generator) -> bytes:
    """Spoil a PNG, and mend the checksums of its chunks."""
    return with_png_checksums(spoil(content, rng))


def in_gzip(spoil: Spoil, content: bytes, rng: np.random.Generator) -> bytes:
    """Spoil what is in a gzip file."""
    return gzip.compress(spoil(gzip.decompress(content), rng), mtime=0)


def in_zip(spoil: Spoil, content: bytes, rng: np.random.Generator) -> bytes:
    """Spoil one of the files in a zip file."""
    members = zip_members(content)
    name = choice(list(members), rng)
    return zipped({**members, name: spoil(members[name], rng)}, zip_comment(content))


def in_seal(spoil: Spoil, content: bytes, rng: np.random.Generator) -> bytes:
    """Spoil one of the files in a zip file that ends in its own checksum."""
    return sealed(in_zip(spoil, content, rng))


def sealed(content: bytes) -> bytes:
    """A zip file whose comment ends in the SHA-256 of all that is before it."""
    before = content[: -2 * hashlib.sha256().digest_size]
    return before + hashlib.sha256(before).hexdigest().encode()


def mended(
    within: Callable[[Spoil, bytes, np.random.Generator], bytes], how: str = "checksums mended"
) -> dict[str, Spoil]:
    """Every mutation with checksums that fit it."""
    return {f"{name}, {how}": partial(within, spoil) for name, spoil in MUTATIONS.items()}


def zip_members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_comment(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.comment


def zipped(members: dict[str, bytes], comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = comment
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    return stream.getvalue()


def choice(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
