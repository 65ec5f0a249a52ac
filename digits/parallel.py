"""The same function over many pieces, in threads, with the results in the pieces' order.

NumPy and pandas release Python's lock while they work on arrays, so threads do run side by side.
What is computed does not depend on their number: each piece is worked on by itself, and whoever
adds the results up does so in order.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

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
