#!/usr/bin/env python3
"""Name the digit, or the number, in each picture; or label a whole CSV of digits.

examples:
    python scripts/predict.py drawing.png
    python scripts/predict.py --top 3 photo.jpg scans/
    python scripts/predict.py --number --json house.jpg
    python scripts/predict.py --csv test.csv --output submission.csv
"""

import project

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

import answers
from answers import Read
from digits import classifier

FIGURES = (".png", ".pdf", ".svg", ".jpg")
FEW = 20  # files that need no progress bar


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    reader = project.load_model(options.model)
    if options.csv:
        return label_csv(reader, options.csv, options.output)
    unread, seen = 0, []
    for name in shown(list(answers.files(options.pictures))):
        read = answers.read(reader, name, options.number)
        unread += "error" in read.answer
        if read.images is not None and options.save_seen:
            seen.append(read)
        if options.json:
            print(json.dumps(read.answer), flush=True)
        elif "error" in read.answer:
            project.complain(read.answer["error"])
        else:
            print(answers.sentence(read.answer, options.top), flush=True)
    if seen:
        draw_seen(options.save_seen, reader, seen)
    return project.BAD_INPUT if unread else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("pictures", nargs="*", metavar="PICTURE|DIRECTORY|-", help="- is standard input")
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    add("--top", type=project.whole_number, metavar="K", default=1, help="the K likeliest digits")
    add("--json", action="store_true", help="one JSON object a line")
    add("--number", action="store_true", help="read several digits from left to right")
    add("--save-seen", type=Path, metavar="FILE", help="draw how each picture was seen")
    add("--csv", type=Path, metavar="FILE",
        help="a digits CSV, with labels or without, or what else train.py takes")  # fmt: skip
    add("--output", type=Path, metavar="FILE", help="ImageId,Label of each row of the CSV")
    options = parser.parse_args(argv)
    if options.save_seen and options.save_seen.suffix not in FIGURES:
        parser.error(f"argument --save-seen: {options.save_seen} is none of {', '.join(FIGURES)}")
    if bool(options.csv) != bool(options.output):
        parser.error("--csv FILE and --output FILE go together")
    if bool(options.csv) == bool(options.pictures):
        parser.error("expected pictures, or --csv FILE --output FILE")
    return options


def shown(names: Sequence[str]) -> Iterable[str]:
    """The names, with a progress bar if there are many and somebody to see it."""
    if len(names) <= FEW or not sys.stderr.isatty():
        return names
    from tqdm import tqdm

    return tqdm(names, unit="picture", dynamic_ncols=True)


def label_csv(reader: classifier.DigitClassifier, csv: Path, output: Path) -> int:
    """Write the digit of each row of a CSV, numbered from 1, as Kaggle wants it."""
    from digits import checkpoints, sources  # pandas takes longer to load than a picture to name

    project.keep(csv, output)
    labels = reader.predict(sources.read(csv).images)
    lines = [f"{number},{label}" for number, label in enumerate(labels, start=1)]
    with checkpoints.replacing(output) as file:
        file.write("\n".join(["ImageId,Label", *lines, ""]).encode())
    print(f"{len(labels):,} rows labelled in {output}", file=sys.stderr)
    return 0


def draw_seen(path: Path, reader: classifier.DigitClassifier, seen: Sequence[Read]) -> None:
    """Draw each picture, its images, what the network sees of them, and the answers."""
    import report  # matplotlib takes longer to load than the answer to find

    rows = []
    for read in seen:
        posed = reader.treated(read.images)
        probabilities = reader.probabilities(read.images)
        name = Path(read.answer["file"]).name
        for image, pose, p in zip(read.images, posed, probabilities, strict=True):
            rows.append(report.Seen(name, read.colours, image, np.asarray(pose), p))
    report.draw_seen(path, rows)


if __name__ == "__main__":
    raise SystemExit(main())
