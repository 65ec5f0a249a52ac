#!/usr/bin/env python3
"""Score a model on the test rows of a digits CSV.

examples:
    python scripts/evaluate.py
    python scripts/evaluate.py --model models/mine/model.npz --output models/mine
"""

import project

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import recipe
import report
from digits import classifier, dataset
from digits.errors import InputError


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    reader = project.load_model(options.model)
    digits = dataset.read_csv(options.data)
    if digits.labels is None:
        raise InputError(f"{options.data} has no label column, expected one to compare with")
    test = test_rows(reader, digits, options.train_rows)
    metrics, probabilities = report.evaluate(reader, test)
    if options.output:
        project.make_directory(options.output)
        report.draw_evaluation(options.output, metrics, test, probabilities)
        report.write_metrics(options.output / "metrics.json", metrics)
    print(json.dumps(metrics) if options.json else report.table(metrics))
    return 0


def test_rows(
    reader: classifier.DigitClassifier, digits: dataset.Digits, train_rows: int | None
) -> dataset.Digits:
    """The rows that the model was not trained on, if these are the data it was trained with."""
    if train_rows is None and (told := reader.about.get("train_rows")):
        parts = dataset.split(digits, told)
        if recipe.digest(*parts) == reader.about.get("data"):
            return parts[1]
    return dataset.split(digits, train_rows)[1]


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    add("--data", type=Path, metavar="FILE", default=project.DATA, help="default: bundled")
    add("--train-rows", type=project.whole_number, metavar="N",
        help="rows before the test rows (default: as in training, or 6 of 7)")  # fmt: skip
    add("--output", type=Path, metavar="DIR", help="write figures and metrics.json there")
    add("--json", action="store_true", help="print the metrics as JSON")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
