"""What all who ask share: the reader in use, one's own digits, the digits to train on, the job."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digits import formats
from digits.dataset import Digits, joined, known_labels, split
from digits.errors import InputError
from digits.parallel import Progress, silent
from digits.preprocessing import draw_digits
from digits.reader import DigitClassifier, Settings
from digits.reader.recipe import Examples
from digits.web import learning, watching
from digits.web.jobs import Job, Jobs
from digits.web.my_digits import MyDigits, counts_of
from digits.web.page import page_data

DRAWN = 9_000  # digits drawn to learn from, beside the others
DRAWN_TO_TEST = 1_000  # where no digits are at hand
SHOWN = 40  # of one's own digits
MODEL, FORMER, NEW = "model.npz", "model.old.npz", "model.new.npz"


class Places(NamedTuple):
    """Where things are kept."""

    digits: Path | None  # to train and test on
    my_digits: Path  # one's own, a digits CSV
    mine: Path  # directory of the model that has learned one's hand
    watched: Path  # directory of the model whose training was watched


class Desk:
    """One server's state; any thread may ask.

    Args:
        reader: that answers at first.
        places: where the rest is.
        former: readers that it came from, the last of which an undo brings back.
    """

    def __init__(
        self, reader: DigitClassifier, places: Places, former: Sequence[DigitClassifier] = ()
    ) -> None:
        self.reader = reader
        self.places = places
        self.my = MyDigits(places.my_digits)
        self.jobs = Jobs()
        self._former = list(former)
        self._made: DigitClassifier | None = None  # by the last training that was watched
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._digits: Digits | None = None
        self._page: tuple[DigitClassifier, dict[str, Any]] | None = None
        self._others: tuple[str, Examples, Examples] | None = None

    def page(self) -> dict[str, Any]:
        """What the page knows of the reader in use."""
        reader = self.reader
        with self._reading:
            if self._page is None or self._page[0] is not reader:
                test, told = self._test_digits()
                self._page = reader, page_data(reader, test, told)
            return self._page[1]

    def mine(self) -> dict[str, Any]:
        """One's own digits, and whether the reader has learned from them."""
        digits = self.my.digits()
        newest = zip(digits.images[: -SHOWN - 1 : -1].tolist(),
                     known_labels(digits)[: -SHOWN - 1 : -1].tolist(), strict=True)  # fmt: skip
        return {
            "count": len(digits.images),
            "counts": counts_of(digits),
            "digits": [{"label": label, "image": image} for image, label in newest],
            "taught": "taught" in self.reader.about,
            "former": bool(self._former),
        }

    def learn(self) -> Job:
        """Start to learn one's own digits."""
        own = self.my.digits()
        if not len(own.images):
            raise InputError("there are no digits of yours yet, expected some to learn from")
        self._expect_digits()
        return self.jobs.start("learn", learning.EPOCHS, lambda job: self._learn(job, own))

    def watch(self, settings: Settings) -> Job:
        """Start a training that is to be watched."""
        self._expect_digits()

        def work(job: Job) -> dict[str, Any]:
            digits = self._all_digits(job.told)
            return watching.watch(job, settings, digits, lambda reader: self._take(job, reader))

        self._made = None
        return self.jobs.start("watch", settings.epochs, work)

    def keep(self) -> None:
        """Use what the watched training has made, or will have made at its end.

        Raises:
            InputError: there is nothing to keep.
        """
        job = self.jobs.there()
        with self._lock:
            made = self._made is not None
            if job.kind != "watch" or not (job.busy or job.kept or made):
                raise InputError("nothing was made that could be kept, expected a watched training")
            if not job.kept:
                if made:
                    self._use_watched()
                job.keep()

    def undo(self) -> None:
        """Use the reader again that was used before the last learning or keeping.

        Raises:
            InputError: there was none.
        """
        with self._lock:
            if not self._former:
                raise InputError("there is nothing to undo, expected a model that has learned")
            former = self._former[-1]
            if "taught" in former.about:
                save(former, self.places.mine)
            elif "taught" in self.reader.about:
                put_aside(self.places.mine)
            job = self.jobs.last
            if job is not None and job.kind == "watch" and job.kept:
                self._made = self.reader  # which can be kept again
            self.reader = self._former.pop()
            if job is not None:
                job.undo()

    def close(self) -> None:
        """Ask the job to end."""
        if self.jobs.last is not None:
            self.jobs.last.stop()

    def _learn(self, job: Job, own: Digits) -> dict[str, Any]:
        reader, started = self.reader, time.monotonic()
        others, test = self._examples(reader, job.told)
        first = next((one for one in [*self._former, reader] if "taught" not in one.about), reader)
        lesson = learning.prepare(
            reader, own, others, test, first=first, started=started, progress=job.told
        )
        job.running()
        for record in learning.epochs(lesson):
            job.epoch = record.epoch
            job.add("epoch", watching.told_of(record, job.epochs))
            job.wait()
        found = learning.outcome(lesson)
        if found.kept:
            self._use(found.reader, self.places.mine)
            job.kept = True
        return found.as_json()

    def _take(self, job: Job, reader: DigitClassifier) -> None:
        """Have what a watched training has made at hand; use it if that was asked for."""
        with self._lock:
            self._made = reader
            if job.kept:
                self._use_watched()

    def _use_watched(self) -> None:
        assert self._made is not None
        self._use(self._made, self.places.watched)
        self._made = None

    def _use(self, reader: DigitClassifier, directory: Path) -> None:
        """Save a reader, and answer with it from now on."""
        with self._lock:
            save(reader, directory)
            self._former.append(self.reader)
            self.reader = reader

    def _expect_digits(self) -> None:
        if self.places.digits is None:
            raise InputError(
                "no digits are installed with the package to train on, expected a clone of the"
                " project, which has them"
            )

    def _all_digits(self, progress: Progress = silent) -> Digits:
        """The digits to train and test on, read once."""
        with self._reading:
            return self._read(progress)

    def _read(self, progress: Progress = silent) -> Digits:
        assert self.places.digits is not None
        if self._digits is None:
            self._digits = formats.read_labelled([self.places.digits], None, "to learn from",
                                                 progress)  # fmt: skip
        return self._digits

    def _test_digits(self) -> tuple[Digits, str]:
        """Digits to judge a reader by, and what they are called."""
        if self.places.digits is None:
            return draw_digits(DRAWN_TO_TEST, np.random.default_rng(0)), "drawn digits"
        return split(self._read())[1], "test digits"

    def _examples(self, reader: DigitClassifier, progress: Progress) -> tuple[Examples, Examples]:
        """What is learned from beside one's own digits, and test digits, both preprocessed once."""
        name = reader.preprocessing
        if self._others is None or self._others[0] != name:
            rows, test = split(self._all_digits(progress))
            drawn = draw_digits(DRAWN, np.random.default_rng(0), progress)
            progress("preprocessing", 0.0)
            learned, judged = (
                (reader.preprocess(part.images), known_labels(part))
                for part in (joined([rows, drawn]), test)
            )
            self._others = name, learned, judged
        return self._others[1:]


def save(reader: DigitClassifier, directory: Path) -> None:
    """Write a model into a directory; the one that is there stays beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    reader.save(directory / NEW)
    put_aside(directory)
    (directory / NEW).replace(directory / MODEL)


def put_aside(directory: Path) -> None:
    if (directory / MODEL).exists():
        (directory / MODEL).replace(directory / FORMER)
