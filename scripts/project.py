"""What every script needs to know first: where the project lives, and how a command ends.

Importing this module makes `digits` importable from a clone that is not installed, from any working
directory. It is the only place that does so, and scripts import it before `digits`.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "digits.csv.gz"
MODELS = ROOT / "models"
LATEST = MODELS / "latest"

if sys.stderr is None:  # closed by the caller; nobody to tell
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  (stays open to the end)
if isinstance(sys.stdout, TextIOWrapper):  # a file's name may hold what the terminal cannot show
    sys.stdout.reconfigure(errors="backslashreplace")

# The package spreads slices of the rows over threads itself; BLAS threads inside each would only
# fight over the same cores. It must be said before NumPy is first imported.
for library in ("OPENBLAS", "MKL", "VECLIB"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

if missing := [
    name for name in ("numpy", "pandas", "matplotlib", "tqdm", "PIL") if find_spec(name) is None
]:
    raise SystemExit(
        f"{', '.join(missing)} not found; python -m pip install -r {ROOT / 'requirements.txt'}"
    )

# In front, so that a clone's scripts run the clone's package even where another is installed.
sys.path.insert(0, str(ROOT))

from digits import __version__  # noqa: E402  (they need the line above)
from digits.classifier import DigitClassifier, load, shipped  # noqa: E402
from digits.errors import InputError  # noqa: E402

PRETRAINED = shipped()
BAD_INPUT, WRONG_USAGE = 1, 2
INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended
Main = Callable[[Sequence[str] | None], int]


class UsageError(Exception):
    """Flags that do not go together; the message is one sentence."""


def command(main: Main) -> Main:
    """Make `main` answer bad files and Ctrl-C with one sentence and a status, not a traceback."""

    @functools.wraps(main)
    def run(argv: Sequence[str] | None = None) -> int:
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
        except KeyboardInterrupt:
            complain("interrupted")
            return INTERRUPTED

    return run


def complain(sentence: str) -> None:
    """Print a sentence to standard error, after the name of the command."""
    print(f"{Path(sys.argv[0]).name}: {sentence}", file=sys.stderr)


def load_model(path: Path | None) -> DigitClassifier:
    """The model asked for, or the last one trained here, or the shipped one; stderr says which."""
    latest = LATEST / "model.npz"
    model = path or (latest if latest.is_file() else PRETRAINED)
    classifier = load(model)
    print(f"model: {model}", file=sys.stderr)
    return classifier


def require(module: str, package: str) -> None:
    """Refuse to go on without a package that only some commands need.

    Raises:
        InputError: it is not installed; says how it would be.
    """
    if find_spec(module) is None:
        raise InputError(f"{package} is not installed; python -m pip install {package}")


def keep(source: Path | None, output: Path) -> None:
    """Refuse to write over what is being read.

    Raises:
        UsageError: both are the same file.
    """
    if source and source.exists() and output.exists() and output.samefile(source):
        raise UsageError(f"{output} is what is read, expected another file to write")


def make_directory(path: Path) -> None:
    """A directory for results, with any above it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{path} is a file, expected a directory for the results") from None


def interrupted_early(kind: type, error: BaseException, traceback: TracebackType | None) -> None:
    """Tell of a Ctrl-C during the imports, before `command` is there to do it."""
    if issubclass(kind, KeyboardInterrupt):
        complain("interrupted")
    else:
        sys.__excepthook__(kind, error, traceback)


sys.excepthook = interrupted_early


def parser(docstring: str) -> argparse.ArgumentParser:
    """A parser whose help is a script's docstring: a summary line, then examples."""
    summary, _, examples = docstring.partition("\n")
    parser = argparse.ArgumentParser(
        description=summary,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"digits {__version__}")
    return parser


def add_transposed(parser: argparse.ArgumentParser) -> None:
    """The flag about EMNIST's images, for every command that reads digits."""
    parser.add_argument("--transposed", action=argparse.BooleanOptionalAction,
        help="swap rows and columns of each image (default: of files named emnist)")  # fmt: skip


def whole_number(text: str) -> int:
    """A flag's value that counts something: 1 or more."""
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def seed(text: str) -> int:
    """A flag's value that random numbers start from: 0 or more."""
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return value
