import numpy as np
import pytest

from digits import augment, parallel
from digits.augment import elastic
from digits.canonical import canonical


def test_the_same_seed_bends_alike_however_many_threads_work(digits, monkeypatch):
    monkeypatch.setattr(augment, "SLICE_ROWS", 100)
    copies = []
    for threads in (1, 3):
        monkeypatch.setattr(parallel.in_turns, "__defaults__", (threads,))
        copies.append(elastic(digits.images, np.random.default_rng(5), 0.8, 4.0))
    assert copies[0].tobytes() == copies[1].tobytes()
    assert (
        elastic(digits.images, np.random.default_rng(6), 0.8, 4.0).tobytes() != copies[0].tobytes()
    )


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
