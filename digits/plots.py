"""Figures about training and mistakes, drawn onto axes that the caller owns, and saved."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

from digits.dataset import SIDE
from digits.files import replacing
from digits.network import Epoch, Network
from digits.network.metrics import percent

DPI = 120
TRAINING, TEST = "tab:blue", "tab:orange"
CLASS_COLOURS = LinearSegmentedColormap.from_list("classes", [TRAINING, "white", TEST])
BELOW_A_DECADE = 8  # times from bottom to top of an axis whose ticks need no logarithm
MISTAKES = LinearSegmentedColormap.from_list("mistakes", ["white", "tab:red"])


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, whose parts keep out of each other's way."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> None:
    """Write a figure, in the format that the file's name asks for, whole or not at all."""
    with replacing(path) as file, warnings.catch_warnings():
        # A title may have letters that matplotlib's font does not.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure.savefig(file, dpi=DPI, format=path.suffix.removeprefix("."))


def losses(axes: Axes, history: Sequence[Epoch], name: str = "cross-entropy") -> None:
    """Mean loss of training and test rows by epoch, on a logarithmic scale."""
    epochs = [record.epoch for record in history]
    shown = [("training", TRAINING, [record.loss for record in history])]
    if has_test(history):
        shown.append(("test", TEST, [record.validation_loss for record in history]))
    for label, colour, values in shown:
        axes.plot(epochs, values, colour, label=label)
    axes.set(xlabel="epoch", ylabel=name, yscale="log", title="Loss")
    low, high = axes.get_ylim()
    # 0.1, 0.2, 0.5, 1 over decades; within less than one, round steps as on any other axis
    several = high > BELOW_A_DECADE * low
    axes.yaxis.set_major_locator(
        LogLocator(subs=(1, 2, 5)) if several else MaxNLocator(6, steps=(1, 2, 5, 10))
    )
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(alpha=0.3)
    axes.legend()


def accuracies(axes: Axes, history: Sequence[Epoch]) -> None:
    """Accuracy of training and test rows by epoch, in percent."""
    epochs = [record.epoch for record in history]
    shown = [("training", TRAINING, [100 * record.accuracy for record in history])]
    if has_test(history):
        shown.append(("test", TEST, [100 * record.validation_accuracy for record in history]))
    for name, colour, values in shown:
        axes.plot(epochs, values, colour, label=f"{name}, {percent(values[-1] / 100)} at the end")
    # The first epochs start near 10 %; the interesting part is the top.
    highest = max(values[-1] for _, _, values in shown)
    axes.set(xlabel="epoch", ylabel="accuracy (%)", title="Accuracy")
    axes.set_ylim(bottom=80 if highest > 85 else 0, top=100)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")


def has_test(history: Sequence[Epoch]) -> bool:
    """Whether rows were held out; their figures are nan otherwise."""
    return not np.isnan(history[-1].validation_loss)


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
            f"{count:,}" if count else "·",
            ha="center",
            va="center",
            color="white" if mistakes[row, column] > 0.6 * limit else "black",
            fontweight="bold" if row == column else "normal",
            fontsize=9,
        )
    digits = range(len(matrix))
    share = np.trace(matrix) / max(1, matrix.sum())
    axes.set(xticks=digits, yticks=digits, xlabel="predicted digit", ylabel="true digit")
    axes.set_title(f"{matrix.sum() - np.trace(matrix):,} mistakes, {percent(share)} right")


def digit(axes: Axes, image: np.ndarray, title: str) -> None:
    """One (784,) image, 0 to 255, as ink on paper, with a title above."""
    axes.imshow(image.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=255)
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])


def picture(axes: Axes, colours: np.ndarray, title: str) -> None:
    """A (height, width, 3) uint8 picture with a title above, such as the name of its file."""
    axes.imshow(colours)
    shown = "".join(letter if letter.isprintable() else "?" for letter in title)
    axes.set_title(shown, fontsize=9, parse_math=False)
    axes.set(xticks=[], yticks=[])


def boxes(axes: Axes, found: Sequence[Sequence[int]], labels: np.ndarray, scale: float) -> None:
    """A box and a label for each digit over a picture.

    Boxes are x, y, width and height in pixels of the file, of which each of the picture's has
    `scale` along either side.
    """
    for box, label in zip(found, labels, strict=True):
        x, y, width, height = (length / scale for length in box)
        corner = (x - 0.5, y - 0.5)  # a pixel's middle is at whole numbers
        axes.add_patch(Rectangle(corner, width, height, fill=False, color=TEST))
        axes.annotate(str(label), corner, color=TEST, fontsize=9, va="bottom")


def probabilities(axes: Axes, values: np.ndarray, title: str, named: bool = True) -> None:
    """The (10,) probabilities of the digits as bars, the highest in its own colour if `named`."""
    digits = np.arange(len(values))
    colours = np.where((digits == values.argmax()) & named, TEST, TRAINING)
    bars = axes.barh(digits, 100 * values, color=colours)
    axes.bar_label(bars, [percent(value, 1) for value in values], padding=3, fontsize=8)
    axes.set(xlim=(0, 125), yticks=digits, xticks=[0, 50, 100], xlabel="probability (%)")
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9)


def decision_boundary(axes: Axes, network: Network, X: np.ndarray, y: np.ndarray) -> None:
    """(N, 2) points in the colours of their classes, 0 and 1, over what a network says of them."""
    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    across, up = (np.linspace(low[i], high[i], 300) for i in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    p = network.probabilities(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    levels = np.linspace(0, 1, 11)
    shades = axes.contourf(across, up, p, levels=levels, cmap=CLASS_COLOURS, alpha=0.6)
    axes.figure.colorbar(shades, ax=axes, label="probability of class 1")
    axes.contour(across, up, p, levels=[0.5], colors="black")
    for label, colour in enumerate((TRAINING, TEST)):
        across, up = X[y == label].T
        axes.scatter(across, up, s=12, color=colour, edgecolors="white", linewidths=0.4,
                     label=f"class {label}")  # fmt: skip
    axes.set(xlabel="first input", ylabel="second input")
    axes.legend(loc="upper right")


def predictions(axes: Axes, y: np.ndarray, predicted: np.ndarray, title: str) -> None:
    """(N,) predicted numbers over the true ones, and the line where they would be equal."""
    axes.scatter(y, predicted, s=12, color=TRAINING, alpha=0.6)
    axes.axline((y.mean(), y.mean()), slope=1, color="black", linewidth=1)
    axes.set(xlabel="true", ylabel="predicted", title=title)
    axes.grid(alpha=0.3)
