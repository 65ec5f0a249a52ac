"""The command `digits`, and how it and its scripts are called."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from digits import __main__ as command
from digits.commands import terminal, train
from digits.places import DOUBT, PRETRAINED
from digits.reader import load

SEVEN = ROOT / "docs" / "images" / "seven.png"


def python(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, **options)


def test_help_lists_the_commands_with_a_line_each(capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out.splitlines()
    for name, does in command.COMMANDS.items():
        assert f"  {name:<10}{does}" in printed


@pytest.mark.parametrize("argv", [[], ["paint"], ["--colour"]])
def test_no_command_or_another_is_wrong_usage(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(argv)
    assert stop.value.code == 2 and "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("name", command.COMMANDS)
def test_a_script_and_its_command_are_the_same_and_help_says_how_each_is_called(name, tmp_path):
    script = python(ROOT / "scripts" / f"{name}.py", "--help", cwd=tmp_path)
    module = python("-m", "digits", name, "--help", cwd=ROOT)
    assert script.returncode == module.returncode == 0
    assert script.stdout.startswith(f"usage: {name}.py ")
    assert (
        f"    python scripts/{name}.py" in script.stdout and "digits " + name not in script.stdout
    )
    assert module.stdout.startswith(f"usage: digits {name} ")
    assert f"    digits {name}" in module.stdout and "scripts" not in module.stdout
    same = (text.partition("options:")[2].partition("examples:")[0].split()
            for text in (script.stdout, module.stdout))  # fmt: skip
    assert next(same) == next(same)


def test_a_command_answers_through_python_m(tmp_path):
    told = python("-m", "digits", "predict", "--model", tmp_path / "none.npz", "a.png", cwd=ROOT)
    assert told.returncode == 1
    assert told.stderr == f"digits: {tmp_path / 'none.npz'}: No such file or directory\n"


def test_commands_warn_of_nothing_where_warnings_are_errors(small_csv, tmp_path):
    model = tmp_path / "model.npz"
    load(PRETRAINED).save(model)
    for argv in (["convert", small_csv, tmp_path / "a.npz"],
                 ["evaluate", "--model", model, "--data", small_csv],
                 ["predict", "--model", model, "--number", SEVEN]):  # fmt: skip
        told = python("-W", "error", "-m", "digits", *argv, cwd=ROOT)
        assert told.returncode == 0, told.stderr
        assert set(told.stderr.splitlines()) <= {f"model: {model}"}


def test_a_missing_requirement_is_told_with_how_to_install_it(monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda module: None if module == "PIL" else module)
    with pytest.raises(SystemExit, match=r"^pillow not found; python -m pip install -r .*requirem"):
        command.run("predict", ["a.png"])


def test_the_requirements_are_those_of_requirements_txt():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert [line.partition(">=")[0] for line in lines] == list(command.REQUIRED.values())


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment in which the package is one that is installed, as a wheel lays it out."""
    site = tmp_path / "site"
    with zipfile.ZipFile(tmp_path / "digits.zip", "w") as archive:
        for file in (ROOT / "digits").rglob("*.py"):
            archive.write(file, file.relative_to(ROOT))
        for model in (PRETRAINED, DOUBT):
            archive.write(model, f"digits/models/{model.name}")
    zipfile.ZipFile(tmp_path / "digits.zip").extractall(site)
    return {**os.environ, "PYTHONPATH": str(site)}


def test_an_installed_package_says_how_digits_are_given(installed, tmp_path):
    for name, *more in (["train"], ["evaluate"]):
        told = python("-m", "digits", name, *more, cwd=tmp_path, env=installed)
        sentence = told.stderr.splitlines()[-1]
        assert told.returncode == 2 and "Traceback" not in told.stderr
        assert sentence.startswith("digits: no digits are installed with the package, expected --")
    assert not (tmp_path / "models").exists()


def test_an_installed_package_leaves_its_results_under_the_working_directory(
    installed, small_csv, tmp_path
):
    flags = ["--data", small_csv, "--epochs", "2", "--drawn", "50", "--quiet"]
    told = python("-m", "digits", "train", *flags, cwd=tmp_path, env=installed)
    assert (told.returncode, told.stderr) == (0, "")
    assert (tmp_path / "models" / "latest" / "model.npz").exists()
    picture = ROOT / "docs" / "images" / "seven.png"
    told = python("-m", "digits", "predict", picture, cwd=tmp_path, env=installed)
    assert told.stderr == f"model: {Path('models/latest/model.npz')}\n"
    told = python("-m", "digits", "predict", picture, env=installed, cwd=tmp_path / "site")
    assert told.stdout.startswith("7 ") and "pretrained.npz" in told.stderr


def test_an_installed_package_exports_without_digits(installed, tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    told = python("-m", "digits", "export", "--output", "a.onnx", cwd=tmp_path, env=installed)
    assert told.returncode == 0 and "of 1,000 drawn digits right" in told.stdout
    assert (tmp_path / "a.onnx").exists()


def test_streams_that_are_closed_are_nobody_to_tell(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert terminal.command(lambda argv: terminal.complain("lost") or 0)([]) == 0
    sys.stdout.close()
    sys.stderr.close()


def test_ctrl_c_ends_a_command_with_its_own_status(monkeypatch, capsys):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "prepared", interrupted)
    assert train.main(["--data", "a.csv"]) == terminal.INTERRUPTED == 130
    assert capsys.readouterr().err.endswith(": interrupted\n")
