"""How a long run shows where it is, and how it is asked to stop."""

import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from tqdm import tqdm

from digits.network import Epoch
from digits.network.metrics import percent
from digits.parallel import Progress, silent

LINE_SECONDS = 5.0  # without a terminal, there is a line of progress this often
# What matters comes first: a narrow terminal cuts the end off.
EPOCHS = "{n_fmt}/{total_fmt} {desc}|{bar}|{elapsed}<{remaining}"
WORK = "{desc} {percentage:3.0f} %|{bar}|{elapsed}<{remaining}"


def watched(records: Iterable[Epoch], total: int, done: int, quiet: bool) -> Iterator[Epoch]:
    """Pass the records on, showing them as a bar, as a line now and then, or not at all."""
    if quiet:
        yield from records
    elif sys.stderr.isatty():
        with tqdm(total=total, initial=done, bar_format=EPOCHS, dynamic_ncols=True) as bar:
            for record in records:
                bar.set_description_str(figures(record), refresh=False)
                bar.update()
                yield record
    else:
        yield from lines(records, total, done)


def lines(records: Iterable[Epoch], total: int, done: int) -> Iterator[Epoch]:
    """Pass the records on; the first, the last and one every few seconds as a line."""
    started, next_line = time.monotonic(), 0.0
    for record in records:
        elapsed = time.monotonic() - started
        if elapsed >= next_line or record.epoch == total:
            left = elapsed / (record.epoch - done) * (total - record.epoch)
            tell(f"epoch {record.epoch:,} of {total:,}, {figures(record)}, {left:.0f} s left")
            next_line = elapsed + LINE_SECONDS
        yield record


def figures(record: Epoch) -> str:
    """Accuracies and loss in a few words."""
    accuracies = f"accuracy {percent(record.accuracy)}, test {percent(record.validation_accuracy)}"
    return f"{accuracies}, loss {record.loss:.4f}"


@contextmanager
def work(quiet: bool) -> Iterator[Progress]:
    """Shows what slow work tells of itself: a bar for each thing done, or a line now and then."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with tqdm(total=1.0, bar_format=WORK, dynamic_ncols=True, leave=False, delay=1e-9) as bar:

            def show(what: str, share: float) -> None:
                if bar.desc != what or share < bar.n:
                    bar.reset()
                bar.set_description_str(what, refresh=False)
                bar.update(share - bar.n)

            yield show
    else:
        next_line = time.monotonic() + LINE_SECONDS

        def tell_now_and_then(what: str, share: float) -> None:
            nonlocal next_line
            if time.monotonic() >= next_line:
                tell(f"{what}, {percent(share, 0)}")
                next_line = time.monotonic() + LINE_SECONDS

        yield tell_now_and_then


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def stop_on_ctrl_c() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that an epoch and its files end whole.

    The second Ctrl-C interrupts at once.
    """
    stop = threading.Event()

    def ask(signal_number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
