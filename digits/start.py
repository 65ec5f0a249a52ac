"""What a program of ours does first, while nothing slow is loaded."""

# What `signal` is made of. That one loads ten modules more, a hundredth of a second in which Ctrl-C
# would still show their lines.
import _signal as signal
import os

INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended


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

    As `digits.parallel.one_blas_thread` does later on.
    """
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
