#!/usr/bin/env python3
"""Turn digits of any format that train.py takes into a digits CSV.

examples:
    python scripts/convert.py train-images-idx3-ubyte.gz train.csv.gz
    python scripts/convert.py my_digits/ my_digits.csv
    python scripts/convert.py --transposed turned.csv upright.csv.gz
"""

import project

import argparse
from collections.abc import Sequence
from pathlib import Path

from digits import csv_text, sources


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    project.keep(options.source, options.output)
    digits = sources.read(options.source, options.transposed)
    csv_text.write_csv(options.output, digits)
    print(f"{len(digits.images):,} rows written to {options.output}")
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("source", type=Path, metavar="IN", help="a CSV, IDX images, mnist.npz or a folder")
    add("output", type=Path, metavar="OUT", help="the CSV to write, gzipped if it ends in .gz")
    project.add_transposed(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
