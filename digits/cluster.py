"""Shards on the workers of a Dask cluster, here or elsewhere; the only file that knows Dask.

`Cluster.open` has each worker read its shards and keep them, and gives `RowsOnWorkers`, whose sums
come from there: a task goes to each worker, the sum of each shard comes back, no row does. If a
worker is lost, its task goes to another, which reads the shards it lacks. Shards are added up in
order, so the result is the same to the bit.
"""

import contextlib
import logging
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import dask
import numpy as np
from distributed import (
    CancelledError,
    Client,
    Future,
    LocalCluster,
    TimeoutError,
    get_worker,
    wait,
)

from digits import __version__
from digits.dataset import PIXELS
from digits.errors import InputError, Unreachable
from digits.network.rows import OfSlice, Rows, Sums, added, sums_of_shards
from digits.parallel import Progress, cores, silent
from digits.reader.rows import Transform
from digits.reader.shards import Shard, Source, opened

LOCAL = "local:"
PATIENCE = 30.0  # seconds without any worker; one that is started anew takes a few
LOOK_EVERY = 0.25  # seconds, whether workers are still there
FETCHED = 5.0  # seconds in which a result comes from its worker, if that is still there
LOSSES = 20  # of workers in an epoch, before it is told to be too much for them
# Ctrl-C in a terminal reaches every process that was started from it, and is for one of them.
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
# Dask has glibc give memory back as soon as it is free. The arrays of each slice would then be
# paged in anew, which doubles the time of an epoch.
KEEPS_MEMORY = {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}


class Away(NamedTuple):
    """A shard that some worker holds."""

    number: int
    rows: int
    digest: str


class Job(NamedTuple):
    """What a worker is asked to do."""

    function: Callable[..., Any]  # of its `Held`, and of what is given
    given: Any
    worker: str


class Held:
    """The shards that this worker holds for a run. Elsewhere, it arrives without them."""

    def __init__(self, sources: Mapping[int, Source], preprocess: Transform) -> None:
        self.sources, self.preprocess = sources, preprocess
        self.shards: dict[int, Shard] = {}

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return Held, (self.sources, self.preprocess)

    def shard(self, number: int) -> Shard:
        """One of the shards, read if it is not here."""
        if number not in self.shards:
            self.shards[number] = opened(self.sources[number], self.preprocess)
        return self.shards[number]


# By run. Whoever holds them is Dask, which lets go of them when a run's client is gone.
HELD: WeakValueDictionary[str, Held] = WeakValueDictionary()


