"""The same function over many pieces, in threads, with the results in the pieces' order.

NumPy and pandas release Python's lock while they work on arrays, so threads do run side by side.
What is computed does not depend on their number: each piece is worked on by itself, and whoever
adds the results up does so in order.
"""

import contextlib
import functools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Memory is the limit, not arithmetic, so many more would only wait for each other.
THREADS = min(4, cores())


def in_order(
    function: Callable[[Piece], Result], pieces: Iterable[Piece], threads: int = THREADS
) -> Iterator[Result]:
    """function(piece) of each piece, in order; only a few results wait to be taken at any time."""
    if threads == 1:
        yield from map(function, pieces)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(function, piece))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def in_turns(
    function: Callable[[Piece], Result], pieces: Sequence[Piece], threads: int = THREADS
) -> list[Result]:
    """function(piece) of each piece, in order; whichever thread is free takes the next piece.

    For many short pieces: nobody waits for anybody before all are done.
    """
    if len(pieces) == 1:  # a mini-batch is too short to wait for another thread
        return [function(pieces[0])]
    results: list[Any] = [None] * len(pieces)
    todo = iter(range(len(pieces)))

    def work(_: int) -> None:
        for i in todo:
            results[i] = function(pieces[i])

    with one_blas_thread():
        list(pool(threads).map(work, range(threads)))
    return results


def cut(rows: int, size: int) -> list[slice]:
    """All rows in pieces, `size` at a time; of none, one empty piece."""
    return [slice(start, start + size) for start in range(0, max(rows, 1), size)]


def one_blas_thread() -> AbstractContextManager[Any]:
    """Keep NumPy's BLAS from starting threads of its own inside ours, for as long as it is open.

    They would fight over the same cores: an epoch takes several times as long.
    """
    return contextlib.nullcontext() if blas() is None else blas().limit(limits=1, user_api="blas")


@functools.cache
def blas() -> Any:
    """The BLAS libraries that are loaded, if threadpoolctl is there to find them."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()


@functools.cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Threads that stay, with what each keeps for itself."""
    return ThreadPoolExecutor(threads)


if hasattr(os, "register_at_fork"):  # a forked process has the pool but none of its threads
    os.register_at_fork(after_in_child=pool.cache_clear)
