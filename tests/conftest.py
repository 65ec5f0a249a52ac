"""Small pieces of the bundled digits for the tests, and `train` run on them."""

import project

import csv
import gzip
import os
import signal
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from digits.commands import report, signals, train
from digits.dataset import Digits
from digits.formats.csv_reader import read_csv
from digits.places import BUNDLED_DIGITS
from digits.reader.settings import PRESETS

ROOT = Path(__file__).resolve().parent.parent

# SciPy reads it when first imported; without it scikit-learn skips one check of an estimator.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

# Hypothesis would keep what it knows in the clone.
os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir(), "hypothesis"))
)

# What starts the tests may ignore these, as nohup does, and programs that tests start inherit that.
for number in signals.ENDING:
    if signal.getsignal(number) is signal.SIG_IGN:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)

# What `train` leaves in its directory.
FILES = {
    "checkpoint.npz", "confusion_matrix.png", "data_paths.json", "history.csv", "loss_curves.png",
    "metrics.json", "mistakes.png", "model.npz",
}  # fmt: skip


def pytest_make_parametrize_id(val: object) -> str | None:
    """Call a test of a long value by its beginning: 20 MB in a name take longer than the test."""
    return repr(val[:40]) if isinstance(val, str | bytes) and len(val) > 100 else None


@pytest.fixture(scope="session")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 700 digits of the bundled file, as a plain CSV."""
    path = tmp_path_factory.mktemp("data") / "small.csv"
    with gzip.open(BUNDLED_DIGITS, "rt") as file:
        path.write_text("".join(islice(file, 701)))
    return path


@pytest.fixture(scope="session")
def digits(small_csv: Path) -> Digits:
    return read_csv(small_csv)


@pytest.fixture
def few(digits: Digits) -> Digits:
    return Digits(digits.images[:40], digits.labels[:40])


@pytest.fixture(scope="session")
def all_digits() -> Digits:
    return read_csv(BUNDLED_DIGITS)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def no_figures(monkeypatch):
    """Leave empty files for figures: drawing takes longer than training on so few digits."""
    for name in ("draw_history", "draw_evaluation"):
        monkeypatch.setattr(report, name, touch_figures)


def touch_figures(directory: Path, *_: object) -> None:
    for name in FILES:
        if name.endswith(".png"):
            (directory / name).touch()


@pytest.fixture
def run(no_figures, drawing_run):
    return drawing_run


@pytest.fixture
def few_drawn(monkeypatch):
    """Draw few digits, which takes longer than to learn 700."""
    monkeypatch.setitem(PRESETS["default"], "drawn", 50)


@pytest.fixture
def drawing_run(small_csv, tmp_path, few_drawn):
    """Call `train` on 700 digits and a few drawn ones, with its results in a folder of its own."""

    def call(*flags: object, folder: str = "out") -> tuple[int, Path]:
        arguments = ["--data", small_csv, "--output", tmp_path / folder, *flags]
        return train.main([str(argument) for argument in arguments]), tmp_path / folder

    return call


def read_history(folder: Path) -> list[list[str]]:
    return list(csv.reader((folder / "history.csv").read_text().splitlines()))
