"""Kill the workers of a cluster while they train; the run goes on, and ends in the same bits."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kills import difference
from processes import SCRIPTS
from remains import remains
from specimens import csv_text
from trials import FAILED, READ, Ended, Outcome, Skipped, Verdict, run

KILLS = 10  # of a run, at most
APART = (0.3, 1.5)  # seconds from one to the next
EPOCHS = 600  # which take about as long as ten of these
TRAIN = ("train", "--quiet", "--drawn", "0", "--data", "shards/*.idx", "--test-data", "digits.csv",
         "--epochs", str(EPOCHS), "--output", "out")  # fmt: skip
CONVERT = ("convert", "digits.csv", "shards", "--shards", "5")


def prepare(seed: int, keep: Path | None) -> Any:
    """A run on the same shards without a cluster, which the others are compared with."""
    if find_spec("distributed") is None:
        raise Skipped("dask[distributed] is not installed")
    with tempfile.TemporaryDirectory() as scratch:
        directory = prepared(scratch)
        ended = run(TRAIN, directory)
        assert ended.status == 0, ended.err
        return partial(tried, seed, remains(directory / "out"))


def prepared(scratch: str) -> Path:
    """A directory with shards."""
    directory = Path(scratch)
    (directory / "digits.csv").write_bytes(csv_text())
    ended = run(CONVERT, directory)
    assert ended.status == 0, ended.err
    return directory


def tried(seed: int, expected: dict[str, Any], numbers: Sequence[int]) -> list[Outcome]:
    """What becomes of some runs."""
    return [bereft(seed, expected, number) for number in numbers]


def bereft(seed: int, expected: dict[str, Any], number: int) -> Outcome:
    """One run, from which a worker is taken time and again."""
    rng = np.random.default_rng([seed, number])
    with tempfile.TemporaryDirectory() as scratch:
        directory = prepared(scratch)
        command = [sys.executable, str(SCRIPTS / "train.py"), *TRAIN[1:], "--cluster", "local:2"]
        process = subprocess.Popen(
            command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        killed, begun = 0, directory / "out" / "data_paths.json"
        while not begun.exists() and process.poll() is None:
            time.sleep(APART[0])
        while killed < KILLS and process.poll() is None:
            time.sleep(rng.uniform(*APART))
            killed += killed_one(process.pid, rng)
        out, err = process.communicate()
        ended = Ended(process.returncode, out, err.decode(errors="replace"))
        wrong = ended.err if ended.err or ended.status else difference(directory / "out", expected)
    if not killed:
        wrong = wrong or "no worker could be killed"
    verdict = Verdict(FAILED, wrong) if wrong else Verdict(READ)
    case = f"cluster {number}: {killed} workers lost"
    return Outcome("runs that lose workers, the same bits", case, verdict, ended)


def killed_one(parent: int, rng: np.random.Generator) -> bool:
    """Kill one of the workers of a run, if it has any yet."""
    import psutil  # Dask brings it

    try:
        children = psutil.Process(parent).children()
        workers = [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]
        if not workers:
            return False
        os.kill(int(rng.choice(workers)), signal.SIGKILL)
    except (psutil.Error, ProcessLookupError):  # it has just ended
        return False
    return True
