"""The classic exercises, at a small size, and the breast cancer network beside PyTorch's."""

import project

import re

import numpy as np
import pytest

import breast_cancer
import diabetes
import exercise
import moons
from digits.commands import terminal
from digits.network import Network
from digits.network.optimizers import GradientDescent
from digits.network.training import train

pytest.importorskip("sklearn", reason="scikit-learn is not installed")


@pytest.fixture
def table():
    from sklearn.datasets import load_breast_cancer

    return load_breast_cancer()


def test_moons_reports_every_seed_and_draws_the_boundary(tmp_path, capsys):
    assert moons.main(["--epochs", "60", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert len(re.findall(r"seed \d: [\d.]+ % of 200 held-out points right", printed)) == 5
    mean, spread = map(float, re.search(r"points: ([\d.]+) ± ([\d.]+)", printed).groups())
    assert mean > 0.93 and 0 < spread < 0.03
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {"decision_boundary.png", "loss_curves.png"}


def test_breast_cancer_reports_both_protocols_and_every_class(tmp_path, capsys):
    assert breast_cancer.main(["--epochs", "4", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    for number in ("3,968", "8,256", "2,080", "33", "14,337"):
        assert re.search(rf" {number}$", printed, re.MULTILINE)
    assert re.search(r"^malignant( +[\d.]+ %){3} +65$", printed, re.MULTILINE)
    for name in ("first 100 rows, 5 seeds", "5-fold cross-validation"):
        assert float(re.search(rf"{name}: accuracy ([\d.]+) ± [\d.]+", printed)[1]) > 0.9
    assert (tmp_path / "loss_curves.png").stat().st_size > 10_000


def test_least_squares_by_descent_are_those_of_the_closed_form(tmp_path, capsys):
    assert diabetes.main(["--epochs", "1000", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert float(re.search(r"largest difference: (\S+)", printed)[1]) < 1e-3
    assert len(re.findall(r"^\w+ +(-?\d\.\d{5}) +\1$", printed, re.MULTILINE)) > 5
    assert len(re.findall(r"R² held out 0\.[45]\d+ ± ", printed)) == 2
    assert (tmp_path / "diabetes.png").exists()


def test_only_training_rows_decide_the_scale(table):
    X = exercise.standardised(table.data, like=table.data[100:])
    np.testing.assert_allclose(X[100:].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(X[100:].std(axis=0), 1)
    assert abs(X[:100].mean(axis=0)).max() > 0.1


def test_without_scikit_learn_an_exercise_ends_in_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(terminal, "find_spec", lambda module: None)
    assert moons.main(["--output", str(tmp_path)]) == terminal.BAD_INPUT
    error = capsys.readouterr().err
    assert error.endswith("scikit-learn is not installed; python -m pip install scikit-learn\n")


def test_the_losses_of_the_breast_cancer_network_are_those_of_pytorch(table):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    X = exercise.standardised(table.data, like=table.data).astype(np.float32)
    network = Network(30, breast_cancer.LAYERS, np.random.default_rng(0))
    parts = []
    for W, b in network.parameters:
        linear = torch.nn.Linear(*W.shape)
        linear.weight.data = torch.tensor(W.T.copy())
        linear.bias.data = torch.tensor(b.copy())
        parts += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*parts[:-1])
    descent = torch.optim.SGD(model.parameters(), lr=0.1)
    targets = torch.tensor(table.target, dtype=torch.float32)[:, None]
    theirs = []
    for _ in range(50):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(torch.tensor(X)), targets)
        theirs.append(loss.item())
        descent.zero_grad()
        loss.backward()
        descent.step()
    rows = network.rows(X, table.target)
    ours = [record.loss for record in train(network, rows, GradientDescent(0.1), 50)]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert ours[-1] < 0.2 * ours[0]
