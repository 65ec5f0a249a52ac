"""Measure this project's speed and memory, beside PyTorch and scikit-learn where installed.

examples:
    python scripts/research benchmark
    python scripts/research benchmark --only epoch predict --json

Everything is measured in this run on this machine, the peers in turn. It takes a few minutes;
close what else is working.
"""

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import peers
from digits.commands import terminal
from digits.network.metrics import percent
from peers import Missing, Peer
from processes import script

WARMUP, ROUNDS = 2, 20
ROWS = 62_500  # times 16: a million
TARGET = 0.97


class Line(NamedTuple):
    """One line of the table."""

    what: str
    who: str
    value: float | None  # None if it could not be measured
    unit: str
    ratio: float | None = None  # ours / theirs
    note: str = ""


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="NAME",
        help=f"some of {', '.join(MEASURES)}")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    options = parser.parse_args(argv)
    if not options.json:
        print(peers.machine())
        print(f"{'':28}{'':30}{'value':>12}  {'ratio':>6}")
    for name in options.only or MEASURES:
        for line in MEASURES[name]():
            print(json.dumps(line._asdict()) if options.json else text(line), flush=True)
    return 0


def text(line: Line) -> str:
    value = line.note if line.value is None else f"{line.value:,.4g} {line.unit}"
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    return f"{line.what:28}{line.who:30}{value:>12}  {ratio:>6}".rstrip()


def epoch() -> Iterator[Line]:
    """One full-batch gradient and step over the bundled training rows."""
    rows = peers.training_rows()
    known: dict[str, Peer | Missing] = {
        "ours": peers.ours(rows),
        "PyTorch eager, SGD": peers.torch_eager(rows, "SGD"),
        "PyTorch eager, Adam": peers.torch_eager(rows, "Adam"),
        "PyTorch eager, Rprop": peers.torch_eager(rows, "Rprop"),
        "scikit-learn L-BFGS": peers.sklearn_lbfgs(rows),
    }
    runs: dict[str, Peer] = {k: v for k, v in known.items() if not isinstance(v, Missing)}
    seconds = in_turn(runs, ROUNDS, WARMUP)
    for who, run in known.items():
        if isinstance(run, Missing):
            yield Line("epoch, 60,000 rows", who, None, "ms", note=run.reason)
            continue
        ratio = None if who == "ours" else seconds["ours"] / seconds[who]
        yield Line("epoch, 60,000 rows", who, 1000 * seconds[who], "ms", ratio)


def in_turn(runs: dict[str, Peer], rounds: int, warmup: int) -> dict[str, float]:
    """Median seconds of each peer, one after the other in each round."""
    seconds: dict[str, list[float]] = {who: [] for who in runs}
    for number in range(warmup + rounds):
        for who, run in runs.items():
            if number >= warmup:
                seconds[who].append(run())
            else:
                run()
    return {who: statistics.median(values) for who, values in seconds.items()}


def reach() -> Iterator[Line]:
    """Seconds from the start of a process to 97 % of the test digits, reading the CSV included."""
    what = f"start to {percent(TARGET, 0)} on test rows"
    ours = None
    for who, peer in (
        ("ours, rprop", "ours"),
        ("PyTorch, same pose, Rprop", "torch"),
        ("scikit-learn MLPClassifier", "sklearn"),
    ):
        child = peers.child("reach", peer, str(TARGET))
        if "missing" in child.told:
            yield Line(what, who, None, "s", note=child.told["missing"])
        elif child.told["accuracy"] < TARGET:
            note = f"never: {percent(child.told['accuracy'], 1)} after {child.seconds:.0f} s"
            yield Line(what, who, None, "s", note=note)
        else:
            ratio = ours and ours / child.seconds
            ours = ours or child.seconds
            yield Line(what, who, child.seconds, "s", ratio)


def memory() -> Iterator[Line]:
    """Peak memory of training on the bundled file."""
    child = script("train.py", "--epochs", "3", "--quiet", "--output", "{scratch}")
    yield Line("peak memory of train.py", "ours", child.megabytes, "MB")


def growth() -> Iterator[Line]:
    """Seconds per epoch and memory for more and more rows."""
    first: tuple[float, float] | None = None
    empty = peers.grown(0).megabytes
    for times in (1, 4, 16):
        child = peers.grown(ROWS * times)
        seconds, megabytes = child.told["seconds"], child.megabytes - empty
        first = first or (seconds, megabytes)
        what = f"{ROWS * times:,} rows"
        linear = seconds / times / first[0], megabytes / times / first[1]
        yield Line(what, "epoch; ratio to linear", 1000 * seconds, "ms", linear[0])
        yield Line(what, "memory; ratio to linear", megabytes, "MB", linear[1])
    yield Line(what, "peak memory in all", child.megabytes, "MB")
    yield Line(what, "whole process, 3 epochs", child.seconds, "s")


def predict() -> Iterator[Line]:
    """The whole process that names one picture, and the least that Python needs for it."""
    seconds = in_turn(peers.startups(), 15, 2)
    who = "import numpy, PIL.Image"
    yield Line("predict.py, one picture", "ours", seconds["ours"], "s")
    ratio = seconds["ours"] / seconds["baseline"]
    yield Line("predict.py, one picture", who, seconds["baseline"], "s", ratio)


def submission() -> Iterator[Line]:
    """From a test.csv of 28,000 rows to a submission."""
    seconds = peers.submission(28_000)
    yield Line("28,000 rows to submission", "ours", seconds, "s")


MEASURES: dict[str, Callable[[], Iterator[Line]]] = {
    "epoch": epoch,
    "reach": reach,
    "memory": memory,
    "growth": growth,
    "predict": predict,
    "submission": submission,
}
