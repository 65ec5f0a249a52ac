import sys

import numpy as np
import pytest

import benchmark
import peers
import processes
from digits.dataset import Digits


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("torch", lambda rows: peers.torch_eager(rows, "SGD")),
        ("sklearn.neural_network", peers.sklearn_lbfgs),
    ],
)
def test_a_missing_peer_is_named(digits, monkeypatch, module, make):
    monkeypatch.setitem(sys.modules, module, None)
    missing = make(Digits(digits.images, digits.labels))
    assert isinstance(missing, peers.Missing)
    assert "is not installed" in missing.reason
    line = benchmark.Line("epoch", "peer", None, "ms", note=missing.reason)
    assert missing.reason in benchmark.text(line)


def test_peers_take_turns_and_their_median_counts():
    turns = []

    def peer(name, seconds):
        left = iter(seconds)

        def run() -> float:
            turns.append(name)
            return next(left)

        return run

    runs = {"a": peer("a", [9, 9, 1, 5, 2]), "b": peer("b", [9, 9, 4, 4, 6])}
    assert benchmark.in_turn(runs, rounds=3, warmup=2) == {"a": 2, "b": 4}
    assert turns == ["a", "b"] * 5


def test_memory_of_a_process_is_its_own_and_not_its_parents():
    held = np.ones(30_000_000)  # 240 MB
    small = processes.process([sys.executable, "-c", "print('{}')"])
    large = processes.process([sys.executable, "-c", "b = b'1' * 100_000_000; print('{}')"])
    assert small.megabytes < 60 < 100 < large.megabytes < held.nbytes / 1e6
    assert small.told == {} and small.seconds < 10


def test_rows_are_repeated_with_shifts_and_their_labels(digits):
    few = Digits(digits.images[:10], digits.labels[:10])
    many = peers.shifted(few, 25)
    assert len(many.images) == len(many.labels) == 25
    assert many.labels.tolist() == [*few.labels, *few.labels, *few.labels[:5]]
    assert (many.images.sum(axis=1) == np.resize(few.images.sum(axis=1), 25)).all()
    assert (many.images[10:20] != few.images).any()
