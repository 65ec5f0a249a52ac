#!/usr/bin/env python3
"""Predict how diabetes will progress from ten measurements: scikit-learn's table of 442 patients.

A linear output alone is least squares; its closed form is printed beside it. 5-fold
cross-validation, on which the L2 of hidden units was chosen, tells what these bring.

examples:
    python scripts/examples/diabetes.py --output models/diabetes
"""

import project

from collections.abc import Sequence

import numpy as np

import exercise
from digits import plots
from digits.commands import terminal
from digits.network import Dense, GradientDescent, Network, train


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = exercise.parse("diabetes", __doc__, 2000, argv)
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import KFold

    data = load_diabetes()
    X, y = (exercise.standardised(part, like=part) for part in (data.data, data.target))
    network, history = learn([], 0.0, X, y, options.epochs)
    closed, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)
    print(f"{network.summary()}\n\ninput      trained   closed form")
    for name, *pair in zip([*data.feature_names, "bias"], network.theta, closed, strict=True):
        found, exact = np.round(pair, 5) + 0.0  # which makes a zero of -0.0
        print(f"{name:<8}{found:10.5f}{exact:14.5f}")
    print(f"largest difference: {abs(network.theta - closed).max():.1e}")
    for name, *kind in (("linear", [], 0.0), ("16 relu units", [Dense(16, "relu")], 0.03)):
        folds = KFold(5, shuffle=True, random_state=0).split(X)
        scores = [learn(*kind, X[a], y[a], options.epochs)[0].score(X[b], y[b]) for a, b in folds]
        print(f"{name}: R² held out {exercise.spread(scores)}", flush=True)
    left, right = plots.new_figure(10, 4).subplots(1, 2)
    plots.losses(left, history, "half squared error")
    plots.predictions(right, y, network.predict(X), f"All rows: R² {network.score(X, y):.2f}")
    plots.save(left.figure, options.output / "diabetes.png")
    print(f"figures are in {options.output}")
    return 0


def learn(hidden: list, l2: float, X: np.ndarray, y: np.ndarray, epochs: int) -> tuple:
    """A network of these hidden layers and a linear output, trained, and its history."""
    network = Network(10, [*hidden, Dense(1, "linear")], np.random.default_rng(0), float)
    rows, descent = network.rows(X, y), GradientDescent(0.1, 0.9, True)
    return network, list(train(network, rows, descent, epochs, l2=l2))


if __name__ == "__main__":
    raise SystemExit(main())
