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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digits import classifier, pictures
from digits.errors import InputError

Answer = dict[str, Any]
FIGURES = (".png", ".pdf", ".svg", ".jpg")


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    reader = project.load_model(options.model)
    unread, seen = 0, []
    for name in options.pictures:
        answer, grey, image = ask(reader, name)
        if image is not None and options.save_seen:
            seen.append((name, grey, image))
        unread += image is None
        if options.json:
            print(json.dumps(answer), flush=True)
        elif "error" in answer:
            project.complain(answer["error"])
        else:
            print(sentence(answer, options.top), flush=True)
    if seen:
        draw_seen(options.save_seen, reader, seen)
    return project.BAD_INPUT if unread else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("pictures", nargs="+", metavar="PICTURE", help="a picture of one digit")
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    add("--top", type=project.whole_number, metavar="K", default=1, help="the K likeliest digits")
    add("--json", action="store_true", help="one JSON object a line")
    add("--save-seen", type=Path, metavar="FILE", help="draw how each picture was seen")
    options = parser.parse_args(argv)
    if options.save_seen and options.save_seen.suffix not in FIGURES:
        parser.error(f"argument --save-seen: {options.save_seen} is none of {', '.join(FIGURES)}")
    return options


def ask(
    reader: classifier.DigitClassifier, name: str
) -> tuple[Answer, np.ndarray | None, np.ndarray | None]:
    """What a picture shows, its grey levels and its image; or why it cannot be read."""
    try:
        grey = pictures.grey_levels(name)
    except InputError as error:
        return {"file": name, "error": str(error)}, None, None
    except OSError as error:
        return {"file": name, "error": f"{name}: {error.strerror}"}, None, None
    image = pictures.from_grey(grey)
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
    return answer, grey, image


def draw_seen(
    path: Path,
    reader: classifier.DigitClassifier,
    seen: Sequence[tuple[str, np.ndarray, np.ndarray]],
) -> None:
    """Draw each picture, its image, what the network sees of it, and the answer."""
    import report  # matplotlib takes longer to load than the answer to find

    images = np.array([image for _, _, image in seen])
    posed = classifier.TREATMENTS[reader.treatment](images)
    answers = reader.probabilities(images)
    rows = [
        report.Seen(Path(name).name, grey, image, *rest)
        for (name, grey, image), *rest in zip(seen, posed, answers, strict=True)
    ]
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
