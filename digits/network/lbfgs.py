"""L-BFGS: Newton's step, with a curvature that is told from how the gradient has changed.

Newton's step from where the loss has the slope g and the curvature H (P² numbers, of P parameters)
is -H⁻¹ g, the way to the bottom of the parabola that has both. H is never written down: a step s
that changed the gradient by y says that H s = y. The newest such pair gives a first guess,
H⁻¹ = s·y / y·y, the last few are put over it, and so H⁻¹ g takes a few dot products (`newton`).

How far to go along that direction d is found by trying. With phi(alpha) the loss at
theta + alpha d, a step alpha is good enough under the strong Wolfe conditions, that it brings down
the loss and takes off some of the slope:

    phi(alpha) <= phi(0) + C1 alpha phi'(0)      |phi'(alpha)| <= C2 |phi'(0)|

alpha = 1, Newton's own, nearly always is. Where not, the places tried so far bracket one that is,
and the next is at the bottom of the cubic that has the losses and slopes of both ends.

Each call of `step` is told the loss and the gradient of one place, and moves on to the next that is
to be looked at. So an epoch is one gradient of the full batch, as for any other optimizer, and a
run can be saved in the middle of a search.

Nocedal and Wright, "Numerical optimization", 2nd edition, 2006: algorithm 7.4 (H⁻¹ g), algorithms
3.5 and 3.6 (the search; they are one here, as a bracket whose upper end is not known has it at
infinity) and equation 3.59 (the cubic).
"""

import math
from typing import NamedTuple

import numpy as np

C1, C2 = 1e-4, 0.9  # what Nocedal and Wright take for quasi-Newton steps, below equation 3.7
PAIRS = 30  # that are remembered
FARTHER = 4.0  # times as far where everything that was tried still goes down
INSIDE = 0.1  # share of a bracket that a trial stays away from its ends, so that brackets shrink
# Trials along one direction. Where none of so many is good enough, the losses differ by rounding
# only, and what is remembered may as well.
MOST_TRIALS = 12
# A pair whose s·y is below this share of y·y tells of rounding, not of curvature.
FLATTEST = 1e-10


class Place(NamedTuple):
    """A step along the direction, with the loss and its slope there."""

    alpha: float
    loss: float
    slope: float


UNKNOWN = Place(math.inf, math.nan, math.nan)


