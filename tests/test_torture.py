"""A share of `python scripts/research torture`, and that what it judges by can fail."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from digits.reader import load

if not hasattr(os, "fork"):
    pytest.skip("this system cannot fork a process", allow_module_level=True)

from kills import difference
from remains import remains
from trials import FAILED, LONGEST, MEGABYTES, READ, REFUSED, SECONDS, Ended, judged

PARTS = ("pictures", "digits files", "models and checkpoints", "full disk", "page", "kills")
READ_IT = Ended(0, b"7  99.9 %  a.png\n", "model: a.npz\n", 0.1, 100.0)
REFUSED_IT = Ended(1, b"", "model: a.npz\npredict.py: a.png is no picture\n", 0.1, 100.0)


def tortured(*flags: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in a Python of its own that has run some code before."""
    start = (
        f"import sys; sys.argv = ['research', 'torture', *{flags!r}];"
        "sys.path[:0] = ['scripts/research', 'scripts/examples']; import project\n"
        f"{code}\n"
        "import runpy; runpy.run_path('scripts/research/__main__.py', run_name='__main__')"
    )
    return subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True)


def test_a_seeded_share_of_what_may_happen_is_read_or_refused_in_a_sentence():
    told = tortured("--seed", "3", "--share", "0.003", "--only", *PARTS)
    assert told.returncode == 0, told.stdout + told.stderr
    done = dict(re.findall(r"^\| (\w[^|]*) \| ([\d,]+) \|", told.stdout, re.MULTILINE))
    assert int(done["pictures"]) + int(done["pictures, checksums mended"]) == 30
    assert int(done["kill -9, files whole"]) == 4


def test_a_reader_with_a_fault_is_found_out():
    code = "from digits.reader import answers\nanswers.looked_at = lambda *_: 1 / 0"
    told = tortured("--only", "pictures", "--share", "0.0005", code=code)
    assert told.returncode == 1 and "| pictures | 3 | 0 | 0 | 3 |" in told.stdout
    assert "FAILED 3 times, pictures, Traceback: pictures " in told.stderr


def test_a_run_that_ends_with_other_numbers_is_found_out(tmp_path):
    reader = load()
    reader.save(tmp_path / "model.npz")
    expected = remains(tmp_path)
    assert difference(tmp_path, expected) == ""
    reader.network.theta[0] = np.nextafter(reader.network.theta[0], np.float32(9))
    reader.save(tmp_path / "model.npz")
    assert difference(tmp_path, expected) == "model.npz differ"
    (tmp_path / ".model.npz.1234").touch()
    assert difference(tmp_path, expected) == ".model.npz.1234 is left over"
    (tmp_path / "history.csv").write_text('1,"2')
    (tmp_path / ".model.npz.1234").unlink()
    assert difference(tmp_path, expected).startswith("history.csv is not whole")


def test_what_is_read_and_what_is_refused_in_a_sentence_is_right():
    assert judged(READ_IT, "predict").outcome == READ
    assert judged(REFUSED_IT, "predict").outcome == REFUSED
    assert judged(REFUSED_IT._replace(status=2), "predict", (1, 2)).outcome == REFUSED


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (REFUSED_IT._replace(err="Traceback (most recent call last):\n"), "Traceback"),
        (READ_IT._replace(seconds=SECONDS + 1), "more than 5 s"),
        (READ_IT._replace(megabytes=MEGABYTES + 1), "more than 1,500 MB"),
        (READ_IT._replace(status=-11), "killed by signal 11"),
        (REFUSED_IT._replace(status=2), "status 2"),
        (READ_IT._replace(out=b""), "no answer"),
        (REFUSED_IT._replace(out=b"7\n"), "an answer and a refusal"),
        (READ_IT._replace(err="libtiff: oh\n"), "words beside the answer"),
        (REFUSED_IT._replace(err=""), "no sentence"),
        (REFUSED_IT._replace(err="predict.py: a\npredict.py: b\n"), "more than one line"),
        (REFUSED_IT._replace(err="Segmentation fault\n"), "another's words"),
        (REFUSED_IT._replace(err="predict.py: " + LONGEST * "a"), "more than 1,000 characters"),
    ],
)
def test_whatever_else_happens_has_failed_and_it_is_said_why(ended, why):
    assert judged(ended, "predict") == (FAILED, why)
