"""A run's checkpoint: all that the next epoch depends on, so that a run can stop and go on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import InputError
from digits.network import Epoch
from digits.network.lbfgs import Place
from digits.reader import checkpoints
from digits.reader.checkpoints import Array, Kind
from digits.reader.classifier import ARCHITECTURE, saved_parameters
from digits.reader.recipe import Run
from digits.reader.settings import Settings, saved_settings, without_paths

STATE = "optimizer_"  # what the names of its arrays begin with


def save(path: Path, run: Run) -> None:
    """Write everything that the next epoch depends on."""
    header = {
        "architecture": repr(run.network),
        "settings": without_paths(run.settings)._asdict(),
        "data_digest": run.data_digest,
    }
    state = {f"{STATE}{name}": array for name, array in run.optimizer.state.items()}
    history = np.array(run.history, np.float64).reshape(-1, len(Epoch._fields))
    arrays = {"theta": run.network.theta, "history": history, **state}
    checkpoints.write(path, KIND, header, arrays)


def settings_in(path: Path) -> Settings:
    """The settings of the run that left a checkpoint.

    Raises:
        InputError: there is no checkpoint, it is damaged, or a setting in it cannot be.
    """
    try:
        header = checkpoints.read_header(path, KIND)
    except FileNotFoundError:
        raise InputError(f"{path} is not there, expected a checkpoint to resume") from None
    try:
        return saved_settings(header["settings"])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def restore(path: Path, run: Run) -> None:
    """Bring a prepared run, in place, to where a checkpoint left off.

    Raises:
        InputError: the checkpoint is damaged, or of another network or other data.
        OSError: the file cannot be opened.
    """
    header, arrays = checkpoints.read(path, KIND)
    if (found := header["architecture"]) != repr(run.network):
        raise InputError(f"{path} holds a network {found:.60}, expected {run.network!r}")
    if header["data_digest"] != run.data_digest:
        raise InputError(f"{path} was made with other data, expected the rows it was made with")
    state = {
        name.removeprefix(STATE): array for name, array in arrays.items() if name.startswith(STATE)
    }
    history = [Epoch(int(row[0]), *map(float, row[1:])) for row in arrays["history"]]
    expect_together(path, run.settings, history, state)
    run.network.theta[:] = arrays["theta"]
    run.optimizer.state.update(state)
    run.history[:] = history


def expect_together(
    path: Path, settings: Settings, history: list[Epoch], state: Mapping[str, np.ndarray]
) -> None:
    """Refuse a history and an optimizer's state that do not tell of the same epochs."""
    epochs = len(history)
    shares = [
        share for record in history for share in (record.accuracy, record.validation_accuracy)
    ]
    counted = [record.epoch for record in history] == [*range(1, epochs + 1)]
    if not counted or not all(0 <= share <= 1 for share in shares):
        raise InputError(f"{path}: history is damaged, expected accuracies of the epochs from 1 on")
    needed = {name for name, array in state_of(settings).items() if array.needed}
    if epochs and (missing := sorted(needed - state.keys())):
        raise InputError(f"{path}: {STATE}{missing[0]} is missing, expected it after an epoch")
    steps = int(state.get("step", max(epochs, bool(state))))  # not all optimizers count
    if steps != epochs:
        raise InputError(
            f"{path}: the history has {epochs:,} epochs and the optimizer {steps:,} steps,"
            " expected as many"
        )
    s, y = (state.get(name, np.empty((0, 0))) for name in "sy")
    if s.shape != y.shape or not ((s * y).sum(axis=1) > 0).all():
        raise InputError(f"{path}: {STATE}s and {STATE}y do not go together, expected pairs")


def saved_arrays(header: Mapping[str, Any]) -> dict[str, Array]:
    """What a checkpoint may hold of a run with these settings and this network."""
    theta = saved_parameters(header)
    state = {
        # `restore` knows how many epochs there are, and with them whether a state is needed.
        f"{STATE}{name}": array._replace(shape=shape_of(array, theta.shape[0]), needed=False)
        for name, array in state_of(saved_settings(header["settings"])).items()
    }
    return {"theta": theta, "history": Array((None, len(Epoch._fields)), np.float64), **state}


def state_of(settings: Settings) -> dict[str, Array]:
    """What the optimizer of such a run remembers once it has taken a step."""
    described = dict(STATES[settings.optimizer])
    if not settings.momentum:
        described.pop("velocity", None)
    return described


def shape_of(array: Array, parameters: int | None) -> tuple[int | None, ...]:
    """The shape of an array of a network of so many parameters."""
    return tuple(parameters if length == PARAMETERS else length for length in array.shape)


PARAMETERS = -1  # as a length: as many as there are
VECTOR, PAIRS = Array((PARAMETERS,)), Array((None, PARAMETERS), needed=False)
NUMBER, COUNTER = Array((), np.float64), Array((), np.int64)
STATES = {
    "gd": {"step": COUNTER, "velocity": VECTOR},
    "rprop": {"steps": VECTOR, "previous": VECTOR},
    "lbfgs": {
        "gradient": VECTOR,
        "direction": VECTOR._replace(needed=False),
        "s": PAIRS,
        "y": PAIRS,
        "length": NUMBER._replace(needed=False),
        "trials": COUNTER,
        "alpha": NUMBER,
        **{f"{place}_{field}": NUMBER for place in ("start", "low") for field in Place._fields},
        **{f"high_{field}": NUMBER._replace(finite=False) for field in Place._fields},
    },
    "adam": {"step": COUNTER, "mean": VECTOR, "square": VECTOR},
}
KIND = Kind(
    "digits checkpoint",
    {
        "settings": (lambda value: isinstance(value, dict), "those of a training run"),
        "architecture": ARCHITECTURE,
        "data_digest": (lambda value: isinstance(value, str), "the fingerprint of the digits"),
    },
    saved_arrays,
)
