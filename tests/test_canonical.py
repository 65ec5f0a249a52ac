import numpy as np
import pytest
from PIL import Image, ImageFilter

from digits.preprocessing.canonical import INK, MIDDLE, SPREAD_X, SPREAD_Y, canonical
from digits.preprocessing.resample import sample

AT = np.arange(28.0)


def moments(image: np.ndarray) -> tuple[float, float, float, float, float]:
    """Mean y, mean x, and the variances and covariance of y and x."""
    ink = image.reshape(28, 28) / image.sum(dtype=float)
    y, x = ink.sum(axis=1) @ AT, ink.sum(axis=0) @ AT
    var_y, var_x = ink.sum(axis=1) @ (AT - y) ** 2, ink.sum(axis=0) @ (AT - x) ** 2
    return y, x, var_y, var_x, (AT - y) @ ink @ (AT - x)


def test_ink_is_centred_upright_and_of_fixed_spread(digits):
    found = np.array([moments(image) for image in canonical(digits.images, pen=False)])
    y, x, var_y, var_x, covariance = found.T
    # Ink that is stretched beyond the edge of the image is lost, so a few are not exact.
    for value, wanted in ((y, MIDDLE), (x, MIDDLE), (np.sqrt(var_y), SPREAD_Y)):
        assert np.quantile(np.abs(value - wanted), 0.95) < 0.2
    # A 1 is too thin to be widened to the full spread; sampling adds a little width of its own.
    wide = digits.labels != 1
    assert np.quantile(np.abs(np.sqrt(var_x[wide]) - SPREAD_X), 0.95) < 0.25
    assert (np.sqrt(var_x[~wide]) < SPREAD_X + 0.25).all()
    assert np.abs(covariance / np.sqrt(var_x * var_y)).max() < 0.1


@pytest.mark.parametrize(
    ("name", "affine"),
    [
        ("shifted", (1, 0, 2, 0, 1, -1)),
        ("sheared", (1, 0.25, -3.5, 0, 1, 0)),
        ("smaller", (1.25, 0, -3.4, 0, 1.25, -3.4)),
        ("narrower", (1.3, 0, -4, 0, 1, 0)),
    ],
)
def test_a_moved_copy_of_a_digit_has_the_same_canonical_image(digits, name, affine):
    """Copies are made by Pillow, which knows nothing of moments."""
    wide = digits.images[digits.labels != 1][:200]
    copies = np.array(
        [
            np.asarray(
                Image.fromarray(image.reshape(28, 28)).transform(
                    (28, 28), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
                )
            )
            for image in wide
        ]
    ).reshape(-1, 784)
    originals = canonical(wide).astype(float)
    moved = np.abs(canonical(copies) - originals).mean(axis=1)
    untreated = np.abs(copies.astype(float) - wide).mean(axis=1)
    others = np.abs(np.roll(originals, 1, axis=0) - originals).mean(axis=1)
    assert np.median(moved) < 0.35 * np.median(untreated), name
    assert np.median(moved) < 0.2 * np.median(others), name


def test_a_blank_image_stays_blank_and_raises_nothing():
    with np.errstate(all="raise"):
        assert not canonical(np.zeros((3, 784), np.uint8)).any()


@pytest.mark.parametrize("pixels", [[0], [783], [405], [27, 28], list(range(784))])
def test_a_dot_a_corner_and_a_full_image_raise_nothing(pixels):
    image = np.zeros((1, 784), np.uint8)
    image[0, pixels] = 255
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert canonical(image).any()


def test_an_image_does_not_depend_on_its_neighbours(digits):
    together = canonical(digits.images)
    alone = np.concatenate([canonical(image[None]) for image in digits.images[:20]])
    assert together[:20].tobytes() == alone.tobytes()


def test_samples_at_pixels_are_the_pixels_and_halfway_their_mean(rng):
    ink = rng.random((2, 28, 28), dtype=np.float32)
    at = np.arange(28, dtype=np.float32)
    exact = sample(ink, np.tile(at[:, None], (2, 1, 1)), np.tile(at, (2, 1, 1)))
    np.testing.assert_allclose(exact, ink, atol=1e-5)
    between = sample(ink, np.tile(at[:, None], (2, 1, 1)), np.tile(at + 0.5, (2, 1, 1)))
    np.testing.assert_allclose(between[:, :, :-1], (ink[:, :, 1:] + ink[:, :, :-1]) / 2, atol=1e-5)


def test_nothing_lies_outside_the_image(rng):
    ink = np.ones((1, 28, 28), np.float32)
    far = np.full((1, 28, 28), -50.0, np.float32)
    assert not sample(ink, far, far).any() and not sample(ink, -far * 9, -far).any()


def test_all_digits_have_the_same_amount_of_ink_unless_a_pixel_is_not_enough(digits):
    with_pen = canonical(digits.images).sum(axis=1, dtype=float) / 255
    without = canonical(digits.images, pen=False).sum(axis=1, dtype=float) / 255
    faint = 6  # pixels' worth of ink at most is cut off as too faint
    same = np.abs(with_pen - INK) < faint
    assert same.mean() > 0.75
    assert (np.abs(with_pen - INK) <= np.abs(without - INK) + faint).all()


def test_no_ink_is_fainter_than_an_eighth(digits):
    ink = canonical(digits.images)
    assert ink[ink > 0].min() >= 32


def test_a_digit_drawn_with_a_thicker_pen_has_nearly_the_same_canonical_image(digits):
    """Pillow's 3 x 3 maximum filter draws it; without the pen's part the two stay far apart."""
    images = digits.images[digits.labels != 1][:200]
    thicker = np.array(
        [
            np.asarray(Image.fromarray(image.reshape(28, 28)).filter(ImageFilter.MaxFilter(3)))
            for image in images
        ]
    ).reshape(-1, 784)
    apart = {
        pen: np.abs(canonical(thicker, pen=pen) - canonical(images, pen=pen).astype(float)).mean()
        for pen in (True, False)
    }
    assert apart[True] < 0.6 * apart[False]
