"""A run's checkpoint: all that the next epoch depends on, so that a run can stop and go on."""

from pathlib import Path

import numpy as np

from digits import checkpoints
from digits.classifier import check_architecture, restore_array
from digits.errors import InputError
from digits.training import Epoch
from recipe import PRESETS, Run, Settings

KIND = "digits checkpoint"


def save(path: Path, run: Run) -> None:
    """Write everything that the next epoch depends on."""
    header = {
        "architecture": repr(run.network),
        "settings": run.settings,
        "data_digest": run.data_digest,
        "random_state": run.rng.bit_generator.state,
    }
    state = {f"optimizer_{name}": array for name, array in run.optimizer.state.items()}
    history = np.array(run.history, np.float64).reshape(-1, len(Epoch._fields))
    arrays = {"theta": run.network.theta, "history": history, **state}
    checkpoints.write(path, KIND, header, arrays)


def saved_settings(path: Path) -> Settings:
    """The settings of the run that left a checkpoint.

    Raises:
        InputError: there is no checkpoint, or it is damaged or of another version.
    """
    try:
        header, _ = checkpoints.read(path, KIND)
    except FileNotFoundError:
        raise InputError(f"{path} is not there, expected a checkpoint to resume") from None
    settings = header.get("settings")
    if not isinstance(settings, dict) or not settings.keys() >= PRESETS["default"].keys():
        raise InputError(f"{path} lacks settings, expected a checkpoint of this version")
    return settings


def restore(path: Path, run: Run) -> None:
    """Bring a prepared run, in place, to where a checkpoint left off.

    Raises:
        InputError: the checkpoint is damaged, or of another network or other data.
        OSError: the file cannot be opened.
    """
    header, arrays = checkpoints.read(path, KIND)
    check_architecture(path, header, run.network)
    if header["data_digest"] != run.data_digest:
        raise InputError(f"{path} was made with other data, expected the rows it was made with")
    restore_array(path, arrays, "theta", run.network.theta)
    for name, array in arrays.items():
        if name.startswith("optimizer_"):
            run.optimizer.state[name.removeprefix("optimizer_")] = array
    run.rng.bit_generator.state = header["random_state"]
    run.history[:] = [Epoch(int(row[0]), *map(float, row[1:])) for row in arrays["history"]]
