#!/usr/bin/env python3
"""Draw test digits again as the pictures people have, and see how many are still read right.

examples:
    python scripts/rerender.py
    python scripts/rerender.py --ways "dark border" "squared paper" --without frame
    python scripts/rerender.py --count 100 --ways "16 bits" EXIF --sheet sheets/
"""

import project

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from tqdm import tqdm

import report
from digits import dataset, mnist_like, paper, pictures, pieces, plots
from ways import WAYS

# What can be left out, to see what it is worth: where it is, and what takes its place.
STEPS: dict[str, tuple[ModuleType, str, Any]] = {
    "colour": (paper, "one_channel", lambda colours: colours.mean(axis=2, dtype=np.float32)),
    "frame": (paper, "within_frame", lambda levels: np.s_[:, :]),
    "shadow": (paper, "FLAT", np.inf),
    "cleaning": (pieces, "cleaned", lambda share: share),
    "hairlines": (mnist_like, "thickened", lambda ink: ink),
}


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    add("--count", type=project.whole_number, metavar="N", default=200, help="digits (200)")
    add("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY",
        help=f"some of: {', '.join(WAYS)}")  # fmt: skip
    add("--sheet", type=Path, metavar="DIR", help="draw the misread ones of each way there")
    add("--without", choices=STEPS, help="leave a step of the preparation out")
    options = parser.parse_args(argv)
    if options.without:
        setattr(*STEPS[options.without])
    reader = project.load_model(options.model)
    _, test = dataset.split(dataset.read_csv(project.DATA))
    chosen = np.random.default_rng(0).permutation(len(test.images))[: options.count]
    raw, labels = test.images[chosen], test.labels[chosen]
    base = np.mean(reader.predict(raw) == labels)
    print(f"{'raw rows':18}{100 * base:7.2f} %  of {len(raw):,}", flush=True)
    for name in options.ways:
        images = redrawn(name, raw)
        right = reader.predict(images) == labels
        print(
            f"{name:18}{100 * right.mean():7.2f} %{100 * (right.mean() - base):+7.2f}", flush=True
        )
        if options.sheet:
            project.make_directory(options.sheet)
            draw(options.sheet / f"{name.replace(' ', '_')}.png", name, images[~right])
    return 0


def redrawn(name: str, raw: np.ndarray) -> np.ndarray:
    """(N, 784) images as read from their pictures."""
    rng = np.random.default_rng(0)
    digits = tqdm(raw.reshape(-1, 28, 28), name, leave=False, dynamic_ncols=True, disable=None)
    return np.array([pictures.read(WAYS[name](digit, rng)) for digit in digits])


def draw(path: Path, name: str, images: np.ndarray) -> None:
    figure = report.new_figure(12, 6)
    figure.suptitle(f"{name}: misread")
    for axes, image in zip(figure.subplots(5, 10).flat, images, strict=False):
        plots.digit(axes, image, "")
    report.save(figure, path)


if __name__ == "__main__":
    raise SystemExit(main())
