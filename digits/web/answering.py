"""What there is to say about a drawing or a picture, as JSON holds it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from digits.pictures import Picture, looked_at
from digits.pictures.drawing import Stroke, ink_of
from digits.pictures.mnist_like import mnist_like
from digits.reader import DigitClassifier
from digits.reader.answers import DigitAnswer, number_in, reason_for_none

NAME = "the picture"  # what comes without a name is called
NO_COLOURS = np.empty((0, 0, 3), np.uint8)


def of_strokes(reader: DigitClassifier, strokes: Sequence[Stroke]) -> dict[str, Any]:
    """The number that was drawn, and its digits with their boxes in the unit of the strokes."""
    drawing = ink_of(strokes)
    picture = Picture(NO_COLOURS, 1 / drawing.scale)
    found = number_in(
        reader, "", picture, drawing.share, drawing.left, drawing.top, upright=True
    ).as_json()
    del found["file"]
    return found


def of_picture(reader: DigitClassifier, content: bytes) -> dict[str, Any]:
    """A picture file as a single digit and as a number, each as `digits predict --json` says it.

    Raises:
        InputError: it is no picture, is damaged, or has too many pixels.
    """
    picture, ink = looked_at(content)
    image = mnist_like(ink).reshape(1, -1)
    reading = reader.read(image)
    reason = reason_for_none(ink, image, reading)
    single = DigitAnswer(NAME, picture.colours, image, reading, reason)
    height, width, _ = picture.colours.shape
    return {
        "size": [round(picture.scale * length) for length in (width, height)],
        "single": single.as_json() | {"image": image[0].tolist()},
        "number": number_in(reader, NAME, picture, ink).as_json(),
    }
