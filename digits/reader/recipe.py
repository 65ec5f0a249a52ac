"""How a digit network is trained: settings and rows become a run, its epochs, and a reader."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from digits.dataset import Digits, known_labels
from digits.network import (
    OPTIMIZERS,
    Dense,
    Epoch,
    Network,
    Optimizer,
    centred,
    train,
    warmup_cosine,
)
from digits.network.rows import Rows
from digits.parallel import Progress, silent
from digits.reader import doubt
from digits.reader.classifier import OUTPUT, PREPROCESSING, DigitClassifier, new_network
from digits.reader.rows import Transform, as_rows, on_black_paper
from digits.reader.settings import Settings, checked_settings
from digits.reader.shards import (
    Open,
    Source,
    data_digest,
    in_parts,
    open_here,
)

WARMUP = 20  # epochs in which the learning rate of the cosine schedule rises

Examples = tuple[np.ndarray, np.ndarray]  # (N, 784) uint8 as the network takes them, (N,) labels


class Run(NamedTuple):
    """Everything a training run is made of."""

    settings: Settings
    network: Network
    optimizer: Optimizer
    rows: Rows
    test: Examples
    history: list[Epoch]  # of the epochs done so far
    data_digest: str  # tells whether a checkpoint was made with the same rows


def prepare(
    settings: Settings,
    sources: Sequence[Source],
    test: Digits,
    *,
    open_sources: Open = open_here,
    preprocess: Transform | None = None,
    progress: Progress = silent,
) -> Run:
    """The network, optimizer and inputs that the settings describe, before the first epoch.

    Args:
        settings: as `settings_of` makes them.
        sources: of the digits to learn from, as `digits.reader.shards` makes them.
        test: digits to be judged on after every epoch.
        open_sources: opens them, here or elsewhere.
        preprocess: in place of what the settings name, to see what that is worth.
        progress: is told how far it has come.

    Raises:
        InputError: some digits have no labels, or a setting cannot be.
    """
    settings = checked_settings(settings._asdict())
    test = Digits(as_rows(test.images), known_labels(test))
    rng, layers = np.random.default_rng(settings.seed), layers_of(settings)
    network = new_network(rng, settings.preprocessing, layers)
    preprocess = preprocess or PREPROCESSING[settings.preprocessing].function
    if settings.drawn:
        doubt.shipped()  # it is needed at the end, and should not be missing only then
    rows, digests = open_sources(sources, preprocess, progress)
    on_black = on_black_paper(test.images, progress)
    posed = in_parts(preprocess, on_black, "preprocessing", progress)
    return Run(
        settings,
        network,
        optimizer_of(settings, network, rows),
        rows,
        test=(posed, known_labels(test)),
        history=[],
        data_digest=data_digest(digests, test),
    )


def layers_of(settings: Settings) -> list[Dense]:
    """The hidden layers, and the ten probabilities."""
    hidden = [Dense(units, "sigmoid", settings.initializer) for units in settings.hidden]
    return [*hidden, OUTPUT._replace(initializer=settings.initializer)]


def optimizer_of(settings: Settings, network: Network, rows: Rows) -> Optimizer:
    """The optimizer that the settings name, centred on the rows' mean where they say so."""
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        rate = warmup_cosine(rate, WARMUP, settings.epochs)
    optimizer = OPTIMIZERS[settings.optimizer].make(rate, settings.momentum or 0.0)
    return centred(optimizer, network, rows) if settings.centred else optimizer


def epochs(run: Run) -> Iterator[Epoch]:
    """Train on from where the run is; one record an epoch, also added to the run's history."""
    settings, network = run.settings, run.network
    for record in train(
        network,
        run.rows,
        run.optimizer,
        settings.epochs,
        validation=network.rows(*run.test),
        l2=settings.l2,
        epochs_done=len(run.history),
    ):
        run.history.append(record)
        yield record


def classifier_of(run: Run) -> DigitClassifier:
    """The run's network as it is now, ready for plain images, with where it came from.

    A run without drawn digits need not be about digits, which are all the second network knows.
    """
    about = {name: value for name, value in run.settings._asdict().items() if value is not None}
    about |= {"data": run.data_digest, "epochs_done": len(run.history)}
    if "test_data" in about:
        about["test_data"] = True  # a model that is passed on need not tell where they are
    preprocessing = run.settings.preprocessing
    second = doubt.shipped() if run.settings.drawn else None
    limited = doubt.limited(second, run.network, run.rows, PREPROCESSING[preprocessing].pose)
    return DigitClassifier(run.network, preprocessing, limited, about)
