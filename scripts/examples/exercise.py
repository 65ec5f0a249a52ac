"""What the classic exercises share: their flags, and inputs on one scale."""

import project

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.commands import terminal
from digits.places import MODELS


def parse(name: str, docstring: str, epochs: int, argv: Sequence[str] | None) -> argparse.Namespace:
    """The flags of an exercise; the directory for its figures is there afterwards.

    Raises:
        InputError: scikit-learn, which has the data, is not installed.
    """
    parser = terminal.parser(docstring)
    add, whole, output = parser.add_argument, terminal.whole_number, MODELS / name
    add("--epochs", type=whole, metavar="N", default=epochs, help=f"default: {epochs}")
    add("--output", type=Path, metavar="DIR", default=output, help=f"default: models/{name}")
    options = parser.parse_args(argv)
    terminal.require("sklearn", "scikit-learn")
    terminal.make_directory(options.output)
    return options


def standardised(X: np.ndarray, like: np.ndarray) -> np.ndarray:
    """X on the scale on which the columns of `like` have mean 0 and standard deviation 1."""
    return (X - like.mean(axis=0)) / like.std(axis=0)


def spread(scores: Sequence[float]) -> str:
    """Mean ± standard deviation."""
    return f"{np.mean(scores):.3f} ± {np.std(scores, ddof=1):.3f}"
