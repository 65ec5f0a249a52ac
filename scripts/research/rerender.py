"""Draw test digits again as the pictures people have, and see how many are still read right.

examples:
    python scripts/research rerender
    python scripts/research rerender --renderings "dark border" "squared paper" --without frame
    python scripts/research rerender --renderings "8 x 8" "turned by 20"
    python scripts/research rerender --count 100 --renderings "16 bits" EXIF --sheet sheets/
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from digits import plots
from digits.commands import terminal
from digits.dataset import SIDE, split
from digits.formats import read
from digits.network.metrics import percent
from digits.pictures import read_picture
from digits.pictures.paper import ink_share
from digits.places import BUNDLED_DIGITS
from renderings import RENDERINGS
from reshaped import RESHAPED

Steps = dict[str, Any]
CHOICES = RENDERINGS | RESHAPED
# What can be left out, to see what it is worth: what `read_picture` is given in its place.
WITHOUT: dict[str, Steps] = {
    "colour": {
        "separate": partial(
            ink_share, channel=lambda colours: colours.mean(axis=2, dtype=np.float32)
        )
    },
    "frame": {"separate": partial(ink_share, frame=lambda levels: np.s_[:, :])},
    "shadow": {"separate": partial(ink_share, flat=np.inf)},
    "cleaning": {"clean": lambda share: share},
    "hairlines": {"thicken": lambda ink: ink},
}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    terminal.add_model(parser)
    add("--count", type=terminal.whole_number, metavar="N", default=200, help="digits (200)")
    add("--renderings", nargs="+", choices=CHOICES, default=list(CHOICES), metavar="NAME",
        help=f"some of: {', '.join(CHOICES)}")  # fmt: skip
    add("--sheet", type=Path, metavar="DIR", help="draw the misread ones of each there")
    add("--without", choices=WITHOUT, help="leave a step of the preparation out")
    options = parser.parse_args(argv)
    reader = terminal.load_model(options.model)
    _, test = split(read(BUNDLED_DIGITS))
    chosen = np.random.default_rng(0).permutation(len(test.images))[: options.count]
    raw, labels = test.images[chosen], test.labels[chosen]
    base = np.mean(reader.predict(raw) == labels)
    print(f"{'raw rows':18}{percent(base):>9}  of {len(raw):,}", flush=True)
    for name in options.renderings:
        images = redrawn(name, raw, WITHOUT.get(options.without, {}))
        right = reader.predict(images) == labels
        points = 100 * (right.mean() - base)
        print(f"{name:18}{percent(right.mean()):>9}{points:+7.2f}", flush=True)
        if options.sheet:
            terminal.make_directory(options.sheet)
            draw(options.sheet / f"{name.replace(' ', '_')}.png", name, images[~right])
    return 0


def redrawn(name: str, raw: np.ndarray, steps: Steps) -> np.ndarray:
    """(N, 784) images as read from their pictures."""
    rng = np.random.default_rng(0)
    digits = tqdm(raw.reshape(-1, SIDE, SIDE), name, leave=False, dynamic_ncols=True, disable=None)
    return np.array([read_picture(CHOICES[name](digit, rng), **steps) for digit in digits])


def draw(path: Path, name: str, images: np.ndarray) -> None:
    figure = plots.new_figure(12, 6)
    figure.suptitle(f"{name}: misread")
    for axes, image in zip(figure.subplots(5, 10).flat, images, strict=False):
        plots.digit(axes, image, "")
    plots.save(figure, path)
