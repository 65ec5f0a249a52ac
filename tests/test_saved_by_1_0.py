"""What version 1.0.0 saved: `train --data small.csv --optimizer rprop --epochs 4` on 700 digits."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import read_history

from digits.reader import load, run_checkpoint
from digits.reader.settings import PRESETS, WORK

SAVED = Path(__file__).parent / "saved_by_1.0"


def test_a_model_still_loads_and_says_what_it_is(digits):
    reader = load(SAVED / "model.npz")
    assert repr(reader).endswith("softmax 10, canonical, preset default, seed 0, 4 epochs)")
    with np.load(SAVED / "model.npz") as arrays:
        assert reader.network.theta.tobytes() == arrays["theta"].tobytes()
        assert reader.axes.limit == arrays["limit"] and reader.novelty is None
    correct = reader.predict(digits.images[600:]) == digits.labels[600:]
    assert correct.mean() == pytest.approx(0.46, abs=0.02)  # as its metrics.json said


def test_a_checkpoint_still_tells_its_settings():
    settings = run_checkpoint.settings_in(SAVED / "checkpoint.npz")
    assert (settings.preprocessing, settings.hidden, settings.momentum) == (
        "canonical", (16, 16), None,
    )  # fmt: skip
    assert (settings.optimizer, settings.learning_rate, settings.l2) == ("rprop", 0.01, 2e-4)
    assert settings.schedule == "constant"


def test_a_checkpoint_still_goes_on_as_an_uninterrupted_run_does(run, tmp_path, monkeypatch):
    monkeypatch.setitem(PRESETS["default"], "drawn", 0)  # it knew neither
    monkeypatch.setitem(WORK["rprop"], "copies", ())
    _, whole = run("--optimizer", "rprop", "--epochs", 7, "--quiet", folder="whole")
    (tmp_path / "parts").mkdir()
    checkpoint = (SAVED / "checkpoint.npz").read_bytes()
    (tmp_path / "parts" / "checkpoint.npz").write_bytes(checkpoint)
    status, parts = run("--resume", "--epochs", 7, "--quiet", folder="parts")
    assert status == 0 and json.loads((parts / "metrics.json").read_text())["epochs"] == 7
    a, b = (np.array(read_history(folder)[1:], float)[:, :-1] for folder in (whole, parts))
    # Another processor may round the four epochs of the checkpoint otherwise.
    np.testing.assert_allclose(a, b, atol=0.01)
