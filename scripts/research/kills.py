"""Kill trainings at random moments, resume them, and compare what they leave in the end."""

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from remains import fault, remains
from specimens import csv_text
from trials import FAILED, READ, Outcome, Verdict, judged, run

KILLS = 4  # of a run
FRESH_EVERY = 5  # runs is one in a new Python each time
START_UP = 0.7  # seconds, of that Python
TRAIN = ("train", "--quiet", "--drawn", "0", "--data", "digits.csv", "--epochs", "40",
         "--checkpoint-every", "1", "--output", "out")  # fmt: skip


def prepare(seed: int, keep: Path | None) -> Any:
    """A run that nobody disturbs, and how long it takes; then runs are compared with it."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "digits.csv").write_bytes(csv_text())
        started = time.perf_counter()
        ended = run(TRAIN, directory)
        seconds = time.perf_counter() - started
        assert ended.status == 0, ended.err
        return partial(tried, seed, remains(directory / "out"), seconds)


def tried(
    seed: int, expected: dict[str, Any], seconds: float, numbers: Sequence[int]
) -> list[Outcome]:
    """What becomes of some runs, each killed several times."""
    return [outcome for number in numbers for outcome in killed(seed, expected, seconds, number)]


def killed(seed: int, expected: dict[str, Any], seconds: float, number: int) -> list[Outcome]:
    fresh = number % FRESH_EVERY == FRESH_EVERY - 1
    longest = seconds + START_UP * fresh
    moments = np.random.default_rng([seed, number]).uniform(0, longest, KILLS)
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "digits.csv").write_bytes(csv_text())
        for moment in moments:
            ended = run(arguments(directory), directory, fresh=fresh, kill_after=moment)
            wrong = fault(directory / "out", hidden=True) if ended.status in (0, -9) else ended.err
            verdict = Verdict(FAILED, wrong) if wrong else Verdict(READ)
            case = f"kills {number}: after {moment:.3f} s"
            found.append(Outcome("kill -9, files whole", case, verdict, ended))
        ended = run(arguments(directory), directory, fresh=fresh)
        verdict = judged(ended, "train")
        if verdict.outcome == READ and (differing := difference(directory / "out", expected)):
            verdict = Verdict(FAILED, differing)
    case = f"kills {number}: resumed to its end"
    return [*found, Outcome("killed runs, resumed, the same bits", case, verdict, ended)]


def arguments(directory: Path) -> list[str]:
    there = (directory / "out" / "checkpoint.npz").exists()
    return [*TRAIN, "--resume"] if there else list(TRAIN)


def difference(directory: Path, expected: dict[str, Any]) -> str:
    """Which file is not as it should be, if one is."""
    if wrong := fault(directory):
        return wrong
    found = remains(directory)
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    return f"{', '.join(names)} differ" if names else ""
