"""Teach a reader a hand that it has not seen, by a few digits of it, and see what it then reads.

A reader is trained without a hand, is given a few of its digits, as the page's "Learn my hand"
gives them, and judged by fresh ones. Hands: `segments`, the displays of clocks and meters;
`rare`, for each digit the way of writing it that is listed in RARE, by pens of all kinds.

examples:
    python scripts/research teaching
    python scripts/research teaching --hands rare --each 3
    python scripts/research teaching --hands rare --preset best
    python scripts/research teaching --hands rare --model models/pretrained.npz
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digits.commands import progress, terminal
from digits.dataset import CLASSES, Digits, joined, known_labels, split, take_rows
from digits.formats import read
from digits.network.metrics import percent
from digits.places import BUNDLED_DIGITS
from digits.preprocessing import draw_digits
from digits.preprocessing.handwriting import Styles, Uniform
from digits.preprocessing.manners import HANDS, MANNERS, SEGMENTS, Manner
from digits.reader import DigitClassifier, doubt, load, recipe, settings_of
from digits.reader.classifier import unchanged
from digits.reader.settings import PRESETS
from digits.reader.shards import Source, in_memory, of_digits
from digits.web import learning
from doubt import EPOCHS, examples

FRESH = 3000  # digits of the hand to judge by
# A way of writing each of the ten.
RARE = ("slashed", "long upstroke", "loop at the foot", "flat top", "lightning", "like an S",
        "long end", "hooked and barred", "begun at the waist", "spiral")  # fmt: skip
Manners = dict[str, Manner]


class Hand(NamedTuple):
    """A hand, and all the others."""

    own: Manners
    others: Manners


class Taught(NamedTuple):
    """What came of teaching, in shares that are read right."""

    before: float  # of fresh digits of the hand
    named_before: float  # and named as well, not "not sure"
    after: float
    named_after: float
    test_before: float
    test_after: float
    seconds: float  # that learning took, the others being at hand


def rarely(write: Callable[[Uniform], Styles], rare: bool, u: Uniform) -> Styles:
    """The styles of a digit that are in RARE, or those that are not."""
    return {name: style for name, style in write(u).items() if (name in RARE) == rare}


def without_rare(manner: Manner, rare: bool = False) -> Manner:
    return manner._replace(digits=tuple(partial(rarely, write, rare) for write in manner.digits))


HAND = {
    "segments": Hand(
        {"segments": SEGMENTS},
        {name: manner for name, manner in MANNERS.items() if name != "segments"},
    ),
    "rare": Hand(
        {"hands": without_rare(HANDS, rare=True)},
        MANNERS | {name: without_rare(MANNERS[name]) for name in ("hands", "straight")},
    ),
}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    rows, test = split(read(BUNDLED_DIGITS))
    for name in options.hands:
        hand = HAND[name]
        reader = load(options.model) if options.model else untaught(hand, options, rows, test)
        drawn = draw_digits(options.drawn, np.random.default_rng(0), manners=hand.others)
        others, judged = (
            (reader.preprocess(part.images), known_labels(part))
            for part in (joined([rows, drawn]), test)
        )
        results = []
        for seed in options.seeds:
            results.append(teach(reader, hand, options.each, seed, others, judged))
            print(line(f"{name}, seed {seed}", [results[-1]]), flush=True)
        print(line(f"{name}, mean", results), flush=True)
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    add("--hands", nargs="+", choices=HAND, default=list(HAND), help="default: all")
    add("--each", type=terminal.whole_number, metavar="N", default=5,
        help="examples of each digit (5)")  # fmt: skip
    add("--seeds", type=terminal.whole_from_0, nargs="+", default=range(5), help="default: 0 to 4")
    add("--preset", choices=PRESETS, default="default", help="of the reader that is taught")
    add("--drawn", type=terminal.whole_number, metavar="N", default=9_000,
        help="digits of other hands to learn from (9000)")  # fmt: skip
    add("--model", type=Path, metavar="FILE", help="teach this one, whatever hands it knows")
    return parser.parse_args(argv)


def untaught(
    hand: Hand, options: argparse.Namespace, rows: Digits, test: Digits
) -> DigitClassifier:
    """A reader that has seen all hands but this one, as has the second network that doubts it."""
    settings = settings_of(options.preset)
    drawn = draw_digits(settings.drawn, np.random.default_rng(1), manners=hand.others)
    sources = [
        *of_digits(settings._replace(drawn=0), rows),
        Source(1, settings._replace(copies=(), reshaped=0), partial(in_memory, drawn), drawn=True),
    ]
    run = recipe.prepare(settings, sources, test)
    for _ in progress.watched(recipe.epochs(run), settings.epochs, 0, quiet=False):
        pass
    reader = recipe.classifier_of(run)
    with progress.work(quiet=False) as told:
        third = take_rows(rows, slice(0, None, 3))
        known, others = examples(third, 1, told, manners=hand.others, share=1 / 3)
        second = doubt.learn(known.images, known_labels(known), others, EPOCHS, told)
    reader.doubt = doubt.limited(second, run.network, run.rows, unchanged)
    return reader


def teach(
    reader: DigitClassifier,
    hand: Hand,
    each: int,
    seed: int,
    others: recipe.Examples,
    test: recipe.Examples,
) -> Taught:
    """Give the reader a few digits of the hand, and judge it by fresh ones."""
    own, fresh = (
        draw_digits(count, np.random.default_rng([seed, use]), manners=hand.own)
        for use, count in enumerate((each * CLASSES, FRESH))
    )
    started = time.perf_counter()
    lesson = learning.prepare(reader, own, others, test, seed=seed)
    for _ in learning.epochs(lesson):
        pass
    found = learning.outcome(lesson)
    seconds = time.perf_counter() - started
    shares = []
    for one in (reader, found.reader):
        reading = one.read(fresh.images)
        right = reading.labels == known_labels(fresh)
        shares += [float(right.mean()), float((right & reading.confident).mean())]
    return Taught(*shares, found.before.test, found.after.test, seconds)


def line(name: str, results: Sequence[Taught]) -> str:
    """Means of the results in words."""
    before, named_before, after, named_after, test_before, test_after, seconds = np.mean(
        results, axis=0
    )
    return (
        f"{name:18} its digits {percent(before)} -> {percent(after)},"
        f" named {percent(named_before)} -> {percent(named_after)},"
        f" test digits {percent(test_before)} -> {percent(test_after)}, {seconds:.1f} s"
    )
