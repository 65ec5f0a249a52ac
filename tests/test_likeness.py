import numpy as np
import pytest
from PIL import Image, ImageDraw

from digits import likeness
from digits.mnist_like import mnist_like


def test_principal_axes_hold_as_much_as_those_of_the_singular_value_decomposition(rng):
    X = rng.normal(size=(200, 30)) * np.geomspace(10, 0.1, 30)
    X = (X - X.mean(axis=0)).astype(np.float32)
    axes = likeness.principal_axes(X)
    _, _, exact = np.linalg.svd(X, full_matrices=False)
    np.testing.assert_allclose(axes @ axes.T, np.eye(likeness.AXES), atol=1e-5)
    held, most = (((X @ some.T) ** 2).sum() for some in (axes, exact[: likeness.AXES]))
    assert held == pytest.approx(most, rel=1e-3)


def test_most_digits_are_alike_and_scribbles_are_not(digits, rng):
    half = len(digits.images) // 2
    known = likeness.learn(digits.images[:half], digits.labels[:half], 10)
    other = known.distance(digits.images[half:], digits.labels[half:])
    assert np.mean(known.distance(digits.images[:half], digits.labels[:half]) <= known.limit) > 0.97
    scribbles = np.array([scribble(rng) for _ in range(50)])
    labels = rng.integers(0, 10, 50)
    assert np.median(known.distance(scribbles, labels)) > np.quantile(other, 0.95)


def scribble(rng) -> np.ndarray:
    page = Image.new("L", (100, 100))
    points = [tuple(point) for point in rng.integers(10, 90, (12, 2)).tolist()]
    ImageDraw.Draw(page).line(points, fill=255, width=5)
    return mnist_like(np.asarray(page, np.float32) / 255).reshape(-1)


def test_a_class_without_images_is_like_nothing_in_particular(digits):
    some = digits.labels < 5
    known = likeness.learn(digits.images[some], digits.labels[some], 10)
    assert np.isfinite(known.distance(digits.images, digits.labels)).all()
