"""Small pieces of the bundled digits for the tests."""

import project

import gzip
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from digits.dataset import Digits, read_csv


@pytest.fixture(scope="session")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 700 digits of the bundled file, as a plain CSV."""
    path = tmp_path_factory.mktemp("data") / "small.csv"
    with gzip.open(project.DATA, "rt") as file:
        path.write_text("".join(islice(file, 701)))
    return path


@pytest.fixture(scope="session")
def digits(small_csv: Path) -> Digits:
    return read_csv(small_csv)


@pytest.fixture(scope="session")
def all_digits() -> Digits:
    return read_csv(project.DATA)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
