"""Torture the commands: spoil what they read, kill them, fill their disk, ask their page nonsense.

Whatever happens, they are to read what they are given, or to refuse it in one sentence with the
right status, within 5 seconds and 1.5 GB; everything else has failed. A run that is killed at any
moment and resumed is to end in the same bits. The status is 1 if anything failed.

examples:
    python scripts/research torture --seed 0
    python scripts/research torture --seed 1 --minutes 10
    python scripts/research torture --only pictures --case 4711 --keep spoilt/
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

import asking
import bombs
import full_disk
import kills
import lost_workers
import saved_files
import specimens
import spoiling
from digits.commands import terminal
from digits.parallel import cores, row_slices
from tally import Tally
from trials import Outcome, Skipped, plain_signals

Trial = Callable[[Sequence[int]], list[Outcome]]  # numbers of cases -> what became of them


class Part(NamedTuple):
    """One kind of torture."""

    cases: int
    weight: float  # of its share of the time, about the minutes that all of it takes
    at_once: int  # cases that a process is given
    prepare: Callable[[int, Path | None], Trial]  # from a seed, and where to keep what is spoilt


def spoilt(name: str, make: Callable[..., Iterator[specimens.Specimen]]) -> Callable[..., Trial]:
    """What prepares a part that spoils files."""

    def prepare(seed: int, keep: Path | None) -> Trial:
        return partial(spoiling.tried, list(make(specimens.some_digits())), name, seed, keep)

    return prepare


PARTS = {
    "pictures": Part(10_000, 5, 25, spoilt("pictures", specimens.pictures)),
    "digits files": Part(10_000, 5, 25, spoilt("digits files", specimens.digits_files)),
    "models and checkpoints": Part(
        10_000, 6, 25, spoilt("models and checkpoints", saved_files.models)
    ),
    "bombs": Part(len(bombs.BOMBS), 1, 1, lambda seed, keep: bombs.tried),
    "full disk": Part(full_disk.CASES, 2, 4, full_disk.limited),
    "small disk": Part(full_disk.CASES, 2, 4, full_disk.on_small_disk),
    "page": Part(len(asking.CASES), 1, 1, asking.prepare),
    "kills": Part(50, 4, 1, kills.prepare),
    "cluster": Part(5, 2, 1, lost_workers.prepare),
}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    for name in ("convert", "evaluate", "predict", "report", "train"):
        import_module(f"digits.commands.{name}")  # once, and not in every fork
    tqdm.monitor_interval = 0  # or there would be a thread where the next part forks
    tally, end = Tally(), time.monotonic() + 60 * options.minutes
    for number, name in enumerate(options.only):
        left = sum(PARTS[name].weight for name in options.only[number:])
        seconds = (end - time.monotonic()) * PARTS[name].weight / left
        try:
            for outcome in outcomes(name, options, time.monotonic() + seconds):
                tally.add(outcome)
                if options.case is not None:
                    print(outcome)
        except Skipped as skipped:
            tally.skipped[name] = str(skipped)
    print(tally.table())
    for line in tally.failures():
        print(line, file=sys.stderr)
    return terminal.BAD_INPUT if tally.failed else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    add("--seed", type=terminal.whole_from_0, metavar="N", default=0, help="of everything random")
    add("--minutes", type=terminal.number, metavar="M", default=float("inf"),
        help="that it may take; what could not be done by then is left out")  # fmt: skip
    add("--share", type=terminal.number, metavar="S", default=1.0, help="of all cases (default: 1)")
    add("--only", nargs="+", choices=PARTS, metavar="PART", default=list(PARTS),
        help=f"some of: {', '.join(PARTS)}")  # fmt: skip
    add("--case", type=terminal.whole_from_0, metavar="N", help="one case of a part, in full")
    add("--keep", type=Path, metavar="DIR", help="leave the files of the case there")
    options = parser.parse_args(argv)
    if options.case is not None and len(options.only) != 1:
        parser.error("--case N goes with --only PART")
    if options.keep is not None and options.case is None:
        parser.error("--keep DIR goes with --case N")
    return options


def outcomes(name: str, options: argparse.Namespace, until: float) -> Iterator[Outcome]:
    """What became of the cases of a part, as far as the time goes."""
    part = PARTS[name]
    trial = part.prepare(options.seed, options.keep)
    if options.case is not None:
        yield from trial([options.case])
        return
    cases = range(ceil(part.cases * min(1.0, options.share)))
    with (
        get_context("fork").Pool(cores(), plain_signals) as pool,
        tqdm(total=len(cases), desc=name, leave=False, dynamic_ncols=True, disable=None) as bar,
    ):
        parts = [cases[rows] for rows in row_slices(len(cases), part.at_once)]
        for some in row_slices(len(parts), 2 * cores()):
            for found in pool.imap(trial, parts[some]):
                bar.update(part.at_once)
                yield from found
            if time.monotonic() > until:
                return


if __name__ == "__main__":
    raise SystemExit(main())
