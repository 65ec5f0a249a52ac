import numpy as np
import pytest

from digits.preprocessing.canonical import canonical
from digits.preprocessing.elastic import elastic


def test_the_same_seed_bends_alike_however_many_threads_work(digits):
    def bent(seed: int, threads: int) -> bytes:
        rng = np.random.default_rng(seed)
        copies = elastic(digits.images, rng, 0.8, 4.0, slice_rows=100, threads=threads)
        return copies.tobytes()

    assert bent(5, threads=1) == bent(5, threads=3) != bent(6, threads=1)


def test_copies_made_part_by_part_are_those_made_at_once(digits):
    whole = elastic(digits.images, np.random.default_rng(5), 0.8, 4.0, slice_rows=100)
    rng = np.random.default_rng(5)
    parts = [
        elastic(digits.images[rows], rng, 0.8, 4.0, slice_rows=100)
        for rows in (slice(300), slice(300, None))
    ]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_without_distance_a_copy_is_the_original(digits, rng):
    assert elastic(digits.images, rng, 0.0, 4.0).tobytes() == digits.images.tobytes()


def test_a_copy_differs_but_is_still_nearer_to_its_original_than_to_its_like(digits, rng):
    threes = digits.images[digits.labels == 3].astype(float)
    copies = elastic(threes.astype(np.uint8), rng, 1.0, 4.0).astype(float)
    own = np.abs(copies - threes).mean(axis=1)
    others = np.abs(np.roll(threes, 1, axis=0) - threes).mean(axis=1)
    assert (own > 0).all() and np.median(own) < 0.6 * np.median(others)


@pytest.mark.parametrize("distance", [0.5, 1.0])
def test_the_distance_is_the_root_mean_square_displacement(rng, distance):
    """Measured on ramps, whose value at a pixel is its column: the copy shows the displacement."""
    ramp = np.tile(np.arange(28, dtype=np.uint8) * 8, (2000, 28, 1)).reshape(-1, 784)
    bent = elastic(ramp, rng, distance, 4.0).reshape(-1, 28, 28)[:, 10:18, 8:20]
    displaced = (bent.astype(float) - ramp.reshape(-1, 28, 28)[:, 10:18, 8:20]) / 8
    assert np.sqrt((displaced**2).mean()) == pytest.approx(distance, rel=0.15)


def test_bent_blanks_are_blank(rng):
    assert not canonical(elastic(np.zeros((2, 784), np.uint8), rng, 1.0, 4.0)).any()
