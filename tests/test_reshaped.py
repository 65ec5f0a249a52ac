import numpy as np
import pytest

from digits.preprocessing.canonical import canonical
from digits.preprocessing.resample import sample
from digits.preprocessing.reshaped import coarse, places, reshaped


def test_the_same_seed_reshapes_alike_however_many_threads_work(digits):
    def copies(seed: int, threads: int) -> bytes:
        rng = np.random.default_rng(seed)
        return reshaped(digits.images, rng, slice_rows=100, threads=threads).tobytes()

    assert copies(5, threads=1) == copies(5, threads=3) != copies(6, threads=1)


def test_a_copy_shows_the_same_digit_and_no_image_twice(digits, rng):
    copies = reshaped(digits.images, rng)
    assert copies.shape == digits.images.shape and copies.dtype == np.uint8
    assert (copies != digits.images).any(axis=1).all()
    posed, of_copies = (canonical(images).astype(float) for images in (digits.images, copies))
    own = np.abs(of_copies - posed).mean(axis=1)
    others = np.abs(np.roll(posed, 1, axis=0) - posed).mean(axis=1)
    assert np.median(own) < 0.7 * np.median(others)


def test_blanks_stay_blank(rng):
    assert not reshaped(np.zeros((20, 784), np.uint8), rng).any()


@pytest.mark.parametrize(
    ("width", "height_is", "width_is"), [(0.5, 20, 10), (1, 20, 20), (2, 10, 20)]
)
def test_a_stretched_digit_has_the_proportions_told_and_fits_its_box(width, height_is, width_is):
    square = np.zeros((1, 28, 28), np.float32)
    square[:, 4:24, 4:24] = 255
    at = places(np.zeros(1), np.array([width]), np.zeros((2, 1, 28, 28), np.float32))
    ink = sample(square, *at)[0] / 255
    assert ink.sum(axis=0).max() == pytest.approx(height_is, abs=0.1)
    assert ink.sum(axis=1).max() == pytest.approx(width_is, abs=0.1)


def test_a_turned_stroke_has_the_slope_told():
    stroke = np.zeros((1, 28, 28), np.float32)
    stroke[:, 13:15, 4:24] = 255
    at = places(np.array([np.pi / 6]), np.ones(1), np.zeros((2, 1, 28, 28), np.float32))
    y, x = np.nonzero(sample(stroke, *at)[0] > 127)
    slope = np.polyfit(x, y, 1)[0]
    assert abs(slope) == pytest.approx(np.tan(np.pi / 6), abs=0.02)


@pytest.mark.parametrize("side", [7, 8, 14])
def test_large_pixels_are_the_means_of_what_lies_in_them(side, rng):
    share = rng.random((28, 28)).astype(np.float32)
    small = coarse(share, side)
    assert small.mean() == pytest.approx(share.mean(), rel=1e-5)
    if 28 % side == 0:
        blocks = share.reshape(side, 28 // side, side, -1).mean(axis=(1, 3))
        np.testing.assert_allclose(small, blocks, rtol=1e-5)
