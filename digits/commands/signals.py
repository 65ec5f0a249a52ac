"""Ctrl-C, and what a system sends to end a program: a hang-up, a request to terminate."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
Answer = Callable[[int, FrameType | None], object]


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt


@contextmanager
def answered_by(answer: Answer) -> Iterator[None]:
    """Have all of them answered by a function, but for those that are ignored, as by nohup."""
    if threading.current_thread() is not threading.main_thread():  # which alone is told
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    heard = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    for number in heard:
        signal.signal(number, answer)
    try:
        yield
    finally:
        for number, old in heard.items():
            signal.signal(number, old)
