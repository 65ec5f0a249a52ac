"""A person's own digits: kept in a digits CSV, one after the other, and the last taken back."""

import threading
from pathlib import Path

import numpy as np

from digits import formats
from digits.dataset import CLASSES, PIXELS, Digits, joined, known_labels, take_rows
from digits.errors import InputError

NONE = Digits(np.empty((0, PIXELS), np.uint8), np.empty(0, np.int64))


class MyDigits:
    """The digits in a file, which need not be there yet; any thread may ask and add.

    Attributes:
        path: the file, of the layout that `digits.formats.write_csv` writes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen = (0, 0)  # time and size of the file when it was last read
        self._kept = NONE

    def digits(self) -> Digits:
        """All of them with their labels, in the order in which they came.

        Raises:
            InputError: the file is no digits CSV, or has no labels.
            OSError: it cannot be opened.
        """
        with self._lock:
            return self._read()

    def add(self, label: int, image: np.ndarray) -> None:
        """Keep one more; a crash on the way leaves the file as it was.

        Raises:
            InputError: the file that is there is no digits CSV.
            OSError: the file cannot be written.
        """
        with self._lock:
            kept = self._read()
            one = Digits(image.reshape(1, PIXELS), np.array([label], np.int64))
            self._write(joined([kept, one]))

    def remove_last(self) -> None:
        """Take the last one back; of none, none."""
        with self._lock:
            self._write(take_rows(self._read(), slice(-1)))

    def text(self) -> bytes:
        """The file as it is.

        Raises:
            FileNotFoundError: there are none.
        """
        with self._lock:
            return self.path.read_bytes()

    def _read(self) -> Digits:
        """The file's digits, read again only if somebody else has changed it."""
        seen = self._seen_now()
        if seen != self._seen:
            kept = formats.read(self.path, transposed=False) if seen[1] else NONE
            if kept.labels is None:
                raise InputError(f"{self.path} has no label column, expected one")
            self._kept, self._seen = kept, seen
        return self._kept

    def _write(self, digits: Digits) -> None:
        if len(digits.images):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            formats.write_csv(self.path, digits)
        else:  # a digits CSV has at least one row
            self.path.unlink(missing_ok=True)
        self._kept, self._seen = digits, self._seen_now()

    def _seen_now(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_mtime_ns, found.st_size


def counts_of(digits: Digits) -> list[int]:
    """How many there are of each of the ten."""
    counts: list[int] = np.bincount(known_labels(digits), minlength=CLASSES).tolist()
    return counts
