"""The page with everything in it: text, style, program, and a model with digits to show."""

import base64
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from digits import __version__
from digits.dataset import CLASSES, Digits, known_labels
from digits.errors import InputError
from digits.network import metrics
from digits.reader import DigitClassifier, doubt

STATIC = Path(__file__).with_name("static")
# What the page can compute by itself; other activations it does not know.
KNOWN = ("sigmoid", "tanh", "relu", "linear", "softmax")
EXCITING = 6  # test digits that are shown of each neuron
MISTAKES = 250  # that are shown, of those that are read wrong
SHOWN = ("preset", "seed", "optimizer", "epochs")  # of how the model came about
TAUGHT = "the model that learned your hand"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=function|class|const|async function)", re.MULTILINE)
STYLE = '<link rel="stylesheet" href="/static/style.css">'
SCRIPT = '<script type="module" src="/static/main.js"></script>'
EDITION = 'data-edition="served"'


class Judged(NamedTuple):
    """Test digits that are worth looking at."""

    mistakes: np.ndarray  # (m,) rows of the most confident that are read wrong
    exciting: list[np.ndarray]  # of each hidden layer, (units, EXCITING) rows, the most first
    probabilities: np.ndarray  # (N, 10)


def one_file(reader: DigitClassifier, test: Digits, told: str) -> str:
    """The page as a single HTML file that needs nothing else, not even a server.

    Args:
        reader: whose model it takes along.
        test: digits to show, with labels.
        told: what they are called, such as `test digits`.

    Raises:
        InputError: the page cannot compute this model.
    """
    data = json.dumps(page_data(reader, test, told, served=False), separators=(",", ":"))
    parts = {
        EDITION: 'data-edition="file"',
        STYLE: f"<style>\n{static('style.css')}</style>",
        SCRIPT: f'<script type="application/json" id="page-data">{data}</script>\n'
        f'<script type="module">\n{program("main.js")}</script>',
    }
    page = static("index.html")
    for place, part in parts.items():
        page = page.replace(place, part)
    return page


def static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def program(name: str) -> str:
    """A module and all that it imports as one script, each after those it needs.

    What is imported by a call, `import("./served.js")`, is not among them.
    """
    order: list[str] = []

    def add(name: str) -> None:
        if name not in order:
            for other in IMPORT.findall(static(name)):
                add(other)
            order.append(name)

    add(name)
    return "\n".join(EXPORT.sub("", IMPORT.sub("", static(name))).strip() for name in order) + "\n"


def page_data(
    reader: DigitClassifier, test: Digits, told: str, *, served: bool = True
) -> dict[str, Any]:
    """What the page knows of a model, as JSON holds it; arguments as for `one_file`."""
    layers = [(layer.units, layer.activation) for layer in reader.network.layers]
    if unknown := {activation for _, activation in layers} - set(KNOWN):
        raise InputError(f"the page cannot compute {unknown.pop()}, expected {', '.join(KNOWN)}")
    judged = judge(reader, test)
    labels, predicted = known_labels(test), judged.probabilities.argmax(axis=1)
    rows = np.unique(np.concatenate([judged.mistakes, *map(np.ravel, judged.exciting)]))
    place = {int(row): number for number, row in enumerate(rows)}
    images = test.images[rows]
    only_shown = ~np.isin(rows, judged.mistakes)
    images[only_shown] &= 0xF0  # sixteen levels are enough to look at, and pack better
    arrays = {"theta": reader.network.theta, "digits": images,
              "labels": labels[rows].astype(np.uint8)}  # fmt: skip
    second = reader.doubt.network
    if second is not None:
        arrays["doubt"] = np.rint(second.theta * doubt.FINENESS).astype(np.int16)
    about = {name: reader.about[name] for name in SHOWN if name in reader.about}
    return {
        "version": __version__,
        "served": served,
        "about": about | ({"name": TAUGHT} if "taught" in reader.about else {}),
        "accuracy": round(metrics.accuracy(labels, predicted), 4),
        "test": f"{len(labels):,} {told}",
        "layers": layers,
        "preprocessing": reader.preprocessing,
        "fineness": doubt.FINENESS,
        "doubt_layers": [(layer.units, layer.activation) for layer in doubt.LAYERS],
        "limit": reader.doubt.limit,
        "exciting": [[[place[int(row)] for row in of_unit] for of_unit in of_layer]
                     for of_layer in judged.exciting],
        "mistakes": [[place[int(row)], int(predicted[row]),
                      round(float(judged.probabilities[row].max()), 4)]
                     for row in judged.mistakes],
        "confusion": metrics.confusion_matrix(labels, predicted, CLASSES).tolist(),
        **packed(arrays),
    }  # fmt: skip


def judge(reader: DigitClassifier, test: Digits) -> Judged:
    """What the reader gets wrong, and which digits make each hidden neuron fire the most."""
    posed = reader.preprocess(test.images)
    values, _ = reader.network.forward(posed)
    *hidden, probabilities = values[1:]
    exciting = [np.argsort(-a, axis=0, kind="stable")[:EXCITING].T for a in hidden]
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != known_labels(test))
    confidence = probabilities[wrong].max(axis=1)
    worst = wrong[np.argsort(-confidence, kind="stable")[:MISTAKES]]
    return Judged(worst, exciting, probabilities)


def packed(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Arrays in one text, and their names, dtypes and shapes; `static/model.js` unpacks them.

    Of each array the first bytes of all numbers lie together, then the second ones and so on: they
    are alike, so that they pack better.
    """
    planes = [
        np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
        .view(np.uint8).reshape(array.size, -1).T.tobytes()
        for array in arrays.values()
    ]  # fmt: skip
    text = base64.b64encode(zlib.compress(b"".join(planes), 9)).decode()
    listed = [[name, str(array.dtype), array.shape] for name, array in arrays.items()]
    return {"arrays": listed, "data": text}


def names_of_modules() -> Sequence[str]:
    """The files that a server hands out."""
    return sorted(path.name for path in STATIC.iterdir() if path.suffix in (".js", ".css"))
