#!/usr/bin/env python3
"""Tell benign from malignant tumours by 30 measurements: scikit-learn's breast cancer table.

As published, the first 100 rows are held out and mini-batches have 100. Learning rate, L2 and
epochs were chosen by the cross-entropy of 5-fold cross-validation on the other 469.

examples:
    python scripts/examples/breast_cancer.py --output models/breast_cancer
"""

import project

from collections.abc import Sequence
from typing import Any

import numpy as np

import exercise
from digits.commands import report, terminal
from digits.network import Dense, GradientDescent, Network, train
from digits.network.metrics import classification_report, confusion_matrix

LAYERS = [Dense(128, "relu"), Dense(64, "relu"), Dense(32, "relu"), Dense(1, "sigmoid")]


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = exercise.parse("breast_cancer", __doc__, 200, argv)
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import StratifiedKFold

    data = load_breast_cancer()
    first, others = np.split(np.arange(len(data.target)), [100])
    print(Network(30, LAYERS, np.random.default_rng(0)).summary(), flush=True)
    runs = [learn(data, others, first, options.epochs, seed) for seed in range(5)]
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(data.data, data.target)
    crossed = [learn(data, *fold, options.epochs, seed=0) for fold in folds]
    report.draw_history(options.output, runs[0][0])
    print(f"\n{classification_report(runs[0][1], data.target_names)}\n")
    for name, results in (("first 100 rows, 5 seeds", runs), ("5-fold cross-validation", crossed)):
        scores = [history[-1].validation_accuracy for history, _ in results]
        print(f"{name}: accuracy {exercise.spread(scores)}")
    print(f"figures are in {options.output}")
    return 0


def learn(data: Any, rows: Any, held_out: Any, epochs: int, seed: int) -> tuple[Any, Any]:
    """Train on some rows; the history, and the (2, 2) confusion matrix of those held out."""
    X, y = exercise.standardised(data.data, like=data.data[rows]), data.target
    network = Network(30, LAYERS, np.random.default_rng(seed))
    learned, rest = network.rows(X[rows], y[rows]), network.rows(X[held_out], y[held_out])
    settings = {"batch_size": 100, "l2": 0.01, "seed": seed, "validation": rest}
    history = list(train(network, learned, GradientDescent(0.3), epochs, **settings))
    return history, confusion_matrix(y[held_out], network.predict(X[held_out]), 2)


if __name__ == "__main__":
    raise SystemExit(main())
