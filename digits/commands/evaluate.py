"""Score a model on the test rows of digits in any format that train takes.

examples:
    digits evaluate
    digits evaluate --model models/mine/model.npz --output models/mine/scores
    digits evaluate --test-data t10k-images-idx3-ubyte.gz
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digits import dataset, formats
from digits.commands import terminal
from digits.errors import is_count
from digits.network.metrics import classification_report, percent
from digits.reader import DigitClassifier, shards
from digits.reader.evaluation import Evaluation, evaluate, metrics_of


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    reader = terminal.load_model(options.model)
    test = test_digits(reader, options)
    found = evaluate(reader, test)
    metrics = metrics_of(found, reader)
    if options.output:
        from digits.commands import report  # matplotlib is slow to load

        with terminal.owned(options.output):
            report.draw_evaluation(options.output, found, test)
            report.write_metrics(options.output / "metrics.json", metrics)
    print(json.dumps(metrics) if options.json else table(found))
    return 0


def table(found: Evaluation) -> str:
    """The scores of each digit, then of the whole."""
    names = [str(digit) for digit in range(dataset.CLASSES)]
    return "\n".join(
        [
            classification_report(found.confusion_matrix, names),
            f"test loss: {found.loss:.4f}",
            f"test accuracy: {percent(found.accuracy)}",
        ]
    )


def test_digits(reader: DigitClassifier, options: argparse.Namespace) -> dataset.Digits:
    """What the flags of `add_data_flags` name as test rows for this model."""
    paths = terminal.digits_given(options.test_data or options.data)
    terminal.tell_of_pipes(paths)
    parts = [formats.read_labelled([path], options.transposed, "to compare with") for path in paths]
    return (
        dataset.joined(parts) if options.test_data else test_rows(reader, parts, options.train_rows)
    )


def test_rows(
    reader: DigitClassifier, files: Sequence[dataset.Digits], train_rows: int | None
) -> dataset.Digits:
    """The rows that the model was not trained on, if these are the data it was trained with.

    Raises:
        UsageError: it was tested on data of its own, so which rows these are is not known.
    """
    if train_rows is None and reader.about.get("test_data"):
        raise terminal.UsageError(
            "the model may have been trained on all of these rows,"
            " expected --test-data FILE or --train-rows N"
        )
    digits = dataset.joined(files)
    told: Any = reader.about.get("train_rows")
    known = train_rows is None and is_count(told) and told < len(digits.images)
    if known and shards.digest_of(files, told) == reader.about.get("data"):
        train_rows = told
    return dataset.split(digits, train_rows)[1]


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("evaluate", __doc__)
    add = parser.add_argument
    terminal.add_model(parser)
    add_data_flags(parser)
    add("--output", type=Path, metavar="DIR", help="write figures and metrics.json there")
    add("--json", action="store_true", help="print the metrics as JSON")
    options = parser.parse_args(argv)
    check_data_flags(parser, options)
    return options


def add_data_flags(parser: argparse.ArgumentParser) -> None:
    """Flags that name the digits to score a model on."""
    add = parser.add_argument
    add("--data", type=Path, nargs="+", metavar="FILE",
        help="digits, the last of which are test rows (default: those of a clone)")  # fmt: skip
    add("--test-data", type=Path, nargs="+", metavar="FILE", help="digits, all of them test rows")
    terminal.add_transposed(parser)
    add("--train-rows", type=terminal.whole_number, metavar="N",
        help="rows before the test rows (default: as in training, or 6 of 7)")  # fmt: skip


def check_data_flags(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse those that do not go together."""
    if options.test_data and (options.data or options.train_rows):
        parser.error("--test-data FILE goes without --data and --train-rows: all rows are scored")
