"""Corrupt digits in the 15 ways of MNIST-C, and see how many are still read right.

As 28 x 28 pictures, as rows, and, where PyTorch is installed, as rows by a small convolutional
network that has learned plain digits only (about a minute).

examples:
    python scripts/research corruptions --model models/pretrained.npz
    python scripts/research corruptions --split validation --only stripe fog --count 200
"""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from io import BytesIO

import numpy as np
from PIL import Image
from tqdm import tqdm

from digits.commands import terminal
from digits.dataset import SIDE, Digits, take_rows
from digits.formats import read
from digits.network.metrics import percent
from digits.pictures import read_picture
from digits.places import BUNDLED_DIGITS
from digits.reader import DigitClassifier
from mnist_c import CORRUPTIONS, corrupted

# Rows to learn from, and how many there are after those to be corrupted.
SPLITS = {"validation": 50_000, "test": 60_000}
SCORED = 10_000
EPOCHS, BATCH, RATE = 3, 128, 0.002  # of the convolutional network
Answers = Callable[[np.ndarray], np.ndarray]  # (N, 784) uint8 -> (N,) labels


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    terminal.add_model(parser)
    add("--count", type=terminal.whole_number, metavar="N", default=1000, help="digits (1,000)")
    add("--only", nargs="+", choices=CORRUPTIONS, default=list(CORRUPTIONS), metavar="NAME",
        help=f"some of: {', '.join(CORRUPTIONS)}")  # fmt: skip
    add("--split", choices=SPLITS, default="test", help="rows to corrupt")
    options = parser.parse_args(argv)
    reader = terminal.load_model(options.model)
    digits, first = read(BUNDLED_DIGITS), SPLITS[options.split]
    chosen = first + np.random.default_rng(0).permutation(SCORED)[: options.count]
    columns = ways(reader, take_rows(digits, slice(first)))
    print(f"{'':15}" + "".join(f"{name:>15}" for name in columns), flush=True)
    scores = []
    for name in (None, *options.only):
        rows = spoilt(name, digits.images[chosen])
        right = [np.mean(answers(rows) == digits.labels[chosen]) for answers in columns.values()]
        print(line(name or "plain", right), flush=True)
        scores.append(right)
    print(line("mean", np.mean(scores[1:], axis=0)))
    return 0


def ways(reader: DigitClassifier, rows: Digits) -> dict[str, Answers]:
    """Who is asked, and how, by the heads of their columns."""
    found = {
        "as pictures": lambda images: reader.predict(np.array([*map(as_picture, images)])),
        "as rows": reader.predict,
    }
    return found | ({"convolutional": convolutional(rows)} if find_spec("torch") else {})


def as_picture(row: np.ndarray) -> np.ndarray:
    """A row by way of a PNG."""
    file = BytesIO()
    Image.fromarray(row.reshape(SIDE, SIDE)).save(file, "PNG")
    return read_picture(file.getvalue())


def spoilt(name: str | None, rows: np.ndarray) -> np.ndarray:
    """(N, 784) uint8 with a corruption, or as they are."""
    if name is None:
        return rows
    rng = np.random.default_rng(0)
    bar = tqdm(rows.reshape(-1, SIDE, SIDE), name, leave=False, dynamic_ncols=True, disable=None)
    return np.array([corrupted(name, digit, rng).reshape(-1) for digit in bar])


def line(name: str, right: Sequence[float]) -> str:
    return f"{name:15}" + "".join(f"{percent(share, 1):>15}" for share in right)


def convolutional(rows: Digits) -> Answers:
    """Two convolutions and a dense layer, trained on plain digits."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    network = nn.Sequential(
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 10)),
    )
    adam = torch.optim.Adam(network.parameters(), RATE)

    def levels(images: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(images.reshape(-1, 1, SIDE, SIDE)) / 255

    X, y = levels(rows.images), torch.from_numpy(rows.labels)
    for batch in batches(len(X)):
        adam.zero_grad()
        nn.functional.cross_entropy(network(X[batch]), y[batch]).backward()
        adam.step()
    return lambda images: network(levels(images)).argmax(1).numpy()


def batches(rows: int) -> Iterator[np.ndarray]:
    """Every row once an epoch, in an order of its own."""
    rng = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        order = np.array_split(rng.permutation(rows), rows // BATCH)
        yield from tqdm(order, f"epoch {epoch + 1}", leave=False, disable=None)
