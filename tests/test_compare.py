"""That the comparison with scikit-learn is a fair one."""

import re

import numpy as np
import pytest

pytest.importorskip("sklearn", "1.6", reason="scikit-learn 1.6 or newer is not installed")

from sklearn.neural_network import MLPClassifier

import compare
from digits.estimator import DenseClassifier
from digits.network import Network


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
# Their Adam adds its epsilon before it corrects the mean square, ours after it, as published.
@pytest.mark.parametrize(("solver", "rtol"), [("gd", 1e-9), ("adam", 2e-3)])
@pytest.mark.parametrize("name", ["moons", "breast_cancer"])
def test_with_the_same_settings_both_take_the_same_steps(name, solver, rtol):
    X, y, *_ = compare.TASKS[name].examples(0)
    size = {"hidden_layer_sizes": (5, 4), "activation": "sigmoid"}
    rate = {"learning_rate_init": 0.1, "momentum": 0.8, "alpha": 0.01, "batch_size": None}
    settings = {**size, "solver": solver, **rate, "max_iter": 10}
    ours = DenseClassifier(**settings, random_state=0).fit(X, y)

    class SameStart(MLPClassifier):
        def _init_coef(self, *_):
            return next(parameters)

    start = Network(X.shape[1], ours.network_.layers, np.random.default_rng(ours._seed), float)
    parameters = iter(start.parameters)
    theirs = SameStart(**compare.translated(settings, len(X)), random_state=0).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol)
    assert ours.n_iter_ == theirs.n_iter_ == 10


def test_the_comparison_prints_a_line_for_each_classifier(monkeypatch, capsys):
    few = {"hidden_layer_sizes": (4,), "activation": "tanh"}
    task = compare.TASKS["moons"]
    monkeypatch.setattr(compare, "SEEDS", range(2))
    monkeypatch.setitem(compare.TASKS, "moons", task._replace(size=few))
    assert compare.main(["--only", "moons"]) == 0
    printed, progress = capsys.readouterr()
    found = re.findall(
        r"^\| moons \| (\w+) \| .+ \| [\d.]+ \| (\d\d\.\d\d) ± \d+\.\d\d \| \d+\.\d\d \|$",
        printed,
        re.MULTILINE,
    )
    assert [who for who, _ in found] == ["DenseClassifier", "MLPClassifier"] * 2
    assert all(float(accuracy) > 80 for _, accuracy in found)
    assert progress.count("seed") == 8
