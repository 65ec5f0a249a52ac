"""How a digit network is trained: the presets, and what their settings mean."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from digits.augment import elastic
from digits.centring import Centred
from digits.classifier import CLASSES, LAYERS, TREATMENTS, DigitClassifier, new_network
from digits.dataset import Digits
from digits.likeness import learn
from digits.network import Network
from digits.optimizers import Adam, GradientDescent, Optimizer, Rprop, warmup_cosine
from digits.strokes import drawn
from digits.training import Epoch, train

# How each optimizer is set where neither the preset nor a flag says otherwise. These and the
# presets were chosen on validation rows: study.py repeats that, docs/results.md has the figures.
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "gd": {"learning_rate": 3.0, "momentum": 0.9, "schedule": "cosine", "l2": 4e-4},
    "rprop": {"learning_rate": 0.01, "l2": 2e-4},
    "adam": {"learning_rate": 0.03, "schedule": "cosine", "l2": 2e-4},
}
PRESETS: dict[str, dict[str, Any]] = {
    "default": {
        "optimizer": "gd",
        "epochs": 160,
        "treatment": "canonical",
        "centred": True,
        "initial": None,  # as suits the activations
        "copies": [],
        "train_rows": None,
    },
    # A published experiment, repeated to the letter; docs/results.md has its figures beside ours.
    "blog": {
        "optimizer": "gd",
        "learning_rate": 0.8,
        "momentum": 0.0,
        "schedule": "constant",
        "l2": 0.0,
        "epochs": 500,
        "treatment": "raw",
        "centred": False,
        "initial": "uniform",
        "copies": [],
        "train_rows": 30_000,
    },
}
# The most accurate 13,002 parameters found. Each copy is (distance, smoothness) of elastic bending.
PRESETS["best"] = PRESETS["default"] | {
    "optimizer": "rprop",
    "epochs": 400,
    "l2": 2e-4,
    "copies": [(0.6, 4.0), (0.6, 4.0), (1.0, 4.0), (1.0, 6.0)],
}
# As right on what people draw and photograph as 13,002 parameters were made: with digits written in
# the ways that MNIST's writers hardly used.
PRESETS["pictures"] = PRESETS["best"] | {
    "epochs": 300,
    "copies": [(0.6, 4.0), (1.0, 4.0)],
    "drawn": 60_000,
}
# What a layer's activations are centred on, and then multiplied by, in the eyes of the optimizer:
# sigmoids are to go from -1 to 1. Weights there are 1/scale of the network's, and L2 counts them
# there. Others than these stay as they are.
CENTRES = {"sigmoid": (0.5, 2.0)}
WARMUP = 20  # epochs in which the learning rate of the cosine schedule rises
Settings = dict[str, Any]


class Run(NamedTuple):
    """Everything a training run is made of."""

    settings: Settings
    network: Network
    optimizer: Optimizer
    rows: Digits  # as the network takes them
    test: Digits
    rng: np.random.Generator
    history: list[Epoch]  # of the epochs done so far
    data_digest: str  # tells whether a checkpoint was made with the same rows


def settings_of(preset: str, given: Mapping[str, Any]) -> Settings:
    """Settings of a preset with the `given` ones put over them.

    A preset's own learning rate and the like belong to its own optimizer; another optimizer brings
    its own.
    """
    chosen = PRESETS[preset]
    optimizer = given.get("optimizer", chosen["optimizer"])
    defaults = OPTIMIZERS[optimizer]
    if optimizer == chosen["optimizer"]:
        settings = {**defaults, **chosen}
    else:
        settings = {**chosen, **defaults}
    return {"preset": preset, "seed": 0, **settings, **given}


def prepare(settings: Settings, rows: Digits, test: Digits) -> Run:
    """The network, optimizer and inputs that the settings describe, before the first epoch."""
    rng = np.random.default_rng(settings["seed"])
    layers = [layer._replace(initial=settings["initial"] or layer.initial) for layer in LAYERS]
    network = new_network(rng, settings["treatment"], layers)
    treat = TREATMENTS[settings["treatment"]]
    images, labels = lesson(settings, rows, rng)
    X = treat(images)
    return Run(
        settings,
        network,
        optimizer_of(settings, network, X),
        Digits(X, labels),
        Digits(treat(test.images), test.labels),
        rng,
        history=[],
        data_digest=digest(rows, test),
    )


def lesson(settings: Settings, rows: Digits, rng: np.random.Generator) -> Digits:
    """Images and labels to learn from: the rows, bent copies of them, and digits drawn anew."""
    copies = [elastic(rows.images, rng, *bend) for bend in settings["copies"]]
    drawings, named = drawn(settings.get("drawn", 0), rng)
    if not copies and not len(drawings):
        return rows
    return Digits(
        np.concatenate([rows.images, *copies, drawings]),
        np.concatenate([*[rows.labels] * (1 + len(copies)), named]),
    )


def optimizer_of(settings: Settings, network: Network, X: np.ndarray) -> Optimizer:
    """The optimizer that the settings name, centred on the inputs X where they say so."""
    rate = settings["learning_rate"]
    if settings.get("schedule") == "cosine":
        rate = warmup_cosine(rate, WARMUP, settings["epochs"])
    optimizer: Optimizer
    if settings["optimizer"] == "rprop":
        optimizer = Rprop(rate)
    elif settings["optimizer"] == "adam":
        optimizer = Adam(rate)
    else:
        optimizer = GradientDescent(rate, settings["momentum"], nesterov=True)
    if not settings["centred"]:
        return optimizer
    pixels = (network.unit * X.mean(axis=0), 1.0)
    hidden = [CENTRES.get(layer.activation, (0.0, 1.0)) for layer in network.layers[:-1]]
    means, scales = zip(pixels, *hidden, strict=True)
    return Centred(optimizer, network, means, scales)


def epochs(run: Run) -> Iterator[Epoch]:
    """Train on from where the run is; one record an epoch, also added to the run's history."""
    done, total, l2 = len(run.history), run.settings["epochs"], run.settings["l2"]
    if isinstance(run.optimizer, Centred):
        l2 = [l2 / scale**2 for scale in run.optimizer.scales]
    for record in train(
        run.network, *run.rows, run.optimizer, total, validation=run.test, l2=l2, done=done
    ):
        run.history.append(record)
        yield record


def classifier_of(run: Run) -> DigitClassifier:
    """The run's network as it is now, ready for plain images, with where it came from."""
    about = {**run.settings, "data": run.data_digest, "epochs_done": len(run.history)}
    if "test_data" in about:
        about["test_data"] = True  # a model that is passed on need not tell where they are
    treatment = run.settings["treatment"]
    return DigitClassifier(run.network, treatment, learn(*run.rows, CLASSES), about)


def digest(*parts: Digits) -> str:
    """A fingerprint of images and labels."""
    sha = hashlib.sha256()
    for images, labels in parts:
        sha.update(images.data)
        sha.update(labels.data)
    return sha.hexdigest()[:16]
