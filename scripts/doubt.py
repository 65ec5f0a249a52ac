#!/usr/bin/env python3
"""Draw what a classifier gains and loses by saying "not sure", by probability and by likeness.

It trains the preset `pictures` on the first 50,000 rows and looks at the 10,000 after them, which
is how `SURE_FROM` and `KEPT` were chosen.

examples:
    python scripts/doubt.py --output docs/images/doubt.png
"""

import project

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from PIL import Image, ImageDraw

import recipe
import report
from digits import classifier, dataset
from digits.dataset import Digits
from digits.mnist_like import mnist_like
from progress import shown

TRAIN, VALIDATION = slice(0, 50_000), slice(50_000, 60_000)
SCRIBBLES = 300


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = project.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="a figure")
    options = parser.parse_args(argv)
    digits = dataset.read_csv(project.DATA)
    rows, validation = (dataset.some(digits, part) for part in (TRAIN, VALIDATION))
    settings = recipe.settings_of("pictures", {})
    run = recipe.prepare(settings, rows, validation)
    for _ in shown(recipe.epochs(run), settings["epochs"], 0, quiet=False):
        pass
    reader = recipe.classifier_of(run)
    probabilities = reader.probabilities(validation.images)
    right = probabilities.argmax(axis=1) == validation.labels
    others = scribbles(np.random.default_rng(0))
    sure = reader.sure(validation.images, probabilities)
    none = reader.sure(others, reader.probabilities(others))
    figure = report.new_figure(10, 4)
    left, middle = figure.subplots(1, 2)
    by_probability(left, probabilities.max(axis=1), right)
    by_likeness(middle, reader, validation, right, others)
    report.save(figure, options.output)
    print(f"validation: {100 * right.mean():.2f} % right")
    print(f"right answers withheld: {100 * (1 - sure[right].mean()):.2f} %")
    print(f"errors caught: {100 * (1 - sure[~right].mean()):.1f} %")
    print(f"scribbles caught: {100 * (1 - none.mean()):.1f} %")
    return 0


def scribbles(rng: np.random.Generator) -> np.ndarray:
    """(SCRIBBLES, 784) uint8 lines that go here and there."""
    images = []
    for _ in range(SCRIBBLES):
        page = Image.new("L", (120, 120))
        points = np.cumsum(rng.normal(0, 22, (int(rng.integers(6, 25)), 2)), axis=0)
        points -= points.min(axis=0)
        points = 15 + 90 * points / points.max()
        line = [tuple(point) for point in points.tolist()]
        ImageDraw.Draw(page).line(line, fill=255, width=int(rng.integers(2, 8)))
        images.append(mnist_like(np.asarray(page, np.float32) / 255).reshape(-1))
    return np.array(images)


def by_probability(axes: Axes, highest: np.ndarray, right: np.ndarray) -> None:
    thresholds = np.linspace(0.2, 1, 161)
    axes.plot(thresholds, [100 * np.mean(highest[~right] < t) for t in thresholds])
    axes.plot(thresholds, [100 * np.mean(highest[right] < t) for t in thresholds])
    axes.axvline(classifier.SURE_FROM, color="grey", linestyle=":")
    axes.legend(["errors caught", "right answers withheld"])
    axes.set(xlabel="not sure below this probability", ylabel="%", title="By probability")


def by_likeness(
    axes: Axes,
    reader: classifier.DigitClassifier,
    validation: Digits,
    right: np.ndarray,
    others: np.ndarray,
) -> None:
    assert reader.likeness is not None
    far, of_others = (
        reader.likeness.distance(reader.treated(images), reader.predict(images))
        for images in (validation.images, others)
    )
    limits = np.linspace(5, 80, 151)
    for distances in (of_others, far[~right], far[right]):
        axes.plot(limits, [100 * np.mean(distances > limit) for limit in limits])
    axes.axvline(reader.likeness.limit, color="grey", linestyle=":")
    axes.legend(["scribbles caught", "errors caught", "right answers withheld"])
    axes.set(xlabel="not sure beyond this distance from the class", title="By likeness")


if __name__ == "__main__":
    raise SystemExit(main())
