"""Draw what a classifier gains and loses by saying "not sure", with and without the second network.

It trains a preset on all 60,000 training rows (the second network has learned them all) and looks
at the test rows, at scribbles, and at letters that are no digit's twin, in the typefaces that come
with matplotlib.

examples:
    python scripts/research rejection --output docs/images/rejection.png
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits import plots
from digits.commands import progress, terminal
from digits.dataset import split
from digits.formats import read
from digits.network.metrics import percent
from digits.pictures.mnist_like import mnist_like
from digits.places import BUNDLED_DIGITS
from digits.reader import recipe, settings_of
from digits.reader.classifier import DigitClassifier
from digits.reader.settings import PRESETS
from digits.reader.shards import of_digits
from renderings import scribble

SCRIBBLES = 300
FACES = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Italic")
LETTERS = "acdefhjkmnprtuvwxyACEFHJKLMNPQRTUVWXY"


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="a figure")
    parser.add_argument("--preset", choices=PRESETS, default="default", help="default: default")
    options = parser.parse_args(argv)
    rows, test = split(read(BUNDLED_DIGITS))
    settings = settings_of(options.preset)
    with progress.work(quiet=False) as told:
        run = recipe.prepare(settings, of_digits(settings, rows), test, progress=told)
    for _ in progress.watched(recipe.epochs(run), settings.epochs, 0, quiet=False):
        pass
    reader = recipe.classifier_of(run)
    correct = reader.predict(test.images) == test.labels
    sets = {
        "errors": test.images[~correct],
        "right answers": test.images[correct],
        "scribbles": scribbles(SCRIBBLES),
        "letters": letters(),
    }
    draw(options.output, reader, sets)
    print(f"test digits: {percent(correct.mean())} right")
    for name, images in sets.items():
        print(f"{name} not sure: {percent(1 - reader.read(images).confident.mean(), 1)}")
    return 0


def scribbles(count: int) -> np.ndarray:
    """(count, 784) uint8 lines that go here and there."""
    rng = np.random.default_rng(0)
    pages = (np.asarray(scribble(rng), np.float32) / 255 for _ in range(count))
    return np.array([mnist_like(page).reshape(-1) for page in pages])


def letters() -> np.ndarray:
    """(N, 784) uint8 letters in typefaces."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = [ImageFont.truetype(str(folder / f"{face}.ttf"), 60) for face in FACES]
    return np.array([printed(letter, font) for font in fonts for letter in LETTERS])


def printed(letter: str, font: Any) -> np.ndarray:
    page = Image.new("L", (120, 120))
    ImageDraw.Draw(page).text((20, 20), letter, 255, font)
    return mnist_like(np.asarray(page, np.float32) / 255).reshape(-1)


def draw(path: Path, reader: DigitClassifier, sets: Mapping[str, np.ndarray]) -> None:
    """Two figures: what is not sure below a limit, of the probability and of the likeness."""
    figure = plots.new_figure(10, 4)
    left, right = figure.subplots(1, 2, sharey=True)
    limits = np.linspace(0, 1, 201)
    for images in sets.values():
        posed = reader.preprocess(images)
        probabilities = reader.network.probabilities(posed)
        likely = reader.doubt.likeness(posed, probabilities)
        for axes, values in ((left, probabilities.max(axis=1)), (right, likely)):
            axes.plot(limits, [100 * np.mean(values < limit) for limit in limits])
    right.axvline(reader.doubt.limit, color="grey", linestyle=":")
    left.legend(list(sets))
    left.set(xlabel="probability below", ylabel="%", title="By the network alone")
    right.set(xlabel="likeness below", title="With the second network")
    plots.save(figure, path)


if __name__ == "__main__":
    raise SystemExit(main())
