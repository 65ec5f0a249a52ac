"""How a digit network is trained: settings and rows become a run, its epochs, and a reader."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from digits.dataset import CLASSES, Digits, known_labels
from digits.network import (
    OPTIMIZERS,
    Dense,
    Epoch,
    Network,
    Optimizer,
    train,
    warmup_cosine,
)
from digits.network.batches import Batch, full_batch
from digits.network.centring import centred_on
from digits.network.l2 import strengths
from digits.network.training import Map, run_epochs
from digits.parallel import Progress, row_slices, silent, thread_map
from digits.preprocessing import draw_digits, draw_outliers
from digits.preprocessing.elastic import SLICE_ROWS, elastic
from digits.preprocessing.reshaped import reshaped
from digits.reader import novelty, principal
from digits.reader.classifier import (
    OUTPUT,
    PREPROCESSING,
    DigitClassifier,
    new_network,
)
from digits.reader.rows import as_rows, on_black_paper
from digits.reader.settings import Settings, checked_settings

ROWS_PER_OUTLIER = 4  # at least: of few digits few things are told that are none
WARMUP = 20  # epochs in which the learning rate of the cosine schedule rises
TOLD_EVERY = 10 * SLICE_ROWS  # rows after which `progress` hears of slow work

Images = Callable[[np.ndarray], np.ndarray]  # (N, 784) uint8 -> the same
Examples = tuple[np.ndarray, np.ndarray]  # (N, 784) uint8 as the network takes them, (N,) labels


class Run(NamedTuple):
    """Everything a training run is made of."""

    settings: Settings
    network: Network
    optimizer: Optimizer
    rows: Examples | Batch  # a batch of shards, where `digits.reader.shards` has prepared it
    test: Examples
    history: list[Epoch]  # of the epochs done so far
    data_digest: str  # tells whether a checkpoint was made with the same rows
    map: Map = thread_map  # spreads the slices of the rows


def prepare(
    settings: Settings,
    rows: Digits,
    test: Digits,
    *,
    preprocess: Images | None = None,
    progress: Progress = silent,
) -> Run:
    """The network, optimizer and inputs that the settings describe, before the first epoch.

    Args:
        settings: as `settings_of` makes them.
        rows: digits to learn from.
        test: digits to be judged on after every epoch.
        preprocess: in place of what the settings name, to see what that is worth.
        progress: is told how far it has come.

    Raises:
        InputError: some digits have no labels, or a setting cannot be.
    """
    settings = checked_settings(settings._asdict())
    rows, test = (Digits(as_rows(part.images), known_labels(part)) for part in (rows, test))
    data_digest = digest(rows, test)
    rows, test = (
        part._replace(images=on_black_paper(part.images, progress)) for part in (rows, test)
    )
    rng = np.random.default_rng(settings.seed)
    network = new_network(rng, settings.preprocessing, layers_of(settings))
    preprocess = preprocess or PREPROCESSING[settings.preprocessing].function
    images, labels = training_set(settings, rows, rng, progress)
    posed, posed_test = (
        in_parts(preprocess, part, "preprocessing", progress) for part in (images, test.images)
    )
    return Run(
        settings,
        network,
        optimizer_of(settings, network, posed.mean(axis=0)),
        rows=(posed, labels),
        test=(posed_test, known_labels(test)),
        history=[],
        data_digest=data_digest,
    )


def layers_of(settings: Settings) -> list[Dense]:
    """The hidden layers, and the ten probabilities."""
    hidden = [Dense(units, "sigmoid", settings.initializer) for units in settings.hidden]
    return [*hidden, OUTPUT._replace(initializer=settings.initializer)]


def training_set(
    settings: Settings, rows: Digits, rng: np.random.Generator, progress: Progress = silent
) -> Examples:
    """Images and labels to learn from: the rows, copies of them, and digits drawn anew."""
    labels = known_labels(rows)
    if not (settings.copies or settings.reshaped or settings.drawn):
        return rows.images, labels

    def bent(distance: float, smoothness: float) -> Images:
        return lambda images: elastic(images, rng, distance, smoothness)

    ways = [bent(*shape) for shape in settings.copies]
    ways += settings.reshaped * [lambda images: reshaped(images, rng)]
    copies = [in_parts(way, rows.images, "copying", progress) for way in ways]
    drawn = draw_digits(settings.drawn, rng, progress)
    return (
        np.concatenate([rows.images, *copies, drawn.images]),
        np.concatenate([*[labels] * each(settings), known_labels(drawn)]),
    )


def each(settings: Settings) -> int:
    """How many images `training_set` makes of each row, the row itself among them."""
    return 1 + len(settings.copies) + settings.reshaped


def in_parts(function: Images, images: np.ndarray, what: str, progress: Progress) -> np.ndarray:
    """function(images), part by part, with word of how far it has come."""
    made = np.empty_like(images)
    for rows in row_slices(len(images), TOLD_EVERY):
        made[rows] = function(images[rows])
        progress(what, min(1.0, rows.stop / max(1, len(images))))
    return made


def optimizer_of(settings: Settings, network: Network, mean: np.ndarray) -> Optimizer:
    """The optimizer that the settings name, centred on the inputs' mean where they say so."""
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        rate = warmup_cosine(rate, WARMUP, settings.epochs)
    optimizer = OPTIMIZERS[settings.optimizer].make(rate, settings.momentum or 0.0)
    return centred_on(optimizer, network, mean) if settings.centred else optimizer


