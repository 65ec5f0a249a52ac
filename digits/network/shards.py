"""Sums over shards of rows, the same bits in whatever order and groups they are added up.

A sum of floats depends on its order, a sum of whole numbers does not. So what the slices of a shard
add up to, in their order, is rounded to whole multiples of `UNIT`, and these are exact from there
on: it does not matter on how many machines shards lie, which is done first, or which had to be done
again. What is lost by rounding, a billionth of what one row may add, is far below the rounding of
the float32 numbers that are added.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from digits.errors import InputError
from digits.network.batches import Slice
from digits.parallel import thread_map

# With these two, losses and gradients of 10^9 rows can be added up: a loss is 2.3 at first.
UNIT = 2.0**-30
MOST = 2**62  # units in a sum: two sums of so many still fit into an int64
NAN = np.iinfo(np.int64).min  # what stands for a sum that is not finite

Numbers = tuple[np.ndarray, ...]  # float64
Sums = tuple[np.ndarray, ...]  # int64 multiples of UNIT


def shard_sums(
    function: Callable[[Slice], tuple[Any, ...]], slices: Sequence[Slice], map: Any = thread_map
) -> Sums:
    """What `function` gives for each slice, numbers and arrays of them, added up."""
    parts = ([np.asarray(number, np.float64) for number in part] for part in map(function, slices))
    total = reduce(lambda a, b: [x + y for x, y in zip(a, b, strict=True)], parts)
    return tuple(whole(numbers) for numbers in total)


def whole(numbers: np.ndarray) -> np.ndarray:
    """float64 numbers to the nearest multiples of UNIT."""
    finite = np.isfinite(numbers)
    units = np.rint(np.where(finite, numbers, 0) / UNIT)
    expect_room(np.abs(units).max(initial=0))
    return np.where(finite, units.astype(np.int64), NAN)


def added(sums: Iterable[Sums]) -> Sums:
    """The sum of sums."""
    return reduce(lambda a, b: tuple(map(plus, a, b)), sums)


def plus(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    finite = (a != NAN) & (b != NAN)
    total = np.where(finite, a, 0) + np.where(finite, b, 0)
    expect_room(np.abs(total).max(initial=0))
    return np.where(finite, total, NAN)


def numbers_of(sums: Sums) -> Numbers:
    """The sums as floats."""
    return tuple(np.where(units == NAN, np.nan, units * UNIT) for units in sums)


def expect_room(units: float) -> None:
    if units >= MOST:
        raise InputError(
            f"a sum over the rows of shards is {units * UNIT:.3g}, expected one below"
            f" {MOST * UNIT:.3g}: fewer rows, smaller inputs, or a smaller learning rate"
        )
