"""Let the disk be full at every write: by a limit of a file's size, and on a small file system."""

import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from digits.places import PRETRAINED
from remains import fault
from specimens import csv_text, png_of, some_digits
from spoiling import written
from trials import FAILED, Outcome, Skipped, Verdict, judged, run

MODEL = ("--model", str(PRETRAINED))
TRAIN = ("train", "--quiet", "--drawn", "0", "--data", "../digits.csv", "--epochs", "3",
         "--output", ".")  # fmt: skip
# Each command that writes, run within the directory that it writes to.
COMMANDS: list[tuple[str, ...]] = [
    TRAIN,
    ("convert", "../digits.csv", "out.csv"),
    ("convert", "../digits.csv", "out.csv.gz"),
    ("predict", *MODEL, "../digit.png", "--save-seen", "seen.png"),
    ("predict", *MODEL, "--csv", "../digits.csv", "--output", "labels.csv"),
    ("evaluate", *MODEL, "--test-data", "../digits.csv", "--output", "."),
    ("export", *MODEL, "--test-data", "../digits.csv", "--output", "digits.html"),
    *[("export", *MODEL, "--test-data", "../digits.csv", "--output", "digits.onnx")]
    * (find_spec("onnx") is not None),
]
SHARES = np.linspace(0, 0.99, 12)  # of what a command writes, that there is room for
CASES = len(COMMANDS) * len(SHARES)
Trial = Callable[[Sequence[int]], list[Outcome]]
PAGE = 4096  # bytes that a file on a small file system takes at least
Disk = Callable[[Path, int], AbstractContextManager[None]]  # a directory, and its bytes


def limited(seed: int, keep: Path | None) -> Trial:
    """Writing stops at a file's size."""
    return partial(tried, "full disk: limit of a file's size", no_disk)


def on_small_disk(seed: int, keep: Path | None) -> Trial:
    """Writing stops at the end of a file system of its own.

    Raises:
        Skipped: none may be mounted here.
    """
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with mounted(Path(scratch), PAGE):
                return partial(tried, "full disk: small file system", mounted)
        except (OSError, subprocess.CalledProcessError):
            raise Skipped("no file system may be mounted here") from None


@contextmanager
def mounted(directory: Path, size: int) -> Iterator[None]:
    """A file system of that many bytes in a directory."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def tried(row: str, disk: Disk, numbers: Sequence[int]) -> list[Outcome]:
    """What becomes of some commands with too little room."""
    return [tried_once(row, disk, number) for number in numbers]


def tried_once(row: str, disk: Disk, number: int) -> Outcome:
    """Run a command twice; the second time there is little room beside what the first has left."""
    share, command = SHARES[number // len(COMMANDS)], number % len(COMMANDS)
    before = first_run(command)
    room = int(share * max(map(len, before.values())))
    size = sum(-(-len(content) // PAGE) * PAGE for content in before.values())
    with tempfile.TemporaryDirectory() as scratch:
        directory = prepared(Path(scratch))
        with disk(directory, size + max(PAGE, room)):
            written(before, directory)
            limit = partial(limit_files, room) if disk is no_disk else nothing
            ended = run(COMMANDS[command], directory, before=limit)
            verdict = judged(ended, COMMANDS[command][0], speaks=False)
            there = {path.name for path in directory.iterdir()}
            lost = {name for name in before if not {name, name.replace(".npz", ".old.npz")} & there}
            wrong = fault(directory) or (f"{min(lost)} is lost" if lost else "")
            if wrong and verdict.outcome != FAILED:
                verdict = Verdict(FAILED, wrong)
    words = " ".join(COMMANDS[command][:1] + COMMANDS[command][-1:])
    return Outcome(row, f"{row} {number}: {words}, room for {room:,} bytes", verdict, ended)


@cache
def first_run(command: int) -> dict[str, bytes]:
    """What a command leaves where there is room."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = prepared(Path(scratch))
        ended = run(COMMANDS[command], directory)
        assert ended.status == 0, (COMMANDS[command], ended.err)
        return {path.name: path.read_bytes() for path in directory.iterdir()}


def prepared(scratch: Path) -> Path:
    """A directory to write to, beside what commands read."""
    (scratch / "digits.csv").write_bytes(csv_text())
    (scratch / "digit.png").write_bytes(png_of(some_digits().images[1]))
    (scratch / "written").mkdir()
    return scratch / "written"


@contextmanager
def no_disk(directory: Path, size: int) -> Iterator[None]:
    """The disk that is there."""
    yield


def limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def nothing() -> None:
    """Limit nothing."""
