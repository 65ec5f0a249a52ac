import numpy as np
import pytest

from digits.reader import principal
from rejection import scribbles


def test_principal_axes_hold_as_much_as_those_of_the_singular_value_decomposition(rng):
    X = rng.normal(size=(200, 30)) * np.geomspace(10, 0.1, 30)
    X = (X - X.mean(axis=0)).astype(np.float32)
    axes = principal.principal_axes(X)
    _, _, exact = np.linalg.svd(X, full_matrices=False)
    np.testing.assert_allclose(axes @ axes.T, np.eye(principal.AXES), atol=1e-5)
    held, most = (((X @ some.T) ** 2).sum() for some in (axes, exact[: principal.AXES]))
    assert held == pytest.approx(most, rel=1e-3)


def test_most_digits_are_alike_and_scribbles_are_not(digits, rng):
    half = len(digits.images) // 2
    known = principal.fit(digits.images[:half], digits.labels[:half], 10)
    other = known.reconstruction_error(digits.images[half:], digits.labels[half:])
    assert (
        np.mean(
            known.reconstruction_error(digits.images[:half], digits.labels[:half]) <= known.limit
        )
        > 0.97
    )
    others = known.reconstruction_error(scribbles(50), rng.integers(0, 10, 50))
    assert np.median(others) > np.quantile(other, 0.95)


def test_a_class_without_images_is_like_nothing_in_particular(digits):
    some = digits.labels < 5
    known = principal.fit(digits.images[some], digits.labels[some], 10)
    assert np.isfinite(known.reconstruction_error(digits.images, digits.labels)).all()
