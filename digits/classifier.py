"""A digit reader: what is done to an image, and the network that then names it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from digits import checkpoints
from digits.canonical import canonical
from digits.errors import InputError
from digits.network import Dense, Network

PIXELS = 784
CLASSES = 10
# The one network of this project: 784-16-16-10, 13,002 parameters.
LAYERS = (Dense(16, "sigmoid"), Dense(16, "sigmoid"), Dense(CLASSES, "softmax"))
KIND = "digits model"


def as_is(images: np.ndarray) -> np.ndarray:
    """The images themselves."""
    return images


def raw(images: np.ndarray) -> np.ndarray:
    """Pixels as floats from 0 to 255, for a network that is to see them unscaled."""
    return images.astype(np.float32)


# What may be done to (N, 784) uint8 images before the network sees them. Bytes reach it as shares
# of 255. The model file says which it was, so that prediction does what training did.
TREATMENTS = {"raw": raw, "as is": as_is, "canonical": canonical}


class DigitClassifier:
    """Names the digit in MNIST-like images.

    Attributes:
        network: takes 784 inputs, gives 10 probabilities.
        treatment: the name in `TREATMENTS` of what is done to images first.
        about: how it came about: preset, epochs, seed and the like; shown, never computed with.
    """

    def __init__(
        self, network: Network, treatment: str, about: Mapping[str, Any] | None = None
    ) -> None:
        self.network = network
        self.treatment = treatment
        self.about = dict(about or {})

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """(N, 784) uint8 images, 255 = ink -> (N, 10) float32 probabilities of the digits 0 to 9.

        Raises:
            ValueError: the images are not (N, 784) uint8.
        """
        if images.ndim != 2 or images.shape[1] != PIXELS or images.dtype != np.uint8:
            raise ValueError(
                f"images are {images.shape} {images.dtype}, expected (N, {PIXELS}) uint8"
            )
        return self.network.outputs(TREATMENTS[self.treatment](images))

    def predict(self, images: np.ndarray) -> np.ndarray:
        """(N, 784) uint8 images -> (N,) int64, the most probable digit of each."""
        return self.probabilities(images).argmax(axis=1)

    def save(self, path: Path) -> None:
        """Write the model to an `.npz` file, whole or not at all."""
        header = {
            "architecture": repr(self.network),
            "treatment": self.treatment,
            "about": self.about,
        }
        checkpoints.write(path, KIND, header, {"theta": self.network.theta})


def load(path: Path) -> DigitClassifier:
    """The classifier that `DigitClassifier.save` wrote.

    Raises:
        InputError: the file is damaged, not a digits model, or of another architecture.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    header, arrays = checkpoints.read(path, KIND)
    network = Network(PIXELS, LAYERS, np.random.default_rng(0))
    check_architecture(path, header, network)
    treatment, about = header.get("treatment"), header.get("about")
    if treatment not in list(TREATMENTS):
        raise InputError(
            f"{path} was trained on {treatment!r} images, expected one of {', '.join(TREATMENTS)}"
        )
    restore_array(path, arrays, "theta", network.theta)
    return DigitClassifier(network, treatment, about if isinstance(about, dict) else None)


def check_architecture(path: Path, header: Mapping[str, Any], network: Network) -> None:
    """Refuse a file whose parameters belong to another network."""
    if (found := header.get("architecture")) != repr(network):
        raise InputError(f"{path} holds a network {found}, expected {network!r}")


def restore_array(
    path: Path, arrays: Mapping[str, np.ndarray], name: str, into: np.ndarray
) -> None:
    """Copy a saved array over one of the same shape and dtype, refusing anything else."""
    saved = arrays.get(name)
    if saved is None or saved.shape != into.shape or saved.dtype != into.dtype:
        found = "missing" if saved is None else f"{saved.shape} {saved.dtype}"
        raise InputError(f"{path}: {name} is {found}, expected {into.shape} {into.dtype}")
    if not np.isfinite(saved).all():
        raise InputError(f"{path}: {name} holds values that are not finite numbers")
    into[:] = saved
