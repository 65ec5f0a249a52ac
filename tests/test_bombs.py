"""Small files that claim to be, or unpack to, more than a machine can hold."""

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from formats import idx
from numpy.lib import format as npy

from digits.errors import InputError
from digits.formats import read
from digits.formats.columns import PIXEL_NAMES

MOST_MEGABYTES = 600
HEADER = ",".join(["label", *PIXEL_NAMES[0]]).encode() + b"\n"
MEGABYTES = 1_000_000


def gzipped(content: bytes, times: int, start: bytes = b"") -> bytes:
    """Much content in a small file: what is packed may be repeated."""
    return gzip.compress(start) + gzip.compress(content, 1) * times


def archive(**members: tuple[tuple[int, ...], int]) -> bytes:
    """An `.npz` of arrays of zeros, each of a shape, and so many megabytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, (shape, megabytes) in members.items():
            with packed.open(f"{name}.npy", "w") as member:
                described = {"descr": "|u1", "fortran_order": False, "shape": shape}
                npy.write_array_header_1_0(member, described)
                for _ in range(megabytes):
                    member.write(bytes(MEGABYTES))
    return file.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a line": (lambda: gzipped(b"0" * 10 * MEGABYTES, 30), "line 1 has more than 1,000,000 bytes"),
    "commas": (lambda: HEADER + b"," * 20 * MEGABYTES, "line 2 has more than 1,000,000 bytes"),
    "long lines": (lambda: HEADER + (b"," * 900_000 + b"\n") * 6, "row 1 (line 2) has 900,001"),
    "newlines": (lambda: gzipped(b"\n" * 10 * MEGABYTES, 30), "begins with 1,000,001 blank lines"),
    "blank ends": (
        lambda: gzipped(b"\n" * 10 * MEGABYTES, 20, HEADER + b"0," * 784 + b"0\n"),
        "has more than 1,000,000 blank bytes before line",
    ),
    "zeros": (
        lambda: gzipped(bytes(10 * MEGABYTES), 20, idx(2051, [2**31, 28, 28], np.zeros(0))),
        "unpacks to more than 100 times its size, expected digits",
    ),
    "claims": (
        lambda: archive(x_train=((2**26, 28, 28), 1), y_train=((9,), 0)),
        "x_train has more than 10,000,000 rows",
    ),
    "lies": (
        lambda: archive(
            **{f"x_{part}": ((60_000, 28, 28), 1) for part in ("train", "test")},
            **{f"y_{part}": ((60_000,), 0) for part in ("train", "test")},
        ),
        "is damaged or has objects for arrays",
    ),
    "members": (
        lambda: archive(x_train=((191_327, 784), 150), y_train=((9,), 0)),
        "x_train unpacks to more than 100 times the size of the file, expected mnist.npz",
    ),
}
STATUS = Path("/proc/self/status")  # of Linux; getrusage counts what the parent had as well
READ = """
import json, re, sys
from pathlib import Path
from digits.errors import InputError
from digits.formats import read

for name in sys.argv[1:]:
    try:
        read(name)
    except InputError as error:
        peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
        print(json.dumps([Path(name).name, str(error), peak // 1000]))
"""


def test_no_file_of_digits_takes_much_memory_before_it_is_refused(tmp_path):
    if not STATUS.exists():
        pytest.skip("this system does not tell the most memory that a process had")
    for name, (content, _) in BOMBS.items():
        (tmp_path / name).write_bytes(content())
    told = subprocess.run(
        [sys.executable, "-c", READ, *(tmp_path / name for name in BOMBS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [name for name, *_ in answers] == list(BOMBS) and not told.stderr
    for name, sentence, megabytes in answers:
        assert BOMBS[name][1] in sentence and sentence.startswith(str(tmp_path)), sentence
        assert megabytes < MOST_MEGABYTES, (name, megabytes)


@pytest.mark.parametrize("name", ["pixel5", "pixel784", "index"])
def test_a_column_that_is_there_twice_is_no_label(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_bytes(",".join([*PIXEL_NAMES[0], name]).encode() + b"\n" + b"0," * 784 + b"9\n")
    with pytest.raises(InputError, match="line 1: the header has"):
        read(path)
