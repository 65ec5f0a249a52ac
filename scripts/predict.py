#!/usr/bin/env python3
"""Name the digit in each picture.

examples:
    python scripts/predict.py drawing.png
    python scripts/predict.py --top 3 photo.jpg scan.tif
    python scripts/predict.py --json *.png
"""

import project

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digits import classifier, pictures
from digits.errors import InputError

Answer = dict[str, Any]


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    model = options.model or project.default_model()
    reader = classifier.load(model)
    print(f"model: {model}", file=sys.stderr)
    read = []
    for name in options.pictures:
        answer = ask(reader, name)
        if "error" not in answer:
            read.append(name)
        if options.json:
            print(json.dumps(answer), flush=True)
        elif "error" in answer:
            project.complain(answer["error"])
        else:
            print(sentence(answer, options.top), flush=True)
    if options.save_seen and read:
        draw_seen(options.save_seen, reader, read)
    return 0 if len(read) == len(options.pictures) else project.BAD_INPUT


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("pictures", nargs="+", metavar="PICTURE", help="a picture of one digit")
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    add("--top", type=project.whole_number, metavar="K", default=1, help="the K likeliest digits")
    add("--json", action="store_true", help="one JSON object a line")
    add("--save-seen", type=Path, metavar="FILE", help="draw how each picture was seen")
    return parser.parse_args(argv)


def ask(reader: classifier.DigitClassifier, name: str) -> Answer:
    """What a picture shows, or why it cannot be read."""
    try:
        image = pictures.read(Path(name))
    except InputError as error:
        return {"file": name, "error": str(error)}
    except OSError as error:
        return {"file": name, "error": f"{name}: {error.strerror}"}
    probabilities = reader.probabilities(image[np.newaxis])[0]
    digit = int(probabilities.argmax())
    answer = {
        "file": name,
        "digit": digit,
        "probability": float(probabilities[digit]),
        "probabilities": probabilities.tolist(),
    }
    if not image.any():
        answer.update(digit=None, reason="blank")
    return answer


def draw_seen(path: Path, reader: classifier.DigitClassifier, names: Sequence[str]) -> None:
    """Draw what was seen in each of the pictures, which have been read before."""
    import report  # matplotlib takes longer to load than the answer to find

    rows = []
    for name in names:
        grey = pictures.grey_levels(Path(name))
        image = pictures.from_grey(grey)
        posed = classifier.TREATMENTS[reader.treatment](image[np.newaxis])[0]
        probabilities = reader.probabilities(image[np.newaxis])[0]
        rows.append(report.Seen(Path(name).name, grey, image, posed, probabilities))
    report.draw_seen(path, rows)


def sentence(answer: Answer, top: int) -> str:
    """`7  98.1 %  drawing.png`, with as many of the likeliest digits as asked for."""
    if answer["digit"] is None:
        return f"-  {answer['reason']}  {answer['file']}"
    probabilities = np.array(answer["probabilities"])
    likeliest = np.argsort(-probabilities, kind="stable")[:top]
    pairs = [f"{digit}  {100 * probabilities[digit]:.1f} %" for digit in likeliest]
    return "  ".join([*pairs, answer["file"]])


if __name__ == "__main__":
    raise SystemExit(main())
