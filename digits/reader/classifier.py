"""A digit reader: what is done to an image, and the network that then names it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from digits.dataset import CLASSES, PIXELS
from digits.errors import InputError, expect, is_count
from digits.network import Dense, Network
from digits.network.layers import checked, described, from_description, parameter_count
from digits.places import PRETRAINED
from digits.preprocessing.canonical import canonical
from digits.reader import checkpoints
from digits.reader import novelty as novelties
from digits.reader.checkpoints import Array, Kind
from digits.reader.novelty import Novelty
from digits.reader.principal import AXES, PrincipalAxes
from digits.reader.rows import as_rows, on_black_paper
from digits.reader.rules import choice

OUTPUT = Dense(CLASSES, "softmax")
# The one network of this project: 784-16-16-10, 13,002 parameters.
LAYERS = (Dense(16, "sigmoid"), Dense(16, "sigmoid"), OUTPUT)
# Below this probability of the likeliest digit a reader is not confident that has no `novelty`.
MIN_PROBABILITY = 0.62
# What speaks against an image being a digit that is as unlike it as is allowed, as a logarithm of
# odds; fitted together with what its shape tells (`digits.pictures.paths`).
STRANGE = 4.2
LEAST = 1e-6  # of a probability that a logarithm is taken of


def unchanged(images: np.ndarray) -> np.ndarray:
    return images


class Preprocessing(NamedTuple):
    """What is done to images before the network sees them."""

    function: Callable[[np.ndarray], np.ndarray]  # of (N, 784) uint8
    input_scale: float  # what the network then multiplies their levels by


# The model file says which it was, so that prediction does what training did.
PREPROCESSING = {
    "raw": Preprocessing(unchanged, 1.0),
    "as is": Preprocessing(unchanged, 1 / 255),
    "canonical": Preprocessing(canonical, 1 / 255),
}


def new_network(
    rng: np.random.Generator,
    preprocessing: str = "canonical",
    layers: Sequence[Dense] = LAYERS,
    dtype: type = np.float32,
) -> Network:
    """The digit network before it has learned anything."""
    return Network(PIXELS, layers, rng, dtype, PREPROCESSING[preprocessing].input_scale)


class Reading(NamedTuple):
    """What a reader makes of N images."""

    posed: np.ndarray  # (N, 784) uint8, the images as the network sees them
    probabilities: np.ndarray  # (N, 10) float32, of the digits 0 to 9
    labels: np.ndarray  # (N,) int64, the most probable digits
    confident: np.ndarray  # (N,) bool, whether they are to be relied on


class DigitClassifier:
    """Names the digit in MNIST-like images.

    Wherever it takes `images`, these are whole numbers from 0, paper, to 255, ink: (N, 784) or
    (N, 28, 28), or a single image, (784,) or (28, 28), which counts as N = 1; as an array, lists
    or a DataFrame; or booleans, of which True is ink. What is none of these is refused with an
    `InputError`. Images whose paper is of another level, such as dark ink on white, are read like
    pictures (`digits.reader.rows.on_black_paper`); all others are taken as they are.

    Attributes:
        network: takes 784 inputs, gives 10 probabilities.
        preprocessing: the name in `PREPROCESSING` of what is done to images first.
        novelty: tells whether an image is a digit at all; None if that was not learned.
        axes: what the images of each digit are like; None if that is not known.
        about: how it came about: preset, epochs, seed and the like; shown, never computed with.
    """

    def __init__(
        self,
        network: Network,
        preprocessing: str,
        novelty: Novelty | None = None,
        about: Mapping[str, Any] | None = None,
        axes: PrincipalAxes | None = None,
    ) -> None:
        self.network = network
        self.preprocessing = preprocessing
        self.novelty = novelty
        self.axes = axes
        self.about = dict(about or {})

    def read(self, images: ArrayLike) -> Reading:
        """All that there is to say of images.

        An answer is confident where it is likely enough that the image is a digit, and this one.
        """
        posed = self.preprocess(images)
        probabilities = self.network.probabilities(posed)
        labels = probabilities.argmax(axis=1)
        if self.novelty is not None:
            confident = self.novelty.likeness(posed, probabilities) >= self.novelty.limit
            return Reading(posed, probabilities, labels, confident)
        confident = probabilities.max(axis=1, initial=0) >= MIN_PROBABILITY
        if self.axes is not None:  # all that models of before know
            confident &= self.axes.reconstruction_error(posed, labels) <= self.axes.limit
        return Reading(posed, probabilities, labels, confident)

    def evidence(self, images: ArrayLike) -> np.ndarray:
        """(N,) what speaks for each image being a digit: the likelier and the less strange it is.

        The logarithm of the highest probability, less how far the image is from those of its class.
        """
        posed = self.preprocess(images)
        probabilities = self.network.probabilities(posed)
        likely: np.ndarray = np.log(np.maximum(probabilities.max(axis=1, initial=0), LEAST))
        if self.axes is None:
            return likely
        error = self.axes.reconstruction_error(posed, probabilities.argmax(axis=1))
        likely -= STRANGE * (error / self.axes.limit)
        return likely

    def probabilities(self, images: ArrayLike) -> np.ndarray:
        """(N, 10) float32 probabilities of the digits 0 to 9."""
        return self.network.probabilities(self.preprocess(images))

    def predict_proba(self, images: ArrayLike) -> np.ndarray:
        """`probabilities`, by the name that scikit-learn has for them."""
        return self.probabilities(images)

    def predict(self, images: ArrayLike) -> np.ndarray:
        """(N,) int64, the most probable digit of each image."""
        return self.network.predict(self.preprocess(images))

    def preprocess(self, images: ArrayLike) -> np.ndarray:
        """The images as the network takes them, (N, 784) uint8."""
        return PREPROCESSING[self.preprocessing].function(on_black_paper(as_rows(images)))

    def save(self, path: str | Path) -> None:
        """Write the model to an `.npz` file, whole or not at all."""
        header = {
            "architecture": repr(self.network),
            "treatment": self.preprocessing,  # the name it has in files
            "about": self.about,
        }
        arrays = {"theta": self.network.theta}
        if self.axes is not None:
            arrays["means"] = self.axes.means.astype(np.float16)
            arrays["axes"] = self.axes.axes.astype(np.float16)
            arrays["limit"] = np.asarray(self.axes.limit)
        if self.novelty is not None:
            arrays["novelty"] = self.novelty.network.theta.astype(np.float16)
            arrays["least"] = np.asarray(self.novelty.limit)
        checkpoints.write(Path(path), KIND, header, arrays)

    def __repr__(self) -> str:
        told = [repr(self.network), self.preprocessing]
        told += [f"{name} {self.about[name]}" for name in ("preset", "seed") if name in self.about]
        if is_count(self.about.get("epochs_done")):
            told.append(f"{self.about['epochs_done']:,} epochs")
        return f"DigitClassifier({', '.join(told)})"


def load(path: str | Path | None = None) -> DigitClassifier:
    """The classifier that `DigitClassifier.save` wrote; without a path, the shipped one.

    Raises:
        InputError: the file is damaged, not a digits model, or of something else than digits.
        OSError: the file cannot be opened.
    """
    path = PRETRAINED if path is None else Path(path)
    header, arrays = checkpoints.read(path, KIND)
    _, layers = from_description(header["architecture"])
    network = new_network(np.random.default_rng(0), header["treatment"], layers)
    network.theta[:] = arrays["theta"]
    novelty, axes = saved_novelty(path, arrays), saved_axes(path, arrays)
    return DigitClassifier(network, header["treatment"], novelty, header["about"], axes)


def reads_digits(architecture: Any) -> bool:
    """Whether a description is that of a network that reads digits, of whatever hidden layers."""
    try:
        inputs, layers = from_description(architecture)
        checked(inputs, layers)
    except InputError:
        return False
    return inputs == PIXELS and layers[-1] == OUTPUT


def saved_parameters(header: Mapping[str, Any]) -> Array:
    """What the parameters in a file have to be that tells of such a network."""
    return Array((parameter_count(*from_description(header["architecture"])),))


def saved_arrays(header: Mapping[str, Any]) -> dict[str, Array]:
    """What a model file has to hold; those that never had a novelty are none the worse for it."""
    return {"theta": saved_parameters(header)} | NOVELTY | LIKENESS


def has_all(path: Path, arrays: Mapping[str, np.ndarray], names: Mapping[str, Array]) -> bool:
    """Whether a model file has these arrays; refused where it has some of them only."""
    missing = [name for name in names if name not in arrays]
    if missing and len(missing) < len(names):
        raise InputError(f"{path}: {missing[0]} is missing, expected {', '.join(names)}")
    return not missing


def saved_axes(path: Path, arrays: Mapping[str, np.ndarray]) -> PrincipalAxes | None:
    """The principal axes in a model file, if they are there."""
    if not has_all(path, arrays, LIKENESS):
        return None
    means, axes, limit = (arrays[name].astype(np.float32) for name in LIKENESS)
    expect(bool(limit > 0), f"{path}: limit", float(limit), "a number above 0")
    return PrincipalAxes(means, axes, limit)


def saved_novelty(path: Path, arrays: Mapping[str, np.ndarray]) -> Novelty | None:
    """The novelty in a model file, if there is one."""
    if not has_all(path, arrays, NOVELTY):
        return None
    expect(bool(0 <= arrays["least"] <= 1), f"{path}: least", float(arrays["least"]), "from 0 to 1")
    network = novelties.new_network()
    network.theta[:] = arrays["novelty"]
    return Novelty(network, arrays["least"])


ARCHITECTURE = reads_digits, f"a network like {described(PIXELS, LAYERS)} with any hidden layers"
NOVELTY = {
    "novelty": Array((parameter_count(PIXELS, novelties.LAYERS),), np.float16, needed=False),
    "least": Array((), needed=False),
}
LIKENESS = {
    "means": Array((CLASSES, PIXELS), np.float16, needed=False),
    "axes": Array((CLASSES, AXES, PIXELS), np.float16, needed=False),
    "limit": Array((), needed=False),
}
KIND = Kind(
    "digits model",
    {
        "architecture": ARCHITECTURE,
        "treatment": choice(PREPROCESSING),  # the name that `preprocessing` has in files
        "about": (lambda value: isinstance(value, dict), "what there is to tell of a training"),
    },
    saved_arrays,
)
