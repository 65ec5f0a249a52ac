import numpy as np
import pytest

from digits.network import metrics


def test_metrics_are_those_of_scikit_learn(rng):
    reference = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    labels, predicted = rng.integers(0, 10, (2, 500))
    predicted[predicted == 7] = 3  # a class that is never predicted
    matrix = metrics.confusion_matrix(labels, predicted, 10)
    assert matrix.tolist() == reference.confusion_matrix(labels, predicted).tolist()
    assert metrics.accuracy(labels, predicted) == reference.accuracy_score(labels, predicted)
    scores = reference.precision_recall_fscore_support(labels, predicted, zero_division=0)
    for ours, theirs in zip(metrics.class_scores(matrix), scores, strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_r2_and_the_accuracy_of_several_labels_are_those_of_scikit_learn(rng):
    reference = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    y, predicted = rng.normal(size=(2, 50, 3))
    y[:, 2] = 5  # does not vary
    assert metrics.r2(y, predicted) == pytest.approx(reference.r2_score(y, predicted))
    assert metrics.r2(y[:, 0], predicted[:, 0]) == pytest.approx(
        reference.r2_score(y[:, 0], predicted[:, 0])
    )
    labels, told = rng.integers(0, 2, (2, 50, 2))
    assert metrics.accuracy(labels, told) == reference.accuracy_score(labels, told)


def test_a_confusion_matrix_takes_lists_and_refuses_labels_of_no_class():
    assert metrics.confusion_matrix([0, 1], [0, 1], 2).tolist() == [[1, 0], [0, 1]]
    many = np.array([19], np.uint8)
    assert metrics.confusion_matrix(many, many, 20)[19, 19] == 1
    for labels, predicted in (([0, 1], [0, 2]), ([0, -1], [0, 0]), ([0, 1], [0, 1.0])):
        with pytest.raises(ValueError, match="expected 0 to 1"):
            metrics.confusion_matrix(labels, predicted, 2)
    with pytest.raises(ValueError, match=r"labels are \(2, 1\) but predictions \(2,\)"):
        metrics.accuracy([[0], [1]], [0, 1])


def test_rows_are_true_and_columns_predicted():
    matrix = metrics.confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
