"""Turn digits of any format that train takes into a digits CSV.

examples:
    digits convert train-images-idx3-ubyte.gz train.csv.gz
    digits convert my_digits/ my_digits.csv
    digits convert --transposed turned.csv upright.csv.gz
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digits import formats
from digits.commands import terminal


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    terminal.refuse_overwriting(options.source, options.output)
    terminal.tell_of_pipes([options.source])
    digits = formats.read(options.source, options.transposed)
    formats.write_csv(options.output, digits)
    told = terminal.one_line(f"{len(digits.images):,} rows written to {options.output}")
    print(told, file=terminal.told_beside(options.output))
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("convert", __doc__)
    add = parser.add_argument
    add("source", type=Path, metavar="IN", help="a CSV, IDX images, mnist.npz or a folder")
    add("output", type=Path, metavar="OUT", help="the CSV to write, gzipped if it ends in .gz")
    terminal.add_transposed(parser)
    return parser.parse_args(argv)
