"""How a long run shows where it is, and how it is asked to stop."""

import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from tqdm import tqdm

from digits.training import Epoch

LINE_SECONDS = 5.0  # without a terminal, there is a line of progress this often


def shown(records: Iterable[Epoch], total: int, done: int, quiet: bool) -> Iterator[Epoch]:
    """Pass the records on, showing them as a bar, as a line now and then, or not at all."""
    if quiet:
        yield from records
    elif sys.stderr.isatty():
        with tqdm(total=total, initial=done, unit="epoch", dynamic_ncols=True) as bar:
            for record in records:
                bar.set_postfix_str(figures(record), refresh=False)
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
            print(
                f"epoch {record.epoch} of {total}, {figures(record)}, {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            next_line = elapsed + LINE_SECONDS
        yield record


def figures(record: Epoch) -> str:
    """Loss and accuracies in a few words."""
    accuracy, held_out = record.accuracy, record.validation_accuracy
    return f"loss {record.loss:.4f}, accuracy {accuracy:.2%}, test {held_out:.2%}"


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
