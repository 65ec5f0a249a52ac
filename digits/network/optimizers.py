"""Ways to step downhill: each turns a gradient into a change of the parameter vector.

An optimizer has one method, `step(theta, gradient, loss)`, which changes `theta` in place, and one
attribute that changes, the dictionary `state`, so that a run can be stopped, saved and resumed. The
loss is there for those that look at it (`digits.network.lbfgs`); the ones here do without.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from digits.network.lbfgs import LBFGS

Schedule = Callable[[int], float]


class Optimizer(Protocol):
    """Anything that changes the parameters in place, given their gradient and what it belongs to.

    `state` holds all it remembers from step to step.
    """

    state: dict[str, np.ndarray]

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float) -> None: ...


def warmup_cosine(peak: float, warmup: int, steps: int) -> Schedule:
    """Learning rate by step: a straight rise to `peak` in `warmup` steps, then half a cosine to 0.

    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, without
    the restarts. Steps are counted from 0.
    """

    def learning_rate(step: int) -> float:
        if step < warmup:
            return peak * (step + 1) / warmup
        done = (step - warmup) / max(1, steps - warmup)
        return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    return learning_rate


def rate_at(learning_rate: float | Schedule, state: dict[str, np.ndarray]) -> float:
    """The learning rate of the step that `state` has come to; counts the step in `state`."""
    step = int(state["step"])
    state["step"] = np.array(step + 1)
    return learning_rate(step) if callable(learning_rate) else learning_rate


class GradientDescent:
    """Gradient descent: plain, with momentum (heavy ball), or with Nesterov's look-ahead.

    velocity <- momentum velocity + gradient
    theta    <- theta - rate velocity                            (heavy ball; plain if momentum = 0)
    theta    <- theta - rate (gradient + momentum velocity)      (Nesterov)

    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, in
    the form PyTorch uses: the look-ahead is folded into the step, so that `theta` is where the next
    gradient is taken.

    Args:
        learning_rate: a number, or a schedule that gives one for each step from 0.
        momentum: share of the velocity kept from step to step, 0 to below 1.
        nesterov: take the gradient's own momentum into account at once.
    """

    def __init__(
        self, learning_rate: float | Schedule, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.nesterov = nesterov
        self.state: dict[str, np.ndarray] = {"step": np.array(0)}

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float = math.nan) -> None:
        """Change `theta` in place by one step down `gradient`."""
        rate = rate_at(self.learning_rate, self.state)
        if self.momentum == 0:
            theta -= rate * gradient
            return
        velocity = self.state.setdefault("velocity", np.zeros_like(theta))
        velocity *= self.momentum
        velocity += gradient
        theta -= rate * (gradient + self.momentum * velocity if self.nesterov else velocity)


class Rprop:
    """Resilient backpropagation: only the signs of the gradient count, each parameter has a step.

    A step grows by `increase` while its slope keeps its sign, shrinks by `decrease` when the sign
    flips (the last step went past a minimum), and after a flip the parameter rests for one step.
    This is the variant iRprop- of Igel and Hüsken, "Improving the Rprop learning algorithm", 2000,
    of Riedmiller and Braun's algorithm of 1993; PyTorch's Rprop is the same. It needs the exact
    gradient: the noise of mini-batches would flip signs at random.

    Args:
        learning_rate: the first step of every parameter.
        increase, decrease: factors of a step.
        smallest, largest: limits of a step.
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        increase: float = 1.2,
        decrease: float = 0.5,
        smallest: float = 1e-6,
        largest: float = 50.0,
    ) -> None:
        self.learning_rate = learning_rate
        self.increase, self.decrease = increase, decrease
        self.smallest, self.largest = smallest, largest
        self.state: dict[str, np.ndarray] = {}

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float = math.nan) -> None:
        """Change `theta` in place by one step against the signs of `gradient`."""
        if not self.state:
            self.state["steps"] = np.full_like(theta, self.learning_rate)
            self.state["previous"] = np.zeros_like(theta)
        steps, previous = self.state["steps"], self.state["previous"]
        agreement = np.sign(gradient) * np.sign(previous)
        steps[agreement > 0] *= self.increase
        steps[agreement < 0] *= self.decrease
        np.clip(steps, self.smallest, self.largest, out=steps)
        slope = np.where(agreement < 0, 0, gradient)
        theta -= np.sign(slope) * steps
        previous[:] = slope


class Adam:
    """Adam: a step in proportion to the mean slope over its root mean square, per parameter.

    m <- beta1 m + (1 - beta1) gradient,  v <- beta2 v + (1 - beta2) gradient²
    theta <- theta - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)

    Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.

    Args:
        learning_rate: a number, or a schedule that gives one for each step from 0.
        beta1, beta2: share of the mean and of the mean square kept from step to step.
        epsilon: keeps the quotient finite where a slope has always been 0.
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate = learning_rate
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon
        self.state: dict[str, np.ndarray] = {"step": np.array(0)}

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float = math.nan) -> None:
        """Change `theta` in place by one step down `gradient`."""
        rate = rate_at(self.learning_rate, self.state)
        t = int(self.state["step"])
        mean = self.state.setdefault("mean", np.zeros_like(theta))
        square = self.state.setdefault("square", np.zeros_like(theta))
        mean += (1 - self.beta1) * (gradient - mean)
        square += (1 - self.beta2) * (gradient**2 - square)
        root = np.sqrt(square / (1 - self.beta2**t)) + self.epsilon
        theta -= rate / (1 - self.beta1**t) * mean / root


class OptimizerKind(NamedTuple):
    """What one has to know of an optimizer to offer it by name."""

    make: Callable[[float | Schedule, float], Optimizer]  # of a learning rate and a momentum
    learning_rate: float  # where nobody gives one
    has_momentum: bool
    has_schedule: bool
    needs_full_batch: bool


OPTIMIZERS = {
    "gd": OptimizerKind(
        lambda rate, momentum: GradientDescent(rate, momentum, nesterov=True),
        learning_rate=0.1,
        has_momentum=True,
        has_schedule=True,
        needs_full_batch=False,
    ),
    "rprop": OptimizerKind(
        lambda rate, _: Rprop(rate),  # type: ignore[arg-type]  # it has no schedule
        learning_rate=0.01,
        has_momentum=False,
        has_schedule=False,
        needs_full_batch=True,
    ),
    "lbfgs": OptimizerKind(
        lambda rate, _: LBFGS(rate),  # type: ignore[arg-type]  # nor has this
        learning_rate=1.0,
        has_momentum=False,
        has_schedule=False,
        needs_full_batch=True,
    ),
    "adam": OptimizerKind(
        lambda rate, _: Adam(rate),
        learning_rate=0.01,
        has_momentum=False,
        has_schedule=True,
        needs_full_batch=False,
    ),
}
