"""How a long run shows where it is, and how it is asked to stop."""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from types import FrameType

from tqdm import tqdm

from digits.commands import signals
from digits.network import Epoch
from digits.network.metrics import percent
from digits.parallel import Progress, silent

LINE_SECONDS = 5.0  # without a terminal, there is a line of progress this often
# What matters comes first: a narrow terminal cuts the end off.
EPOCHS = "{n:,}/{total:,} {desc} |{bar}| {elapsed}<{remaining}"
WORK = "{desc} {percentage:3.0f} % |{bar}| {elapsed}<{remaining}"


def watched(records: Iterable[Epoch], total: int, epochs_done: int, quiet: bool) -> Iterator[Epoch]:
    """Pass the records on, showing them as a bar, as a line now and then, or not at all."""
    if quiet:
        yield from records
    elif sys.stderr.isatty():
        with tqdm(total=total, initial=epochs_done, bar_format=EPOCHS, dynamic_ncols=True) as bar:
            for record in records:
                bar.set_description_str(figures(record), refresh=False)
                bar.update()
                yield record
    else:
        yield from lines(records, total, epochs_done)


def lines(records: Iterable[Epoch], total: int, epochs_done: int) -> Iterator[Epoch]:
    """Pass the records on; the first, the last and one every few seconds as a line."""
    started, next_line = time.monotonic(), 0.0
    for record in records:
        elapsed = time.monotonic() - started
        if elapsed >= next_line or record.epoch == total:
            left = elapsed / (record.epoch - epochs_done) * (total - record.epoch)
            tell(f"epoch {record.epoch:,} of {total:,}, {figures(record)}, {left:.0f} s left")
            next_line = elapsed + LINE_SECONDS
        yield record


def figures(record: Epoch) -> str:
    """Accuracies and loss in a few words."""
    accuracies = f"accuracy {percent(record.accuracy)}, test {percent(record.validation_accuracy)}"
    return f"{accuracies}, loss {record.loss:.4f}"


class WorkBar:
    """A bar for whatever slow work is doing, a new one for each thing."""

    bar: tqdm | None = None

    def __call__(self, what: str, share: float) -> None:
        if self.bar is None or self.bar.desc != what or share < self.bar.n:
            self.close()
            self.bar = tqdm(total=1.0, desc=what, leave=False, bar_format=WORK, dynamic_ncols=True)
        self.bar.update(share - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


@contextmanager
def work(quiet: bool) -> Iterator[Progress]:
    """Shows what slow work tells of itself: a bar for each thing done, or a line now and then."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with closing(WorkBar()) as bar:
            yield bar
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

    The second Ctrl-C interrupts at once. What a system sends to end a program does the same.
    """
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    with signals.answered_by(ask):
        yield stop
