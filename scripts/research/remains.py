"""What a run leaves in its directory: whether it is whole, and whether it is the same."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from digits.formats import read
from digits.network import Epoch
from digits.reader import checkpoints, load, run_checkpoint

SECONDS = Epoch._fields.index("seconds")  # the one figure in which two runs differ


def of_checkpoint(path: Path) -> Any:
    header, arrays = checkpoints.read(path, run_checkpoint.KIND)
    arrays["history"][:, SECONDS] = 0
    told = without_places(header["settings"]), header["architecture"], header["data_digest"]
    return told, {name: array.tobytes() for name, array in arrays.items()}


def of_model(path: Path) -> Any:
    load(path)
    return path.read_bytes()


def of_history(path: Path) -> Any:
    with path.open(newline="") as file:
        return [row[:-1] for row in csv.reader(file, strict=True)]


def of_metrics(path: Path) -> Any:
    metrics = json.loads(path.read_text(encoding="utf-8"))
    settings = {"settings": without_places(metrics["settings"])} if "settings" in metrics else {}
    return metrics | {"seconds": None} | settings


def of_paths(path: Path) -> Any:
    """Where the data were is elsewhere each time."""
    return sorted(json.loads(path.read_text(encoding="utf-8")))


def without_places(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, but for where the data were, which lie elsewhere each time."""
    return {name: value for name, value in settings.items() if name != "data"}


def of_figure(path: Path) -> Any:
    with Image.open(path) as figure:
        figure.load()
    return path.read_bytes()


def of_digits(path: Path) -> Any:
    return read(path).images.tobytes()


def of_text(path: Path) -> Any:
    text = path.read_bytes()
    if not text.endswith((b"\n", b"</html>")) and path.suffix != ".onnx":
        raise ValueError(f"{path.name} has no end")
    return text


KNOWN: dict[str, Callable[[Path], Any]] = {
    "checkpoint.npz": of_checkpoint,
    "checkpoint.old.npz": of_checkpoint,
    "model.npz": of_model,
    "history.csv": of_history,
    "metrics.json": of_metrics,
    "data_paths.json": of_paths,
    "out.csv": of_digits,
    "out.csv.gz": of_digits,
}


def remains(directory: Path) -> dict[str, Any]:
    """What is in each file there, but for the time that it took.

    Raises:
        Exception: a file is not whole.
    """
    return {path.name: of_file(path) for path in sorted(directory.iterdir()) if path.is_file()}


def of_file(path: Path) -> Any:
    return KNOWN.get(path.name, of_figure if path.suffix == ".png" else of_text)(path)


def fault(directory: Path, hidden: bool = False) -> str:
    """Which file there is not whole, if one is; hidden ones may be left over where that is said."""
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if path.name.startswith("."):
            if not hidden:
                return f"{path.name[:20]} is left over"
            continue
        try:
            of_file(path)
        except Exception as error:  # whatever a damaged file makes its reader raise
            return f"{path.name} is not whole: {error}"[:100]
    return ""
