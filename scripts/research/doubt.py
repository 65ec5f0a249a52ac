"""Train the second network, which says of each digit whether an image is that digit at all.

It ships with the package and checks the answers of every model. It learns digits from the
training rows, from copies of them, from drawn ones and from some that were cut out of numbers; and
what is no digit from letters, signs, scribbles, and pieces of digits. No test row is among them.

examples:
    python scripts/research doubt --output models/doubt.npz
    python scripts/research doubt --output /tmp/other.npz --seed 1
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.commands import progress, terminal
from digits.dataset import Digits, joined, known_labels, split
from digits.formats import read
from digits.network.metrics import percent
from digits.parallel import Progress, silent
from digits.places import BUNDLED_DIGITS
from digits.preprocessing import draw_digits, draw_outliers
from digits.preprocessing.canonical import canonical
from digits.preprocessing.manners import MANNERS, Manner
from digits.reader import doubt, settings_of
from digits.reader.shards import copies_of, of_digits
from pieces import cut_numbers

# The rows of the preset `best`, but fewer: one bent copy of each digit and half the drawn ones.
COPIES, DRAWN = ((0.6, 4.0),), 30_000
OUTLIERS, PIECES = 90_000, 40_000  # how many others there are
EPOCHS = 150


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    add("--output", type=Path, metavar="FILE", required=True, help="for the network, an .npz")
    add("--seed", type=terminal.whole_from_0, default=0, metavar="N",
        help="of the copies and of all that is drawn (default: 0)")  # fmt: skip
    options = parser.parse_args(argv)
    rows, _ = split(read(BUNDLED_DIGITS))
    with progress.work(quiet=False) as told:
        digits, others = examples(rows, options.seed, told)
        images, labels = digits.images, known_labels(digits)
        network = doubt.learn(images, labels, others, EPOCHS, told)
    doubt.save(options.output, network)
    named = network.probabilities(images).argmax(axis=1) == labels
    print(f"{len(images):,} digits, of which {percent(named.mean())} are the likeliest of the ten;")
    print(f"{len(others):,} others; saved in {options.output}")
    return 0


def examples(
    rows: Digits,
    seed: int = 0,
    progress: Progress = silent,
    *,
    manners: dict[str, Manner] = MANNERS,
    share: float = 1,
) -> tuple[Digits, np.ndarray]:
    """Digits to learn from, and (N, 784) uint8 images of what is none, in canonical pose.

    Args:
        rows: the digits of the data set.
        seed: of the copies and of all that is drawn.
        progress: is told how far it has come.
        manners: in which digits are drawn.
        share: of all that is made; the rows are all taken.
    """
    rng = np.random.default_rng(seed)
    settings = settings_of("best", copies=COPIES, reshaped=1, drawn=0, seed=seed)
    copies = copies_of(rows, of_digits(settings, rows)[0], progress)
    count = [round(share * whole) for whole in (DRAWN, PIECES, OUTLIERS)]
    drawn = draw_digits(count[0], rng, progress, manners=manners)
    parts = cut_numbers(rows, count[1], rng, progress)
    digits = joined([rows, copies, drawn, parts.digits])
    others = np.concatenate([draw_outliers(count[2], rng, progress), parts.pieces])
    return digits._replace(images=canonical(digits.images)), canonical(others)


if __name__ == "__main__":
    raise SystemExit(main())
