"""A digit reader: what is done to an image, and the network that then names it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digits import checkpoints
from digits.canonical import canonical
from digits.errors import InputError
from digits.layers import Dense
from digits.likeness import AXES, Likeness
from digits.network import Network

PIXELS = 784
CLASSES = 10
# The one network of this project: 784-16-16-10, 13,002 parameters.
LAYERS = (Dense(16, "sigmoid"), Dense(16, "sigmoid"), Dense(CLASSES, "softmax"))
KIND = "digits model"
# Below this probability of the likeliest digit a classifier is not sure. Chosen on validation rows,
# with `likeness.KEPT`: more than half of the errors are caught by one or the other, and less than
# two of a hundred right answers (docs/results.md).
SURE_FROM = 0.62


def as_is(images: np.ndarray) -> np.ndarray:
    """The images themselves."""
    return images


# What may be done to (N, 784) uint8 images before the network sees them. The model file says which
# it was, so that prediction does what training did.
TREATMENTS = {"raw": as_is, "as is": as_is, "canonical": canonical}


def new_network(
    rng: np.random.Generator,
    treatment: str = "canonical",
    layers: Sequence[Dense] = LAYERS,
    dtype: type = np.float32,
) -> Network:
    """The digit network before it has learned anything.

    Raw pixels it takes as they are, 0 to 255, all others as shares of 255.
    """
    return Network(PIXELS, layers, rng, dtype, unit=1.0 if treatment == "raw" else 1 / 255)


class DigitClassifier:
    """Names the digit in MNIST-like images.

    Attributes:
        network: takes 784 inputs, gives 10 probabilities.
        treatment: the name in `TREATMENTS` of what is done to images first.
        likeness: what the images it was trained on are like; None if that is not known.
        about: how it came about: preset, epochs, seed and the like; shown, never computed with.
    """

    def __init__(
        self,
        network: Network,
        treatment: str,
        likeness: Likeness | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self.network = network
        self.treatment = treatment
        self.likeness = likeness
        self.about = dict(about or {})

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """(N, 784) uint8 images, 255 = ink -> (N, 10) float32 probabilities of the digits 0 to 9.

        Raises:
            ValueError: the images are not (N, 784) uint8.
        """
        return self.network.probabilities(self.treated(images))

    def predict(self, images: np.ndarray) -> np.ndarray:
        """(N, 784) uint8 images -> (N,) int64, the most probable digit of each."""
        return self.network.predict(self.treated(images))

    def treated(self, images: np.ndarray) -> np.ndarray:
        """(N, 784) uint8 images -> as the network takes them, (N, 784) uint8.

        Raises:
            ValueError: the images are not (N, 784) uint8.
        """
        if images.ndim != 2 or images.shape[1] != PIXELS or images.dtype != np.uint8:
            raise ValueError(
                f"images are {images.shape} {images.dtype}, expected (N, {PIXELS}) uint8"
            )
        return TREATMENTS[self.treatment](images)

    def sure(self, images: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """(N,) bool: whether the most probable digits are to be relied on.

        That is where one is probable enough, and the image is like those of that digit.
        """
        sure: np.ndarray = probabilities.max(axis=1) >= SURE_FROM
        if self.likeness is not None:
            distance = self.likeness.distance(self.treated(images), probabilities.argmax(axis=1))
            sure &= distance <= self.likeness.limit
        return sure

    def save(self, path: str | Path) -> None:
        """Write the model to an `.npz` file, whole or not at all."""
        header = {
            "architecture": repr(self.network),
            "treatment": self.treatment,
            "about": self.about,
        }
        arrays = {"theta": self.network.theta}
        if self.likeness is not None:
            arrays["means"] = self.likeness.means.astype(np.float16)
            arrays["axes"] = self.likeness.axes.astype(np.float16)
            arrays["limit"] = np.asarray(self.likeness.limit)
        checkpoints.write(Path(path), KIND, header, arrays)


def shipped() -> Path:
    """Where the model is that comes along: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parent
    inside = package / "models" / "pretrained.npz"
    return inside if inside.exists() else package.parent / "models" / "pretrained.npz"


def load(path: str | Path | None = None) -> DigitClassifier:
    """The classifier that `DigitClassifier.save` wrote; without a path, the shipped one.

    Raises:
        InputError: the file is damaged, not a digits model, or of another architecture.
        OSError: the file cannot be opened.
    """
    path = shipped() if path is None else Path(path)
    header, arrays = checkpoints.read(path, KIND)
    treatment, about = header.get("treatment"), header.get("about")
    if treatment not in list(TREATMENTS):
        raise InputError(
            f"{path} was trained on {treatment!r} images, expected one of {', '.join(TREATMENTS)}"
        )
    network = new_network(np.random.default_rng(0), treatment)
    check_architecture(path, header, network)
    restore_array(path, arrays, "theta", network.theta)
    likeness = restored_likeness(path, arrays)
    return DigitClassifier(network, treatment, likeness, about if isinstance(about, dict) else None)


def restored_likeness(path: Path, arrays: Mapping[str, np.ndarray]) -> Likeness | None:
    """The likeness in a model file; files that never had one are none the worse for it."""
    if "limit" not in arrays:
        return None
    means, axes = (
        np.empty(shape, np.float16) for shape in ((CLASSES, PIXELS), (CLASSES, AXES, PIXELS))
    )
    limit = np.empty((), np.float32)
    for name, into in (("means", means), ("axes", axes), ("limit", limit)):
        restore_array(path, arrays, name, into)
    return Likeness(means.astype(np.float32), axes.astype(np.float32), limit)


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
    into[...] = saved
