"""Name the digit, or the number, in each picture; or label a whole CSV of digits.

examples:
    digits predict drawing.png
    digits predict --top 3 photo.jpg scans/
    digits predict --number --json house.jpg
    digits predict --csv test.csv --output submission.csv
"""

import argparse
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from digits.commands import terminal
from digits.pictures.opening import MOST_BYTES, is_named_like_a_picture
from digits.reader import DigitClassifier
from digits.reader.answers import Answer, NoAnswer, answer

FIGURES = (".png", ".pdf", ".svg", ".jpg")
STANDARD_INPUT = "-"
FEW = 20  # files that need no progress bar
MOST_SEEN = 50  # digits in one figure: it takes seconds, and can still be looked at


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    reader = terminal.load_model(options.model)
    if options.csv:
        return label_csv(reader, options.csv, options.output)
    unread, found, seen = 0, 0, []
    for name in with_bar(list(expanded(options.pictures))):
        said = answered(reader, name, options.number)
        if options.json:
            print(json.dumps(said.as_json()), flush=True)
        if isinstance(said, NoAnswer):
            unread += 1
            if not options.json:
                terminal.complain(said.error)
            continue
        if not options.json:
            print(terminal.one_line(said.sentence(options.top)), flush=True)
        if len(said.images) and found < MOST_SEEN:
            seen.append(said)
        found += len(said.images)
    if options.save_seen and seen:
        from digits.commands import report  # matplotlib takes longer to load than the answer

        report.draw_seen(options.save_seen, seen, MOST_SEEN)
        if found > MOST_SEEN:
            terminal.complain(
                f"{options.save_seen} shows the first {MOST_SEEN} of {found:,} digits"
            )
    return terminal.BAD_INPUT if unread else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("predict", __doc__)
    add = parser.add_argument
    add("pictures", nargs="*", metavar="PICTURE|DIRECTORY|-", help="- is standard input")
    terminal.add_model(parser)
    add("--top", type=terminal.whole_number, metavar="K", default=1, help="the K likeliest digits")
    add("--json", action="store_true", help="one JSON object a line")
    add("--number", action="store_true", help="read several digits from left to right")
    add("--save-seen", type=Path, metavar="FILE", help="draw how each picture was seen")
    add("--csv", type=Path, metavar="FILE",
        help="a digits CSV, with labels or without, or what else train takes")  # fmt: skip
    add("--output", type=Path, metavar="FILE", help="ImageId,Label of each row of the CSV")
    options = parser.parse_args(argv)
    if options.save_seen and options.save_seen.suffix not in FIGURES:
        parser.error(f"argument --save-seen: {options.save_seen} is none of {', '.join(FIGURES)}")
    if bool(options.csv) != bool(options.output):
        parser.error("--csv FILE and --output FILE go together")
    if bool(options.csv) == bool(options.pictures):
        parser.error("expected pictures, or --csv FILE --output FILE")
    return options


def expanded(names: Sequence[str]) -> Iterator[str]:
    """The names, with the pictures in it for each directory; an empty one stays, to be told of."""
    for name in names:
        inside = pictures_in(Path(name)) if Path(name).is_dir() else []
        yield from inside or [name]


def pictures_in(directory: Path) -> list[str]:
    """The files in a directory that are named like pictures, in the order of their names."""
    inside = sorted(path for path in directory.iterdir() if path.is_file())
    return [str(path) for path in inside if is_named_like_a_picture(path)]


def with_bar(names: Sequence[str]) -> Iterable[str]:
    """The names, with a progress bar if there are many and somebody to see it."""
    if len(names) <= FEW or not sys.stderr.isatty():
        return names
    from tqdm import tqdm

    bar: Iterable[str] = tqdm(names, unit="picture", dynamic_ncols=True)
    return bar


def answered(reader: DigitClassifier, name: str, number: bool) -> Answer:
    """The answer about a file, or about what comes through standard input."""
    if name == STANDARD_INPUT:
        stream = io.BytesIO(sys.stdin.buffer.read(MOST_BYTES + 1))
        stream.name = "standard input"
        return answer(reader, name, stream, number)
    if Path(name).is_dir():
        return NoAnswer(name, f"{name} is a directory without pictures, expected some in it")
    terminal.tell_of_pipes([Path(name)])
    return answer(reader, name, Path(name), number)


def label_csv(reader: DigitClassifier, csv: Path, output: Path) -> int:
    """Write the digit of each row of a CSV, numbered from 1, as Kaggle wants it."""
    from digits import files, formats  # what reads digits takes longer to load than a picture

    terminal.refuse_overwriting(csv, output)
    terminal.tell_of_pipes([csv])
    labels = reader.predict(formats.read(csv).images)
    lines = [f"{number},{label}" for number, label in enumerate(labels, start=1)]
    with files.replacing(output) as file:
        file.write("\n".join(["ImageId,Label", *lines, ""]).encode())
    print(f"{len(labels):,} rows labelled in {output}", file=sys.stderr)
    return 0
