"""Run a command in a process of its own, and judge how it ended."""

import os
import resource
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from digits.__main__ import run as run_command
from digits.commands.signals import ENDING
from processes import MAXRSS_BYTES, SCRIPTS

SECONDS, MEGABYTES = 5.0, 1500.0  # that a command may take
MOST_SECONDS = 20  # of the processors, after which it is killed
PATIENCE = 120.0  # seconds by the clock, after which it hangs
MOST_ADDRESSES = 4_000_000_000  # bytes; the machine has to survive
LONGEST = 1000  # characters of a sentence
PIPE_BYTES = 1 << 16
READ, REFUSED, FAILED = "read", "refused", "failed"


class Ended(NamedTuple):
    """How a process ended."""

    status: int  # below 0: the signal that killed it
    out: bytes
    err: str
    seconds: float = 0.0  # by the clock or of the processors, whichever is less: others work too
    megabytes: float = 0.0  # at its peak


class Verdict(NamedTuple):
    """What to think of it."""

    outcome: str  # read, refused, failed
    why: str = ""  # it failed


def run(
    arguments: Sequence[str],
    directory: Path,
    *,
    fresh: bool = False,
    kill_after: float = PATIENCE,
    before: Callable[[], None] = lambda: None,
) -> Ended:
    """Run `digits COMMAND ...` in a directory, and wait for its end.

    A fork of this process does so, which has loaded what takes time to load; it must have no other
    threads.

    Args:
        arguments: the command and its arguments.
        directory: where it runs.
        fresh: whether to start a new Python with the command's script, which takes half a second.
        kill_after: seconds.
        before: what the fork does first.
    """
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        _become(arguments, directory, (out_end, err_end), fresh, before)
    os.close(out_end)
    os.close(err_end)
    said = _heard((out, err), started + kill_after)
    if said is None:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    seconds = min(time.perf_counter() - started, usage.ru_utime + usage.ru_stime)
    texts = [b"", b""] if said is None else said
    return Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1].decode(errors="replace"),
                 seconds, usage.ru_maxrss * MAXRSS_BYTES / 1e6)  # fmt: skip


def _heard(streams: Sequence[int], until: float) -> list[bytes] | None:
    """All that comes through pipes up to their ends; None if that takes too long."""
    texts = {stream: bytearray() for stream in streams}
    open_ones = list(streams)
    try:
        while open_ones:
            left = until - time.perf_counter()
            ready = select.select(open_ones, [], [], left)[0] if left > 0 else []
            if not ready:
                return None
            for stream in ready:
                part = os.read(stream, PIPE_BYTES)
                texts[stream] += part
                if not part:
                    open_ones.remove(stream)
    finally:
        for stream in streams:
            os.close(stream)
    return [bytes(text) for text in texts.values()]


def _become(
    arguments: Sequence[str],
    directory: Path,
    streams: Sequence[int],
    fresh: bool,
    before: Callable[[], None],
) -> None:
    """Turn a fork into a process that runs the command, to its end."""
    status = 1
    try:
        _prepare(directory, streams)
        sys.argv = [str(SCRIPTS / f"{arguments[0]}.py"), *arguments[1:]]
        before()
        if fresh:
            os.execv(sys.executable, [sys.executable, *sys.argv])
        status = run_command(arguments[0], arguments[1:])
        sys.stdout.flush()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _prepare(directory: Path, streams: Sequence[int]) -> None:
    """Make this process like one that a user has just started there."""
    plain_signals()
    os.chdir(directory)
    for number, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
        os.dup2(stream, number)
    os.closerange(3, max(streams) + 1)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  (to the end)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    warnings.resetwarnings()
    for hidden in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", hidden)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))


def plain_signals() -> None:
    """Have signals answered as in a process that has just been started, and not by a command."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def judged(
    ended: Ended, command: str, refusals: Sequence[int] = (1,), speaks: bool = True
) -> Verdict:
    """Whether a command read what it was given, refused it in one sentence, or failed.

    Args:
        ended: how it ended.
        command: its name.
        refusals: the statuses with which it may refuse.
        speaks: whether it prints an answer, or else one sentence; not so where files are written.
    """
    done = ended.status == 0
    lines = ended.err.split("\n") if speaks or not done else []
    said = [line for line in lines if line and not line.startswith("model: ")]
    foreign = [line for line in said if not line.startswith(f"{command}.py: ")]
    for why, failed in (
        ("Traceback", "Traceback (most recent call last)" in ended.err),
        (f"more than {SECONDS:.0f} s", ended.seconds > SECONDS),
        (f"killed by signal {-ended.status}", ended.status < 0),
        (f"more than {MEGABYTES:,.0f} MB", ended.megabytes > MEGABYTES),
        ("asked for more memory than there is", "memory of this machine" in ended.err),
        (f"status {ended.status}", not done and ended.status not in refusals),
        ("no answer", speaks and done and not ended.out),
        ("an answer and a refusal", speaks and not done and ended.out),
        ("words beside the answer", done and said),
        ("no sentence", not done and not said),
        ("more than one line", not done and len(said) > 1),
        ("another's words", foreign),
        (f"more than {LONGEST:,} characters", any(len(line) > LONGEST for line in said)),
    ):
        if failed:
            return Verdict(FAILED, why)
    return Verdict(READ if ended.status == 0 else REFUSED)


class Outcome(NamedTuple):
    """One trial, as the table counts it."""

    row: str  # of the table
    case: str  # its part and number, and what it was
    verdict: Verdict
    ended: Ended


class Skipped(Exception):
    """A part that cannot be done here; the message says why."""
