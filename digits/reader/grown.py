"""A set of digits grown by copies and written in shards, however large it becomes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digits.dataset import Digits, take_rows
from digits.formats import write_idx
from digits.parallel import THREADS, Progress, one_blas_thread, row_slices, silent, thread_imap
from digits.preprocessing.elastic import SLICE_ROWS, elastic

BEND = (0.6, 4.0)  # distance and smoothness of a copy, as of those that training makes


def write_shards(
    folder: Path,
    digits: Digits,
    shards: int,
    copies: int = 0,
    seed: int = 0,
    progress: Progress = silent,
    *,
    threads: int = THREADS,
) -> None:
    """Write IDX files `0.idx`, `1.idx` … and their labels: a share of the rows each, and copies.

    Only as many rows are in memory as threads copy at a time, beside the digits themselves.

    Args:
        folder: that exists.
        digits: N of them, with labels.
        shards: how many files, N at most.
        copies: elastic copies of each row, behind the rows of its shard.
        seed: with a shard's number, of its copies.
        progress: is told how far it has come.
        threads: change nothing but the time it takes.

    Raises:
        OSError: a file cannot be written.
    """
    edges = [len(digits.images) * number // shards for number in range(shards + 1)]

    def write(number: int) -> None:
        rows = take_rows(digits, slice(*edges[number : number + 2]))
        rng = np.random.default_rng([seed, number])
        path = folder / f"{number:0{len(str(shards - 1))}}.idx"
        write_idx(path, (1 + copies) * len(rows.images), with_copies(rows, copies, rng))

    with one_blas_thread:
        for done, _ in enumerate(thread_imap(write, range(shards), threads), start=1):
            progress("writing shards", done / shards)


def with_copies(rows: Digits, copies: int, rng: np.random.Generator) -> Iterator[Digits]:
    """The rows, and each copy of them, some at a time."""
    yield rows
    for _ in range(copies):
        for part in row_slices(len(rows.images), SLICE_ROWS):
            some = take_rows(rows, part)
            yield some._replace(images=elastic(some.images, rng, *BEND, threads=1))
