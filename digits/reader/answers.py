"""What there is to say about a picture: a digit, a number, or why there is neither."""

from typing import Any, NamedTuple

import numpy as np

from digits.errors import InputError
from digits.network.metrics import percent
from digits.pictures import (
    Picture,
    Segment,
    Source,
    box_on_page,
    find_numbers,
    find_upright,
    looked_at,
    several,
)
from digits.pictures.mnist_like import mnist_like
from digits.reader.classifier import DigitClassifier, Reading

# What a sentence adds to a reason.
HINTS = {"several digits": " (--number reads them)"}


class DigitAnswer(NamedTuple):
    """One digit, or why none is named."""

    file: str
    colours: np.ndarray  # (height, width, 3) uint8, the picture
    images: np.ndarray  # (1, 784) uint8, the digit in it
    reading: Reading
    reason: str | None  # blank, several digits, not sure; None where a digit is named

    @property
    def reasons(self) -> list[str | None]:
        """The reason for the one image."""
        return [self.reason]

    def as_json(self) -> dict[str, Any]:
        """What `predict --json` prints."""
        (digit,), (probabilities,) = self.reading.labels, self.reading.probabilities
        answer = {
            "file": self.file,
            "digit": int(digit) if self.reason is None else None,
            "probability": float(probabilities[digit]),
            "probabilities": probabilities.tolist(),
        }
        return answer if self.reason is None else answer | {"reason": self.reason}

    def sentence(self, top: int) -> str:
        """`7  98.1 %  drawing.png`, with as many of the likeliest digits as asked for."""
        words = [] if self.reason is None else [f"-  {self.reason}{HINTS.get(self.reason, '')}"]
        if self.reason is None or (top > 1 and self.reason != "blank"):
            (probabilities,) = self.reading.probabilities
            for digit in np.argsort(-probabilities, kind="stable")[:top]:
                words.append(f"{digit}  {percent(probabilities[digit], 1)}")
        return "  ".join([*words, self.file])


class NumberAnswer(NamedTuple):
    """The digits of a number, from left to right, line by line."""

    file: str
    colours: np.ndarray  # (height, width, 3) uint8, the picture
    images: np.ndarray  # (digits, 784) uint8
    reading: Reading
    boxes: list[list[int]]  # x, y, width and height of each digit, in pixels of the file
    lines: list[int]  # that each digit is in, from 0
    scale: float  # pixels of the file along either side of one of `colours`

    @property
    def numbers(self) -> list[str]:
        """The number in each line."""
        digits = list(zip(self.lines, self.reading.labels, strict=True))
        return [
            "".join(str(digit) for line, digit in digits if line == number)
            for number in sorted(set(self.lines))
        ]

    @property
    def reason(self) -> str | None:
        """Why there is no number, or why it is not to be relied on: blank, not sure."""
        if not self.boxes:
            return "blank"
        return next((reason for reason in self.reasons if reason), None)

    @property
    def reasons(self) -> list[str | None]:
        """Why each digit is not to be relied on, if so."""
        return [None if confident else "not sure" for confident in self.reading.confident]

    def as_json(self) -> dict[str, Any]:
        """What `predict --number --json` prints: the likeliest number, also where it is doubted."""
        likeliest = self.reading.probabilities.max(axis=1, initial=0).tolist()
        digits = [
            {"digit": digit, "probability": probability, "box": box}
            for digit, probability, box in zip(
                self.reading.labels.tolist(), likeliest, self.boxes, strict=True
            )
        ]
        if any(self.lines):
            digits = [
                digit | {"line": line} for digit, line in zip(digits, self.lines, strict=True)
            ]
        number = "\n".join(self.numbers) if digits else None
        said = {"file": self.file, "number": number, "digits": digits}
        return said if self.reason is None else said | {"reason": self.reason}

    def sentence(self, top: int) -> str:
        """`407  97.2 %  photo.jpg`, with the probability that all of it is right, and any doubt."""
        if not self.boxes:
            return f"-  {self.reason}  {self.file}"
        together = np.prod(self.reading.probabilities.max(axis=1), dtype=np.float64)
        words = [" / ".join(self.numbers), percent(together, 1), self.reason, self.file]
        return "  ".join(word for word in words if word)


class NoAnswer(NamedTuple):
    """A picture that cannot be read."""

    file: str
    error: str  # one sentence

    def as_json(self) -> dict[str, Any]:
        """What `predict --json` prints."""
        return {"file": self.file, "error": self.error}


Answer = DigitAnswer | NumberAnswer | NoAnswer


def answer(reader: DigitClassifier, file: str, source: Source, number: bool = False) -> Answer:
    """What a reader says about one picture; a fault in it becomes its answer.

    Args:
        reader: that is asked.
        file: what the picture is called.
        source: where it is, as `digits.read_picture` takes it.
        number: whether to read several digits from left to right.
    """
    try:
        picture, ink = looked_at(source)
    except InputError as error:
        return NoAnswer(file, str(error))
    except OSError as error:
        return NoAnswer(file, f"{file}: {error.strerror}")
    if number:
        return number_in(reader, file, picture, ink)
    image = mnist_like(ink).reshape(1, -1)
    reading = reader.read(image)
    return DigitAnswer(file, picture.colours, image, reading, reason_for_none(ink, image, reading))


def reason_for_none(ink: np.ndarray, image: np.ndarray, reading: Reading) -> str | None:
    """Why there is no single digit to name, if so."""
    if not image.any():
        return "blank"
    if several(ink):
        return "several digits"
    return None if reading.confident[0] else "not sure"


def number_in(
    reader: DigitClassifier,
    file: str,
    picture: Picture,
    ink: np.ndarray,
    left: float = 0.0,
    top: float = 0.0,
    upright: bool = False,
) -> NumberAnswer:
    """The answer about a picture of several digits, whose ink begins at (left, top) of the file.

    It is turned if that makes digits of it, unless it is known to be `upright`.
    """
    find = find_numbers if upright else find_upright
    page = find(ink, reader.evidence)

    def box(digit: Segment) -> list[int]:
        """x, y, width and height in pixels of the file."""
        first_row, first_column, last_row, last_column = box_on_page(digit, page.turns, ink.shape)
        corner = [left + picture.scale * first_column, top + picture.scale * first_row]
        size = [last_column - first_column, last_row - first_row]
        return [round(length) for length in (*corner, *(picture.scale * side for side in size))]

    return NumberAnswer(
        file,
        picture.colours,
        page.images,
        reader.read(page.images),
        [box(digit) for digit in page.digits],
        [number for number, line in enumerate(page.lines) for _ in line],
        picture.scale,
    )
