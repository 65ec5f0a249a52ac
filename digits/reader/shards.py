"""Rows in shards: each is read, copied, posed and laid out where it lies, and only sums leave it.

The model that comes of them depends on the shards and their order, not on where they lie or how
many processes work on them (`digits.network.shards`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from digits import formats
from digits.dataset import (
    CLASSES,
    Digits,
    expect_enough,
    first_test_row,
    head,
    joined,
    known_labels,
    rows_of_parts,
    split,
    take_rows,
)
from digits.network import Network
from digits.network.batches import Batch, Slice, full_batch
from digits.network.functions import one_hot
from digits.network.shards import added, numbers_of, shard_sums
from digits.network.training import Map
from digits.parallel import Progress, silent, thread_map
from digits.preprocessing import draw_digits
from digits.reader import recipe
from digits.reader.classifier import PREPROCESSING, DigitClassifier, new_network
from digits.reader.rows import on_black_paper
from digits.reader.settings import Settings, checked_settings

Read = Callable[[str], Digits]  # of a file's name


class Source(NamedTuple):
    """Where the rows of a shard come from, and what is to be made of them."""

    number: int  # and the run's seed tell what is random in it
    settings: Settings
    read: Callable[[], Digits]


class Told(Protocol):
    """What is known of an open shard wherever it lies."""

    @property
    def rows(self) -> int: ...

    @property
    def digest(self) -> str: ...


class Shard(NamedTuple):
    """A shard that lies in this process, as the network takes it."""

    rows: int
    digest: str  # of the rows as they were read
    slices: Sequence[Slice]


Open = Callable[[Sequence[Source], Progress], Sequence[Told]]


def read_file(name: str, transposed: bool | None = None, use: str = "to learn from") -> Digits:
    return formats.read_labelled([Path(name)], transposed, use)


def sources_of(settings: Settings, read: Read, read_test: Read) -> tuple[list[Source], Digits]:
    """A shard for each file of the settings, one that is drawn, and the digits to test on.

    Without test data these are the last rows of all, as `digits.dataset.split` has it; then files
    are read to see how many there are.

    Args:
        settings: name the files, and what is to be made of them.
        read: gives the digits of a file; part of each source.
        read_test: likewise, of the test data.

    Raises:
        InputError: rows for training or for testing would not be there.
    """
    names = settings.data or ()
    if settings.test_data and settings.train_rows is None:
        heads: list[tuple[str, int | None]] = [(name, None) for name in names]
    else:
        lengths = [len(read(name).images) for name in names]
        kept = rows_of_parts(lengths, rows_to_train_on(settings, sum(lengths)))
        heads = list(zip(names, kept, strict=True))
    if settings.test_data:
        test = joined([read_test(name) for name in settings.test_data])
    else:
        tails = [(*cut, length) for cut, length in zip(heads, lengths, strict=True)]
        tests = [(name, rows) for name, rows, length in tails if rows != length]
        test = joined([take_rows(read(name), slice(rows, None)) for name, rows in tests])
    return [*sources_of_files(settings, heads, read), *drawn_sources(settings)], test


def sources_of_files(
    settings: Settings, heads: Sequence[tuple[str, int | None]], read: Read
) -> Iterator[Source]:
    """A source for each file and the number of its first rows, None for all, that are wanted."""
    what = settings._replace(drawn=0, data=None, test_data=None)
    for number, (name, rows) in enumerate(heads):
        if rows != 0:
            yield Source(number, what, partial(read_head, read, name, rows))


def drawn_sources(settings: Settings) -> Iterator[Source]:
    """The source of the digits that are drawn, behind those of all files; none if none are."""
    if settings.drawn:
        number = len(settings.data or ())
        what = settings._replace(drawn=0, copies=(), reshaped=0, data=None, test_data=None)
        yield Source(number, what, partial(drawn, settings.drawn, [settings.seed, number]))


def rows_to_train_on(settings: Settings, rows: int) -> int:
    """How many of so many rows."""
    if not settings.test_data:
        return first_test_row(rows, settings.train_rows)
    expect_enough(rows, settings.train_rows)
    return rows if settings.train_rows is None else settings.train_rows


def read_head(read: Read, name: str, rows: int | None) -> Digits:
    return head(read(name), rows)


def drawn(count: int, seed: Sequence[int]) -> Digits:
    return draw_digits(count, np.random.default_rng(seed))


def opened(source: Source) -> Shard:
    """The shard of a source, in this process."""
    settings, rows = source.settings, source.read()
    digest = recipe.digest(rows)
    rng = np.random.default_rng([settings.seed, source.number])
    rows = rows._replace(images=on_black_paper(rows.images))
    images, labels = recipe.training_set(settings, rows, rng)
    posed = PREPROCESSING[settings.preprocessing].function(images)
    batch = full_batch(posed, one_hot(labels, CLASSES))
    return Shard(batch.rows, digest, batch.slices)


def open_here(sources: Sequence[Source], progress: Progress = silent) -> list[Shard]:
    """The shards of all sources, in this process."""
    shards = []
    for done, source in enumerate(sources, start=1):
        shards.append(opened(source))
        progress("preprocessing", done / len(sources))
    return shards


def map_here(function: Callable[[Slice], Any], parts: Sequence[Any]) -> Iterable[Any]:
    """`thread_map` of slices; of shards, the one sum of what all their slices give."""
    if not isinstance(parts[0], Shard):
        return thread_map(function, parts)
    return [numbers_of(added(shard_sums(function, shard.slices) for shard in parts))]


def prepare(
    settings: Settings,
    sources: Sequence[Source],
    test: Digits,
    *,
    open: Open = open_here,
    map: Map = map_here,
    progress: Progress = silent,
) -> recipe.Run:
    """`digits.reader.recipe.prepare` of rows in shards.

    Args:
        settings: as `settings_of` makes them.
        sources: of the shards to learn from.
        test: digits to be judged on after every epoch, in this process.
        open: opens the shards, here or elsewhere.
        map: gives sums over shards that `open` opened.
        progress: is told how far it has come.

    Raises:
        InputError: some digits have no labels, or a setting cannot be.
    """
    settings = checked_settings(settings._asdict())
    test_labels = known_labels(test)
    layers = recipe.layers_of(settings)
    network = new_network(np.random.default_rng(settings.seed), settings.preprocessing, layers)
    shards = open(sources, progress)
    rows = Batch(sum(shard.rows for shard in shards), shards)
    [(sums,)] = map(partial(input_sums, network), shards)
    mean = sums / (rows.rows * network.input_scale)
    optimizer = recipe.optimizer_of(settings, network, mean)
    posed = DigitClassifier(network, settings.preprocessing).preprocess(test.images)
    # What is drawn is told by the settings, and may differ in a grey level on another machine.
    files = shards[: len(shards) - bool(settings.drawn)]
    data_digest = digest([shard.digest for shard in files], test)
    return recipe.Run(
        settings, network, optimizer, rows, (posed, test_labels), [], data_digest, map
    )


def input_sums(network: Network, part: Slice) -> tuple[np.ndarray]:
    """(inputs,) sums of a slice's columns, as the network scales them."""
    sums = np.zeros(network.inputs)
    sums[part.columns] = network.input_scale * part.X.sum(axis=0, dtype=np.float64)
    return (sums,)


def digest(shards: Sequence[str], test: Digits) -> str:
    """The fingerprint of shards, told from that of each, and of the test rows."""
    return hashlib.sha256("".join([*shards, recipe.digest(test)]).encode()).hexdigest()[:16]


def digest_of(files: Sequence[Digits], train_rows: int) -> str:
    """The fingerprint of what a run on these files, split there, learns from and is tested on."""
    kept = rows_of_parts([len(part.images) for part in files], train_rows)
    heads = [head(part, rows) for part, rows in zip(files, kept, strict=True) if rows]
    return digest([recipe.digest(part) for part in heads], split(joined(files), train_rows)[1])
