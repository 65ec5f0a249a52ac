import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import FILES, ROOT, read_history

from digits.commands import train
from digits.network import OPTIMIZERS
from digits.reader import checkpoints, recipe, run_checkpoint


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_resumed_run_equals_an_uninterrupted_one(run, optimizer, monkeypatch):
    flags = ("--optimizer", optimizer, "--epochs", 12, "--quiet")
    _, whole = run(*flags, folder="whole")

    kept = recipe.train

    def stopped(*arguments, **named):
        for record in kept(*arguments, **named):
            yield record
            if record.epoch == 7:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(recipe, "train", stopped)
    status, parts = run(*flags, folder="parts")
    assert status == 130 and {path.name for path in parts.iterdir()} == FILES
    assert json.loads((parts / "metrics.json").read_text())["epochs"] == 8
    status, parts = run("--resume", "--quiet", folder="parts")
    assert status == 0
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()
    a, b = (np.array(read_history(folder))[:, :-1].tolist() for folder in (whole, parts))
    assert a == b


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(small_csv, tmp_path):
    script = [sys.executable, str(ROOT / "scripts" / "train.py")]
    flags = ["--data", str(small_csv), "--epochs", "150", "--checkpoint-every", "2",
             "--drawn", "50"]  # fmt: skip
    subprocess.run([*script, *flags, "--quiet", "--output", tmp_path / "whole"], check=True)
    killed = subprocess.Popen(
        [*script, *flags, "--output", tmp_path / "killed"], stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "killed" / "checkpoint.npz").exists():
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert train.main(["--resume", "--quiet", "--output", str(tmp_path / "killed")]) == 0
    whole, resumed = (tmp_path / name / "model.npz" for name in ("whole", "killed"))
    assert whole.read_bytes() == resumed.read_bytes()


def test_a_finished_run_can_be_prolonged(run):
    run("--epochs", 3, "--quiet")
    status, out = run("--resume", "--epochs", 5, "--quiet")
    assert status == 0 and json.loads((out / "metrics.json").read_text())["epochs"] == 5


def test_a_resumed_run_keeps_its_settings(run, capsys):
    run("--epochs", 3, "--l2", 0.001, "--quiet")
    assert run("--resume", "--quiet", "--l2", 0.1)[0] == 2
    assert "--resume goes on with l2 0.001, so l2 0.1 cannot be" in capsys.readouterr().err
    assert run("--resume", "--quiet", "--l2", 0.001)[0] == 0


def test_a_run_cannot_be_resumed_to_end_before_it_is(run, capsys):
    run("--epochs", 4, "--quiet")
    assert run("--resume", "--epochs", 2)[0] == 2
    assert "is at epoch 4" in capsys.readouterr().err


def test_a_checkpoint_without_its_settings_is_refused(run, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    header = {"settings": {}, "architecture": "784 - softmax 10", "data_digest": ""}
    checkpoints.write(tmp_path / "out" / "checkpoint.npz", run_checkpoint.KIND, header, {})
    assert run("--resume")[0] == 1
    assert "settings lack preset" in capsys.readouterr().err


def test_a_checkpoint_of_other_data_is_refused(run, tmp_path, small_csv, capsys):
    run("--epochs", 2, "--quiet")
    lines = small_csv.read_text().splitlines(keepends=True)
    (tmp_path / "other.csv").write_text("".join(lines[:600]))
    assert run("--resume", "--data", tmp_path / "other.csv")[0] == 1
    assert "was made with other data" in capsys.readouterr().err


def test_what_a_run_leaves_tells_no_path_of_this_machine_but_for_resuming(
    run, tmp_path, small_csv, capsys
):
    _, out = run("--epochs", 2, "--test-data", small_csv, "--quiet")
    for file in out.iterdir():
        told = str(small_csv.parent).encode() in file.read_bytes().replace(b"\0\0\0", b"")
        assert told == (file.name == "data_paths.json"), file
    resume = ["--resume", "--epochs", "3", "--quiet", "--output", str(out)]
    assert train.main(resume) == 0
    (out / "data_paths.json").unlink()
    capsys.readouterr()
    assert train.main(resume) == 2
    error = capsys.readouterr().err
    assert error.endswith("small.csv is not there, expected --data with its digits\n")
    assert run(*resume, "--data", small_csv, "--test-data", small_csv)[0] == 0


def without(name):
    return lambda arrays: arrays.pop(name)


def put(name, value):
    return lambda arrays: arrays.update({name: value})


@pytest.mark.parametrize(
    ("optimizer", "edit", "told"),
    [
        ("gd", put("history", np.empty((0, 6))), "history has 0 epochs and the optimizer 3 steps"),
        ("gd", put("optimizer_step", np.array(-5)), "3 epochs and the optimizer -5 steps, expect"),
        ("gd", without("optimizer_velocity"), "optimizer_velocity is missing, expected it after"),
        ("gd", put("history", np.ones((3, 6))), "history is damaged, expected accuracies of the"),
        ("gd", put("history", np.ones((3, 5))), r"history is (3, 5) float64, expected (any, 6)"),
        ("rprop", put("history", np.empty((0, 6))), "history has 0 epochs and the optimizer 1 st"),
        ("rprop", put("optimizer_steps", np.ones(9)), "optimizer_steps is (9,) float64, expected"),
        ("rprop", put("optimizer_step", np.array(3)), "has an array 'optimizer_step', expected"),
        ("adam", without("optimizer_mean"), "optimizer_mean is missing, expected it after an ep"),
        ("lbfgs", without("optimizer_y"), "optimizer_s and optimizer_y do not go together"),
        ("lbfgs", put("optimizer_alpha", np.array(np.nan)), "optimizer_alpha holds values that"),
    ],
)
def test_what_was_edited_in_a_checkpoint_is_named(run, tmp_path, capsys, optimizer, edit, told):
    _, out = run("--optimizer", optimizer, "--epochs", 3, "--drawn", 0, "--quiet")
    header, arrays = checkpoints.read(out / "checkpoint.npz", run_checkpoint.KIND)
    edit(arrays)
    checkpoints.write(out / "checkpoint.npz", run_checkpoint.KIND, header, arrays)
    capsys.readouterr()
    assert run("--resume", "--epochs", 5, "--quiet")[0] == 1
    error = capsys.readouterr().err
    assert told in error and "checkpoint.npz" in error and error.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"junk", None])
def test_a_checkpoint_that_cannot_be_used_is_told_in_one_sentence(run, tmp_path, content, capsys):
    (tmp_path / "out").mkdir()
    if content is not None:
        (tmp_path / "out" / "checkpoint.npz").write_bytes(content)
    assert run("--resume")[0] == 1
    error = capsys.readouterr().err
    assert "checkpoint.npz" in error and error.count("\n") == 1
