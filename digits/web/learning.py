"""A reader learns one person's hand: trained on, with their digits among all the others.

A network that is shown new digits alone forgets the old ones. So it goes on learning from what it
was trained on, in which the new digits are a small part: each of them in many copies, bent and
reshaped, as one hand never writes a digit twice alike.
"""

import time
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from digits.dataset import CLASSES, Digits, known_labels
from digits.errors import InputError, is_number
from digits.network import LBFGS, Epoch, Network, centred, train
from digits.network.metrics import percent
from digits.parallel import Progress, silent
from digits.preprocessing import draw_outliers
from digits.preprocessing.canonical import canonical
from digits.preprocessing.elastic import elastic
from digits.preprocessing.reshaped import reshaped
from digits.reader import DigitClassifier, doubt
from digits.reader.classifier import PREPROCESSING, new_network
from digits.reader.recipe import Examples

HELD_OUT = 4  # every fourth of a digit is not learned from: on these the hand is judged
# Chosen by `python scripts/research teaching --hands rare`: half of the copies, less bent, teach a
# hand from 5 examples of each digit to 97.3 %, these to 98.3 %.
COPIES = 300  # of each of one's own digits
MOST_COPIES = 16_000  # of all together, or the others would be drowned
RESHAPED = 2  # one copy of so many is reshaped, the others are bent
BENDS = ((1.0, 4.0), (1.5, 5.0), (2.0, 7.0))  # distance and smoothness, in pixels
# With twice as many a well trained reader forgets more of the others.
EPOCHS = 24
# To learn what is one of the new digits, and what none at all.
OUTLIERS, DOUBT_ROWS, DOUBT_EPOCHS = 12_000, 24_000, 20
SECONDS = 16.0  # after which it ends at the next epoch, on slow machines
L2 = 1e-4  # where the reader does not tell what it was trained with
LOSS_ALLOWED = 0.003  # share of the test digits that may be lost


class Scores(NamedTuple):
    """Shares that are read right, 0 to 1."""

    mine: float | None  # of one's own digits that are held out; None where there are none
    test: float  # of the test digits


class Lesson(NamedTuple):
    """Everything that learning a hand is made of."""

    first: DigitClassifier  # before any lesson
    before: DigitClassifier
    network: Network  # the one that learns; that of `before` stays as it is
    rows: Examples
    held_out: Examples
    test: Examples
    own: int  # of the digits that it learns from
    ends: float  # when, on the clock of `time.monotonic`


