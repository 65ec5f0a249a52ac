"""How good predictions are: accuracy, R², confusion matrix, precision, recall and F1."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the rows whose predicted label is the true one, 0 to 1.

    Labels are (N,), or (N, K) where a row has several, which must then all be right.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    expect_same_shape(labels, predicted)
    return float(np.mean((labels == predicted).reshape(len(labels), -1).all(axis=1)))


def r2(y: np.ndarray, predicted: np.ndarray) -> float:
    """R², the share of the variance of y that the predictions explain: 1 is perfect, 0 is the mean.

    y and predicted are (N,), or (N, K), of whose columns the mean R² is taken. A column that does
    not vary counts as 1 where it is predicted exactly, else as 0, as in scikit-learn.
    """
    y, predicted = np.asarray(y, np.float64), np.asarray(predicted, np.float64)
    expect_same_shape(y, predicted)
    y, predicted = y.reshape(len(y), -1), predicted.reshape(len(y), -1)
    missed = ((y - predicted) ** 2).sum(axis=0)
    spread = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    shares = 1 - missed / np.where(spread == 0, 1, spread)
    return float(np.where(spread == 0, missed == 0, shares).mean())


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) counts: row = true label, column = predicted label.

    Raises:
        ValueError: a label is not an integer from 0 to classes - 1.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    expect_same_shape(labels, predicted)
    for part in (labels, predicted):
        if part.dtype.kind not in "iu" or not ((part >= 0) & (part < classes)).all():
            raise ValueError(f"labels are not all integers, expected 0 to {classes - 1}")
    labels = labels.astype(np.int64)
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
    correct = np.diag(matrix).astype(np.float64)
    predicted, support = matrix.sum(axis=0), matrix.sum(axis=1)
    return ClassScores(
        precision=correct / np.maximum(predicted, 1),
        recall=correct / np.maximum(support, 1),
        f1=2 * correct / np.maximum(predicted + support, 1),
        support=support,
    )


def percent(share: float, decimals: int = 2) -> str:
    """A share, 0 to 1, as it is written everywhere: `97.44 %`."""
    return f"{100 * share:.{decimals}f} %"


def classification_report(matrix: np.ndarray, names: Sequence[str]) -> str:
    """Precision, recall, F1 and number of true rows of each class, as a table."""
    width = max(len(name) for name in ("class", *names)) + 2
    lines = [f"{'class':<{width}}precision   recall       F1  support"]
    for name, *scores, support in zip(names, *class_scores(matrix), strict=True):
        shares = "".join(f"{percent(score):>9}" for score in scores)
        lines.append(f"{name:<{width}}{shares}{support:9,}")
    return "\n".join(lines)


def expect_same_shape(labels: np.ndarray, predicted: np.ndarray) -> None:
    if labels.shape != predicted.shape:
        raise ValueError(f"labels are {labels.shape} but predictions {predicted.shape}")
