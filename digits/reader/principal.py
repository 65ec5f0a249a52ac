"""How unlike the images of its digit an image is: what lies off their principal axes.

Images of a digit differ from their mean in few ways only, its principal axes; what of an image lies
off these axes is unlike the digit. (This is principal component analysis of each class.) It tells
pieces of digits from whole ones, where a number is read; what is no digit at all, such as a letter,
`digits.reader.novelty` tells better.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from digits.network.batches import Slice
from digits.network.training import Map

AXES = 8  # of each class; 16 or 32 tell letters from digits no better
ROWS = 1000  # of each class to find them from; more change little
ROUNDS = 12  # of the power iteration
ACCEPTED = 0.985  # share of the training images that are like their class
# What is stored are whole multiples of 1 / FINENESS, which pack into half the bytes. Errors move by
# 0.2 pixels at most, of 27 that an image like its class may have.
FINENESS = 512
BIN = 1 / 32  # pixels; errors that differ by less are counted together where there are many rows


class PrincipalAxes(NamedTuple):
    """What the images of each class have in common."""

    means: np.ndarray  # (classes, inputs) float32
    axes: np.ndarray  # (classes, AXES, inputs) float32, orthonormal rows
    limit: np.ndarray  # () float32, the largest error of an image that is like its class

    def reconstruction_error(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """(N,) float32: squared ink of (N, inputs) uint8 images off the axes of their (N,) labels.

        In units of pixels that are all ink.
        """
        errors = np.empty(len(images), np.float32)
        for label in np.unique(labels):
            of_label = np.flatnonzero(labels == label)
            off = images[of_label] / np.float32(255) - self.means[label]
            along = off @ self.axes[label].T
            errors[of_label] = (off**2).sum(axis=1) - (along**2).sum(axis=1)
        return errors


def fit(images: np.ndarray, labels: np.ndarray, classes: int) -> PrincipalAxes:
    """What (N, inputs) uint8 images have in common that have the same of (N,) labels."""
    inputs = images.shape[1]
    means = np.zeros((classes, inputs), np.float32)
    axes = np.zeros((classes, AXES, inputs), np.float32)
    for label in np.unique(labels):
        first = images[np.flatnonzero(labels == label)[:ROWS]] / np.float32(255)
        means[label] = first.mean(axis=0)
        axes[label] = principal_axes(first - means[label])
    means, axes = rounded(means), rounded(axes)  # as they are stored, so they are measured
    found = PrincipalAxes(means, axes, np.array(np.inf, np.float32))
    step = 1 + len(images) // (classes * ROWS)
    errors = found.reconstruction_error(images[::step], labels[::step])
    return found._replace(limit=np.quantile(errors, ACCEPTED).astype(np.float32))


def rounded(values: np.ndarray) -> np.ndarray:
    """float32 values to multiples of 1 / FINENESS that float16 can hold: the nearest up to 4."""
    whole = np.rint(values * FINENESS) / np.float32(FINENESS)
    stored: np.ndarray = whole.astype(np.float16).astype(np.float32)
    return stored


def principal_axes(centred: np.ndarray) -> np.ndarray:
    """(AXES, inputs) directions in which (N, inputs) centred rows vary most.

    By power iteration: multiplying by X^T X again and again turns any axes towards those.
    """
    axes = first_axes(centred.shape[1])
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(centred.T @ (centred @ axes))
    return axes.T


def first_axes(inputs: int) -> np.ndarray:
    """(inputs, AXES) float32 directions that the power iteration starts from."""
    return np.random.default_rng(0).normal(size=(inputs, AXES)).astype(np.float32)


def fit_slices(
    map: Map, rows: int, slices: Sequence[Any], classes: int, inputs: int
) -> PrincipalAxes:
    """`fit`, of rows that may lie elsewhere: only sums over their slices are asked for.

    Args:
        map: gives such a sum, as one result, of the slices or what stands for them.
        rows: how many there are in all.
    """
    every = 1 + rows // (classes * ROWS)

    def total(function: Callable[..., Any], *given: Any, first: int = 0) -> Any:
        [(found,)] = map(partial(thinned, partial(function, *given), every, first), slices)
        return found

    sums = total(class_sums, classes, inputs)  # (classes, 1 + inputs)
    means = (sums[:, 1:] / np.maximum(sums[:, :1], 1)).astype(np.float32)
    axes = np.tile(first_axes(inputs), (classes, 1, 1))
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(total(class_products, means, axes))
    axes[sums[:, 0] == 0] = 0
    turned = rounded(axes.transpose(0, 2, 1).astype(np.float32))
    found = PrincipalAxes(rounded(means), turned, np.array(np.inf, np.float32))
    # told from others than those above, where there are
    below = np.cumsum(total(error_counts, found, first=every // 2))
    limit = np.searchsorted(below, ACCEPTED * below[-1]) + 1
    return found._replace(limit=np.array(limit * BIN, np.float32))


def class_sums(classes: int, inputs: int, part: Slice) -> tuple[np.ndarray]:
    """Of the rows of a slice, for each class: how many, and the sums of their columns."""
    images, labels = rows_of(part, inputs)
    of_class = np.arange(classes)[:, None] == labels
    return (np.column_stack([of_class.sum(axis=1), of_class @ (images / 255)]),)


def class_products(means: np.ndarray, axes: np.ndarray, part: Slice) -> tuple[np.ndarray]:
    """X^T X times the axes of each class, of the centred rows X of a slice."""
    images, labels = rows_of(part, means.shape[1])
    products = np.zeros(axes.shape)
    for label in np.unique(labels):
        X = images[labels == label] / np.float32(255) - means[label]
        products[label] = X.T @ (X @ axes[label].astype(np.float32))
    return (products,)


def error_counts(known: PrincipalAxes, part: Slice) -> tuple[np.ndarray]:
    """How many rows of a slice have which error."""
    inputs = known.means.shape[1]
    images, labels = rows_of(part, inputs)
    bins = (known.reconstruction_error(images, labels) / BIN).astype(int)
    return (np.bincount(bins.clip(0), minlength=int(inputs / BIN) + 1),)


def thinned(function: Callable[[Slice], Any], step: int, first: int, part: Slice) -> Any:
    """The function of every `step`th row of a slice."""
    some = slice(first % len(part.X), None, step)
    return function(part._replace(X=part.X[some], targets=part.targets[some]))


def rows_of(part: Slice, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a slice with all their (n, inputs) columns, and their (n,) labels."""
    images = np.zeros((len(part.X), inputs), part.X.dtype)
    images[:, part.columns] = part.X
    return images, part.targets.argmax(axis=1)
