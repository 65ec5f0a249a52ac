"""How a command begins and ends: its flags, its sentences, its exit status."""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from digits import __version__
from digits.commands import signals
from digits.errors import InputError
from digits.files import is_stream
from digits.formats import expanded
from digits.locks import held
from digits.places import BUNDLED_DIGITS, LATEST, PRETRAINED
from digits.reader import DigitClassifier, load
from digits.start import INTERRUPTED

BAD_INPUT, WRONG_USAGE = 1, 2
LOCK = ".lock"  # in a directory that results are being written to
Main = Callable[[Sequence[str] | None], int]


class UsageError(Exception):
    """Flags that do not go together; the message is one sentence."""


def command(main: Main) -> Main:
    """Make `main` answer bad files and Ctrl-C with one sentence and a status, not a traceback."""

    @functools.wraps(main)
    def run(argv: Sequence[str] | None = None) -> int:
        prepare_streams()
        with signals.answered_by(signals.interrupt):
            return answered(main, argv)

    return run


def answered(main: Main, argv: Sequence[str] | None) -> int:
    """The status of a command; what a person can cause is told in a sentence."""
    try:
        status = main(argv)
        sys.stdout.flush()
        return status
    except UsageError as error:
        complain(str(error))
        return WRONG_USAGE
    except InputError as error:
        complain(str(error))
        return BAD_INPUT
    except BrokenPipeError:
        # The reader of our output has seen enough (`| head`); nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
        return BAD_INPUT
    except MemoryError:
        complain("the memory of this machine is too small for that, expected less at a time")
        return BAD_INPUT
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED


def prepare_streams() -> None:
    """Make all three lead somewhere, and what is printed be shown whatever it holds."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller; nobody to tell
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  (to the end)
    if isinstance(sys.stdout, TextIOWrapper):  # a file's name may hold what it cannot show
        sys.stdout.reconfigure(errors="backslashreplace")


def one_line(text: str) -> str:
    """A text with whatever would break its line, or cannot be shown, as Python writes it."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def program() -> str:
    """What this program was called by: `train.py`, or `digits`."""
    called = Path(sys.argv[0])
    return "digits" if called.stem == "__main__" else called.name


def complain(sentence: str | None) -> None:
    """Print a sentence to standard error, after the name of the program."""
    print(one_line(f"{program()}: {sentence}"), file=sys.stderr)


def parser(docstring: str, prog: str | None = None) -> argparse.ArgumentParser:
    """A parser whose help is a docstring: a summary line, then whatever else there is to say."""
    summary, _, rest = docstring.partition("\n")
    parser = argparse.ArgumentParser(
        prog=prog,
        description=summary,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"digits {__version__}")
    return parser


def command_parser(name: str, docstring: str) -> argparse.ArgumentParser:
    """The parser of `digits name`; where its script was called, help says how to call that."""
    script = f"{name}.py"
    if program() == script:
        return parser(docstring.replace(f"digits {name}", f"python scripts/{script}"), script)
    return parser(docstring, f"digits {name}")


def load_model(path: Path | None) -> DigitClassifier:
    """The model asked for, or the last one trained here, or the shipped one; stderr says which."""
    latest = LATEST / "model.npz"
    model = path or (latest if latest.is_file() else PRETRAINED)
    classifier = load(model)
    print(one_line(f"model: {model}"), file=sys.stderr)
    return classifier


def digits_given(paths: Sequence[Path] | None) -> list[Path]:
    """The files asked for, or the bundled ones.

    Raises:
        UsageError: an installed package has none; says how digits are given.
    """
    if paths:
        return expanded(paths)
    if BUNDLED_DIGITS is None:
        raise UsageError(
            "no digits are installed with the package, expected --data FILE: a CSV such as Kaggle's"
            " train.csv, MNIST's IDX images, mnist.npz, or a folder with sub-folders 0 to 9"
        )
    return [BUNDLED_DIGITS]


def require(module: str, package: str, install: str | None = None) -> None:
    """Refuse to go on without a package that only some commands need.

    Args:
        module: that is imported.
        package: what pip calls it.
        install: what to install for the command, where it needs others as well.

    Raises:
        InputError: it is not installed; says how it would be.
    """
    if find_spec(module) is None:
        raise InputError(f"{package} is not installed; python -m pip install {install or package}")


def refuse_overwriting(source: Path | None, output: Path) -> None:
    """Refuse to write over what is being read.

    Raises:
        UsageError: both are the same file.
    """
    if source and source.exists() and output.exists() and output.samefile(source):
        raise UsageError(f"{output} is what is read, expected another file to write")


def told_beside(output: Path) -> TextIO:
    """Where to say what was written to a file: not into it."""
    return sys.stderr if is_stream(output) else sys.stdout


def tell_of_pipes(paths: Iterable[Path]) -> None:
    """Say which files are pipes, as reading waits until somebody writes to them.

    Those in /dev, such as standard input, have somebody who does.
    """
    for path in paths:
        if path.is_fifo() and path.parts[:2] != ("/", "dev"):
            print(one_line(f"waiting for {path}, a pipe"), file=sys.stderr)


def make_directory(path: Path) -> None:
    """A directory for results, with any above it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{path} is a file, expected a directory for the results") from None


@contextmanager
def owned(directory: Path) -> Iterator[None]:
    """A directory for results that nobody else writes theirs to; gone again if it stays empty.

    Raises:
        InputError: another process does.
    """
    new = not directory.exists()
    make_directory(directory)
    try:
        with held(directory / LOCK) as ours:
            if not ours:
                raise InputError(f"another run writes to {directory}, expected another --output")
            yield
    finally:
        if new:
            with suppress(OSError):
                directory.rmdir()


def add_model(parser: argparse.ArgumentParser) -> None:
    """The flag that names a model, for every command that asks one."""
    parser.add_argument("--model", type=Path, metavar="FILE",
        help="default: the last trained, or the shipped one")  # fmt: skip


def add_transposed(parser: argparse.ArgumentParser) -> None:
    """The flag about EMNIST's images, for every command that reads digits."""
    parser.add_argument("--transposed", action=argparse.BooleanOptionalAction,
        help="swap rows and columns of each image (default: of files named emnist)")  # fmt: skip


def whole_number(text: str) -> int:
    """A flag's value that counts something: 1 or more."""
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def whole_from_0(text: str) -> int:
    """A flag's value that may be nothing: 0 or more."""
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return value


def number(text: str) -> float:
    """A flag's value: a finite number, 0 or more."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value