class LBFGS:
    """L-BFGS with a line search under the strong Wolfe conditions.

    It needs the exact gradient, so a full batch, and the loss that it is the gradient of.

    Args:
        learning_rate: length of the first step, before anything is known of the curvature.
        pairs: how many steps are remembered, each with its change of the gradient.
    """

    def __init__(self, learning_rate: float = 1.0, pairs: int = PAIRS) -> None:
        self.learning_rate = learning_rate
        self.pairs = pairs
        self.state: dict[str, np.ndarray] = {}

    def step(self, theta: np.ndarray, gradient: np.ndarray, loss: float = math.nan) -> None:
        """Change `theta` in place, from where loss and gradient are these to where to look next."""
        if "direction" in self.state:
            d, start, low = self.state["direction"], self.place("start"), self.place("low")
            here = Place(float(self.state["alpha"]), loss, dot(gradient, d))
            if not is_good_enough(here, start):
                self.search_on(theta, here, start, low)
                return
            self.remember(here.alpha * d, gradient - self.state["gradient"])
        self.set_out(theta, gradient, loss)

    def set_out(self, theta: np.ndarray, gradient: np.ndarray, loss: float) -> None:
        """Choose a direction, and look along it at Newton's own step first."""
        s, y = self.pairs_of(theta)
        d, alpha = -newton(gradient, s, y), 1.0
        if not len(s) or dot(gradient, d) >= 0:  # nothing known, or only rounding: straight down
            d = -gradient
            alpha = float(self.state.get("length", self.learning_rate)) / (norm(d) or 1.0)
        self.state |= {"direction": d, "gradient": gradient.copy(), "trials": np.array(0)}
        start = Place(0.0, loss, dot(gradient, d))
        for name, place in (("start", start), ("low", start), ("high", UNKNOWN)):
            self.keep(name, place)
        self.state["alpha"] = np.array(0.0)
        self.move(theta, alpha)

    def search_on(self, theta: np.ndarray, here: Place, start: Place, low: Place) -> None:
        """Look elsewhere along the direction, as `here` is not good enough."""
        low, high = narrowed(here, start, low, self.place("high"))
        self.keep("low", low)
        self.keep("high", high)
        self.state["trials"] = self.state["trials"] + 1
        if self.state["trials"] < MOST_TRIALS and low.alpha != high.alpha:
            self.move(theta, next_alpha(low, high))
        else:
            self.move(theta, low.alpha)
            for name in {"direction", "s", "y"} & self.state.keys():
                del self.state[name]

    def move(self, theta: np.ndarray, alpha: float) -> None:
        """Go to a step of alpha along the direction, from the one where `theta` is."""
        theta += (alpha - float(self.state["alpha"])) * self.state["direction"]
        self.state["alpha"] = np.array(alpha)

    def pairs_of(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, P) steps and (n, P) changes of the gradient, oldest first."""
        none = np.empty((0, theta.size), theta.dtype)
        return self.state.get("s", none), self.state.get("y", none)

    def remember(self, s: np.ndarray, y: np.ndarray) -> None:
        """Keep a step and its change of the gradient, in place of the oldest ones."""
        self.state["length"] = np.array(norm(s))
        if dot(s, y) > FLATTEST * dot(y, y):
            for name, old, new in zip("sy", self.pairs_of(s), (s, y), strict=True):
                self.state[name] = np.concatenate([old, [new]])[-self.pairs :]

    def place(self, name: str) -> Place:
        """One of the places in `state`: start, low or high."""
        return Place(*(float(self.state[f"{name}_{field}"]) for field in Place._fields))

    def keep(self, name: str, place: Place) -> None:
        self.state |= {f"{name}_{field}": np.array(x) for field, x in place._asdict().items()}


def newton(gradient: np.ndarray, s: np.ndarray, y: np.ndarray) -> np.ndarray:
    """H⁻¹ g, of (P,) g and the H⁻¹ that (n, P) steps s and changes y tell of, oldest first.

    Each pair changes H⁻¹ from what the ones before it say, as little as makes H⁻¹ y = s:

        H⁻¹  <-  (I - s yᵀ / s·y) H⁻¹ (I - y sᵀ / s·y) + s sᵀ / s·y

    Multiplied out from the right, that is one loop over the pairs to the oldest, and one back.
    """
    step, shares = gradient.copy(), []
    for one_s, one_y in zip(s[::-1], y[::-1], strict=True):
        shares.append(dot(one_s, step) / dot(one_s, one_y))
        step -= shares[-1] * one_y
    if len(s):
        step *= dot(s[-1], y[-1]) / dot(y[-1], y[-1])
    for one_s, one_y, share in zip(s, y, shares[::-1], strict=True):
        step += (share - dot(one_y, step) / dot(one_s, one_y)) * one_s
    return step


def is_good_enough(here: Place, start: Place) -> bool:
    """Whether a step fulfils the strong Wolfe conditions."""
    return brings_down(here, start) and abs(here.slope) <= C2 * abs(start.slope)


def brings_down(here: Place, start: Place) -> bool:
    return here.loss <= start.loss + C1 * here.alpha * start.slope


def narrowed(here: Place, start: Place, low: Place, high: Place) -> tuple[Place, Place]:
    """The bracket of a good step, once more is known than its ends: its new ends.

    `low` is the best place so far, and the loss falls from there towards `high`.
    """
    if not brings_down(here, start) or here.loss >= low.loss:
        return low, here
    return here, low if here.slope * (high.alpha - low.alpha) >= 0 else high


def next_alpha(low: Place, high: Place) -> float:
    """Where to look between the ends of a bracket, or beyond the lower one if it has no other."""
    if math.isinf(high.alpha):
        return FARTHER * low.alpha
    way = high.alpha - low.alpha
    bend = low.slope + high.slope - 3 * (high.loss - low.loss) / way
    root = math.copysign(math.sqrt(max(bend**2 - low.slope * high.slope, 0)), way)
    rise = high.slope - low.slope + 2 * root
    share = 1 - (high.slope + root - bend) / rise if rise else 0.5
    return low.alpha + way * min(max(share, INSIDE), 1 - INSIDE)


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """a·b, added up in the same order on any number of threads."""
    return float((a * b).sum(dtype=np.float64))


def norm(a: np.ndarray) -> float:
    return math.sqrt(dot(a, a))
