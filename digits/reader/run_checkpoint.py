"""A run's checkpoint: all that the next epoch depends on, so that a run can stop and go on."""

from pathlib import Path

import numpy as np

from digits.errors import InputError
from digits.network import Epoch
from digits.reader import checkpoints
from digits.reader.checkpoints import saved_array
from digits.reader.recipe import Run
from digits.reader.settings import Settings, saved_settings

KIND = "digits checkpoint"


def save(path: Path, run: Run) -> None:
    """Write everything that the next epoch depends on."""
    header = {
        "architecture": repr(run.network),
        "settings": run.settings._asdict(),
        "data_digest": run.data_digest,
    }
    state = {f"optimizer_{name}": array for name, array in run.optimizer.state.items()}
    history = np.array(run.history, np.float64).reshape(-1, len(Epoch._fields))
    arrays = {"theta": run.network.theta, "history": history, **state}
    checkpoints.write(path, KIND, header, arrays)


def settings_in(path: Path) -> Settings:
    """The settings of the run that left a checkpoint.

    Raises:
        InputError: there is no checkpoint, it is damaged, or a setting in it cannot be.
    """
    try:
        header, _ = checkpoints.read(path, KIND)
    except FileNotFoundError:
        raise InputError(f"{path} is not there, expected a checkpoint to resume") from None
    try:
        return saved_settings(header.get("settings"))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def restore(path: Path, run: Run) -> None:
    """Bring a prepared run, in place, to where a checkpoint left off.

    Raises:
        InputError: the checkpoint is damaged, or of another network or other data.
        OSError: the file cannot be opened.
    """
    header, arrays = checkpoints.read(path, KIND)
    if (found := header.get("architecture")) != repr(run.network):
        raise InputError(f"{path} holds a network {found}, expected {run.network!r}")
    if header.get("data_digest") != run.data_digest:
        raise InputError(f"{path} was made with other data, expected the rows it was made with")
    history = arrays.get("history")
    if history is None or history.ndim != 2 or history.shape[1] != len(Epoch._fields):
        raise InputError(f"{path}: history is damaged, expected {len(Epoch._fields)} columns")
    theta = run.network.theta
    theta[:] = saved_array(path, arrays, "theta", theta.shape, theta.dtype)
    for name, array in arrays.items():
        if name.startswith("optimizer_"):
            run.optimizer.state[name.removeprefix("optimizer_")] = array
    run.history[:] = [Epoch(int(row[0]), *map(float, row[1:])) for row in history]
