import numpy as np
import pytest

from digits.places import PRETRAINED
from digits.preprocessing.manners import MANNERS
from digits.preprocessing.strokes import HANDS_AT_ONCE, draw_digits, written
from digits.reader import load


def test_drawn_digits_are_images_of_which_each_digit_is_as_common(rng):
    images, labels = draw_digits(60, rng)
    assert images.shape == (60, 784) and images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [6] * 10
    assert (images.max(axis=1) == 255).all()


def test_the_same_seed_draws_the_same_digits():
    first, second, other = (draw_digits(30, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first[0].tobytes() == second[0].tobytes()
    assert first[0].tobytes() != other[0].tobytes()


def test_any_number_of_digits_can_be_drawn(rng):
    for count in (0, 1, HANDS_AT_ONCE + 1):
        images, labels = draw_digits(count, rng)
        assert len(images) == len(labels) == count


def test_the_number_of_threads_changes_no_digit():
    one, three = (draw_digits(300, np.random.default_rng(1), threads=n) for n in (1, 3))
    assert one[0].tobytes() == three[0].tobytes()


def styles(digit: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    return [(name, style) for name in MANNERS for style in MANNERS[name].digits[digit](rng.uniform)]


@pytest.mark.parametrize("digit", range(10))
def test_every_style_leaves_a_digit_that_fills_its_box(digit, rng):
    for manner, style in styles(digit, rng):
        ink = written(digit, manner, style, 3, rng).reshape(3, 28, 28) / 255
        assert (ink.mean(axis=(1, 2)) > 0.03).all() and (ink.mean(axis=(1, 2)) < 0.4).all(), style
        sides = [(ink.max(axis=axis) > 0.1).sum(axis=1) for axis in (1, 2)]
        assert (np.max(sides, axis=0) >= 18).all() and (np.max(sides, axis=0) <= 20).all(), style


def test_the_shipped_model_reads_the_drawn_digits(rng):
    """As labelled: a style that reads as another digit would be taught wrongly."""
    images, labels = draw_digits(300, rng)
    assert np.mean(load(PRETRAINED).predict(images) == labels) > 0.94
