"""Where the digits of a run lie on this machine: kept beside its results, which tell names only."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digits.files import replacing
from digits.places import BUNDLED_DIGITS
from digits.reader import Settings

FILE = "data_paths.json"


def keep(directory: Path, settings: Settings) -> None:
    """Write down where the files lie, for `--resume`."""
    paths = {"data": settings.data, "test_data": settings.test_data}
    with replacing(directory / FILE) as file:
        file.write((json.dumps(paths, indent=1) + "\n").encode())


def found(directory: Path, settings: Settings) -> Settings:
    """The settings of a run in a directory, its files with their paths; names of lost ones stay."""
    kept = _kept(directory)
    return settings._replace(
        data=_paths(settings.data, kept.get("data")),
        test_data=_paths(settings.test_data, kept.get("test_data")),
    )


def _kept(directory: Path) -> dict[str, Any]:
    try:
        kept = json.loads((directory / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):  # gone, or somebody else's
        return {}
    return kept if isinstance(kept, dict) else {}


def _paths(names: Sequence[str] | None, kept: Any) -> tuple[str, ...] | None:
    """The paths kept if they belong to these names, else that of the bundled digits."""
    if names is None:
        return None
    listed = isinstance(kept, list) and all(isinstance(path, str) for path in kept)
    if listed and [Path(path).name for path in kept] == [Path(name).name for name in names]:
        return tuple(kept)
    bundled = BUNDLED_DIGITS
    return tuple(str(bundled) if bundled and name == bundled.name else name for name in names)