class Outcome(NamedTuple):
    """What has come of it."""

    reader: DigitClassifier
    before: Scores
    after: Scores
    held_out: int
    kept: bool  # whether the reader is good enough to be kept

    def as_json(self) -> dict[str, Any]:
        return {
            "before": self.before._asdict(),
            "after": self.after._asdict(),
            "held_out": self.held_out,
            "kept": self.kept,
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """What has come of it in words."""
        change = 100 * (self.after.test - self.before.test)
        test = f"test digits {percent(self.after.test)} ({change:+.2f} points)"
        if self.before.mine is None or self.after.mine is None:
            mine = f"too few of your digits to judge by, expected {HELD_OUT} of one digit or more"
        else:
            right = [round(self.held_out * share) for share in (self.before.mine, self.after.mine)]
            mine = f"of your {self.held_out} held out {right[1]} right, {right[0]} before"
        if self.kept:
            return f"kept: {mine}; {test}"
        if (self.after.mine or 0) < (self.before.mine or 0):
            return f"not kept, as fewer of yours are read: {mine}; {test}"
        return f"not kept, as too many of the others were forgotten: {test}; {mine}"


def prepare(
    reader: DigitClassifier,
    own: Digits,
    others: Examples,
    test: Examples,
    *,
    first: DigitClassifier | None = None,
    seed: int = 0,
    started: float | None = None,
    progress: Progress = silent,
) -> Lesson:
    """What is learned from, and what is judged by.

    Args:
        reader: that is to learn; it stays as it is.
        own: one's own digits, in the order in which they came.
        others: digits that must not be forgotten, as the reader's network takes them.
        test: digits to be judged by, likewise.
        first: the reader as it was before any lesson, by which it is told how much is forgotten, so
            that lessons do not add up; None for `reader`.
        seed: of the copies.
        started: when whoever waits for it began to, on the clock of `time.monotonic`; None for now.
        progress: is told how far it has come.

    Raises:
        InputError: there are no digits of one's own.
    """
    ends = SECONDS + (time.monotonic() if started is None else started)
    labels = known_labels(own)
    if not len(labels):
        raise InputError("there are no digits of yours yet, expected some to learn from")
    out = held_out(labels)
    rng = np.random.default_rng([seed, len(labels)])
    images, known = copies(own.images[~out], labels[~out], rng, progress)
    network = new_network(rng, reader.preprocessing, reader.network.layers)
    network.theta[:] = reader.network.theta
    progress("preprocessing", 0.9)
    rows = (
        np.concatenate([reader.preprocess(images), others[0]]),
        np.concatenate([known, others[1]]),
    )
    judged = reader.preprocess(own.images[out]), labels[out]
    return Lesson(first or reader, reader, network, rows, judged, test, int((~out).sum()), ends)


def held_out(labels: np.ndarray) -> np.ndarray:
    """(N,) bool: every fourth of each digit. What comes later changes nothing for the earlier."""
    out = np.zeros(len(labels), bool)
    for digit in range(CLASSES):
        out[np.flatnonzero(labels == digit)[HELD_OUT - 1 :: HELD_OUT]] = True
    return out


def copies(
    images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, progress: Progress
) -> Examples:
    """(N, 784) uint8 images with their labels, and after them all copies, in random order."""
    each = max(1, min(COPIES, MOST_COPIES // len(images)))
    made = [images]
    for number in range(each):
        if number % RESHAPED:
            made.append(elastic(images, rng, *BENDS[number % len(BENDS)]))
        else:
            made.append(reshaped(images, rng))
        progress("copying your digits", number / each)
    order = rng.permutation((1 + each) * len(images))
    return np.concatenate(made)[order], np.tile(labels, 1 + each)[order]


def epochs(lesson: Lesson) -> Iterator[Epoch]:
    """Learn, one record an epoch, until all are done or the time is."""
    about = lesson.before.about
    l2 = about["l2"] if is_number(about.get("l2"), 0) else L2
    network = lesson.network
    rows, test = network.rows(*lesson.rows), network.rows(*lesson.test)
    optimizer = centred(LBFGS(doubt.NEAR), network, rows)
    for record in train(network, rows, optimizer, EPOCHS, validation=test, l2=l2):
        yield record
        if time.monotonic() >= lesson.ends:
            return


def outcome(lesson: Lesson) -> Outcome:
    """The reader that has learned, judged."""
    about = {**lesson.before.about, "taught": lesson.own}
    reader = DigitClassifier(lesson.network, lesson.before.preprocessing, doubt_of(lesson), about)
    before, after = (scores(one.network, lesson) for one in (lesson.before, reader))
    first = before if lesson.first is lesson.before else scores(lesson.first.network, lesson)
    remembered = first.test - after.test <= LOSS_ALLOWED + 1e-9  # as these are not decimal numbers
    kept = remembered and (after.mine or 0) >= (before.mine or 0)
    return Outcome(reader, before, after, len(lesson.held_out[1]), kept)


def doubt_of(lesson: Lesson) -> doubt.Doubt:
    """The new reader's doubt: its second network has learned that the new digits are digits too."""
    second, (images, labels) = lesson.before.doubt.network, lesson.rows
    pose = PREPROCESSING[lesson.before.preprocessing].pose
    if second is not None:
        step = max(1, len(labels) // DOUBT_ROWS)
        digits = pose(images[::step]), labels[::step]
        others = outliers(min(OUTLIERS, len(labels) // 4))
        second = doubt.learn(*digits, others, DOUBT_EPOCHS, start=second)
    return doubt.limited(second, lesson.network, lesson.network.rows(images, labels), pose)


@cache
def outliers(count: int) -> np.ndarray:
    """(count, 784) uint8 images of what is no digit, drawn for the first lesson only."""
    return canonical(draw_outliers(count, np.random.default_rng(0)))


def scores(network: Network, lesson: Lesson) -> Scores:
    mine, test = (
        float(np.mean(network.predict(images) == labels)) if len(labels) else None
        for images, labels in (lesson.held_out, lesson.test)
    )
    assert test is not None
    return Scores(mine, test)
