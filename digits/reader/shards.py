"""Where digits to learn from lie, and what is made of them there, so that only sums leave it.

Each source is opened as a shard of its own: read, copied, posed and laid out. What comes of it
depends on the source and the run's seed, not on where that is done.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digits import formats
from digits.dataset import (
    CLASSES,
    PIXELS,
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
from digits.network.functions import one_hot
from digits.network.rows import Rows, RowsHere, Slice, laid_out
from digits.parallel import Progress, nth, row_slices, silent
from digits.preprocessing import draw_digits
from digits.preprocessing.elastic import SLICE_ROWS, elastic
from digits.preprocessing.reshaped import reshaped
from digits.reader.rows import Transform, as_rows, on_black_paper
from digits.reader.settings import Settings

TOLD_EVERY = 10 * SLICE_ROWS  # rows after which `progress` hears of slow work

Read = Callable[[str], Digits]  # of a file's name


class Source(NamedTuple):
    """Some of the digits to learn from, before they are read."""

    number: int  # with the run's seed, fixes what is random
    settings: Settings  # which say how many copies are made
    read: Callable[[Progress], Digits]
    drawn: bool = False  # not given by the user


class Shard(NamedTuple):
    """An open source."""

    slices: Sequence[Slice]  # as the network takes them
    digest: str  # of the rows as they were read; of drawn ones, which the settings tell, none


# Gives the rows of all shards, and the digest of each.
Open = Callable[[Sequence[Source], Transform, Progress], tuple[Rows, list[str]]]


def of_digits(settings: Settings, *parts: Digits) -> list[Source]:
    """A source for each part, and one of what the settings say is drawn."""
    sources = [
        Source(number, settings, partial(in_memory, part)) for number, part in enumerate(parts)
    ]
    return [*sources, *drawn_sources(settings, len(parts))]


def of_files(settings: Settings, read: Read, read_test: Read) -> tuple[list[Source], Digits]:
    """A source for each file of the settings, one that is drawn, and the digits to test on.

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
        cut = [part for part, length in zip(heads, lengths, strict=True) if part[1] != length]
        test = joined([take_rows(read(name), slice(rows, None)) for name, rows in cut])
    what = settings._replace(data=None, test_data=None)
    files = [
        Source(number, what, partial(read_head, read, name, rows))
        for number, (name, rows) in enumerate(heads)
        if rows != 0
    ]
    return [*files, *drawn_sources(what, len(heads))], test


def rows_to_train_on(settings: Settings, rows: int) -> int:
    """How many of so many rows."""
    if not settings.test_data:
        return first_test_row(rows, settings.train_rows)
    expect_enough(rows, settings.train_rows)
    return rows if settings.train_rows is None else settings.train_rows


def read_file(
    name: str,
    transposed: bool | None = None,
    use: str = "to learn from",
    progress: Progress = silent,
) -> Digits:
    return formats.read_labelled([Path(name)], transposed, use, progress)


def read_head(read: Read, name: str, rows: int | None, progress: Progress) -> Digits:
    return head(read(name), rows)


def in_memory(digits: Digits, progress: Progress) -> Digits:
    return digits


def drawn_sources(settings: Settings, number: int) -> Iterator[Source]:
    """The source of the digits that are drawn, the `number`th of a run; none if none are."""
    if settings.drawn:
        what = settings._replace(copies=(), reshaped=0)
        read = partial(drawn, settings.drawn, [settings.seed, number])
        yield Source(number, what, read, drawn=True)


def drawn(count: int, seed: Sequence[int], progress: Progress) -> Digits:
    return draw_digits(count, np.random.default_rng(seed), progress)


def open_here(
    sources: Sequence[Source], preprocess: Transform, progress: Progress = silent
) -> tuple[RowsHere, list[str]]:
    """The shards of all sources, in this process."""
    shards = [
        opened(source, preprocess, nth(progress, number, len(sources)))
        for number, source in enumerate(sources)
    ]
    rows = RowsHere([shard.slices for shard in shards], PIXELS)
    return rows, [shard.digest for shard in shards]


def opened(source: Source, preprocess: Transform, progress: Progress = silent) -> Shard:
    """The shard of a source, in this process.

    Raises:
        InputError: some digits have no labels.
    """
    rows = source.read(progress)
    rows = Digits(as_rows(rows.images), known_labels(rows))
    told = "" if source.drawn else digest(rows)
    rows = rows._replace(images=on_black_paper(rows.images, progress))
    slices = []
    for part, given in ((rows, not source.drawn), (copies_of(rows, source, progress), False)):
        posed = in_parts(preprocess, part.images, "preprocessing", progress)
        slices += laid_out(posed, one_hot(known_labels(part), CLASSES), given)
    return Shard(slices, told)


def copies_of(rows: Digits, source: Source, progress: Progress) -> Digits:
    """The copies that the settings want of each row, one after the other."""
    settings, labels = source.settings, known_labels(rows)
    rng = np.random.default_rng([settings.seed, source.number])
    ways = [partial(elastic, rng=rng, distance=d, smoothness=s) for d, s in settings.copies]
    ways += settings.reshaped * [partial(reshaped, rng=rng)]
    made = [
        in_parts(way, rows.images, "copying", nth(progress, number, len(ways)))
        for number, way in enumerate(ways)
    ]
    return Digits(np.concatenate([rows.images[:0], *made]), np.tile(labels, len(ways)))


def in_parts(function: Transform, images: np.ndarray, what: str, progress: Progress) -> np.ndarray:
    """function(images), part by part, with word of how far it has come."""
    made = np.empty_like(images)
    for rows in row_slices(len(images), TOLD_EVERY) if len(images) else ():
        made[rows] = function(images[rows])
        progress(what, min(1.0, rows.stop / len(images)))
    return made


def digest(digits: Digits) -> str:
    """A fingerprint of images and labels."""
    sha = hashlib.sha256()
    sha.update(np.ascontiguousarray(digits.images).data)
    sha.update(np.ascontiguousarray(known_labels(digits)).data)
    return sha.hexdigest()


def data_digest(shards: Sequence[str], test: Digits) -> str:
    """The fingerprint of what a run learns from, by those of its shards, and is tested on."""
    return hashlib.sha256("".join([*shards, digest(test)]).encode()).hexdigest()[:16]


def digest_of(files: Sequence[Digits], train_rows: int) -> str:
    """The `data_digest` of a run on these files, split there."""
    kept = rows_of_parts([len(part.images) for part in files], train_rows)
    heads = [head(part, rows) for part, rows in zip(files, kept, strict=True) if rows]
    return data_digest([digest(part) for part in heads], split(joined(files), train_rows)[1])
