"""One job of a benchmark, in a process of its own: this project's, or a peer's.

How it went is told on the last line, in JSON. What runs in the benchmark's own process is here too.
"""

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digits import dataset
from digits.commands import terminal
from digits.dataset import CLASSES, PIXELS, SIDE, Digits
from digits.formats import read
from digits.formats.columns import PIXEL_NAMES
from digits.network.training import loss_and_gradient
from digits.parallel import THREADS
from digits.places import BUNDLED_DIGITS
from digits.preprocessing.canonical import canonical
from digits.reader import recipe, settings_of
from digits.reader.shards import of_digits
from processes import SCRIPTS, Child, process, script

Peer = Callable[[], float]  # does its work once and tells the seconds it took
PATIENCE = 60  # seconds a peer may take to get anywhere


class Missing(NamedTuple):
    """A peer that is not installed."""

    reason: str


def machine() -> str:
    """What the figures were measured on."""
    found = {}
    for package in ("numpy", "torch", "scikit-learn"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    packages = ", ".join(f"{name} {number}" for name, number in found.items())
    return f"{processor()}, {THREADS} threads; Python {platform.python_version()}, {packages}"


def processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def training_rows() -> Digits:
    """The bundled training rows in canonical pose."""
    rows, _ = dataset.split(read(BUNDLED_DIGITS))
    return Digits(canonical(rows.images), rows.labels)


def ours(rows: Digits) -> Peer:
    settings = settings_of(preprocessing="as is")
    run = recipe.prepare(settings, of_digits(settings, rows), dataset.head(rows, 1))

    def epoch() -> None:
        _, _, gradient = loss_and_gradient(run.network, run.rows)
        run.optimizer.step(run.network.theta, gradient)

    return timed(epoch)


def timed(work: Callable[[], object]) -> Peer:
    """Seconds of doing it a second time.

    The first is to put the threads of the one before to sleep, and to fill the caches again, as in
    a training loop.
    """

    def seconds() -> float:
        time.sleep(0.05)
        work()
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return seconds


def torch_eager(rows: Digits, optimizer: str) -> Peer | Missing:
    """Full batch, float32, as PyTorch's own tutorials write it."""
    try:
        import torch
    except ImportError:
        return Missing("torch is not installed")
    torch.set_num_threads(THREADS)
    X = torch.from_numpy(rows.images / np.float32(255))
    labels = torch.from_numpy(rows.labels)
    model = torch_network(torch)
    step = getattr(torch.optim, optimizer)(model.parameters(), lr=0.01)

    def epoch() -> None:
        step.zero_grad()
        torch.nn.functional.cross_entropy(model(X), labels).backward()
        step.step()

    return timed(epoch)


def torch_network(torch: Any) -> Any:
    torch.manual_seed(0)
    nn = torch.nn
    return nn.Sequential(
        nn.Linear(PIXELS, 16), nn.Sigmoid(), nn.Linear(16, 16), nn.Sigmoid(), nn.Linear(16, CLASSES)
    )


def sklearn_lbfgs(rows: Digits) -> Peer | Missing:
    """An iteration of scikit-learn's own full-batch optimizer."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier
        from threadpoolctl import threadpool_limits
    except ImportError:
        return Missing("scikit-learn is not installed")
    import warnings

    X = rows.images / np.float32(255)
    few, many = 2, 12

    def fit(iterations: int) -> float:
        model = MLPClassifier(
            (16, 16), activation="logistic", solver="lbfgs", max_iter=iterations, random_state=0
        )
        started = time.perf_counter()
        model.fit(X, rows.labels)
        return time.perf_counter() - started

    def seconds() -> float:
        with threadpool_limits(THREADS), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return (fit(many) - fit(few)) / (many - few)  # without what comes before the first

    return seconds


def child(*arguments: str) -> Child:
    """Run a job of this file as a process."""
    return process([sys.executable, str(Path(__file__).parent), "peers", *arguments])


def startups() -> dict[str, Peer]:
    """Processes: naming one picture, and only loading what any program for that needs."""
    picture = str(SCRIPTS.parent / "docs" / "images" / "seven.png")
    return {
        "ours": lambda: script("predict.py", picture).seconds,
        "baseline": lambda: process([sys.executable, "-c", "import numpy, PIL.Image"]).seconds,
    }


def submission(rows: int) -> float:
    """Seconds from a test.csv without labels to a submission."""
    import pandas as pd

    digits = read(BUNDLED_DIGITS)
    with tempfile.TemporaryDirectory() as scratch:
        test, answers = Path(scratch) / "test.csv", Path(scratch) / "submission.csv"
        frame = pd.DataFrame(digits.images[:rows], columns=PIXEL_NAMES[0])
        frame.to_csv(test, index=False)
        return script("predict.py", "--csv", str(test), "--output", str(answers)).seconds


def reach(peer: str, target: float) -> dict[str, Any]:
    """Train until so many test digits are right, or patience is at its end."""
    started = time.perf_counter()
    accuracy = 0.0
    try:
        for accuracy in REACHERS[peer]():
            if accuracy >= target or time.perf_counter() - started > PATIENCE:
                break
    except ImportError as error:
        return {"missing": f"{error.name} is not installed"}
    return {"accuracy": accuracy}


def ours_learns() -> Any:
    rows, test = dataset.split(read(BUNDLED_DIGITS))
    settings = settings_of(optimizer="rprop")
    run = recipe.prepare(settings, of_digits(settings, rows), test)
    for record in recipe.epochs(run):
        yield record.validation_accuracy


def torch_learns() -> Any:
    import torch

    torch.set_num_threads(THREADS)
    parts = dataset.split(read(BUNDLED_DIGITS))
    (X, labels), (test_X, test_labels) = (
        (
            torch.from_numpy(canonical(part.images) / np.float32(255)),
            torch.from_numpy(part.labels),
        )
        for part in parts
    )
    model = torch_network(torch)
    step = torch.optim.Rprop(model.parameters(), lr=0.01)
    while True:
        step.zero_grad()
        torch.nn.functional.cross_entropy(model(X), labels).backward()
        step.step()
        with torch.no_grad():
            yield (model(test_X).argmax(dim=1) == test_labels).float().mean().item()


def sklearn_learns() -> Any:
    from sklearn.neural_network import MLPClassifier

    rows, test = dataset.split(read(BUNDLED_DIGITS))
    model = MLPClassifier((16, 16), activation="logistic", random_state=0)
    classes = np.arange(CLASSES)
    while True:
        model.partial_fit(rows.images / np.float32(255), rows.labels, classes=classes)
        yield model.score(test.images / np.float32(255), test.labels)


REACHERS = {"ours": ours_learns, "torch": torch_learns, "sklearn": sklearn_learns}


def grown(rows: int) -> Child:
    """A process that trains on so many rows."""
    digits = read(BUNDLED_DIGITS)
    with tempfile.TemporaryDirectory() as scratch:
        few = Path(scratch) / "few.npz"
        np.savez(few, images=digits.images[:5000], labels=digits.labels[:5000])
        return child("grow", str(few), str(rows))


def grow(few: str, rows: int) -> dict[str, Any]:
    """Three epochs over so many rows: a few digits over and over, each time shifted a little."""
    with np.load(few) as arrays:
        digits = Digits(arrays["images"], arrays["labels"])
    if not rows:
        return {}
    settings = settings_of(epochs=3)
    run = recipe.prepare(settings, of_digits(settings, shifted(digits, rows)), digits)
    return {"seconds": min(record.seconds for record in recipe.epochs(run))}


def shifted(digits: Digits, rows: int) -> Digits:
    images = np.empty((rows, PIXELS), np.uint8)
    labels = np.resize(digits.labels, rows)
    for copy, start in enumerate(range(0, rows, len(digits.images))):
        part = images[start : start + len(digits.images)]
        moved = np.roll(digits.images.reshape(-1, SIDE, SIDE), copy % 5 - 2, axis=1)
        part[:] = moved.reshape(-1, PIXELS)[: len(part)]
    return Digits(images, labels)


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    jobs = parser.add_subparsers(required=True, metavar="JOB")
    job = jobs.add_parser("reach", help="train until so large a share of the test digits is right")
    job.add_argument("peer", choices=REACHERS)
    job.add_argument("target", type=float)
    job.set_defaults(work=lambda options: reach(options.peer, options.target))
    job = jobs.add_parser("grow", help="three epochs over so many rows, made of a few digits")
    job.add_argument("few", help="an .npz of images and labels")
    job.add_argument("rows", type=int)
    job.set_defaults(work=lambda options: grow(options.few, options.rows))
    options = parser.parse_args(argv)
    print(json.dumps(options.work(options)))
    return 0
