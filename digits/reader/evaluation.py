"""How well a reader does on digits whose labels are known."""

from typing import Any, NamedTuple

import numpy as np

from digits.dataset import CLASSES, Digits, known_labels
from digits.network import metrics
from digits.network.functions import one_hot
from digits.reader.classifier import DigitClassifier


class Evaluation(NamedTuple):
    """What a reader makes of test digits."""

    accuracy: float  # share of the digits that are read right
    loss: float  # mean categorical cross-entropy
    confusion_matrix: np.ndarray  # (10, 10) counts: row = true digit, column = predicted digit
    probabilities: np.ndarray  # (N, 10)


def evaluate(reader: DigitClassifier, test: Digits) -> Evaluation:
    """The reader's answers to digits that have labels, and how good they are."""
    labels = known_labels(test)
    posed = reader.preprocess(test.images)
    loss, probabilities = reader.network.loss(posed, one_hot(labels, CLASSES))
    predicted = probabilities.argmax(axis=1)
    return Evaluation(
        metrics.accuracy(labels, predicted),
        loss / len(posed),
        metrics.confusion_matrix(labels, predicted, CLASSES),
        probabilities,
    )


def metrics_of(found: Evaluation, reader: DigitClassifier) -> dict[str, Any]:
    """The figures of metrics.json, by name."""
    scores = metrics.class_scores(found.confusion_matrix)
    return {
        "test_accuracy": found.accuracy,
        "test_loss": found.loss,
        "parameters": reader.network.theta.size,
        "precision": scores.precision.tolist(),
        "recall": scores.recall.tolist(),
        "confusion_matrix": found.confusion_matrix.tolist(),
    }
