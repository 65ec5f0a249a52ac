#!/usr/bin/env python3
"""Write a model as an ONNX file, which programs without NumPy, browsers among them, can run.

examples:
    python scripts/export.py --output digits.onnx
    python scripts/export.py --model models/mine/model.npz --output mine.onnx
"""

import project

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import digits
import evaluate
from digits import checkpoints, metrics
from digits.classifier import CLASSES, PIXELS, DigitClassifier
from digits.errors import InputError

LIMIT = 1e-4  # that probabilities of the file may be from those of the model
KEPT = ("preset", "seed")  # what a file tells of how its model came about


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    project.keep(options.model, options.output)
    project.require("onnx", "onnx")
    from digits import onnx_graph

    reader = project.load_model(options.model)
    test = evaluate.test_digits(reader, options)
    blank = np.zeros((1, PIXELS), np.uint8)
    images = np.concatenate([test.images, blank])
    expected = reader.probabilities(images)
    accuracy = metrics.accuracy(test.labels, expected[:-1].argmax(axis=1))
    graph = onnx_graph.graph_of(reader, metadata(reader, accuracy, len(test.images)))
    if find_spec("onnxruntime") is not None:
        compared = comparison(expected, onnx_graph.run(graph, images), version("onnxruntime"))
    else:
        compared = "not compared: onnxruntime is not installed; python -m pip install onnxruntime"
    with checkpoints.replacing(options.output) as file:
        file.write(graph)
    print(
        f"{options.output}: {len(graph):,} bytes, opset {onnx_graph.OPSET},"
        f" {100 * accuracy:.2f} % of {len(test.images):,} test digits right"
    )
    print(compared)
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = project.parser(__doc__)
    add = parser.add_argument
    add("--model", type=Path, metavar="FILE", help="default: the last trained, or the shipped one")
    evaluate.add_data_flags(parser)
    add("--output", type=Path, metavar="FILE", required=True, help="the ONNX file to write")
    options = parser.parse_args(argv)
    evaluate.check_data_flags(parser, options)
    return options


def metadata(reader: DigitClassifier, accuracy: float, tested: int) -> dict[str, str]:
    """What the file tells of itself."""
    about = {name: str(reader.about[name]) for name in KEPT if name in reader.about}
    return {
        "version": digits.__version__,
        "classes": " ".join(map(str, range(CLASSES))),
        "accuracy": f"{accuracy:.4f}",
        "test_digits": str(tested),
        "treatment": reader.treatment,
        **about,
    }


def comparison(expected: np.ndarray, found: np.ndarray, release: str) -> str:
    """How close this release of onnxruntime's (N, 10) probabilities come to the model's.

    Raises:
        InputError: they are too far apart, or a label is another.
    """
    largest = float(np.abs(expected - found).max())
    others = np.count_nonzero(expected.argmax(axis=1) != found.argmax(axis=1))
    if others or not largest <= LIMIT:
        raise InputError(
            f"onnxruntime {release} names {others:,} of {len(expected):,} images otherwise and"
            f" gives probabilities {largest:.1e} apart, expected none and at most {LIMIT:.0e}"
        )
    return (
        f"onnxruntime {release} names these and a blank image alike and gives probabilities"
        f" at most {largest:.1e} apart"
    )


if __name__ == "__main__":
    raise SystemExit(main())
