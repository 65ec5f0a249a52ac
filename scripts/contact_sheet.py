#!/usr/bin/env python3
"""Draw a contact sheet of the digits that the preset `pictures` adds to the training rows.

examples:
    python scripts/contact_sheet.py --output docs/images/drawn.png
"""

import project

from collections.abc import Sequence
from pathlib import Path

import numpy as np

import report
from digits import plots
from digits.strokes import drawn

COLUMNS = 20


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = project.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="a figure")
    parser.add_argument("--seed", type=project.seed, metavar="N", default=0, help="default: 0")
    options = parser.parse_args(argv)
    images, labels = drawn(10 * COLUMNS, np.random.default_rng(options.seed))
    figure = report.new_figure(0.55 * COLUMNS, 5.6)
    order = np.argsort(labels, kind="stable")
    for axes, i in zip(figure.subplots(10, COLUMNS).flat, order, strict=True):
        plots.digit(axes, images[i], "")
    report.save(figure, options.output)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
