"""The settings of a training run: a checked record, the presets, and what each may be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digits.errors import InputError, expect, is_count
from digits.network import OPTIMIZERS
from digits.network.layers import INITIALIZERS
from digits.reader.classifier import LAYERS, PREPROCESSING
from digits.reader.rules import (
    AMOUNT,
    COUNT,
    FLAG,
    PAIR,
    SHARE,
    WHOLE,
    Rule,
    choice,
    many,
    or_none,
    whole_up_to,
)

HIDDEN_UNITS = tuple(dense.units for dense in LAYERS[:-1])


class Settings(NamedTuple):
    """How a digit network is trained. `settings_of` makes them, and checks what it is given."""

    preset: str
    optimizer: str  # a name in `digits.network.OPTIMIZERS`
    learning_rate: float
    momentum: float | None  # None for optimizers that have none
    schedule: str  # of the learning rate: constant or cosine
    l2: float
    epochs: int
    seed: int = 0  # of everything random
    preprocessing: str = "canonical"  # a name in `digits.reader.classifier.PREPROCESSING`
    centred: bool = True  # whether steps are taken as if all inputs were centred
    hidden: tuple[int, ...] = HIDDEN_UNITS  # of each hidden layer, all of them sigmoids
    initializer: str | None = None  # a name in `digits.network.layers.INITIALIZERS`; None: as suits
    copies: tuple[tuple[float, float], ...] = ()  # distance and smoothness of each elastic copy
    reshaped: int = 0  # copies that are turned, stretched or coarse
    drawn: int = 0  # digits that are drawn in addition
    # How `data` were split, and where they lie, for a run that is resumed; None where a program
    # gave the rows.
    train_rows: int | None = None  # None for all that are not test rows
    data: tuple[str, ...] | None = None
    test_data: tuple[str, ...] | None = None
    transposed: bool | None = None  # None to tell by the files' names


# How each optimizer is set where neither the preset nor anybody else says otherwise. These and the
# presets were chosen on validation rows: scripts/research/study.py repeats that, docs/results.md
# has the figures.
TUNED: dict[str, dict[str, Any]] = {
    "gd": {"learning_rate": 4.0, "momentum": 0.9, "schedule": "cosine", "l2": 4e-4},
    "rprop": {"learning_rate": 0.01, "momentum": None, "schedule": "constant", "l2": 2e-4},
    "lbfgs": {"learning_rate": 1.0, "momentum": None, "schedule": "constant", "l2": 2e-4},
    "adam": {"learning_rate": 0.03, "momentum": None, "schedule": "cosine", "l2": 2e-4},
}
# How long each takes, and on how many copies, where the preset does not say. With L-BFGS a bent
# copy of each digit takes little more time, as so few epochs are enough; momentum descent and Adam
# do not come so far that a copy would tell.
WORK: dict[str, dict[str, Any]] = {
    "gd": {"epochs": 160},
    "rprop": {"epochs": 200, "copies": ((0.6, 4.0),)},
    "lbfgs": {"epochs": 90, "copies": ((0.6, 4.0),)},
    "adam": {"epochs": 160},
}
PRESETS: dict[str, dict[str, Any]] = {
    # With digits written in the ways that MNIST's writers hardly used, for other people's pictures.
    "default": {"optimizer": "gd", "drawn": 9_000},
    # The most accurate 13,002 parameters found, on test digits and on pictures; the shipped model.
    "best": {
        "optimizer": "lbfgs",
        "epochs": 400,
        "copies": ((0.6, 4.0), (0.6, 4.0), (0.6, 4.0), (0.6, 4.0)),
        "reshaped": 1,
        "drawn": 60_000,
        "l2": 1e-4,
    },
    # A published experiment, repeated to the letter; docs/results.md has its figures beside ours.
    "blog": {
        "optimizer": "gd",
        "learning_rate": 0.8,
        "momentum": 0.0,
        "schedule": "constant",
        "l2": 0.0,
        "epochs": 500,
        "preprocessing": "raw",
        "centred": False,
        "initializer": "uniform",
        "copies": (),
        "train_rows": 30_000,
    },
}


def settings_of(preset: str = "default", **given: Any) -> Settings:
    """Settings of a preset, with the given ones put over them.

    A preset's own learning rate and the like belong to its own optimizer; another optimizer brings
    its own.

    Raises:
        InputError: there is no such preset or setting, or it cannot have this value.
    """
    check("preset", preset)
    chosen = PRESETS[preset]
    own = chosen.get("optimizer", "gd")
    optimizer = given.get("optimizer", own)
    check("optimizer", optimizer)
    tuned = TUNED[optimizer]
    basis = tuned | chosen if optimizer == own else chosen | tuned
    named = {"preset": preset, "optimizer": optimizer}
    return checked_settings(WORK[optimizer] | basis | named | given)


def saved_settings(saved: Any) -> Settings:
    """The settings that a file tells of.

    Raises:
        InputError: they are not all there, or one cannot have this value.
    """
    if not isinstance(saved, dict):
        raise InputError(f"settings are {saved!r:.40}, expected those of a training run")
    if missing := [name for name in Settings._fields if name not in saved]:
        raise InputError(f"settings lack {missing[0]}, expected those of a training run")
    return checked_settings(saved)


def checked_settings(given: Mapping[str, Any]) -> Settings:
    """The settings by name, each of them checked, and that they go together."""
    for name, value in given.items():
        check(name, value)
    settings = Settings(**{name: plain(value) for name, value in given.items()})
    optimizer, kind = settings.optimizer, OPTIMIZERS[settings.optimizer]
    fits, momentum = (settings.momentum is not None) == kind.has_momentum, settings.momentum
    expected = "a number from 0 to below 1" if kind.has_momentum else "None"
    expect(fits, "momentum", momentum, f"{expected} with the optimizer {optimizer}")
    fits = kind.has_schedule or settings.schedule == "constant"
    expect(fits, "schedule", settings.schedule, f"constant with the optimizer {optimizer}")
    return settings


def without_paths(settings: Settings) -> Settings:
    """The same, with the names alone of its files: what is passed on tells nothing of a machine."""

    def names(paths: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if paths is None else tuple(Path(path).name for path in paths)

    return settings._replace(data=names(settings.data), test_data=names(settings.test_data))


def check(name: str, value: Any) -> None:
    """Refuse a setting that there is not, or that cannot have this value."""
    if name not in RULES:
        raise InputError(f"{name:.60} is no setting, expected one of {', '.join(RULES)}")
    good, expected = RULES[name]
    expect(good(value), name, value, expected)


def plain(value: Any) -> Any:
    """A value as JSON holds it, but for lists, which become tuples."""
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return value.item() if isinstance(value, np.generic) else value


UNITS: Rule = (lambda value: is_count(value) and value <= 10_000, "a whole number from 1 to 10,000")
PATHS: Rule = many((lambda value: isinstance(value, str), "a file's name"))
RULES: dict[str, Rule] = {
    "preset": choice(PRESETS),
    "seed": WHOLE,
    "optimizer": choice(OPTIMIZERS),
    "learning_rate": AMOUNT,
    "momentum": or_none(SHARE),
    "schedule": choice(["constant", "cosine"]),
    "l2": AMOUNT,
    "epochs": COUNT,
    "preprocessing": choice(PREPROCESSING),
    "centred": FLAG,
    "hidden": many(UNITS),
    "initializer": or_none(choice(INITIALIZERS)),
    "copies": many(PAIR),
    "reshaped": whole_up_to(1000),
    "drawn": whole_up_to(10_000_000),
    "train_rows": or_none(COUNT),
    "data": or_none(PATHS),
    "test_data": or_none(PATHS),
    "transposed": or_none(FLAG),
}
