"""How good predictions are: accuracy, confusion matrix, precision, recall and F1."""

from typing import NamedTuple

import numpy as np


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the rows whose (N,) predicted label is the true one, 0 to 1."""
    return float(np.mean(labels == predicted))


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) counts: row = true label, column = predicted label."""
    pairs = labels * classes + predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


class ClassScores(NamedTuple):
    """Precision, recall and F1 of each class, (K,) float64, and its number of true rows."""

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


def class_scores(matrix: np.ndarray) -> ClassScores:
    """Scores of each class from a confusion matrix; where nothing was counted, 0."""
    right = np.diag(matrix).astype(np.float64)
    predicted, support = matrix.sum(axis=0), matrix.sum(axis=1)
    return ClassScores(
        precision=right / np.maximum(predicted, 1),
        recall=right / np.maximum(support, 1),
        f1=2 * right / np.maximum(predicted + support, 1),
        support=support,
    )
