"""What predict.py answers about a picture: a digit, a number, or why there is neither."""

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from digits import pictures, segments
from digits.classifier import DigitClassifier
from digits.errors import InputError
from digits.mnist_like import mnist_like

Answer = dict[str, Any]
STANDARD_INPUT = "-"


class Read(NamedTuple):
    """A picture and what was made of it."""

    answer: Answer  # as --json prints it
    colours: np.ndarray | None = None  # (height, width, 3) uint8; None if it cannot be read
    images: np.ndarray | None = None  # (digits, 784) uint8


def files(names: Sequence[str]) -> Iterator[str]:
    """The names, with the pictures in it for each directory; an empty one stays, to be told of."""
    for name in names:
        inside = pictures_in(Path(name)) if Path(name).is_dir() else []
        yield from inside or [name]


def pictures_in(directory: Path) -> list[str]:
    """The files in a directory that are named like pictures, in the order of their names."""
    endings = Image.registered_extensions()
    inside = sorted(path for path in directory.iterdir() if path.is_file())
    return [str(path) for path in inside if path.suffix.lower() in endings]


def read(reader: DigitClassifier, name: str, number: bool) -> Read:
    """The answer about one file; a fault in it becomes its answer."""
    try:
        picture = opened(name)
    except InputError as error:
        return Read({"file": name, "error": str(error)})
    except OSError as error:
        return Read({"file": name, "error": f"{name}: {error.strerror}"})
    ink = pictures.ink(picture.colours)
    if number:
        return read_number(reader, name, picture, ink)
    image = mnist_like(ink).reshape(1, -1)
    probabilities = reader.probabilities(image)
    digit = int(probabilities[0].argmax())
    answer = {
        "file": name,
        "digit": digit,
        "probability": float(probabilities[0, digit]),
        "probabilities": probabilities[0].tolist(),
    }
    if reason := doubt(reader, ink, image, probabilities):
        answer.update(digit=None, reason=reason)
    return Read(answer, picture.colours, image)


def opened(name: str) -> pictures.Picture:
    if name == STANDARD_INPUT:
        stream = io.BytesIO(sys.stdin.buffer.read())
        stream.name = "standard input"
        return pictures.decode(stream)
    if Path(name).is_dir():
        raise InputError(f"{name} is a directory without pictures, expected some in it")
    return pictures.decode(name)


def doubt(
    reader: DigitClassifier, ink: np.ndarray, image: np.ndarray, probabilities: np.ndarray
) -> str | None:
    """Why there is no single digit to name, if so."""
    if not image.any():
        return "blank"
    if segments.several(ink):
        return "several digits"
    return None if reader.sure(image, probabilities)[0] else "not sure"


def read_number(
    reader: DigitClassifier, name: str, picture: pictures.Picture, ink: np.ndarray
) -> Read:
    """The answer about a picture of several digits, read from left to right."""
    found = segments.find_digits(ink)
    if not found:
        return Read({"file": name, "number": None, "digits": [], "reason": "blank"})
    images = np.array([mnist_like(part).reshape(-1) for part in found])
    probabilities = reader.probabilities(images)
    digits = [
        {
            "digit": int(p.argmax()),
            "probability": float(p.max()),
            "box": box(part, picture.scale),
        }
        for part, p in zip(found, probabilities, strict=True)
    ]
    number = "".join(str(digit["digit"]) for digit in digits)
    return Read({"file": name, "number": number, "digits": digits}, picture.colours, images)


def box(part: np.ndarray, scale: float) -> list[int]:
    """x, y, width and height of some ink, in pixels of the file."""
    top, left, bottom, right = segments.box_of(part)
    return [round(scale * length) for length in (left, top, right - left, bottom - top)]


def sentence(answer: Answer, top: int) -> str:
    """`7  98.1 %  drawing.png`, with as many of the likeliest digits as asked for."""
    if answer.get("number"):
        together = np.prod([digit["probability"] for digit in answer["digits"]])
        return f"{answer['number']}  {100 * together:.1f} %  {answer['file']}"
    if "reason" in answer:
        start = [f"-  {answer['reason']}"]
        if answer["reason"] == "blank" or top == 1:
            return "  ".join([*start, answer["file"]])
    else:
        start = []
    probabilities = np.array(answer["probabilities"])
    likeliest = np.argsort(-probabilities, kind="stable")[:top]
    pairs = [f"{digit}  {100 * probabilities[digit]:.1f} %" for digit in likeliest]
    return "  ".join([*start, *pairs, answer["file"]])
