"""What a layer is: how many units, what they apply to their sum, and how their parameters start."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from digits.errors import InputError, is_count
from digits.functions import (
    linear,
    linear_slope,
    relu,
    relu_slope,
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
)
from digits.outputs import OUTPUTS

Array = np.ndarray
Initial = Callable[[np.random.Generator, Array, Array], None]


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


def normal(rng: np.random.Generator, W: Array, b: Array) -> None:
    """Fill W and b with standard normal numbers × 0.1, as many other tutorials do."""
    W[:] = 0.1 * rng.normal(size=W.shape)
    b[:] = 0.1 * rng.normal(size=b.shape)


INITIALS: dict[str, Initial] = {"glorot": glorot, "he": he, "uniform": uniform, "normal": normal}


class Activation(NamedTuple):
    """What hidden units can do.

    Attributes:
        function: what they make of z.
        slope: how fast that changes with z, told from what they made.
        initial: how their parameters start where nothing else is said.
    """

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    initial: Initial


HIDDEN = {
    "relu": Activation(relu, relu_slope, he),
    "sigmoid": Activation(sigmoid, sigmoid_slope, glorot),
    "tanh": Activation(tanh, tanh_slope, glorot),
    "linear": Activation(linear, linear_slope, glorot),
}


class Dense(NamedTuple):
    """One layer.

    Attributes:
        units: how many.
        activation: of a hidden layer, a name in `HIDDEN`; of the last layer, one in `OUTPUTS`.
        initial: a name in `INITIALS`; None for what suits the activation, which of outputs is
            glorot.
    """

    units: int
    activation: str
    initial: str | None = None

    def fill(self, rng: np.random.Generator, W: Array, b: Array) -> None:
        """Give the parameters, in place, the numbers they start from."""
        if self.initial:
            fill = INITIALS[self.initial]
        else:
            fill = HIDDEN[self.activation].initial if self.activation in HIDDEN else glorot
        fill(rng, W, b)


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
        if layer.initial not in [None, *INITIALS]:
            raise InputError(
                f"layer {number} starts from {layer.initial!r},"
                f" expected one of {', '.join(INITIALS)}"
            )
        if layer.activation == "softmax" and layer.units == 1:
            raise InputError(
                f"layer {number} is a softmax of 1 unit, which is always 1,"
                " expected 2 or more units, or sigmoid"
            )
    return layers
