"""How a program is ended: by Ctrl-C at any time, by a hang-up, by a request to terminate."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import FILES, ROOT

from digits.commands import signals
from digits.reader import load

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are others there")
TRAIN = [sys.executable, str(ROOT / "scripts" / "train.py")]


@pytest.mark.parametrize("program", [["scripts/predict.py"], ["-m", "digits", "predict"]])
@pytest.mark.parametrize("module", ["numpy", "PIL"])
def test_ctrl_c_while_modules_are_loaded_is_answered_in_a_word(tmp_path, program, module):
    (tmp_path / f"{module}.py").write_text(
        "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
    )
    told = subprocess.run(
        [sys.executable, *program, "a.png"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (130, "interrupted\n")


def started(small_csv: Path, output: Path, *flags: str) -> "subprocess.Popen[str]":
    """A training that has come to its epochs."""
    flags = ("--data", str(small_csv), "--epochs", "100000", "--drawn", "0", "--output",
             str(output), "--checkpoint-every", "1", "--quiet", *flags)  # fmt: skip
    running = subprocess.Popen([*TRAIN, *flags], stderr=subprocess.PIPE, text=True)
    while not (output / "checkpoint.npz").exists():
        assert running.poll() is None
        time.sleep(0.01)
    return running


def test_a_directory_has_one_run_at_a_time_and_is_free_once_that_is_dead(
    small_csv, tmp_path, run, capsys
):
    running = started(small_csv, tmp_path / "out")
    assert run("--epochs", 1)[0] == 1
    error = capsys.readouterr().err
    assert error.endswith(f"another run writes to {tmp_path / 'out'}, expected another --output\n")
    assert running.poll() is None
    running.kill()
    running.communicate()
    status, out = run("--epochs", 1, "--quiet")
    assert status == 0 and {path.name for path in out.iterdir()} == {*FILES, "checkpoint.old.npz"}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_asked_to_end_ends_its_epoch_and_its_files(small_csv, tmp_path, name):
    running = started(small_csv, tmp_path / "out")
    running.send_signal(getattr(signal, name))
    _, error = running.communicate()
    assert running.returncode == 130 and error.startswith("train.py: interrupted after epoch ")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_a_second_ctrl_c_ends_a_run_at_once_and_what_it_left_is_whole(small_csv, tmp_path):
    running = started(small_csv, tmp_path / "out")
    running.send_signal(signal.SIGINT)
    while not (tmp_path / "out" / "history.csv").exists():  # figures come next: a second
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate()
    assert (running.returncode, error) == (130, "train.py: interrupted\n")
    assert load(tmp_path / "out" / "model.npz").predict(np.zeros((1, 784), np.uint8)).size == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} < FILES


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.answered_by(signals.interrupt):
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
