"""From the picture of a number to its cuts, their readings, and the path that wins."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from digits import plots
from digits.dataset import SIDE, Digits
from digits.pictures import looked_at
from digits.pictures.mnist_like import mnist_like
from digits.pictures.paths import Lattice, evidence, fine, lattice_of
from digits.pictures.segments import box_of
from digits.reader import DigitClassifier
from numbers_ import side_by_side
from renderings import mixed

TOUCHING, OVERLAP = [13, 15, 18], 2  # rows of digits, and pixels by which they overlap
TIMES = 6  # as large as MNIST's pixels
PEN, PAPER, SHADE = np.array([40, 50, 110]), np.array([236, 230, 214]), 0.35
COUNTS = (2, 3, 4)  # digits that it may be


def number_figure(reader: DigitClassifier, digits: Digits) -> Figure:
    """Digits that touch, all cuts through them, and the best way to each number of digits."""
    images = digits.images[TOUCHING].reshape(-1, SIDE, SIDE)
    photo = photographed(side_by_side(list(images), -OVERLAP))
    _, ink = looked_at(photo)
    top, left, bottom, right = box_of(ink)
    ink = fine(ink[top:bottom, left:right])
    lattice = lattice_of(ink)
    speaks = evidence(lattice.parts, reader.evidence)
    paths = [path_of(count, lattice, speaks) for count in COUNTS]
    best = max(paths, key=lambda path: speaks[path].sum())
    figure = plots.new_figure(10, 6.4)
    above, *below = figure.subfigures(1 + len(paths), 1, height_ratios=[1.6, 1, 1, 1])
    seen, cuts = above.subplots(1, 2)
    plots.picture(seen, photo, "the picture")
    draw_cuts(cuts, ink, lattice, best)
    for part, path in zip(below, paths, strict=True):
        words = f"{len(path)} digits: {speaks[path].sum():+.1f}"
        part.suptitle(f"{words}, the most" if path is best else words, x=0.02, ha="left", y=0.6)
        grid = part.subplots(1, max(COUNTS) + 1)
        for axes in grid:
            axes.axis("off")
        for axes, number in zip(grid[1:], path, strict=False):
            image = mnist_like(lattice.parts[number].ink)
            label = reader.predict(image)[0]
            axes.axis("on")
            plots.digit(axes, image, f"{label}, and {speaks[number]:+.1f} for it")
    return figure


def photographed(page: np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8: a page of ink as a pen's, on paper that a shadow falls on."""
    size = TIMES * page.shape[1], TIMES * page.shape[0]
    levels = np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BICUBIC), float)
    light = 1 - SHADE * np.linspace(0, 1, size[0])[:, None]
    return np.rint(mixed(np.clip(levels / 127.5 - 0.5, 0, 1), PEN, PAPER) * light).astype(np.uint8)


def draw_cuts(axes: Axes, ink: np.ndarray, lattice: Lattice, best: list[int]) -> None:
    """All cuts, thin, and those of the best path."""
    axes.imshow(ink, cmap="gray_r", vmin=0, vmax=2)
    inner = lattice.ways[:, 1:-1].T
    ends = {lattice.parts[number].end - 1 for number in best[:-1]}
    for number, way in enumerate(inner):
        colour, width = (plots.TEST, 2.5) if number in ends else (plots.TRAINING, 0.7)
        axes.plot(way - 0.5, np.arange(len(way)), color=colour, linewidth=width)
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"{len(inner)} cuts, {len(lattice.parts)} parts between them", fontsize=9)


def path_of(count: int, lattice: Lattice, speaks: np.ndarray) -> list[int]:
    """The numbers of `count` parts, from end to end, for which most speaks in sum."""
    best: dict[tuple[int, int], tuple[float, list[int]]] = {(0, 0): (0.0, [])}
    order = sorted(range(len(speaks)), key=lambda number: lattice.parts[number].end)
    for number in order:
        start, end = lattice.parts[number][:2]
        for parts in range(count):
            total, path = best.get((start, parts), (-np.inf, []))
            total += float(speaks[number])
            if total > best.get((end, parts + 1), (-np.inf, []))[0]:
                best[end, parts + 1] = total, [*path, number]
    return best[lattice.ways.shape[1] - 1, count][1]
