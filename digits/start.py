"""What a program of ours does first, while nothing slow is loaded."""

# What `signal` is made of. That one loads ten modules more, a hundredth of a second in which Ctrl-C
# would still show their lines.
import _signal as signal
import os
import sys

INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended
blas_is_limited = False  # to one thread, for as long as this process lives


def answer_ctrl_c() -> None:
    """Have Ctrl-C end this process at once from now on, with a word.

    For as long as there is nothing to finish: where Python's own answer, an exception, lands while
    modules are being loaded, it is shown with all of their lines.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: object) -> None:
    try:
        os.write(2, b"interrupted\n")
    finally:
        os._exit(INTERRUPTED)


def limit_blas_threads() -> None:
    """Keep NumPy's BLAS to one thread in this process and those it starts, once it is imported.

    In other processes `digits.parallel.one_blas_thread` does so.
    """
    global blas_is_limited
    names = [f"{library}_NUM_THREADS" for library in ("OPENBLAS", "MKL", "VECLIB")]
    for name in names:
        os.environ.setdefault(name, "1")
    blas_is_limited = "numpy" not in sys.modules and all(os.environ[name] == "1" for name in names)
