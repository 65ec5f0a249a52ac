"""A training from the beginning that is looked at while it goes on."""

import base64
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from digits.dataset import CLASSES, Digits, known_labels, split
from digits.network import Epoch, Network
from digits.network.metrics import confusion_matrix, percent
from digits.reader import DigitClassifier, Settings, recipe
from digits.reader.shards import of_digits
from digits.web.jobs import Job, Stopped

SHOWN_EVERY = 0.3  # seconds, at least, between two looks at the weights
# A look may take this share of the time: the training is to be hardly any slower for it.
LOOKING = 0.04
MISTAKES = 12  # that are shown
STRONGEST = 127  # of a weight in a look


def watch(
    job: Job, settings: Settings, digits: Digits, made: Callable[[DigitClassifier], None]
) -> dict[str, Any]:
    """Train by the settings, telling the job of each epoch; the result in figures and words.

    Args:
        job: what is told, held and stopped.
        settings: of the training.
        digits: to train on, and behind these to test on.
        made: is given the reader, also of a training that was stopped.

    Raises:
        Stopped: it was stopped before its first epoch had ended.
    """
    rows, test = split(digits, settings.train_rows)
    run = recipe.prepare(settings, of_digits(settings, rows), test, progress=job.told)
    job.running()
    next_look = 0.0
    try:
        for record in recipe.epochs(run):
            job.epoch = record.epoch
            job.add("epoch", told_of(record, job.epochs))
            if (started := time.monotonic()) >= next_look:
                job.add("weights", look(record.epoch, run.network, run.test, test))
                took = time.monotonic() - started
                next_look = time.monotonic() + max(SHOWN_EVERY, took / LOOKING)
            job.wait()
    except Stopped:
        if not run.history:
            raise
    last = run.history[-1]
    job.add("weights", look(last.epoch, run.network, run.test, test))
    made(recipe.classifier_of(run))
    return {
        "epochs": last.epoch,
        "seconds": round(sum(record.seconds for record in run.history), 2),
        "test_accuracy": last.validation_accuracy,
        "sentence": f"{percent(last.validation_accuracy)} of the test digits right"
        f" after {last.epoch:,} epochs",
    }


def told_of(record: Epoch, epochs: int) -> dict[str, Any]:
    """An epoch in the names that `digits train` writes to its history."""
    return {
        "epoch": record.epoch,
        "epochs": epochs,
        "loss": round(record.loss, 6),
        "accuracy": round(record.accuracy, 6),
        "test_loss": round(record.validation_loss, 6),
        "test_accuracy": round(record.validation_accuracy, 6),
        "seconds": round(record.seconds, 4),
    }


def look(epoch: int, network: Network, posed: recipe.Examples, test: Digits) -> dict[str, Any]:
    """The first layer's weights as images, and what is read wrong.

    Args:
        epoch: that the network is after.
        network: that is being trained.
        posed: the test digits as it takes them.
        test: the same digits as they are shown.
    """
    probabilities = network.probabilities(posed[0])
    labels, predicted = known_labels(test), probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    confidence = probabilities[wrong, predicted[wrong]]
    worst = wrong[np.argsort(-confidence, kind="stable")[:MISTAKES]]
    W, _ = network.parameters[0]
    return {
        "epoch": epoch,
        "units": W.shape[1],
        "images": weight_images(W),
        "confusion": confusion_matrix(labels, predicted, CLASSES).tolist(),
        "mistakes": [
            [test.images[row].tolist(), int(labels[row]), int(predicted[row]),
             round(float(probabilities[row, predicted[row]]), 4)]
            for row in worst
        ],
    }  # fmt: skip


def weight_images(W: np.ndarray) -> str:
    """(784, units) weights as base64 of (units, 784) int8, the strongest of all of them 127."""
    strongest = max(float(np.abs(W).max()), 1e-12)
    images = np.rint(W.T * (STRONGEST / strongest)).astype(np.int8)
    return base64.b64encode(images.tobytes()).decode()
