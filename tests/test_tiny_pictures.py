import numpy as np
import pytest
from PIL import Image

from digits.pictures import find_digits, looked_at, read_picture
from digits.pictures.enlarging import enlarged
from digits.pictures.mnist_like import widened


def reduced(image: np.ndarray, side: int) -> np.ndarray:
    """(784,) uint8 -> (side, side) uint8, each pixel the average of those it stands for."""
    small = Image.fromarray(image.reshape(28, 28)).resize((side, side), Image.Resampling.BOX)
    return np.asarray(small)


def filling(image: np.ndarray, side: int) -> np.ndarray:
    """Stretched until what is not faint fills a square."""
    ink = np.where(image > 50, image, 0).reshape(28, 28)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BOX))


def test_finer_strokes_average_to_the_pixels_they_came_from(digits):
    share = reduced(digits.images[0], 14) / np.float32(255)
    fine = enlarged(share)
    factor = len(fine) // 14
    assert len(fine) >= 80 and fine.min() >= 0 and fine.max() <= 1
    averages = fine.reshape(14, factor, 14, factor).mean(axis=(1, 3))
    assert np.abs(averages - share).mean() < 0.02


def test_a_stroke_that_covers_a_third_of_its_pixels_is_thin_and_whole():
    share = np.zeros((12, 12), np.float32)
    share[2:10, 5] = 0.35
    fine = enlarged(share)
    factor = len(fine) // 12
    assert (fine[3 * factor : 9 * factor].max(axis=1) > 0.4).all()
    across = fine[6 * factor].sum() / factor
    assert across == pytest.approx(0.35, abs=0.1)


def test_a_tiny_picture_is_read_much_like_the_digit_it_shows(digits):
    images = digits.images[:50]
    read = np.array([read_picture(reduced(image, 14)) for image in images])
    assert np.abs(read - images.astype(float)).mean() < 12


def test_nothing_at_the_edges_of_a_tiny_picture_is_dropped(digits):
    for image in digits.images[:50]:
        _, ink = looked_at(filling(image, 16))
        box = [np.flatnonzero((ink > 0.2).any(axis=axis)) for axis in (0, 1)]
        assert all(np.ptp(places) > 0.85 * len(ink) for places in box)


def test_paper_is_told_from_ink_that_fills_a_tiny_picture(digits):
    for image in digits.images[:50]:
        light = filling(image, 16)
        _, ink = looked_at(light)
        assert np.corrcoef(ink.reshape(16, -1, 16, ink.shape[1] // 16).mean(axis=(1, 3)).ravel(),
                           light.ravel())[0, 1] > 0.9  # fmt: skip
        assert read_picture(255 - light).tobytes() == read_picture(light).tobytes()


def test_boxes_in_a_tiny_picture_are_told_in_its_own_pixels():
    page = np.zeros((16, 20), np.uint8)
    page[3:13, 4:6] = page[3:13, 12:14] = 255
    picture, ink = looked_at(page)
    assert len(find_digits(ink)) == 2
    assert picture.scale * len(ink) == pytest.approx(16)


def test_a_small_digit_on_a_larger_page_is_read_much_the_same(digits):
    page = np.zeros((40, 50), np.uint8)
    for image in digits.images[:20]:
        page[10:24, 20:34] = reduced(image, 14)
        assert np.abs(read_picture(page) - image.astype(float)).mean() < 25


def test_a_squeezed_digit_is_widened_and_a_mere_stroke_stays_one():
    ring, stroke = np.zeros((100, 30), np.float32), np.zeros((100, 20), np.float32)
    ring[:, :6] = ring[:, -6:] = ring[:6] = ring[-6:] = 1
    stroke[:, 4:16] = 1
    assert widened(ring).shape == (100, 50)
    assert widened(stroke).shape == stroke.shape
    assert widened(ring.T).shape == ring.T.shape
    assert widened(ring).min() >= 0 and widened(ring).max() <= 1


def test_noise_on_the_paper_of_a_tiny_picture_is_no_ink(digits, rng):
    page = np.full((24, 22), 250.0)
    page[6:18, 6:16] -= reduced(digits.images[0], 12)[:, 1:11]
    noisy = np.clip(page + rng.normal(0, 12, page.shape), 0, 255).astype(np.uint8)
    image = read_picture(noisy).reshape(28, 28)
    assert (image[:3] == 0).all() and (image > 0).mean() < 0.45
