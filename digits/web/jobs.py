"""Long work in a thread of its own, that tells of itself, can be held, and can be stopped."""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from digits.errors import InputError

GATHERED = 0.1  # seconds of events that are told together: telling takes time from the training
HEARTBEAT = 5.0  # seconds after which whoever listens hears that there is nothing new
TOLD_EVERY = 0.1  # seconds between two words of how far preparations have come
# Of these only the newest is worth keeping for whoever comes later.
LATEST_ONLY = ("state", "weights", "end")
BUSY = ("preparing", "running", "paused")


class Stopped(Exception):
    """Raised within the work of a job that was asked to stop."""


class Busy(Exception):
    """A job is asked for while another runs, or a running one while there is none."""


class Event(NamedTuple):
    """Something that a job tells."""

    number: int  # counted from 1
    name: str  # state, epoch, weights, end
    data: dict[str, Any]


class Job:
    """One piece of work, and all it has told so far.

    Args:
        number: tells it from other jobs.
        kind: what it is, as the page calls it.
        epochs: how many it will have.
        work: is called with the job, in a thread; what it returns is the result. On its way it
            calls `told`, `wait` and `add`, the first two of which raise `Stopped`.
    """

    def __init__(
        self, number: int, kind: str, epochs: int, work: Callable[["Job"], dict[str, Any]]
    ) -> None:
        self.number, self.kind, self.epochs = number, kind, epochs
        self.epoch = 0
        self.kept = self.undone = False
        self.result: dict[str, Any] | None = None
        self._work = work
        self._phase, self._paused, self._stopping = "preparing", False, False
        self._share: dict[str, Any] = {}
        self._next_word = 0.0
        self._events: list[Event] = []
        self._count = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"{kind} {number}", daemon=True)

    def start(self) -> None:
        self._tell_state()
        self._thread.start()

    @property
    def state(self) -> str:
        """preparing, running, paused, ended, stopped or failed."""
        return "paused" if self._paused and self._phase in BUSY else self._phase

    @property
    def busy(self) -> bool:
        return self._phase in BUSY

    def as_json(self) -> dict[str, Any]:
        found = {"job": self.number, "kind": self.kind, "state": self.state, "epoch": self.epoch,
                 "epochs": self.epochs, "kept": self.kept, "undone": self.undone,
                 "result": self.result}  # fmt: skip
        return found | (self._share if self._phase == "preparing" else {})

    def pause(self, paused: bool) -> None:
        """Hold it before its next epoch, or let it go on."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()
        self._tell_state()

    def stop(self) -> None:
        """Ask it to end after the epoch that it is in."""
        with self._changed:
            self._stopping, self._paused = True, False
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for its end, for so long."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def keep(self) -> None:
        """Note that what it has made is wanted."""
        self.kept = True
        self._tell_state()

    def undo(self) -> None:
        """Note that what it has made is used no more, if it was."""
        if self.kept and not self.busy:
            self.kept, self.undone = False, True
            for name in ("state", "end"):
                self.add(name, self.as_json())

    def told(self, what: str, share: float) -> None:
        """How far preparations have come, as a `Progress`."""
        self.wait()
        now = time.monotonic()
        if self._share.get("what") != what or now >= self._next_word:
            self._next_word = now + TOLD_EVERY
            self._share = {"what": what, "share": round(share, 3)}
            self._tell_state()

    def running(self) -> None:
        """Preparations are over."""
        self._phase = "running"
        self._tell_state()

    def wait(self) -> None:
        """Wait while it is held.

        Raises:
            Stopped: it was asked to stop.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self._paused)
            if self._stopping:
                raise Stopped

    def add(self, name: str, data: dict[str, Any]) -> None:
        """Tell something to all who listen, now and later."""
        with self._changed:
            if name in LATEST_ONLY:
                self._events = [event for event in self._events if event.name != name]
            self._count += 1
            self._events.append(Event(self._count, name, data))
            self._changed.notify_all()

    def events(self, after: int = 0) -> Iterator[list[Event]]:
        """What has been told after an event of that number, and then what is, until the end.

        An empty list now and then says that there is nothing new.
        """
        while True:
            with self._changed:
                if self._count <= after and self.busy:
                    self._changed.wait(HEARTBEAT)
                new = [event for event in self._events if event.number > after]
                over = not self.busy
            yield new
            if over:
                return
            after = max([after, *(event.number for event in new)])
            time.sleep(GATHERED)

    def _tell_state(self) -> None:
        self.add("state", self.as_json())

    def _run(self) -> None:
        try:
            self.result = self._work(self)
            phase = "stopped" if self._stopping else "ended"
        except Stopped:
            phase = "stopped"
        except InputError as error:
            phase, self.result = "failed", {"sentence": str(error)}
        except OSError as error:
            phase, self.result = "failed", {"sentence": f"{error.filename}: {error.strerror}"}
        except MemoryError:
            phase, self.result = "failed", {"sentence": "the memory of this machine is too small"}
        except Exception:  # a fault of ours; whoever started the program sees where
            traceback.print_exc(file=sys.stderr)
            phase, self.result = "failed", {"sentence": "the program met a fault of its own"}
        with self._changed:
            self._phase = phase
            for name in ("state", "end"):
                self.add(name, self.as_json())


class Jobs:
    """The one job that runs, or else the last one."""

    def __init__(self) -> None:
        self.last: Job | None = None
        self._lock = threading.Lock()
        self._count = 0

    def start(self, kind: str, epochs: int, work: Callable[[Job], dict[str, Any]]) -> Job:
        """Start one.

        Raises:
            Busy: one is running.
        """
        with self._lock:
            if self.last is not None and self.last.busy:
                raise Busy(
                    "a training is running already, expected it to end or to be stopped first"
                )
            self._count += 1
            self.last = Job(self._count, kind, epochs, work)
            self.last.start()
            return self.last

    def there(self) -> Job:
        """The running or the last job.

        Raises:
            LookupError: there has been none.
        """
        if self.last is None:
            raise LookupError("there has been no training yet, expected one to be started")
        return self.last
