"""What `train` and `evaluate` leave to look at: figures, and figures in numbers."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digits import plots
from digits.dataset import SIDE, Digits, known_labels
from digits.files import replacing
from digits.network import Epoch
from digits.network.metrics import percent
from digits.reader.answers import DigitAnswer, NumberAnswer
from digits.reader.evaluation import Evaluation

# The columns of history.csv: of the digits, those that are held out are the test rows.
HISTORY = ("epoch", "loss", "accuracy", "test_loss", "test_accuracy", "seconds")
GALLERY = (4, 6)  # rows and columns of mistakes


def draw_evaluation(directory: Path, found: Evaluation, test: Digits) -> None:
    """Write confusion_matrix.png and mistakes.png."""
    figure = plots.new_figure(6.4, 6.4)
    plots.confusion_matrix(figure.subplots(), found.confusion_matrix)
    plots.save(figure, directory / "confusion_matrix.png")

    labels = known_labels(test)
    predicted = found.probabilities.argmax(axis=1)
    confidence = found.probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")]
    rows, columns = GALLERY
    figure = plots.new_figure(1.5 * columns, 1.75 * rows + 0.5)
    figure.suptitle(
        f"The {min(len(worst), rows * columns)} most confident of {len(worst):,} mistakes"
    )
    grid = figure.subplots(rows, columns)
    for axes in grid.flat:
        axes.axis("off")
    for axes, i in zip(grid.flat, worst, strict=False):
        title = f"{labels[i]} read as {predicted[i]}\n{percent(confidence[i], 1)} sure"
        axes.axis("on")
        plots.digit(axes, test.images[i], title)
    plots.save(figure, directory / "mistakes.png")


def draw_history(directory: Path, history: list[Epoch]) -> None:
    """Write loss_curves.png: loss and accuracy by epoch."""
    figure = plots.new_figure(10, 4)
    left, right = figure.subplots(1, 2)
    plots.losses(left, history)
    plots.accuracies(right, history)
    plots.save(figure, directory / "loss_curves.png")


def draw_seen(path: Path, answers: Sequence[DigitAnswer | NumberAnswer], most: int) -> None:
    """Write a figure with a row for each of the first `most` digits: its picture, which spans the
    rows of all digits in it, its image, as posed, and the answer."""
    rows = [(answer, number) for answer in answers for number in range(len(answer.images))][:most]
    figure = plots.new_figure(11, 2.9 * len(rows))
    grid = figure.add_gridspec(len(rows), 4)
    for row, (answer, number) in enumerate(rows):
        if number == 0:
            last = min(len(rows), row + len(answer.images))
            left = figure.add_subplot(grid[row:last, 0], anchor="N")  # beside its first digit
            plots.picture(left, answer.colours, Path(answer.file).name)
            if isinstance(answer, NumberAnswer):
                plots.boxes(left, answer.boxes, answer.reading.labels, answer.scale)
        image, posed, says = (figure.add_subplot(grid[row, column]) for column in (1, 2, 3))
        reading, reason = answer.reading, answer.reasons[number]
        plots.digit(image, answer.images[number], f"{SIDE} × {SIDE}, centred")
        plots.digit(posed, reading.posed[number], "what the network sees")
        title = "what it says" if reason is None else f"what it says: {reason}"
        plots.probabilities(says, reading.probabilities[number], title, reason is None)
    plots.save(figure, path)


def write_history(path: Path, history: list[Epoch]) -> None:
    """Write the records as CSV, one row an epoch."""
    lines = [",".join(map(str, line)) for line in (HISTORY, *history)]
    with replacing(path) as file:
        file.write("\n".join([*lines, ""]).encode())


def write_metrics(path: Path, scores: Mapping[str, Any]) -> None:
    """Write figures as JSON."""
    with replacing(path) as file:
        file.write((json.dumps(scores, indent=1) + "\n").encode())
