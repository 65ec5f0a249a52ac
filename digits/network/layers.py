"""What a layer is: how many units, what they apply to their sum, and how their parameters start."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digits.errors import InputError, is_count, quoted
from digits.network.functions import (
    linear,
    linear_slope,
    relu,
    relu_slope,
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
)
from digits.network.outputs import OUTPUTS

Array = np.ndarray
NUMBER = re.compile(r"[1-9]\d{0,8}")
LAYER = re.compile(r"[a-z]\w* [1-9]\d{0,8}", re.ASCII)
Initializer = Callable[[np.random.Generator, Array, Array], None]


def glorot(rng: np.random.Generator, W: Array, b: Array) -> None:
    """Fill W with uniform numbers of variance 2 / (inputs + outputs), b with zeros.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010, equation 16: signals keep their size forwards and backwards.
    """
    limit = np.sqrt(6 / sum(W.shape))
    W[:] = rng.uniform(-limit, limit, W.shape)
    b[:] = 0


def he(rng: np.random.Generator, W: Array, b: Array) -> None:
    """Fill W with normal numbers of variance 2 / inputs, b with zeros.

    He et al., "Delving deep into rectifiers", 2015, equation 10: relu lets half of the signal
    through, so what reaches it is to be twice as strong.
    """
    W[:] = rng.normal(0, np.sqrt(2 / len(W)), W.shape)
    b[:] = 0


def uniform(rng: np.random.Generator, W: Array, b: Array) -> None:
    """Fill W and b with uniform numbers in [-0.5, 0.5), as many tutorials do."""
    W[:] = rng.random(W.shape) - 0.5
    b[:] = rng.random(b.shape) - 0.5


INITIALIZERS: dict[str, Initializer] = {"glorot": glorot, "he": he, "uniform": uniform}


class Centre(NamedTuple):
    """How the outputs of an activation are brought around zero: (a - mean) scale."""

    mean: float
    scale: float


class Activation(NamedTuple):
    """What hidden units can do.

    Attributes:
        function: what they make of z.
        slope: how fast that changes with z, told from what they made.
        initializer: how their parameters start where nothing else is said.
        centre: what `digits.network.centring` takes off what they made, and multiplies it by.
    """

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    initializer: Initializer
    centre: Centre


AS_IT_IS = Centre(0.0, 1.0)
HIDDEN = {
    "relu": Activation(relu, relu_slope, he, AS_IT_IS),
    "sigmoid": Activation(sigmoid, sigmoid_slope, glorot, Centre(0.5, 2.0)),  # from -1 to 1
    "tanh": Activation(tanh, tanh_slope, glorot, AS_IT_IS),
    "linear": Activation(linear, linear_slope, glorot, AS_IT_IS),
}


class Dense(NamedTuple):
    """One layer.

    Attributes:
        units: how many.
        activation: of a hidden layer, a name in `HIDDEN`; of the last layer, one in `OUTPUTS`.
        initializer: a name in `INITIALIZERS`; None for what suits the activation, which of outputs
            is glorot.
    """

    units: int
    activation: str
    initializer: str | None = None

    def initialize(self, rng: np.random.Generator, W: Array, b: Array) -> None:
        """Give the parameters, in place, the numbers they start from."""
        suited = HIDDEN[self.activation].initializer if self.activation in HIDDEN else glorot
        start = INITIALIZERS[self.initializer] if self.initializer else suited
        start(rng, W, b)


def checked(inputs: int, layers: Iterable[Dense]) -> tuple[Dense, ...]:
    """The layers, if they make a network.

    Raises:
        InputError: which layer is wrong, and what was expected.
    """
    layers = tuple(layers)
    if not is_count(inputs):
        raise InputError(f"the network has {inputs!r} inputs, expected a whole number from 1 on")
    if not layers:
        raise InputError("the network has no layers, expected at least its output")
    for number, layer in enumerate(layers, start=1):
        last = number == len(layers)
        known, kind = (OUTPUTS, "an output") if last else (HIDDEN, "a hidden layer")
        if not isinstance(layer, Dense):
            raise InputError(f"layer {number} is {layer!r}, expected Dense(units, activation)")
        if not is_count(layer.units):
            raise InputError(
                f"layer {number} has {layer.units!r} units, expected a whole number from 1 on"
            )
        if layer.activation not in list(known):
            raise InputError(
                f"layer {number}, {kind}, has the activation {layer.activation!r},"
                f" expected one of {', '.join(known)}"
            )
        if layer.initializer not in [None, *INITIALIZERS]:
            raise InputError(
                f"layer {number} has the initializer {layer.initializer!r},"
                f" expected one of {', '.join(INITIALIZERS)}"
            )
        if layer.activation == "softmax" and layer.units == 1:
            raise InputError(
                f"layer {number} is a softmax of 1 unit, which is always 1,"
                " expected 2 or more units, or sigmoid"
            )
    return layers


def shapes_of(inputs: int, layers: Sequence[Dense]) -> list[tuple[int, int]]:
    """The shape of each layer's W: as many rows as it has inputs, as many columns as units."""
    return list(pairwise([inputs, *(layer.units for layer in layers)]))


def parameter_count(inputs: int, layers: Sequence[Dense]) -> int:
    """How many weights and biases the layers have together."""
    return sum(rows * units + units for rows, units in shapes_of(inputs, layers))


def described(inputs: int, layers: Sequence[Dense]) -> str:
    """The sizes and activations in one line, such as `2 - relu 8 - softmax 3`."""
    return " - ".join([str(inputs), *(f"{layer.activation} {layer.units}" for layer in layers)])


def from_description(text: str) -> tuple[int, list[Dense]]:
    """The inputs and layers that `described` wrote.

    Raises:
        InputError: it did not write that.
    """
    inputs, *layers = text.split(" - ") if isinstance(text, str) else [""]
    if not NUMBER.fullmatch(inputs) or not layers or not all(map(LAYER.fullmatch, layers)):
        raise InputError(
            f"{quoted(text)} is no network, expected one like '2 - relu 8 - softmax 3'"
        )
    pairs = [layer.split(" ") for layer in layers]
    return int(inputs), [Dense(int(units), activation) for activation, units in pairs]


def summary(inputs: int, layers: Sequence[Dense]) -> str:
    """A table of the layers, their shapes and their numbers of parameters."""
    lines = [("layer", "activation", "weights", "biases", "output", "parameters")]
    pairs = zip(layers, shapes_of(inputs, layers), strict=True)
    for number, (layer, (rows, units)) in enumerate(pairs, start=1):
        count, shape, output = rows * units + units, f"{rows} x {units}", f"(N, {units})"
        lines.append((str(number), layer.activation, shape, str(units), output, f"{count:,}"))
    lines.append(("total", "", "", "", "", f"{parameter_count(inputs, layers):,}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([*map(str.ljust, line[:-1], widths), line[-1].rjust(widths[-1])])
        for line in lines
    )
