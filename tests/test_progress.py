"""What is shown while something takes its time."""

import os
import select
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from digits.commands import progress
from digits.network import Epoch

RECORDS = [Epoch(i, 0.1234, 0.97437, 0.1345, 0.97021, 0.1) for i in range(1, 1201)]


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Iterator[Callable[[], str]]:
    """A terminal of so many columns as standard error, and what it was sent."""
    pty = pytest.importorskip("pty", reason="no terminals to try it on here")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)

        def sent() -> str:
            text = b""
            while select.select([ours], [], [], 0.2)[0]:
                text += os.read(ours, 1 << 16)
            return text.decode()

        yield sent
    os.close(ours)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_bar_keeps_the_accuracies_however_narrow_the_terminal(monkeypatch, columns):
    with terminal(monkeypatch, columns) as sent:
        assert list(progress.watched(RECORDS, 1200, 0, quiet=False)) == RECORDS
        line = sent().rstrip().rpartition("\r")[2]
    assert line.startswith("1,200/1,200 accuracy 97.44 %, test 97.02 %, loss 0.1234")
    assert len(line) <= columns


def test_without_a_terminal_there_is_a_line_now_and_then(capsys):
    assert list(progress.watched(RECORDS, 1200, 0, quiet=False)) == RECORDS
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("epoch 1 of 1,200, accuracy 97.44 %, test 97.02 %, loss 0.1234, ")
    assert last.startswith("epoch 1,200 of 1,200, ")


def test_slow_work_has_a_bar_of_its_own_for_each_thing_done(monkeypatch):
    with terminal(monkeypatch, 80) as sent:
        with progress.work(quiet=False) as told:
            for what in ("reading a.csv", "preprocessing"):
                for share in (0.0, 0.5, 1.0):
                    told(what, share)
        shown = sent()
    assert "reading a.csv   0 %" in shown and "preprocessing   0 %" in shown


def test_quiet_work_shows_nothing(capsys):
    with progress.work(quiet=True) as told:
        told("reading a.csv", 0.5)
    assert list(progress.watched(RECORDS, 1200, 0, quiet=True)) == RECORDS
    assert capsys.readouterr() == ("", "")


def test_slow_work_without_a_terminal_tells_a_line_now_and_then(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    with progress.work(quiet=False) as told:
        for second in range(12):
            now[0] = float(second)
            told("reading a.csv", second / 12)
    assert capsys.readouterr().err == "reading a.csv, 42 %\nreading a.csv, 83 %\n"
