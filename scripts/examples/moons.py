#!/usr/bin/env python3
"""Tell two moons apart: two interlocking half circles of points, with noise.

Five times: 1,000 points of scikit-learn's make_moons, 800 to learn from and 200 to be judged on.
The settings were chosen on moons of other seeds, 100 to 111.

examples:
    python scripts/examples/moons.py --output models/moons
"""

import project

from collections.abc import Sequence

import numpy as np

import exercise
from digits import plots
from digits.commands import report, terminal
from digits.network import Dense, GradientDescent, Network, train
from digits.network.metrics import percent

LAYERS = [Dense(16, "relu"), Dense(16, "relu"), Dense(1, "sigmoid")]


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = exercise.parse("moons", __doc__, 300, argv)
    scores = []
    for seed in range(5):
        learned, held_out = points(seed)
        network = Network(2, LAYERS, np.random.default_rng(seed))
        rows, validation = network.rows(*learned), network.rows(*held_out)
        descent = GradientDescent(0.3, momentum=0.9, nesterov=True)
        settings = {"validation": validation, "l2": 1e-3}
        history = list(train(network, rows, descent, options.epochs, **settings))
        scores.append(network.score(*held_out))
        print(f"seed {seed}: {percent(scores[-1], 1)} of 200 held-out points right", flush=True)
        if seed == 0:
            report.draw_history(options.output, history)
            figure = plots.new_figure(7, 5)
            plots.decision_boundary(figure.subplots(), network, *held_out)
            plots.save(figure, options.output / "decision_boundary.png")
    print(network.summary())
    print(f"accuracy on held-out points: {exercise.spread(scores)}")
    print(f"figures are in {options.output}")
    return 0


def points(seed: int) -> tuple[tuple, tuple]:
    """(X, y) of 800 points to learn from, and of 200 to be judged on."""
    from sklearn.datasets import make_moons

    X, y = make_moons(1000, noise=0.2, random_state=seed)
    return (X[:800], y[:800]), (X[800:], y[800:])


if __name__ == "__main__":
    raise SystemExit(main())
