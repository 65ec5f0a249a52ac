#!/usr/bin/env python3
"""Compare backpropagation, number by number, with what the loss does when a parameter is moved.

The network is that of the digits, in float64, on some digits of the bundled file; the difference is
central, (loss(theta + h) - loss(theta - h)) / 2h, for each of the 13,002 parameters in turn.

examples:
    python scripts/examples/check_gradients.py
    python scripts/examples/check_gradients.py --rows 16 --seed 3
"""

import project

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from digits.commands import terminal
from digits.dataset import head
from digits.formats import read
from digits.network import Network
from digits.places import BUNDLED_DIGITS
from digits.preprocessing.canonical import canonical
from digits.reader.classifier import new_network

H = 1e-5  # about the cube root of float64's precision: rounding and curvature err alike
LIMIT = 1e-7  # a wrong formula is off by more than 1e-2


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    add, whole = parser.add_argument, terminal.whole_number
    add("--rows", type=whole, metavar="N", default=64, help="digits to sum over (default: 64)")
    add(
        "--seed",
        type=terminal.whole_from_0,
        metavar="N",
        default=0,
        help="of the parameters (default: 0)",
    )
    options = parser.parse_args(argv)
    digits = head(read(BUNDLED_DIGITS), options.rows)
    network = new_network(np.random.default_rng(options.seed), dtype=np.float64)
    X, targets = network.examples(canonical(digits.images), digits.labels)
    _, _, gradient = network.loss_and_gradient(X, targets)
    text, worst = table(network, gradient, finite_differences(network, X, targets, bar=True))
    print(f"{network!r}, {network.theta.size:,} parameters, {len(X)} digits, h = {H:g}\n{text}")
    print(f"largest relative difference: {worst:.1e}, limit {LIMIT:g}")
    return 0 if worst <= LIMIT else terminal.BAD_INPUT


def finite_differences(
    network: Network, X: np.ndarray, targets: np.ndarray, h: float = H, bar: bool = False
) -> np.ndarray:
    """(P,) slopes of the loss, by moving one parameter after the other by h, both ways."""
    theta, slopes = network.theta, np.zeros_like(network.theta)
    # disable=None: a bar on a terminal only
    for i in tqdm(range(theta.size), unit="parameter", disable=None if bar else True):
        there = theta[i]
        theta[i] = there + h
        above, _ = network.loss(X, targets)
        theta[i] = there - h
        below, _ = network.loss(X, targets)
        theta[i] = there
        slopes[i] = (above - below) / (2 * h)
    return slopes


def table(network: Network, gradient: np.ndarray, differences: np.ndarray) -> tuple[str, float]:
    """A line for the weights and one for the biases of each layer; the worst relative difference.

    Relative is the length of the difference by the sum of both lengths.
    """
    lines = ["layer  part      numbers  steepest slope  largest difference  relative"]
    worst = 0.0
    pairs = zip(network.views(gradient), network.views(differences), strict=True)
    for number, parts in enumerate(pairs, start=1):
        for name, ours, theirs in zip(("weights", "biases"), *parts, strict=True):
            apart = np.linalg.norm(ours - theirs)
            relative = apart / (np.linalg.norm(ours) + np.linalg.norm(theirs))
            worst = max(worst, relative)
            lines.append(
                f"{number:<7}{name:<8}{ours.size:>9,}{abs(ours).max():>16.4f}"
                f"{abs(ours - theirs).max():>20.1e}{relative:>10.1e}"
            )
    return "\n".join(lines), worst


if __name__ == "__main__":
    raise SystemExit(main())
