"""Digits in a folder of pictures, with one sub-folder for each digit."""

from pathlib import Path

import numpy as np

from digits.dataset import CLASSES, PIXELS, Digits
from digits.errors import InputError
from digits.parallel import Progress, silent
from digits.pictures import read_picture, row_as_it_is

SUB_FOLDERS = [str(digit) for digit in range(CLASSES)]


def read_folder(path: str | Path, progress: Progress = silent) -> Digits:
    """Read the pictures in the sub-folders `0` to `9` as `read_picture` reads each of them.

    Those that are rows of MNIST already (`row_as_it_is`) are taken pixel by pixel.

    Within a digit, rows are in the order of the files' names. The digits are spread evenly, so
    that the last rows, which are for testing, have some of each. Hidden files are left out, and so
    are files beside the sub-folders.

    Raises:
        InputError: a sub-folder has another name, none has pictures, or a file in one cannot be
            read as a picture.
        OSError: a file or folder cannot be opened.
    """
    path = Path(path)
    files = _files(path)
    if not files:
        raise InputError(
            f"{path} has no pictures, expected them in sub-folders 0 to 9, or a file's name"
        )
    images = np.empty((len(files), PIXELS), np.uint8)
    for number, file in enumerate(files):
        row = row_as_it_is(file)
        images[number] = read_picture(file) if row is None else row
        progress(f"reading {path.name}", (number + 1) / len(files))
    return Digits(images, np.array([int(file.parent.name) for file in files]))


def _files(path: Path) -> list[Path]:
    """All pictures, each as far along in the list as it is among those of its digit."""
    for folder in _visible(path):
        if folder.is_dir() and folder.name not in SUB_FOLDERS:
            raise InputError(f"{path} has a sub-folder {folder.name!r}, expected only 0 to 9")
    places = []
    for folder in (path / digit for digit in SUB_FOLDERS):
        inside = _visible(folder) if folder.is_dir() else []
        if nested := next(filter(Path.is_dir, inside), None):
            raise InputError(f"{nested} is a folder, expected a picture")
        places += [((i + 0.5) / len(inside), file) for i, file in enumerate(inside)]
    return [file for _, file in sorted(places, key=lambda place: (place[0], place[1].parent.name))]


def _visible(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if not file.name.startswith("."))
