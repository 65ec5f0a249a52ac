import numpy as np
import pytest

from digits.dataset import split, take_rows
from digits.formats import read
from digits.places import BUNDLED_DIGITS, PRETRAINED
from digits.reader import load, novelty, recipe
from rejection import letters, scribbles


@pytest.fixture(scope="module")
def shipped():
    return load(PRETRAINED)


@pytest.fixture(scope="module")
def test_digits():
    return split(read(BUNDLED_DIGITS))[1]


def test_what_is_no_digit_is_not_called_one(shipped):
    assert shipped.read(scribbles(300)).confident.mean() < 0.15
    assert shipped.read(letters()).confident.mean() < 0.15
    assert shipped.read(np.zeros((1, 784), np.uint8)).confident.sum() == 0


def test_few_right_answers_are_withheld_and_most_errors_caught(shipped, test_digits):
    reading = shipped.read(test_digits.images)
    right = reading.labels == test_digits.labels
    assert 1 - reading.confident[right].mean() < 0.02
    assert 1 - reading.confident[~right].mean() > 0.5


def test_a_reader_learns_to_doubt_from_what_is_no_digit(digits):
    reader = load(PRETRAINED)
    reads, posed = reader.network, reader.preprocess(digits.images)
    known = novelty.fit(
        reads, posed[:500], digits.labels[:500], recipe.outliers(300, "canonical"), 40
    )
    strange = recipe.outliers(200, "canonical", seed=1)
    likely = [known.likeness(images, reads.probabilities(images))
              for images in (posed[500:], strange)]  # fmt: skip
    assert np.median(likely[1]) < 0.1 < 0.9 < np.median(likely[0])


def test_the_limit_keeps_nearly_all_right_answers(digits):
    reader = load(PRETRAINED)
    reads, posed = reader.network, reader.preprocess(digits.images)
    known = novelty.fit(reads, posed, digits.labels, recipe.outliers(100, "canonical"), 20)
    probabilities = reads.probabilities(posed)
    right = probabilities.argmax(axis=1) == digits.labels
    kept = known.likeness(posed, probabilities)[right] >= known.limit
    assert kept.mean() == pytest.approx(novelty.ACCEPTED, abs=0.005)


def test_what_is_stored_is_what_was_measured(digits):
    reads = load(PRETRAINED).network
    known = novelty.fit(reads, *take_rows(digits, slice(200)), digits.images[:50], 3)
    stored = known.network.theta.astype(np.float16)
    assert stored.astype(np.float32).tobytes() == known.network.theta.tobytes()
