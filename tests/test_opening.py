"""Files that are said to be pictures: which are opened, within what bounds, and in silence."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image
from test_pictures import drawing

from digits.errors import InputError
from digits.formats import read
from digits.pictures import read_picture
from digits.pictures.opening import OTHERS, USUAL
from digits.reader import load

PREDICT = [sys.executable, ROOT / "scripts" / "predict.py"]
# That Pillow reads and does not write.
READ_ONLY = {"CUR", "PSD", "SUN", "XPM"}
MODES = {"MSP": "1", "XBM": "1", "ICO": "RGBA", "ICNS": "RGBA"}


def packed(format: str, array: np.ndarray, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).convert(MODES.get(format, mode)).save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("format", [name for name in (*USUAL, *OTHERS) if name not in READ_ONLY])
def test_a_picture_is_read_from_each_format(format):
    try:
        content = packed(format, drawing()[:, :200])
    except (KeyError, OSError):
        pytest.skip("this Pillow does not write it")
    expected = read_picture(drawing()[:, :200]).astype(float)
    assert np.abs(read_picture(content) - expected).mean() < 6


def test_the_formats_that_are_read_are_listed_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = text.partition("It opens ")[2].partition(";")[0]
    names = listed.replace("\n", " ").replace(" and ", ", ").split(", ")
    assert sorted(names) == sorted([*USUAL, *OTHERS])


@pytest.mark.skipif(os.name == "nt", reason="what is started is named otherwise there")
def test_no_program_is_started_for_a_picture(tmp_path, monkeypatch):
    for name in ("gs", "gswin64c"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None, raising=False)
    folder = tmp_path / "digits" / "7"
    folder.mkdir(parents=True)
    Image.fromarray(drawing()).convert("RGB").save(folder / "a.png", "EPS")
    with pytest.raises(InputError, match="is not a whole picture"):
        read_picture(folder / "a.png")
    with pytest.raises(InputError, match="is not a whole picture"):
        read(folder.parent)
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    "options", [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}], ids=str
)
def test_no_other_library_is_heard_over_damaged_pictures(options, capfd, rng):
    whole = packed("TIFF", drawing(), **options)
    for _ in range(100):
        damaged = bytearray(whole)
        for place in rng.integers(len(damaged), size=4):
            damaged[place] = rng.integers(256)
        try:
            read_picture(bytes(damaged))
        except InputError:
            continue
    assert capfd.readouterr() == ("", "")


def test_levels_at_the_ends_of_their_range_are_read():
    levels = np.where(drawing() == 0, -3.4e38, 3.4e38).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "TIFF")
    assert np.array_equal(read_picture(file.getvalue()), read_picture(drawing()))


def chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def test_a_picture_inside_of_another_is_bounded_too():
    size = struct.pack(">IIBBBBB", 8_000, 8_000, 8, 6, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(9_000_000), 1))
    inside = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + pixels + chunk(b"IEND", b"")
    icon = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(inside), 22) + inside
    with pytest.raises(InputError, match="has too many pixels, expected at most 50,000,000"):
        read_picture(icon)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="nothing endless to read here")
def test_an_endless_picture_or_model_is_refused():
    with pytest.raises(InputError, match="/dev/zero has more than 300,000,000 bytes"):
        read_picture("/dev/zero")
    with pytest.raises(InputError, match="/dev/zero brings more than 268,435,456 bytes, expected"):
        load("/dev/zero")
    with Path("/dev/zero").open("rb") as endless:
        told = subprocess.run([*PREDICT, "-"], stdin=endless, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr.endswith("standard input has more than 300,000,000 bytes, expected a "
                                "picture\n")  # fmt: skip


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="standard input has no name here")
def test_a_picture_may_come_through_a_pipe_with_a_name():
    content = packed("PNG", drawing())
    told = subprocess.run([*PREDICT, "/dev/stdin"], input=content, capture_output=True)
    assert told.returncode == 0 and told.stdout.startswith(b"7 ")
