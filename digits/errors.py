"""The one exception for what a person gave and the program cannot use, and how it is raised."""

import math
from typing import Any

import numpy as np

LONGEST_QUOTE = 60  # letters


class InputError(ValueError):
    """A file or setting cannot be used; its message is one sentence that says what, where and why.

    Commands print the sentence and end with status 1; every other exception is a bug.
    """


class Unreachable(InputError):
    """What a run needs of other machines is out of reach; what has been done so far is whole."""


def quoted(value: Any) -> str:
    """A value as a sentence quotes it: only its beginning, if it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def expect(good: bool, name: str, value: Any, expected: str) -> None:
    """Refuse a setting that is not good, in a sentence with its name, its value and what would be.

    Raises:
        InputError: it is not good.
    """
    if not good:
        raise InputError(f"{name} is {quoted(value)}, expected {expected}")


def is_count(value: Any, least: int = 1) -> bool:
    """Whether that is a whole number, and not too small."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and bool(value >= least)


def is_number(value: Any, least: float = -math.inf) -> bool:
    """Whether that is a finite number, and not too small."""
    real = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    try:
        return real and math.isfinite(value) and bool(value >= least)
    except (OverflowError, TypeError):  # a whole number beyond all floats; a complex one
        return False
