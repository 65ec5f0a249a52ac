"""Ways to step downhill: each turns a gradient into a change of the parameter vector.

An optimizer has one method, `step(theta, gradient)`, which changes `theta` in place, and one
attribute that changes, the dictionary `state`, so that a run can be stopped, saved and resumed.
"""

import math
from collections.abc import Callable

import numpy as np

Schedule = Callable[[int], float]


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

    def step(self, theta: np.ndarray, gradient: np.ndarray) -> None:
        """Change `theta` in place by one step down `gradient`."""
        rate = rate_at(self.learning_rate, self.state)
        if self.momentum == 0:
            theta -= rate * gradient
            return
        velocity = self.state.setdefault("velocity", np.zeros_like(theta))
        velocity *= self.momentum
        velocity += gradient
        theta -= rate * (gradient + self.momentum * velocity if self.nesterov else velocity)


def rate_at(learning_rate: float | Schedule, state: dict[str, np.ndarray]) -> float:
    """The learning rate of the step that `state` has come to; counts the step in `state`."""
    step = int(state["step"])
    state["step"] = np.array(step + 1)
    return learning_rate(step) if callable(learning_rate) else learning_rate
