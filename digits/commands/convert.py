"""Turn digits of any format that train takes into a digits CSV, or into shards with copies.

examples:
    digits convert train-images-idx3-ubyte.gz train.csv.gz
    digits convert my_digits/ my_digits.csv
    digits convert --transposed turned.csv upright.csv.gz
    digits convert train.csv shards/ --shards 8 --copies 16
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digits import formats
from digits.commands import progress, terminal
from digits.reader import grown


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if options.shards:
        return write_shards(options)
    terminal.refuse_overwriting(options.source, options.output)
    terminal.tell_of_pipes([options.source])
    digits = formats.read(options.source, options.transposed)
    formats.write_csv(options.output, digits)
    told = terminal.one_line(f"{len(digits.images):,} rows written to {options.output}")
    print(told, file=terminal.told_beside(options.output))
    return 0


def write_shards(options: argparse.Namespace) -> int:
    """The shards of `--shards`, in a directory that has none yet."""
    folder: Path = options.output
    if any(folder.glob("*.idx")):
        raise terminal.UsageError(f"{folder} has shards already, expected another directory")
    with progress.work(quiet=False) as told:
        digits = formats.read_labelled([options.source], options.transposed, "to keep beside", told)
        rows = len(digits.images)
        if options.shards > rows:
            raise terminal.UsageError(
                f"{options.shards:,} shards of {rows:,} rows, expected no more than there are"
            )
        terminal.make_directory(folder)
        grown.write_shards(folder, digits, options.shards, options.copies, options.seed, told)
    print(f"{rows * (1 + options.copies):,} rows written to {options.shards:,} shards in {folder}")
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("convert", __doc__)
    add = parser.add_argument
    add("source", type=Path, metavar="IN", help="a CSV, IDX images, mnist.npz or a folder")
    add("output", type=Path, metavar="OUT",
        help="the CSV to write, gzipped if it ends in .gz; with --shards, a directory")  # fmt: skip
    terminal.add_transposed(parser)
    add("--shards", type=terminal.whole_number, metavar="N", help="write N IDX files instead")
    add("--copies", type=terminal.whole_from_0, metavar="K", default=0,
        help="elastic copies of each digit in the shards (default: 0)")  # fmt: skip
    add("--seed", type=terminal.whole_from_0, metavar="N", default=0,
        help="of the copies (default: 0)")  # fmt: skip
    options = parser.parse_args(argv)
    if options.copies and not options.shards:
        parser.error("argument --copies: expected --shards N with it")
    return options
