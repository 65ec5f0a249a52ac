"""The same function over many items, in threads, with the results in the items' order.

NumPy and pandas release Python's lock while they work on arrays, so threads do run side by side.
What is computed does not depend on their number: each item is worked on by itself, and whoever
adds the results up does so in order.
"""

import functools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from digits import start

Item = TypeVar("Item")
Result = TypeVar("Result")

# Long work tells what it is doing, and what share of that is done, from 0 to 1.
Progress = Callable[[str, float], None]


def silent(what: str, share: float) -> None:
    """The `Progress` of work that nobody watches."""


def nth(progress: Progress, number: int, parts: int) -> Progress:
    """The `Progress` of one of so many parts of some work."""
    return lambda what, share: progress(what, (number + share) / parts)


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Memory is the limit, not arithmetic, so many more would only wait for each other.
THREADS = min(4, cores())


def thread_imap(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int = THREADS
) -> Iterator[Result]:
    """function(item) of each item, in order; only a few results wait to be taken at any time."""
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def thread_map(
    function: Callable[[Item], Result], items: Sequence[Item], threads: int = THREADS
) -> list[Result]:
    """function(item) of each item, in order; whichever thread is free takes the next item.

    For many short items: nobody waits for anybody before all are done.
    """
    results: list[Any] = [None] * len(items)
    todo = iter(range(len(items)))

    def work() -> None:
        for i in todo:
            results[i] = function(items[i])

    with one_blas_thread:
        helpers = [pool(threads).submit(work) for _ in range(min(threads, len(items)) - 1)]
        work()
        for helper in helpers:  # one that has not begun would find nothing to do
            if not helper.cancel():
                helper.result()
    return results


def row_slices(rows: int, size: int) -> list[slice]:
    """All rows, `size` at a time; of none, one empty slice."""
    return [slice(start, start + size) for start in range(0, max(rows, 1), size)]


class OneBlasThread:
    """Keeps NumPy's BLAS from starting threads of its own, for as long as anybody is inside.

    They would fight with ours over the same cores, so that an epoch takes several times as long,
    and their number would change how floats are rounded.
    """

    def __init__(self) -> None:
        self.lock, self.inside = threading.Lock(), 0

    def __enter__(self) -> None:
        with self.lock:
            if self.inside == 0 and not start.blas_is_limited:
                self.limits = blas().limit(limits=1, user_api="blas")
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside = max(0, self.inside - 1)  # a fork has forgotten who was inside
            if self.inside == 0 and not start.blas_is_limited:
                self.limits.restore_original_limits()


one_blas_thread = OneBlasThread()


@functools.cache
def blas() -> Any:
    """The BLAS libraries that are loaded."""
    # Imported here: commands need none of it, and start-up time is felt.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@functools.cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Threads that stay, with what each keeps for itself."""
    return ThreadPoolExecutor(threads)


def start_anew() -> None:
    """Forget the threads of the parent process: a forked one has none of them."""
    pool.cache_clear()
    one_blas_thread.lock, one_blas_thread.inside = threading.Lock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=start_anew)