def epochs(run: Run, map: Map | None = None) -> Iterator[Epoch]:
    """Train on from where the run is; one record an epoch, also added to the run's history.

    `map` spreads the slices of the rows in place of the run's own, as for `digits.train`.
    """
    for record in records(run, map or run.map):
        run.history.append(record)
        yield record


def records(run: Run, map: Map) -> Iterator[Epoch]:
    """Those of the epochs that are not done yet."""
    network, optimizer, rows, done = run.network, run.optimizer, run.rows, len(run.history)
    total, l2 = run.settings.epochs, run.settings.l2
    if not isinstance(rows, Batch):
        settings: Any = {"validation": run.test, "l2": l2, "epochs_done": done, "map": map}
        return train(network, *rows, optimizer, total, **settings)
    whole, held_out = [rows], full_batch(*network.examples(*run.test))
    numbers, pull = range(done + 1, total + 1), strengths(l2, optimizer)
    return run_epochs(network, lambda epoch: whole, held_out, optimizer, pull, numbers, map)


def classifier_of(run: Run, progress: Progress = silent) -> DigitClassifier:
    """The run's network as it is now, ready for plain images, with where it came from.

    That it learns to doubt its answers takes seconds, of which `progress` is told.
    """
    about = {name: value for name, value in run.settings._asdict().items() if value is not None}
    about |= {"data": run.data_digest, "epochs_done": len(run.history)}
    if "test_data" in about:
        about["test_data"] = True  # a model that is passed on need not tell where they are
    if isinstance(run.rows, Batch):
        axes = principal.fit_slices(run.map, *run.rows, CLASSES, run.network.inputs)
    else:
        axes = principal.fit(*run.rows, CLASSES)
    known = doubt(run, progress)
    return DigitClassifier(run.network, run.settings.preprocessing, known, about, axes)


def doubt(run: Run, progress: Progress = silent) -> novelty.Novelty | None:
    """What the run's network is to be doubted by; None where nothing is drawn to learn it from."""
    settings = run.settings
    rows = run.rows.rows if isinstance(run.rows, Batch) else len(run.rows[1])
    count = min(settings.outliers, rows // ROWS_PER_OUTLIER)
    if not (settings.drawn and count):
        return None
    others = outliers(count, settings.preprocessing, settings.seed, progress)
    more: Any = others, settings.doubt_epochs, progress
    if isinstance(run.rows, Batch):
        return novelty.fit_slices(run.network, run.map, *run.rows, *more)
    own = (rows - settings.drawn) // each(settings)  # those that are no copies, and not drawn
    some = np.r_[:own, rows - settings.drawn : rows]
    images, labels = run.rows
    return novelty.fit(run.network, images[some], labels[some], *more, judged=own)


def outliers(
    count: int, preprocessing: str, seed: int = 0, progress: Progress = silent
) -> np.ndarray:
    """(count, 784) uint8 images of what is no digit, as a network takes them."""
    drawn = draw_outliers(count, np.random.default_rng(seed), progress)
    return in_parts(PREPROCESSING[preprocessing].function, drawn, "preprocessing", progress)


def digest(*parts: Digits) -> str:
    """A fingerprint of images and labels."""
    sha = hashlib.sha256()
    for digits in parts:
        sha.update(np.ascontiguousarray(digits.images).data)
        sha.update(np.ascontiguousarray(known_labels(digits)).data)
    return sha.hexdigest()[:16]
