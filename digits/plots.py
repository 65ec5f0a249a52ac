"""Figures about training and mistakes, drawn onto axes that the caller owns."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from digits.training import Epoch

TRAINING, TEST = "tab:blue", "tab:orange"
MISTAKES = LinearSegmentedColormap.from_list("mistakes", ["white", "tab:red"])


def losses(axes: Axes, history: Sequence[Epoch]) -> None:
    """Mean cross-entropy of training and test rows by epoch, on a logarithmic scale."""
    epochs = [record.epoch for record in history]
    axes.plot(epochs, [record.loss for record in history], TRAINING, label="training")
    axes.plot(epochs, [record.test_loss for record in history], TEST, label="test")
    axes.set(xlabel="epoch", ylabel="cross-entropy", yscale="log", title="Loss")
    axes.grid(alpha=0.3, which="both")
    axes.legend()


def accuracies(axes: Axes, history: Sequence[Epoch]) -> None:
    """Accuracy of training and test rows by epoch, in percent."""
    epochs = [record.epoch for record in history]
    for name, colour, values in (
        ("training", TRAINING, [100 * record.accuracy for record in history]),
        ("test", TEST, [100 * record.test_accuracy for record in history]),
    ):
        axes.plot(epochs, values, colour, label=f"{name}, {values[-1]:.2f} % at the end")
    # The first epochs start near 10 %; the interesting part is the top.
    highest = max(record.test_accuracy for record in history)
    axes.set(xlabel="epoch", ylabel="accuracy (%)", title="Accuracy")
    axes.set_ylim(bottom=80 if highest > 0.85 else 0, top=100)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")


def confusion_matrix(axes: Axes, matrix: np.ndarray) -> None:
    """Counts by true (row) and predicted (column) digit; only the mistakes are coloured.

    Coloured by all counts, the diagonal would be dark and everything else white.
    """
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    limit = max(1, mistakes.max())
    axes.imshow(mistakes, cmap=MISTAKES, vmin=0, vmax=limit)
    for row, column in np.ndindex(matrix.shape):
        count = matrix[row, column]
        axes.text(
            column,
            row,
            str(count) if count else "·",
            ha="center",
            va="center",
            color="white" if mistakes[row, column] > 0.6 * limit else "black",
            fontweight="bold" if row == column else "normal",
            fontsize=9,
        )
    digits = range(len(matrix))
    share = np.trace(matrix) / max(1, matrix.sum())
    axes.set(xticks=digits, yticks=digits, xlabel="predicted digit", ylabel="true digit")
    axes.set_title(f"{matrix.sum() - np.trace(matrix):,} mistakes, {share:.2%} right")


def digit(axes: Axes, image: np.ndarray, title: str) -> None:
    """One (784,) image, 0 to 255, as ink on paper, with a title above."""
    axes.imshow(image.reshape(28, 28), cmap="gray_r", vmin=0, vmax=255)
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])


def picture(axes: Axes, colours: np.ndarray, title: str) -> None:
    """A (height, width, 3) uint8 picture with a title above."""
    axes.imshow(colours)
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])


def probabilities(axes: Axes, values: np.ndarray, title: str) -> None:
    """The (10,) probabilities of the digits as bars, the highest in its own colour."""
    digits = np.arange(len(values))
    colours = np.where(digits == values.argmax(), TEST, TRAINING)
    bars = axes.barh(digits, 100 * values, color=colours)
    axes.bar_label(bars, [f"{100 * value:.1f} %" for value in values], padding=3, fontsize=8)
    axes.set(xlim=(0, 125), yticks=digits, xticks=[0, 50, 100], xlabel="probability (%)")
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9)
