"""The command `digits`, which `python -m digits` is too: it names a command, and runs it."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from digits import __version__
from digits.start import answer_ctrl_c, limit_blas_threads

COMMANDS = {
    "train": "train the network on digits; leave a model, curves and a confusion matrix",
    "predict": "name the digit, or the number, in each picture; or label a whole CSV",
    "evaluate": "score a model on test digits",
    "convert": "turn digits of any format into a digits CSV, or into shards with copies",
    "export": "write a model as a page to draw on, or as ONNX for programs without NumPy",
    "draw": "serve a page to draw on, teach the network on, and watch it learn",
}
# What the package needs: the modules, and what pip calls them.
REQUIRED = {"numpy": "numpy", "pandas": "pandas", "matplotlib": "matplotlib", "tqdm": "tqdm",
            "PIL": "pillow", "threadpoolctl": "threadpoolctl"}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    lines = [f"  {name:<10}{does}" for name, does in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="digits",
        usage="digits COMMAND ...",
        description="Handwritten digits read by a neural network written from scratch in NumPy.",
        epilog="\n".join(["commands:", *lines, "", "digits COMMAND --help says more of each."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"digits {__version__}")
    return run(parser.parse_args(arguments[:1]).command, arguments[1:])


def run(command: str, argv: Sequence[str] | None = None) -> int:
    """Run one of the commands; its exit status.

    Args:
        command: a name in `COMMANDS`.
        argv: its arguments; None for those of this process.
    """
    answer_ctrl_c()  # until the command is there to answer it
    limit_blas_threads()
    expect_requirements()
    status: int = import_module(f"digits.commands.{command}").main(argv)
    return status


def expect_requirements() -> None:
    """End this process with a sentence if what the package needs is not installed."""
    missing = [package for module, package in REQUIRED.items() if find_spec(module) is None]
    if missing:
        listed = Path(__file__).resolve().parent.parent / "requirements.txt"
        what = f"-r {listed}" if listed.exists() else " ".join(missing)
        raise SystemExit(f"{', '.join(missing)} not found; python -m pip install {what}")


if __name__ == "__main__":
    raise SystemExit(main())
