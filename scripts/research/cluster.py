"""Measure training on shards: in threads, and on workers of a cluster.

examples:
    python scripts/convert.py train-images-idx3-ubyte m1/ --shards 17 --copies 16
    python scripts/research cluster m1/ --test-data t10k-images-idx3-ubyte --epochs 10
    python scripts/research cluster m8/ --test-data t10k-images-idx3-ubyte --on local:2

Each line is a run of `train` as a process of its own: seconds of the middle one of its epochs, the
most memory that its own process, any of its workers, and all of them had, and the test accuracy.
The last line is what a task and its result measure on their way.
"""

import argparse
import contextlib
import json
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

import peers
from digits.commands import terminal
from digits.errors import InputError
from digits.network.rows import added
from digits.network.training import slice_gradient
from digits.reader.classifier import new_network
from processes import SCRIPTS

THREADS = "threads"
LOOK_EVERY = 0.2  # seconds, how much memory processes have


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    terminal.require("distributed", "dask[distributed]")
    print(peers.machine())
    print(f"{'shards':12}{'on':10}{'s/epoch':>9}{'own MB':>8}{'worker':>8}{'all':>8}{'right':>9}")
    for number in range(options.rounds):
        for folder in options.folder:
            for where in options.on:
                print(measured(folder, where, options), flush=True)
        if number + 1 < options.rounds:
            print(flush=True)
    there, back = on_the_way()
    print(f"to each worker {there:,} bytes an epoch, back {back:,} for each of its shards")
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    add("folder", type=Path, nargs="+", help="of shards, as `digits convert --shards` writes them")
    add("--test-data", required=True, metavar="FILE", help="digits to test on")
    add("--on", nargs="+", metavar="WHERE", default=[THREADS, "local:1", "local:2"],
        help="threads, or addresses of clusters (default: threads local:1 local:2)")  # fmt: skip
    add("--epochs", type=terminal.whole_number, default=10, metavar="N", help="default: 10")
    add("--rounds", type=terminal.whole_number, default=1, metavar="N",
        help="how often all of it is done, in turn (default: 1)")  # fmt: skip
    return parser.parse_args(argv)


def measured(folder: Path, where: str, options: argparse.Namespace) -> str:
    """One run of `train`, in a line."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, str(SCRIPTS / "train.py"), "--data", str(folder / "*.idx"),
                   "--test-data", options.test_data, "--epochs", str(options.epochs),
                   "--drawn", "0", "--quiet", "--output", output]  # fmt: skip
        own, worker, all_of_it = peaks(command + ["--cluster", where] * (where != THREADS))
        history = np.genfromtxt(Path(output) / "history.csv", delimiter=",", names=True)
        told = json.loads((Path(output) / "metrics.json").read_text())
    seconds = statistics.median(history["seconds"].tolist())
    memory = "".join(f"{size / 1e6:8,.0f}" for size in (own, worker, all_of_it))
    right = f"{100 * told['test_accuracy']:7.2f} %"
    return f"{folder.name:12}{where:10}{seconds:9.3f}{memory}{right}"


def peaks(command: list[str]) -> tuple[int, int, int]:
    """Run a command; the most bytes of its own process, any that it started, and all together."""
    import psutil  # Dask brings it

    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    found = (0, 0, 0)
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            own = psutil.Process(process.pid)
            size = own.memory_info().rss
            started = [child.memory_info().rss for child in own.children(recursive=True)]
            found = tuple(map(max, found, (size, max(started, default=0), size + sum(started))))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY)
    if process.returncode:
        raise InputError(f"{' '.join(command)} ended with status {process.returncode}")
    return found


def on_the_way() -> tuple[int, int]:
    """How many bytes go to each worker in an epoch, and come back."""
    network = new_network(np.random.default_rng(0))
    there = len(pickle.dumps(partial(slice_gradient, network)))
    sums = added([(0.0, 0.0, np.zeros_like(network.theta))])
    return there, len(pickle.dumps(sums))


if __name__ == "__main__":
    raise SystemExit(main())
