import numpy as np
import pytest
from matplotlib.figure import Figure

from digits import plots
from digits.network import Network
from digits.network.layers import Dense
from digits.network.training import Epoch

NAN = float("nan")
HISTORY = [Epoch(i, 2 / i, 1 - 1 / (i + 1), 2.1 / i, 1 - 1.1 / (i + 1), 0.1) for i in range(1, 9)]


def test_loss_curves_show_training_and_test_rows_with_labels():
    left, right = Figure().subplots(1, 2)
    plots.losses(left, HISTORY)
    plots.accuracies(right, HISTORY)
    for axes in (left, right):
        training, test = axes.get_lines()
        assert training.get_xdata().tolist() == list(range(1, 9))
        assert axes.get_xlabel() == "epoch" and axes.get_ylabel() and axes.get_legend()
        assert training.get_color() != test.get_color()
    assert left.get_lines()[1].get_ydata()[0] == 2.1
    assert right.get_lines()[0].get_ydata()[-1] == 100 * HISTORY[-1].accuracy


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.08, 0.3, ["0.1", "0.15", "0.2", "0.25", "0.3"]),
        (0.4, 0.6, ["0.4", "0.45", "0.5", "0.55", "0.6"]),
        (0.05, 2.4, ["0.05", "0.1", "0.2", "0.5", "1", "2"]),
        (900, 25_000, ["1,000", "2,000", "5,000", "10,000", "20,000"]),
    ],
)
def test_a_loss_axis_has_plain_numbers_within_a_decade_and_over_several(low, high, ticks):
    figure = Figure()
    axes = figure.subplots()
    plots.losses(axes, [Epoch(1, high, 0.5, NAN, NAN, 0.1), Epoch(2, low, 0.5, NAN, NAN, 0.1)])
    figure.draw_without_rendering()
    bottom, top = axes.get_ylim()
    labels = [tick.get_text() for tick in axes.get_yticklabels()
              if bottom <= tick.get_position()[1] <= top]  # fmt: skip
    assert labels == ticks
    assert not [tick.get_text() for tick in axes.get_yticklabels(minor=True)]


def test_curves_of_a_run_without_test_rows_show_training_rows_only():
    history = [record._replace(validation_loss=NAN, validation_accuracy=NAN) for record in HISTORY]
    left, right = Figure().subplots(1, 2)
    plots.losses(left, history, "half squared error")
    plots.accuracies(right, history)
    assert len(left.get_lines()) == len(right.get_lines()) == 1
    assert left.get_ylabel() == "half squared error"


def test_the_decision_boundary_is_where_the_probability_is_a_half(rng):
    network = Network(2, [Dense(1, "sigmoid")], rng)
    network.theta[:] = 1, -1, 0  # p = 0.5 where both inputs are equal
    axes = Figure().subplots()
    plots.decision_boundary(axes, network, X := rng.normal(size=(20, 2)), X[:, 0].round() > 0)
    (line,) = axes.collections[1].get_paths()
    np.testing.assert_allclose(*line.vertices.T, atol=1e-2)


def test_only_mistakes_colour_the_confusion_matrix_and_every_count_is_legible():
    matrix = np.diag([900] * 10)
    matrix[3, 5], matrix[9, 4] = 30, 3
    axes = Figure().subplots()
    plots.confusion_matrix(axes, matrix)
    (image,) = axes.get_images()
    shown = np.asarray(image.get_array())
    assert not np.diag(shown).any() and shown[3, 5] == image.get_clim()[1] == 30
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[5, 3] == "30" and texts[4, 9] == "3" and texts[0, 0] == "900"
    assert axes.get_xlabel() == "predicted digit" and axes.get_ylabel() == "true digit"


def test_a_confusion_matrix_without_mistakes_can_be_drawn():
    axes = Figure().subplots()
    plots.confusion_matrix(axes, np.eye(10, dtype=int) * 1234)
    assert axes.get_title() == "0 mistakes, 100.00 % right"
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("1,234") == 10 and texts.count("·") == 90
