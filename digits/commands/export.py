"""Write a model as a page to draw on, whole in one file, or as ONNX for programs without NumPy.

examples:
    digits export --output digits.html
    digits export --output digits.onnx
    digits export --model models/mine/model.npz --output mine.onnx
"""

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import digits
from digits.commands import terminal
from digits.commands.evaluate import add_data_flags, check_data_flags, test_digits
from digits.dataset import CLASSES, PIXELS, Digits, known_labels
from digits.errors import InputError
from digits.files import replacing
from digits.network import metrics
from digits.places import BUNDLED_DIGITS
from digits.preprocessing import draw_digits
from digits.reader import DigitClassifier
from digits.reader.rows import on_black_paper
from digits.web.page import one_file

LIMIT = 1e-4  # that probabilities of the file may be from those of the model
TOLD = ("preset", "seed")  # what a file tells of how its model came about
DRAWN = 1000  # digits to compare on where none are at hand


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    terminal.refuse_overwriting(options.model, options.output)
    write = FORMATS[options.output.suffix.lower()]
    if write is write_onnx:
        terminal.require("onnx", "onnx")
    reader = terminal.load_model(options.model)
    known = bool(options.data or options.test_data or BUNDLED_DIGITS)
    test = test_digits(reader, options) if known else draw_digits(DRAWN, np.random.default_rng(0))
    write(options.output, reader, test, "test" if known else "drawn")
    return 0


def write_page(path: Path, reader: DigitClassifier, test: Digits, kind: str) -> None:
    """Write the page to draw on, with everything in it."""
    page = one_file(reader, test, f"{kind} digits").encode()
    with replacing(path) as file:
        file.write(page)
    print(f"{path}: {len(page):,} bytes; open it in a browser", file=terminal.told_beside(path))


def write_onnx(path: Path, reader: DigitClassifier, test: Digits, kind: str) -> None:
    """Write an ONNX file, once onnxruntime, where it is installed, reads it like the model."""
    from digits import onnx_graph

    blank = np.zeros((1, PIXELS), np.uint8)
    images = on_black_paper(np.concatenate([test.images, blank]))  # all that the file knows
    expected = reader.probabilities(images)
    accuracy = metrics.accuracy(known_labels(test), expected[:-1].argmax(axis=1))
    tested = {"accuracy": f"{accuracy:.4f}", "test_digits": str(len(test.images))}
    graph = onnx_graph.graph_of(reader, metadata(reader, tested if kind == "test" else {}))
    if find_spec("onnxruntime") is not None:
        compared = comparison(expected, onnx_graph.run(graph, images), version("onnxruntime"))
    else:
        compared = "not compared: onnxruntime is not installed; python -m pip install onnxruntime"
    with replacing(path) as file:
        file.write(graph)
    told = f"{metrics.percent(accuracy)} of {len(test.images):,} {kind} digits right"
    print(
        f"{path}: {len(graph):,} bytes, opset {onnx_graph.OPSET}, {told}",
        compared,
        sep="\n",
        file=terminal.told_beside(path),
    )


FORMATS = {".onnx": write_onnx, ".html": write_page}  # by the ending of the file to write


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("export", __doc__)
    add = parser.add_argument
    terminal.add_model(parser)
    add_data_flags(parser)
    add(
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help="the file to write: .html or .onnx",
    )
    options = parser.parse_args(argv)
    check_data_flags(parser, options)
    if options.output.suffix.lower() not in FORMATS:
        parser.error(f"argument --output: {options.output} does not end in .html or .onnx")
    return options


def metadata(reader: DigitClassifier, tested: dict[str, str]) -> dict[str, str]:
    """What the file tells of itself."""
    about = {name: str(reader.about[name]) for name in TOLD if name in reader.about}
    return {
        "version": digits.__version__,
        "classes": " ".join(map(str, range(CLASSES))),
        **tested,
        "preprocessing": reader.preprocessing,
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
