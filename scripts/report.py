"""What `train.py` and `evaluate.py` leave to look at: figures, and figures in numbers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from digits import metrics, plots
from digits.checkpoints import replacing
from digits.classifier import CLASSES, DigitClassifier
from digits.dataset import Digits
from digits.functions import one_hot
from digits.training import Epoch

Metrics = dict[str, Any]


class Seen(NamedTuple):
    """A picture on its way through the reader."""

    name: str
    colours: np.ndarray  # (height, width, 3) uint8
    image: np.ndarray  # (784,) uint8, as a row of the digits CSV
    posed: np.ndarray  # (784,) as the network takes it, 0 to 255
    probabilities: np.ndarray  # (10,)


# The columns of history.csv: of the digits, those that are held out are the test rows.
HISTORY = ("epoch", "loss", "accuracy", "test_loss", "test_accuracy", "seconds")
DPI = 120
GALLERY = (4, 6)  # rows and columns of mistakes


def evaluate(classifier: DigitClassifier, test: Digits) -> tuple[Metrics, np.ndarray]:
    """What a classifier scores on test digits, and its (N, 10) probabilities."""
    seen = classifier.treated(test.images)
    loss, probabilities = classifier.network.loss(seen, one_hot(test.labels, CLASSES))
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion_matrix(test.labels, predicted, CLASSES)
    per_class = metrics.class_scores(matrix)
    return {
        "test_accuracy": metrics.accuracy(test.labels, predicted),
        "test_loss": loss / len(seen),
        "parameters": classifier.network.theta.size,
        "precision": per_class.precision.tolist(),
        "recall": per_class.recall.tolist(),
        "confusion_matrix": matrix.tolist(),
    }, probabilities


def draw_evaluation(
    directory: Path, scores: Metrics, test: Digits, probabilities: np.ndarray
) -> None:
    """Write confusion_matrix.png and mistakes.png."""
    figure = new_figure(6.4, 6.4)
    plots.confusion_matrix(figure.subplots(), np.array(scores["confusion_matrix"]))
    save(figure, directory / "confusion_matrix.png")

    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != test.labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")]
    rows, columns = GALLERY
    figure = new_figure(1.5 * columns, 1.75 * rows + 0.5)
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
    save(figure, directory / "mistakes.png")


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, whose parts keep out of each other's way."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> None:
    """Write a figure, in the format that the file's name asks for, whole or not at all."""
    with replacing(path) as file:
        figure.savefig(file, dpi=DPI, format=path.suffix.removeprefix("."))


def draw_history(directory: Path, history: list[Epoch]) -> None:
    """Write loss_curves.png: loss and accuracy by epoch."""
    figure = new_figure(10, 4)
    left, right = figure.subplots(1, 2)
    plots.losses(left, history)
    plots.accuracies(right, history)
    save(figure, directory / "loss_curves.png")


def classification_report(matrix: np.ndarray, names: Sequence[str]) -> str:
    """Precision, recall, F1 and number of true rows of each class, as a table."""
    width = max(len(name) for name in ("class", *names)) + 2
    lines = [f"{'class':<{width}}precision   recall       F1  support"]
    for name, *scores, support in zip(names, *metrics.class_scores(matrix), strict=True):
        shares = "".join(f"{100 * score:7.2f} %" for score in scores)
        lines.append(f"{name:<{width}}{shares}{support:9,}")
    return "\n".join(lines)


def draw_seen(path: Path, rows: Sequence[Seen]) -> None:
    """Write a figure with a row per picture: as it is, as an image, as posed, and the answer."""
    figure = new_figure(11, 2.9 * len(rows))
    for line, seen in zip(figure.subplots(len(rows), 4, squeeze=False), rows, strict=True):
        plots.picture(line[0], seen.colours, seen.name)
        plots.digit(line[1], seen.image, "28 × 28, centred")
        plots.digit(line[2], seen.posed, "what the network sees")
        plots.probabilities(line[3], seen.probabilities, "what it says")
    save(figure, path)


def write_history(path: Path, history: list[Epoch]) -> None:
    """Write the records as CSV, one row an epoch."""
    lines = [",".join(map(str, line)) for line in (HISTORY, *history)]
    with replacing(path) as file:
        file.write("\n".join([*lines, ""]).encode())


def write_metrics(path: Path, scores: Metrics) -> None:
    """Write figures as JSON."""
    with replacing(path) as file:
        file.write((json.dumps(scores, indent=1) + "\n").encode())


def table(scores: Metrics) -> str:
    """Metrics as a table: the scores of each digit, then the whole."""
    names = [str(digit) for digit in range(CLASSES)]
    return "\n".join(
        [
            classification_report(np.array(scores["confusion_matrix"]), names),
            f"test loss: {scores['test_loss']:.4f}",
            f"test accuracy: {100 * scores['test_accuracy']:.2f} %",
        ]
    )
