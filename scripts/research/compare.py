"""Put this project's classifier beside scikit-learn's MLPClassifier, in networks of the same size.

Both get the same solver, rate, batches, epochs and L2; what is left is how parameters start and
rows are shuffled. As it comes, a classifier is told only its size and activation; MLPClassifier
would so take minutes for the digits, and is left out there. They take turns with seeds 0 to 2.

The digits are as they are, 60,000 to learn from and 10,000 to be judged on; the moons and the
tumours, and their settings, are those of scripts/examples.

examples:
    python scripts/research compare
    python scripts/research compare --only moons breast_cancer
"""

import functools
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import breast_cancer
import exercise
import moons
from digits import dataset
from digits.commands import terminal
from digits.formats import read
from digits.network import Dense
from digits.places import BUNDLED_DIGITS
from digits.reader.classifier import LAYERS

SEEDS = range(3)
Settings = dict[str, Any]


class Examples(NamedTuple):
    """Rows to learn from, and rows to be judged on."""

    X: np.ndarray
    y: np.ndarray
    held_out_X: np.ndarray
    held_out_y: np.ndarray


class Task(NamedTuple):
    """What is to be learned, and in DenseClassifier's words by what network and how."""

    examples: Callable[[int], Examples]  # of a seed
    size: Settings
    settings: Settings


class Fit(NamedTuple):
    """How one fit went."""

    accuracy: float
    epochs: int
    seconds: float


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=TASKS, metavar="DATA",
        help=f"some of {', '.join(TASKS)}")  # fmt: skip
    options = parser.parse_args(argv)
    terminal.require("sklearn", "scikit-learn")
    print("| data | classifier | settings | epochs | accuracy (%) | fit (s) |")
    print("|---|---|---|---:|---:|---:|", flush=True)
    for name in options.only or TASKS:
        models = list(classifiers(name))
        rounds = [[fit(name, *model, seed) for model in models] for seed in SEEDS]
        for model, fits in zip(models, zip(*rounds, strict=True), strict=True):
            print(line(name, *model, fits), flush=True)
    return 0


def classifiers(name: str) -> Iterator[tuple[str, Any]]:
    """The classifiers of a task, before they are fitted, each after its settings in words."""
    from sklearn.neural_network import MLPClassifier

    from digits.estimator import DenseClassifier

    task = TASKS[name]
    rows = len(task.examples(0).X)
    same = in_words(task.settings)
    yield "as it comes", DenseClassifier(**task.size)
    if name != "digits":
        yield "as it comes", MLPClassifier(**translated(task.size, rows))
    yield same, DenseClassifier(**task.size, **task.settings)
    yield same, MLPClassifier(**translated(task.size | task.settings, rows))


def translated(settings: Settings, rows: int) -> Settings:
    """The same settings for MLPClassifier, without an end before the last epoch."""
    names = {"sigmoid": "logistic", "gd": "sgd"}
    theirs = {key: names.get(value, value) for key, value in settings.items()}
    if "alpha" in settings:
        theirs["batch_size"] = settings["batch_size"] or rows
        theirs["alpha"] = settings["alpha"] * theirs["batch_size"]  # they divide it by the batch
        theirs |= {"tol": 0.0, "n_iter_no_change": settings["max_iter"]}
    return theirs


def in_words(settings: Settings) -> str:
    """The settings as the table tells them."""
    size, momentum = settings["batch_size"], settings.get("momentum")
    words = [
        f"{settings['solver']}, rate {settings['learning_rate_init']}",
        f"momentum {momentum}" if momentum else "",
        f"batches of {size}" if size else "full batch",
        f"L2 {settings['alpha']}",
    ]
    return ", ".join(filter(None, words))


def fit(name: str, words: str, model: Any, seed: int) -> Fit:
    """Fit a copy of the model with a seed."""
    from sklearn.base import clone
    from sklearn.exceptions import ConvergenceWarning

    print(f"{name}, {who(model)}, {words}, seed {seed}", file=sys.stderr, flush=True)
    X, y, *held_out = TASKS[name].examples(seed)
    copy = clone(model).set_params(random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = time.perf_counter()
        copy.fit(X, y)
        seconds = time.perf_counter() - started
    return Fit(copy.score(*held_out), copy.n_iter_, seconds)


def who(model: Any) -> str:
    return type(model).__name__


def line(name: str, words: str, model: Any, fits: Sequence[Fit]) -> str:
    """A line of the Markdown table: medians, and the accuracy's mean ± standard deviation."""
    accuracies, epochs, seconds = zip(*fits, strict=True)
    points = 100 * np.array(accuracies)
    accuracy = f"{points.mean():.2f} ± {points.std(ddof=1):.2f}"
    middle = f"{statistics.median(epochs)} | {accuracy} | {statistics.median(seconds):.2f}"
    return f"| {name.replace('_', ' ')} | {who(model)} | {words} | {middle} |"


def size(layers: Sequence[Dense]) -> Settings:
    """The hidden layers, as both classifiers are told them."""
    *hidden, _ = layers
    units = tuple(layer.units for layer in hidden)
    return {"hidden_layer_sizes": units, "activation": hidden[0].activation}


@functools.cache
def all_digits() -> Examples:
    (images, labels), (held_out, answers) = dataset.split(read(BUNDLED_DIGITS))
    return Examples(images / np.float32(255), labels, held_out / np.float32(255), answers)


def some_moons(seed: int) -> Examples:
    rows, held_out = moons.points(seed)
    return Examples(*rows, *held_out)


def tumours(seed: int) -> Examples:
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    X = exercise.standardised(X, like=X[100:])
    return Examples(X[100:], y[100:], X[:100], y[:100])


TASKS = {
    "digits": Task(
        lambda seed: all_digits(),
        size(LAYERS),
        {"solver": "adam", "learning_rate_init": 0.001, "batch_size": 200, "alpha": 1e-4,
            "max_iter": 40},
    ),
    "moons": Task(
        some_moons,
        size(moons.LAYERS),
        {"solver": "gd", "learning_rate_init": 0.3, "momentum": 0.9, "batch_size": None,
            "alpha": 1e-3, "max_iter": 300},
    ),
    "breast_cancer": Task(
        tumours,
        size(breast_cancer.LAYERS),
        {"solver": "gd", "learning_rate_init": 0.3, "momentum": 0.0, "batch_size": 100,
            "alpha": 0.01, "max_iter": 200},
    ),
}  # fmt: skip
