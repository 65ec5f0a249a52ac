"""What a page sends, checked before anything is done with it."""

import json
from typing import Any

import numpy as np

from digits.dataset import CLASSES, PIXELS
from digits.errors import InputError, expect, is_count
from digits.pictures.drawing import Stroke
from digits.reader.settings import Settings, settings_of

MOST_STROKES, MOST_POINTS = 200, 5_000
# Of coordinates, and of the width of a pen: nobody's screen is larger, and nothing overflows.
LARGEST, THINNEST = 1e6, 1e-3
WISHES = ("optimizer", "epochs", "seed")  # settings that a page may give beside the preset
MOST_EPOCHS = 2_000  # what a page shows of each has to be kept


def body_of(text: bytes) -> dict[str, Any]:
    """The JSON object that a request brings.

    Raises:
        InputError: it is something else.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("the request is not JSON, expected an object such as {}") from None
    if not isinstance(found, dict):
        raise InputError(f"the request is a {type(found).__name__}, expected a JSON object")
    return found


def strokes_in(body: dict[str, Any]) -> list[Stroke]:
    """The strokes of a drawing, as `digits.pictures.drawing.ink_of` takes them.

    Raises:
        InputError: they are not lists of points (x, y, width), or there are too many.
    """
    strokes = body.get("strokes")
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        raise InputError("strokes are missing, expected a list of lists of points [x, y, width]")
    expect(len(strokes) <= MOST_STROKES, "the number of strokes", len(strokes),
           f"at most {MOST_STROKES:,}")  # fmt: skip
    points = sum(map(len, strokes))
    expect(points <= MOST_POINTS, "the number of points", points, f"at most {MOST_POINTS:,}")
    for i, stroke in enumerate(strokes):
        for j, point in enumerate(stroke):
            if not is_point(point):
                raise InputError(
                    f"strokes[{i}][{j}] is {point!r:.40}, expected x, y from -{LARGEST:,.0f} to"
                    f" {LARGEST:,.0f} and a width from {THINNEST} to as much"
                )
    return strokes


def is_point(point: Any) -> bool:
    """Whether that is [x, y, width of the pen]."""
    if not (isinstance(point, list) and len(point) == 3):
        return False
    if any(type(number) not in (int, float) for number in point):  # True is an int as well
        return False
    x, y, width = point  # what is not a number is not within any limits either
    return bool(abs(x) <= LARGEST and abs(y) <= LARGEST and THINNEST <= width <= LARGEST)


def digit_in(body: dict[str, Any]) -> tuple[int, np.ndarray]:
    """A digit's label and its (784,) uint8 image, 255 = ink.

    Raises:
        InputError: it is something else, or blank.
    """
    label: Any = body.get("label")
    image: Any = body.get("image")
    digit = is_count(label, 0) and label < CLASSES
    expect(digit, "label", label, f"a whole number from 0 to {CLASSES - 1}")
    levels = isinstance(image, list) and len(image) == PIXELS
    if not levels or not all(is_count(level, 0) and level <= 255 for level in image):
        raise InputError(f"image is something else than {PIXELS} whole numbers, expected 0 to 255")
    pixels = np.array(image, np.uint8)
    if not pixels.any():
        raise InputError("image is blank, expected a digit in it")
    return int(label), pixels


def settings_in(body: dict[str, Any]) -> Settings:
    """The settings of a training that is to be watched.

    Raises:
        InputError: there is no such setting, or it cannot have this value.
    """
    given = {name: body[name] for name in WISHES if body.get(name) is not None}
    epochs: Any = given.get("epochs")
    few = not is_count(epochs) or epochs <= MOST_EPOCHS
    expect(few, "epochs", epochs, f"at most {MOST_EPOCHS:,}")
    preset = body.get("preset", "default")
    expect(isinstance(preset, str), "preset", preset, "a name")
    return settings_of(preset, **given)
