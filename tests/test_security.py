"""What commands do beside their work: they open no socket, start no program, unpickle nothing."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from formats import write_folder, write_idx, write_npz
from PIL import Image

from digits.places import PRETRAINED

# Python tells its audit hooks of these, whoever does them.
CALLS = ("socket.",)
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile",
          "os.fork", "pty.spawn")  # fmt: skip
UNPICKLES = ("pickle.find_class",)
# Runs commands one after the other, then what a hook must notice; prints what it has noticed.
AUDITED = """
import json, pickle, socket, subprocess, sys
from digits.__main__ import run
noticed, where = [], None
def hook(event, arguments):
    if event.startswith(tuple(sys.argv[1].split())):
        noticed.append([where, event])
sys.addaudithook(hook)
for where, *arguments in json.loads(sys.argv[2]):
    sys.argv[0] = f"{where}.py"
    run(where, arguments)
where = "control"
socket.socket().close()
subprocess.run([sys.executable, "-c", ""])
pickle.loads(b"cos\\ngetcwd\\n.")
print(json.dumps(noticed))
"""


def noticed(events: tuple[str, ...], commands: list[list[object]], directory: Path) -> set[str]:
    """What commands did of these; of what a control did, it is seen that it would be noticed."""
    given = json.dumps([[str(word) for word in words] for words in commands])
    told = subprocess.run(
        [sys.executable, "-c", AUDITED, " ".join(events), given],
        cwd=directory, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0 and "Traceback" not in told.stderr, told.stderr
    found = json.loads(told.stdout.splitlines()[-1])
    assert any(where == "control" for where, _ in found)
    return {f"{where}: {event}" for where, event in found if where != "control"}


@pytest.fixture
def digit(digits, tmp_path) -> Path:
    Image.fromarray(digits.images[0].reshape(28, 28)).save(tmp_path / "digit.png")
    return tmp_path / "digit.png"


def test_no_command_but_draw_opens_a_socket(small_csv, digit, tmp_path):
    out = tmp_path / "out"
    scored = ["--model", PRETRAINED, "--test-data", small_csv]
    commands = [
        ["train", "--data", small_csv, "--drawn", 50, "--epochs", 2, "--output", out, "--quiet"],
        ["predict", "--number", digit, "--save-seen", out / "seen.png"],
        ["predict", "--csv", small_csv, "--output", out / "labels.csv"],
        ["evaluate", *scored],
        ["convert", small_csv, out / "digits.csv.gz"],
        ["export", *scored, "--output", out / "digits.html"],
        ["export", *scored, "--output", out / "digits.onnx"],
    ]
    assert noticed(CALLS, commands, tmp_path) == set()
    assert {"model.npz", "seen.png", "labels.csv", "digits.csv.gz", "digits.html"} <= {
        path.name for path in out.iterdir()
    }


class Payload:
    """Would make a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def hostile_files(directory: Path, digits) -> list[Path]:
    """Pictures that want a program, and arrays that want to be unpickled, wherever they may be."""
    payload = np.array([Payload(directory / "unpickled")], object)
    page = Image.fromarray(digits.images[0].reshape(28, 28))
    page.save(directory / "page.eps")
    (directory / "page.png").write_bytes((directory / "page.eps").read_bytes())
    write_folder(directory / "folder", digits)
    (directory / "folder" / "3" / "page.png").write_bytes((directory / "page.eps").read_bytes())
    write_npz(directory / "mnist.npz", digits, x_train=payload)
    np.savez(directory / "header.npz", header=payload)
    with np.load(PRETRAINED) as saved:
        np.savez(directory / "theta.npz", **{**saved, "theta": payload})
        np.savez(directory / "extra.npz", **saved, extra=payload)
    (directory / "model.npz").write_bytes(pickle.dumps(payload))
    return [directory / name for name in ("header.npz", "theta.npz", "extra.npz", "model.npz")]


def test_reading_starts_no_program_and_unpickles_nothing(small_csv, few, digit, tmp_path):
    models = hostile_files(tmp_path, few)
    write_idx(tmp_path / "train-images-idx3-ubyte", few)
    read = [small_csv, "train-images-idx3-ubyte", "mnist.npz", "folder", "header.npz"]
    commands = [
        ["predict", digit, "page.eps", "page.png", tmp_path],
        *(["predict", "--model", model, digit] for model in models),
        *(["convert", source, "out.csv"] for source in read),
        *(["train", "--resume", "--output", tmp_path / name, "--data", small_csv]
          for name in ("header", "theta", "extra", "model")),
    ]  # fmt: skip
    for model in models:
        model.with_suffix("").mkdir()
        (model.with_suffix("") / "checkpoint.npz").write_bytes(model.read_bytes())
    assert noticed(STARTS + UNPICKLES, commands, tmp_path) == set()
    assert not (tmp_path / "unpickled").exists()
