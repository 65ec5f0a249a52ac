"""What `train.py` and `evaluate.py` leave to look at: figures, and figures in numbers."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from digits import metrics, plots
from digits.classifier import CLASSES, DigitClassifier
from digits.dataset import Digits
from digits.functions import one_hot
from digits.training import Epoch

Metrics = dict[str, Any]


class Seen(NamedTuple):
    """A picture on its way through the reader."""

    name: str
    grey: np.ndarray  # (height, width) 0 = black to 255 = white
    image: np.ndarray  # (784,) uint8, as a row of the digits CSV
    posed: np.ndarray  # (784,) as the network takes it, 0 to 255
    probabilities: np.ndarray  # (10,)


DPI = 120
GALLERY = (4, 6)  # rows and columns of mistakes


def evaluate(classifier: DigitClassifier, test: Digits) -> tuple[Metrics, np.ndarray]:
    """What a classifier scores on test digits, and its (N, 10) probabilities."""
    probabilities = classifier.probabilities(test.images)
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion_matrix(test.labels, predicted, CLASSES)
    scores = metrics.class_scores(matrix)
    true_class = np.maximum((probabilities * one_hot(test.labels, CLASSES)).sum(axis=1), 1e-35)
    return {
        "test_accuracy": metrics.accuracy(test.labels, predicted),
        "test_loss": float(-np.log(true_class, dtype=np.float64).mean()),
        "parameters": classifier.network.theta.size,
        "precision": scores.precision.tolist(),
        "recall": scores.recall.tolist(),
        "confusion_matrix": matrix.tolist(),
    }, probabilities


def draw_evaluation(
    directory: Path, metrics: Metrics, test: Digits, probabilities: np.ndarray
) -> None:
    """Write confusion_matrix.png and mistakes.png."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    plots.confusion_matrix(figure.subplots(), np.array(metrics["confusion_matrix"]))
    figure.savefig(directory / "confusion_matrix.png", dpi=DPI)

    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != test.labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")]
    rows, columns = GALLERY
    figure = Figure(figsize=(1.5 * columns, 1.75 * rows + 0.5), layout="constrained")
    figure.suptitle(
        f"The {min(len(worst), rows * columns)} most confident of {len(worst)} mistakes"
    )
    grid = figure.subplots(rows, columns)
    for axes in grid.flat:
        axes.axis("off")
    for axes, i in zip(grid.flat, worst, strict=False):
        title = f"{test.labels[i]} read as {predicted[i]}\n{confidence[i]:.1%} sure"
        axes.axis("on")
        plots.digit(axes, test.images[i], title)
    figure.savefig(directory / "mistakes.png", dpi=DPI)


def draw_history(directory: Path, history: list[Epoch]) -> None:
    """Write loss_curves.png: loss and accuracy by epoch."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    plots.losses(left, history)
    plots.accuracies(right, history)
    figure.savefig(directory / "loss_curves.png", dpi=DPI)


def draw_seen(path: Path, rows: Sequence[Seen]) -> None:
    """Write a figure with a row per picture: as it is, as an image, as posed, and the answer."""
    figure = Figure(figsize=(11, 2.9 * len(rows)), layout="constrained")
    for line, seen in zip(figure.subplots(len(rows), 4, squeeze=False), rows, strict=True):
        plots.picture(line[0], seen.grey, seen.name)
        plots.digit(line[1], seen.image, "28 × 28, centred")
        plots.digit(line[2], seen.posed, "what the network sees")
        plots.probabilities(line[3], seen.probabilities, "what it says")
    figure.savefig(path, dpi=DPI)


def write_history(path: Path, history: list[Epoch]) -> None:
    """Write the records as CSV, one row an epoch."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Epoch._fields)
        writer.writerows(history)


def write_metrics(path: Path, metrics: Metrics) -> None:
    """Write figures as JSON."""
    path.write_text(json.dumps(metrics, indent=1) + "\n")


def table(metrics: Metrics) -> str:
    """Metrics as a table: precision and recall of each digit, then the whole."""
    support = np.array(metrics["confusion_matrix"]).sum(axis=1)
    lines = ["digit  precision  recall  test rows"]
    for digit, (precision, recall, rows) in enumerate(
        zip(metrics["precision"], metrics["recall"], support, strict=True)
    ):
        lines.append(f"{digit:<5}{100 * precision:9.2f} %{100 * recall:6.2f} %{rows:11,}")
    lines.append(f"test loss: {metrics['test_loss']:.4f}")
    lines.append(f"test accuracy: {100 * metrics['test_accuracy']:.2f} %")
    return "\n".join(lines)
