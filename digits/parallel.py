"""The same function over many items, in threads, with the results in the items' order.

NumPy and pandas release Python's lock while they work on arrays, so threads do run side by side.
What is computed does not depend on their number: each item is worked on by itself, and whoever
adds the results up does so in order.
"""

import functools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Long work tells what it is doing, and what share of that is done, from 0 to 1.
Progress = Callable[[str, float], None]


def silent(what: str, share: float) -> None:
    """The `Progress` of work that nobody watches."""


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
    if len(items) == 1:  # a mini-batch is too short to wait for another thread
        return [function(items[0])]
    results: list[Any] = [None] * len(items)
    todo = iter(range(len(items)))

    def work(_: int) -> None:
        for i in todo:
            results[i] = function(items[i])

    with one_blas_thread():
        list(pool(threads).map(work, range(threads)))
    return results


def row_slices(rows: int, size: int) -> list[slice]:
    """All rows, `size` at a time; of none, one empty slice."""
    return [slice(start, start + size) for start in range(0, max(rows, 1), size)]


def one_blas_thread() -> AbstractContextManager[Any]:
    """Keep NumPy's BLAS from starting threads of its own inside ours, for as long as it is open.

    They would fight over the same cores: an epoch takes several times as long.
    """
    context: AbstractContextManager[Any] = blas().limit(limits=1, user_api="blas")
    return context


@functools.cache
def blas() -> Any:
    """The BLAS libraries that are loaded."""
    # Here, because one picture is read without it, and a command is felt to start.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@functools.cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Threads that stay, with what each keeps for itself."""
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):  # a forked process has the pool but none of its threads
    os.register_at_fork(after_in_child=pool.cache_clear)
