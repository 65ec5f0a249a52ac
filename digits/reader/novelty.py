"""Whether an image is like those a network was trained on, or something new altogether.

A network that knows ten digits calls a letter one of them, and may be sure of it. But images of a
digit differ from their mean in few ways only, its principal axes; what of an image lies off these
axes is unlike the digit. (This is principal component analysis of each class.)
"""

from typing import NamedTuple

import numpy as np

AXES = 8  # of each class; 16 or 32 tell letters from digits no better
ROWS = 1000  # of each class to find them from; more change little
ROUNDS = 12  # of the power iteration
ACCEPTED = 0.985  # share of the training images that are like their class
# Means and axes are whole multiples of 1 / FINENESS, which pack into half the bytes. Errors move by
# 0.2 pixels at most, of 27 that an image like its class may have.
FINENESS = 512


class Novelty(NamedTuple):
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


def fit(images: np.ndarray, labels: np.ndarray, classes: int) -> Novelty:
    """What (N, inputs) uint8 images have in common that have the same of (N,) labels."""
    inputs = images.shape[1]
    means = np.zeros((classes, inputs), np.float32)
    axes = np.zeros((classes, AXES, inputs), np.float32)
    for label in np.unique(labels):
        first = images[np.flatnonzero(labels == label)[:ROWS]] / np.float32(255)
        means[label] = first.mean(axis=0)
        axes[label] = principal_axes(first - means[label])
    means, axes = rounded(means), rounded(axes)  # as they are stored, so they are measured
    novelty = Novelty(means, axes, np.array(np.inf, np.float32))
    step = 1 + len(images) // (classes * ROWS)
    errors = novelty.reconstruction_error(images[::step], labels[::step])
    return novelty._replace(limit=np.quantile(errors, ACCEPTED).astype(np.float32))


def rounded(values: np.ndarray) -> np.ndarray:
    """float32 values up to 4 to the nearest multiple of 1 / FINENESS, as float16 can hold them."""
    whole: np.ndarray = np.rint(values * FINENESS)
    return whole / np.float32(FINENESS)


def principal_axes(centred: np.ndarray) -> np.ndarray:
    """(AXES, inputs) directions in which (N, inputs) centred rows vary most.

    By power iteration: multiplying by X^T X again and again turns any axes towards those.
    """
    axes = np.random.default_rng(0).normal(size=(centred.shape[1], AXES)).astype(np.float32)
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(centred.T @ (centred @ axes))
    return axes.T
