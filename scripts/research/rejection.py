"""Draw what a classifier gains and loses by saying "not sure", by probability and by novelty.

It trains the preset `best` on the first 50,000 rows and looks at the 10,000 after them, which
is how `MIN_PROBABILITY` and `ACCEPTED` were chosen.

examples:
    python scripts/research rejection --output docs/images/rejection.png
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from digits import plots
from digits.commands import progress, terminal
from digits.dataset import take_rows
from digits.formats import read
from digits.network.metrics import percent
from digits.pictures.mnist_like import mnist_like
from digits.places import BUNDLED_DIGITS
from digits.reader import Reading, recipe, settings_of
from digits.reader.classifier import MIN_PROBABILITY, DigitClassifier
from renderings import scribble

TRAIN, VALIDATION = slice(0, 50_000), slice(50_000, 60_000)
SCRIBBLES = 300


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="a figure")
    options = parser.parse_args(argv)
    digits = read(BUNDLED_DIGITS)
    rows, validation = (take_rows(digits, part) for part in (TRAIN, VALIDATION))
    settings = settings_of("best")
    with progress.work(quiet=False) as told:
        run = recipe.prepare(settings, rows, validation, progress=told)
    for _ in progress.watched(recipe.epochs(run), settings.epochs, 0, quiet=False):
        pass
    reader = recipe.classifier_of(run)
    known, others = reader.read(validation.images), reader.read(scribbles(SCRIBBLES))
    correct = known.labels == validation.labels
    figure = plots.new_figure(10, 4)
    left, right = figure.subplots(1, 2)
    by_probability(left, known, correct)
    by_novelty(right, reader, known, correct, others)
    plots.save(figure, options.output)
    print(f"validation: {percent(correct.mean())} right")
    print(f"right answers withheld: {percent(1 - known.confident[correct].mean())}")
    print(f"errors caught: {percent(1 - known.confident[~correct].mean(), 1)}")
    print(f"scribbles caught: {percent(1 - others.confident.mean(), 1)}")
    return 0


def scribbles(count: int) -> np.ndarray:
    """(count, 784) uint8 lines that go here and there."""
    rng = np.random.default_rng(0)
    pages = (np.asarray(scribble(rng), np.float32) / 255 for _ in range(count))
    return np.array([mnist_like(page).reshape(-1) for page in pages])


def by_probability(axes: Axes, known: Reading, correct: np.ndarray) -> None:
    thresholds, highest = np.linspace(0.2, 1, 161), known.probabilities.max(axis=1)
    axes.plot(thresholds, [100 * np.mean(highest[~correct] < t) for t in thresholds])
    axes.plot(thresholds, [100 * np.mean(highest[correct] < t) for t in thresholds])
    axes.axvline(MIN_PROBABILITY, color="grey", linestyle=":")
    axes.legend(["errors caught", "right answers withheld"])
    axes.set(xlabel="not sure below this probability", ylabel="%", title="By probability")


def by_novelty(
    axes: Axes, reader: DigitClassifier, known: Reading, correct: np.ndarray, others: Reading
) -> None:
    assert reader.novelty is not None
    error, of_others = (
        reader.novelty.reconstruction_error(reading.posed, reading.labels)
        for reading in (known, others)
    )
    limits = np.linspace(5, 80, 151)
    for errors in (of_others, error[~correct], error[correct]):
        axes.plot(limits, [100 * np.mean(errors > limit) for limit in limits])
    axes.axvline(reader.novelty.limit, color="grey", linestyle=":")
    axes.legend(["scribbles caught", "errors caught", "right answers withheld"])
    axes.set(xlabel="not sure beyond this reconstruction error", title="By novelty")
