"""A digit reader: what is done to an image, and the network that then names it."""

from collections.abc import Mapping, Sequence
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
from digits.reader import doubt as doubts
from digits.reader.checkpoints import Array, Kind
from digits.reader.doubt import NO_DOUBT, Doubt
from digits.reader.rows import Transform, as_rows, on_black_paper
from digits.reader.rules import choice, or_none

OUTPUT = Dense(CLASSES, "softmax")
# The one network of this project: 784-16-16-10, 13,002 parameters.
LAYERS = (Dense(16, "sigmoid"), Dense(16, "sigmoid"), OUTPUT)
# How much the second network's log-odds count beside the first one's log-probability; fitted
# together with what a part's shape tells (`digits.pictures.paths`).
TRUST = 0.5
LEAST = 1e-3  # of a probability that a logarithm is taken of, and of what it lacks to 1


def unchanged(images: np.ndarray) -> np.ndarray:
    return images


class Preprocessing(NamedTuple):
    """What is done to images before the network sees them."""

    function: Transform
    input_scale: float  # what the network then multiplies their levels by
    pose: Transform  # brings them from there to what doubt sees


# The model file says which it was, so that prediction does what training did.
PREPROCESSING = {
    "raw": Preprocessing(unchanged, 1.0, canonical),
    "as is": Preprocessing(unchanged, 1 / 255, canonical),
    "canonical": Preprocessing(canonical, 1 / 255, unchanged),
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
        doubt: tells which answers are to be relied on; without one, all are.
        about: how it came about: preset, epochs, seed and the like; shown, never computed with.
    """

    def __init__(
        self,
        network: Network,
        preprocessing: str,
        doubt: Doubt = NO_DOUBT,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self.network = network
        self.preprocessing = preprocessing
        self.doubt = doubt
        self.about = dict(about or {})

    def read(self, images: ArrayLike) -> Reading:
        """All that there is to say of images.

        An answer is confident where it is likely enough that the image is a digit, and this one.
        """
        posed = self.preprocess(images)
        probabilities = self.network.probabilities(posed)
        likely = self.doubt.likeness(self.for_doubt(posed), probabilities)
        confident = likely >= self.doubt.limit
        return Reading(posed, probabilities, probabilities.argmax(axis=1), confident)

    def evidence(self, images: ArrayLike) -> np.ndarray:
        """(N,) how much speaks for each image being one whole digit.

        The logarithm of the highest probability and, weighted by `TRUST`, the logarithm of the
        odds that the second network gives to the image being that digit at all.
        """
        posed = self.preprocess(images)
        probabilities = self.network.probabilities(posed)
        second, seen = self.doubt.network or doubts.shipped(), self.for_doubt(posed)
        own = doubts.own(second, seen, probabilities.argmax(axis=1)).clip(LEAST, 1 - LEAST)
        speaks: np.ndarray = np.log(np.maximum(probabilities.max(axis=1, initial=0), LEAST))
        speaks += TRUST * np.log(own / (1 - own))
        return speaks

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

    def for_doubt(self, inputs: np.ndarray) -> np.ndarray:
        """Images as the network takes them -> as the second network does."""
        return PREPROCESSING[self.preprocessing].pose(inputs)

    def save(self, path: str | Path) -> None:
        """Write the model to an `.npz` file, whole or not at all."""
        header: dict[str, Any] = {
            "architecture": repr(self.network),
            "preprocessing": self.preprocessing,
            "about": self.about,
            "doubt": None,
        }
        arrays: dict[str, Any] = {
            "theta": self.network.theta,
            "limit": np.float64(self.doubt.limit),
        }
        if (second := self.doubt.network) is not None:
            header["doubt"] = doubts.fingerprint(second)
            if header["doubt"] != doubts.fingerprint(doubts.shipped()):
                arrays["second"] = second.theta.astype(np.float16)
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
    network = new_network(np.random.default_rng(0), header["preprocessing"], layers)
    network.theta[:] = arrays["theta"]
    limit = float(arrays["limit"])
    expect(0 <= limit <= doubts.NOTHING, f"{path}: limit", limit, f"from 0 to {doubts.NOTHING}")
    doubt = Doubt(second_network(path, header["doubt"], arrays), limit)
    return DigitClassifier(network, header["preprocessing"], doubt, header["about"])


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
    """What a model file has to hold; what has learned a hand has a second network of its own."""
    own = doubts.PARAMETERS._replace(needed=False)
    return {"theta": saved_parameters(header), "limit": Array((), np.float64), "second": own}


def second_network(
    path: Path, wanted: str | None, arrays: Mapping[str, np.ndarray]
) -> Network | None:
    """The second network that the limit of a model file belongs to; None if to none.

    Raises:
        InputError: it is not in the file, and another one comes with the package.
    """
    if wanted is None and "second" not in arrays:
        return None
    network = doubts.network_of(arrays["second"]) if "second" in arrays else doubts.shipped()
    if (found := doubts.fingerprint(network)) != wanted:
        raise InputError(
            f"{path}: its limit belongs to the second network {wanted}, but {found} is here,"
            " expected a model that was trained with this version"
        )
    return network


ARCHITECTURE = reads_digits, f"a network like {described(PIXELS, LAYERS)} with any hidden layers"
KIND = Kind(
    "digits model",
    {
        "architecture": ARCHITECTURE,
        "preprocessing": choice(PREPROCESSING),
        "about": (lambda value: isinstance(value, dict), "what there is to tell of a training"),
        "doubt": or_none((lambda value: isinstance(value, str), "the name of a second network")),
    },
    saved_arrays,
)