class Cluster:
    """Workers that shards are spread over.

    Args:
        address: `local:N` for so many processes of this machine, or that of a Dask scheduler.
        patience: seconds to wait for a worker where there is none.

    Raises:
        InputError: there is no such cluster, or it has no workers.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self.address, self.patience = address, patience
        self.run = ""  # the name that workers know it by
        self.nothing_yet: Held | None = None  # what each worker holds of a run at first
        self.held: dict[str, Future] = {}  # by worker
        self.places: dict[int, str] = {}  # of each shard, the worker that has it
        silence()
        self.cluster = started(address) if address.startswith(LOCAL) else None
        try:
            self.client = Client(self.cluster or address, set_as_default=False, timeout=patience)
        except (OSError, ValueError):
            raise InputError(
                f"no Dask scheduler answers at {address}, expected one as `dask scheduler` starts"
            ) from None
        silence()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        for part in filter(None, (self.client, self.cluster)):
            with contextlib.suppress(OSError, TimeoutError, CancelledError):
                part.close()

    @property
    def dashboard(self) -> str:
        """The address at which Dask shows what its workers do."""
        return str(self.client.dashboard_link)

    def open(
        self, sources: Sequence[Source], preprocess: Transform, progress: Progress = silent
    ) -> tuple[Rows, list[str]]:
        """Have each source opened as a shard by a worker, which keeps it.

        Raises:
            InputError: a source cannot be used, or a worker is of another version.
            Unreachable: there are no workers.
        """
        self.run, self.held = uuid.uuid4().hex, {}
        self.nothing_yet = Held({source.number: source for source in sources}, preprocess)
        places = placed({source.number: 1 for source in sources}, self.workers(), {})
        jobs = [Job(open_shard, number, worker) for number, worker in places.items()]
        found = {}
        for worker, away in self.results(jobs):
            self.places[away.number] = worker
            found[away.number] = away
            progress("preprocessing", len(found) / len(sources))
        shards = [found[source.number] for source in sources]
        return RowsOnWorkers(self, shards), [shard.digest for shard in shards]

    def sums(self, function: OfSlice, shards: Sequence[Away]) -> list[Sums]:
        """For each shard the sum of what a function gives for its slices.

        Raises:
            Unreachable: the workers cannot go on.
        """
        of_worker: dict[str, list[int]] = {}
        for number, worker in self.spread(shards).items():
            of_worker.setdefault(worker, []).append(number)
        jobs = [
            Job(sum_shards, (numbers, function), worker) for worker, numbers in of_worker.items()
        ]
        sums: dict[int, Sums] = {}
        for worker, found in self.results(jobs):
            self.places |= dict.fromkeys(found, worker)
            sums |= found
        return [sums[shard.number] for shard in shards]

    def spread(self, shards: Sequence[Away]) -> dict[int, str]:
        """Which worker is to add up each shard."""
        rows = {shard.number: shard.rows for shard in shards}
        places = placed(rows, self.workers(), self.places)
        moved = {number for number, worker in places.items() if worker != self.places[number]}
        leaving = {worker: [number for number in moved if self.places[number] == worker]
                   for worker in self.held}  # fmt: skip
        list(self.results(Job(drop_shards, *job[::-1]) for job in leaving.items() if job[1]))
        return places

    def workers(self) -> list[str]:
        """The addresses of the workers that are there, of one at least."""
        ends = time.monotonic() + self.patience
        with self.told():
            while not (found := sorted(self.client.nthreads())):
                if time.monotonic() > ends:
                    raise Unreachable(f"no worker is left at {self.address}, expected one or more")
                time.sleep(min(LOOK_EVERY, self.patience / 10))
        self.held = {worker: held for worker, held in self.held.items() if worker in found}
        return found

    def results(self, jobs: Iterable[Job]) -> Iterator[Any]:
        """What the jobs give, each as soon as it is there; a lost worker's go to another."""
        waiting, losses = {self.submit(job): job for job in jobs}, 0
        while waiting:
            for task in self.done(list(waiting)):
                for found in self.result(task):
                    del waiting[task]
                    yield found
            there = self.workers()
            lost = {task: job for task, job in waiting.items() if job.worker not in there}
            losses += len({job.worker for job in lost.values()})
            if losses > LOSSES:
                raise Unreachable(
                    f"{losses} workers were lost at {self.address} within one epoch,"
                    " expected more memory for each, or fewer rows"
                )
            for (task, job), worker in zip(lost.items(), cycle(there), strict=False):
                del waiting[task]
                job = job._replace(worker=worker)
                waiting[self.submit(job)] = job

    def submit(self, job: Job) -> Future:
        """The job as a task for its worker, and for no other: Dask would not see it through."""
        there: Any = {"workers": [job.worker], "pure": False}
        with self.told():
            if job.worker not in self.held:
                given = self.run, digits_and_numpy(), self.nothing_yet
                self.held[job.worker] = self.client.submit(hold, *given, **there)
            return self.client.submit(job.function, self.held[job.worker], job.given, **there)

    def done(self, tasks: Sequence[Future]) -> set[Future]:
        """Those of the tasks that have come to an end, if some do before it is time to look."""
        with self.told():
            try:
                return set(wait(tasks, LOOK_EVERY, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                return set()

    def result(self, task: Future) -> list[Any]:
        """What a task has given; nothing if its worker is lost before it has been fetched."""
        with self.told():
            try:
                return [task.result(FETCHED)]
            except TimeoutError:
                return []

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Tell in a sentence what keeps workers from going on."""
        try:
            with self.client.as_current():
                yield
        except InputError:
            raise
        except FileNotFoundError as error:
            raise Unreachable(
                f"a worker at {self.address} cannot see {error.filename},"
                " expected files where all workers find them by the same name"
            ) from None
        except ImportError as error:
            raise Unreachable(
                f"a worker at {self.address} says {error},"
                f" expected digits {__version__} to be installed there"
            ) from None
        except (OSError, TimeoutError, CancelledError):
            raise Unreachable(
                f"the scheduler at {self.address} is gone, expected it to stay"
            ) from None


class RowsOnWorkers:
    """Rows in shards that the workers of a cluster hold."""

    def __init__(self, cluster: Cluster, shards: Sequence[Away]) -> None:
        self.cluster, self.shards, self.run = cluster, shards, cluster.run
        self.inputs = PIXELS
        self.count = sum(shard.rows for shard in shards)

    def total(self, function: OfSlice) -> Sums:
        """The sum of what a function gives for each slice.

        Raises:
            InputError: the cluster has been given other rows since.
            Unreachable: the workers cannot go on.
        """
        if self.run != self.cluster.run:
            raise InputError(
                f"{self.cluster.address} has opened other rows since, expected one run at a time"
            )
        return added(self.cluster.sums(function, self.shards))

    def batches(self, size: int, rng: np.random.Generator) -> Iterator["RowsOnWorkers"]:
        raise InputError(
            f"mini-batches of {size:,} rows cannot be drawn from shards on {self.cluster.address},"
            " expected the full batch, or rows in this process"
        )


def started(address: str) -> LocalCluster:
    """So many worker processes on this machine, which share its cores."""
    count = int(address.removeprefix(LOCAL))
    try:
        with dask.config.set(KEEPS_MEMORY):
            return LocalCluster(
                n_workers=count,
                threads_per_worker=max(1, cores() // count),
                memory_limit=0,  # rows do not go to disk, from where they have just come
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
                preload=[DEAF],
            )
    except (RuntimeError, OSError, TimeoutError):
        raise InputError(
            f"a worker of {address} has ended while it was started, expected memory for each"
        ) from None


def silence() -> None:
    """What there is to say is said in sentences of ours."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module="distributed")


def placed(
    rows: Mapping[int, int], workers: Sequence[str], before: Mapping[int, str]
) -> dict[int, str]:
    """Which worker each shard goes to: the one that has it, if it has not got its share already.

    Args:
        rows: of each shard.
        workers: those that there are.
        before: the workers that have had shards.
    """
    load, share = dict.fromkeys(workers, 0), sum(rows.values()) / len(workers)
    places = {}
    for number in sorted(rows, key=lambda number: -rows[number]):
        worker = before.get(number, "")
        if load.get(worker, share) >= share:
            worker = min(load, key=lambda worker: load[worker])
        load[worker] += rows[number]
        places[number] = worker
    return places


# What follows runs on workers.


def hold(run: str, expected: Sequence[str], held: Held) -> Held:
    """What this worker holds for a run, which are no shards at first."""
    found = digits_and_numpy()
    if found != tuple(expected):
        raise InputError(
            f"the worker {get_worker().address} has {' and '.join(found)},"
            f" expected {' and '.join(expected)} as here"
        )
    return HELD.setdefault(run, held)


def digits_and_numpy() -> tuple[str, str]:
    return f"digits {__version__}", f"NumPy {np.__version__}"


def open_shard(held: Held, number: int) -> tuple[str, Away]:
    shard = held.shard(number)
    rows = sum(len(part.X) for part in shard.slices)
    return get_worker().address, Away(number, rows, shard.digest)


def sum_shards(held: Held, given: tuple[Sequence[int], OfSlice]) -> tuple[str, dict[int, Sums]]:
    """The sum of what the function gives for all slices of each of some shards."""
    numbers, function = given
    shards = [held.shard(number).slices for number in numbers]
    sums = sums_of_shards(function, shards, get_worker().state.nthreads)
    return get_worker().address, dict(zip(numbers, sums, strict=True))


def drop_shards(held: Held, numbers: Sequence[int]) -> None:
    """Let go of shards that another worker is to have."""
    for number in numbers:
        held.shards.pop(number, None)
