import project

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recipe
import report
import resume
import train
from digits import checkpoints, classifier, dataset

FILES = {
    "checkpoint.npz", "confusion_matrix.png", "history.csv", "loss_curves.png", "metrics.json",
    "mistakes.png", "model.npz",
}  # fmt: skip


@pytest.fixture
def no_figures(monkeypatch):
    """Leave empty files for figures: drawing takes longer than training on so few digits."""
    for name in ("draw_history", "draw_evaluation"):
        monkeypatch.setattr(report, name, touch_figures)


def touch_figures(directory: Path, *_: object) -> None:
    for name in FILES:
        if name.endswith(".png"):
            (directory / name).touch()


@pytest.fixture
def run(no_figures, drawing_run):
    return drawing_run


@pytest.fixture
def drawing_run(small_csv, tmp_path):
    """Call train.py on 700 digits, with its results in a folder of its own."""

    def call(*flags: object, folder: str = "out") -> tuple[int, Path]:
        arguments = ["--data", small_csv, "--output", tmp_path / folder, *flags]
        return train.main([str(argument) for argument in arguments]), tmp_path / folder

    return call


def read_history(folder: Path) -> list[list[str]]:
    return list(csv.reader((folder / "history.csv").read_text().splitlines()))


def test_training_leaves_a_model_and_what_there_is_to_look_at(drawing_run, small_csv, capsys):
    status, out = drawing_run("--epochs", 30)
    assert status == 0 and {path.name for path in out.iterdir()} == FILES
    for name in FILES:
        if name.endswith(".png"):
            with Image.open(out / name) as picture:
                assert picture.format == "PNG" and picture.width > 600
    printed = capsys.readouterr().out
    metrics = json.loads((out / "metrics.json").read_text())
    assert "13,002" in printed
    assert printed.splitlines()[-1] == f"test accuracy: {100 * metrics['test_accuracy']:.2f} %"

    _, test = dataset.split(dataset.read_csv(small_csv))
    predicted = classifier.load(out / "model.npz").predict(test.images)
    assert metrics["test_accuracy"] == np.mean(predicted == test.labels) > 0.6
    assert (metrics["epochs"], metrics["seed"], metrics["preset"]) == (30, 0, "default")
    assert metrics["parameters"] == 13_002 and metrics["test_loss"] > 0 and metrics["seconds"] > 0
    assert len(metrics["precision"]) == len(metrics["recall"]) == 10

    header, *rows = read_history(out)
    assert header == ["epoch", "loss", "accuracy", "test_loss", "test_accuracy", "seconds"]
    assert [row[0] for row in rows] == [str(epoch) for epoch in range(1, 31)]
    assert float(rows[-1][4]) == pytest.approx(metrics["test_accuracy"])
    assert float(rows[-1][3]) == pytest.approx(metrics["test_loss"], rel=1e-4)
    assert float(rows[-1][1]) < float(rows[0][1])


@pytest.mark.parametrize("optimizer", ["gd", "rprop", "adam"])
def test_a_resumed_run_equals_an_uninterrupted_one(run, optimizer, monkeypatch):
    flags = ("--optimizer", optimizer, "--epochs", 12, "--quiet")
    _, whole = run(*flags, folder="whole")

    kept = recipe.train

    def stopped(*arguments, **named):
        for record in kept(*arguments, **named):
            yield record
            if record.epoch == 7:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(recipe, "train", stopped)
    status, parts = run(*flags, folder="parts")
    assert status == 130 and {path.name for path in parts.iterdir()} == FILES
    assert json.loads((parts / "metrics.json").read_text())["epochs"] == 8
    status, parts = run("--resume", "--quiet", folder="parts")
    assert status == 0
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()
    a, b = (np.array(read_history(folder))[:, :-1].tolist() for folder in (whole, parts))
    assert a == b


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(small_csv, tmp_path):
    script = [sys.executable, str(project.ROOT / "scripts" / "train.py")]
    flags = ["--data", str(small_csv), "--epochs", "150", "--checkpoint-every", "2"]
    subprocess.run([*script, *flags, "--quiet", "--output", tmp_path / "whole"], check=True)
    killed = subprocess.Popen(
        [*script, *flags, "--output", tmp_path / "killed"], stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "killed" / "checkpoint.npz").exists():
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert train.main(["--resume", "--quiet", "--output", str(tmp_path / "killed")]) == 0
    whole, resumed = (tmp_path / name / "model.npz" for name in ("whole", "killed"))
    assert whole.read_bytes() == resumed.read_bytes()


def test_the_same_seed_gives_the_same_model_and_another_seed_another(run):
    models = [
        (run("--epochs", 3, "--quiet", "--seed", seed, folder=folder)[1] / "model.npz").read_bytes()
        for seed, folder in ((4, "a"), (4, "b"), (5, "c"))
    ]
    assert models[0] == models[1] != models[2]


def test_a_finished_run_can_be_prolonged(run):
    run("--epochs", 3, "--quiet")
    status, out = run("--resume", "--epochs", 5, "--quiet")
    assert status == 0 and json.loads((out / "metrics.json").read_text())["epochs"] == 5


def test_a_resumed_run_keeps_its_settings(run, capsys):
    run("--epochs", 3, "--l2", 0.001, "--quiet")
    assert run("--resume", "--quiet", "--l2", 0.1)[0] == 2
    assert "--resume goes on with l2 0.001, so l2 0.1 cannot be" in capsys.readouterr().err
    assert run("--resume", "--quiet", "--l2", 0.001)[0] == 0


@pytest.mark.parametrize("flags", [["--optimizer", "rprop"], ["--preset", "best"]])
def test_momentum_goes_with_gradient_descent_alone(run, flags, capsys):
    assert run(*flags, "--momentum", 0.5)[0] == 2
    run(*flags, "--epochs", 1, "--quiet", "--train-rows", 20)
    assert run("--resume", "--momentum", 0.5)[0] == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_run_cannot_be_resumed_to_end_before_it_is(run, capsys):
    run("--epochs", 4, "--quiet")
    assert run("--resume", "--epochs", 2)[0] == 2
    assert "is at epoch 4" in capsys.readouterr().err


def test_a_new_run_keeps_the_checkpoint_of_the_one_before(run):
    _, out = run("--epochs", 2, "--quiet")
    before = (out / "checkpoint.npz").read_bytes()
    run("--epochs", 3, "--quiet")
    assert (out / "checkpoint.old.npz").read_bytes() == before


def test_a_checkpoint_without_its_settings_is_refused(run, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    checkpoints.write(tmp_path / "out" / "checkpoint.npz", resume.KIND, {"settings": {}}, {})
    assert run("--resume")[0] == 1
    assert "lacks settings" in capsys.readouterr().err


def test_results_cannot_go_where_a_file_is(run, tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert run("--epochs", 1)[0] == 1
    assert "out is a file, expected a directory" in capsys.readouterr().err


def test_a_checkpoint_of_other_data_is_refused(run, tmp_path, small_csv, capsys):
    run("--epochs", 2, "--quiet")
    lines = small_csv.read_text().splitlines(keepends=True)
    (tmp_path / "other.csv").write_text("".join(lines[:600]))
    assert run("--resume", "--data", tmp_path / "other.csv")[0] == 1
    assert "was made with other data" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"junk", None])
def test_a_checkpoint_that_cannot_be_used_is_told_in_one_sentence(run, tmp_path, content, capsys):
    (tmp_path / "out").mkdir()
    if content is not None:
        (tmp_path / "out" / "checkpoint.npz").write_bytes(content)
    assert run("--resume")[0] == 1
    error = capsys.readouterr().err
    assert "checkpoint.npz" in error and error.count("\n") == 1


def test_two_data_files_are_read_one_after_the_other(run, tmp_path, small_csv):
    lines = small_csv.read_text().splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:351]))
    (tmp_path / "b.csv").write_text(lines[0] + "".join(lines[351:]))
    _, one = run("--epochs", 2, "--quiet", folder="one")
    _, two = run("--data", tmp_path / "a.csv", tmp_path / "b.csv", "--epochs", 2, "--quiet",
                 folder="two")  # fmt: skip
    a, b = (classifier.load(folder / "model.npz").network.theta for folder in (one, two))
    assert a.tobytes() == b.tobytes()


def test_the_blog_preset_is_the_published_experiment(run):
    settings = recipe.settings_of("blog", {})
    assert settings["train_rows"] == 30_000 and settings["epochs"] == 500
    assert settings["learning_rate"] == 0.8 and settings["momentum"] == 0
    assert settings["treatment"] == "raw" and settings["initial"] == "uniform"
    assert settings["schedule"] == "constant" and settings["l2"] == 0
    assert not settings["centred"] and not settings["copies"]
    status, out = run("--preset", "blog", "--train-rows", 600, "--epochs", 1, "--quiet")
    reader = classifier.load(out / "model.npz")
    assert status == 0 and reader.treatment == "raw"


def test_the_pictures_preset_learns_from_copies_and_drawn_digits_too(run, monkeypatch):
    monkeypatch.setitem(recipe.PRESETS["pictures"], "drawn", 300)
    status, _ = run("--preset", "pictures", "--epochs", 2, "--quiet")
    assert status == 0
    settings = recipe.settings_of("pictures", {})
    digits = dataset.Digits(np.zeros((7, 784), np.uint8), np.arange(7))
    images, labels = recipe.lesson(settings, digits, np.random.default_rng(0))
    assert len(images) == len(labels) == 3 * 7 + 300
    assert labels[:21].tolist() == [*range(7)] * 3


def test_no_canonical_leaves_the_pose_out_and_prediction_does_the_same(run):
    treatments = []
    for flags in ([], ["--no-canonical"], ["--no-canonical", "--preset", "blog"]):
        _, out = run("--epochs", 1, "--train-rows", 600, "--quiet", *flags)
        treatments.append(classifier.load(out / "model.npz").treatment)
    assert treatments == ["canonical", "as is", "raw"]


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--epochs", "0"], "0 is not 1 or more"),
        (["--epochs", "many"], "invalid"),
        (["--momentum", "1"], "not below 1"),
        (["--learning-rate", "-1"], "not a number from 0 on"),
        (["--learning-rate", "nan"], "not a number from 0 on"),
        (["--optimizer", "lbfgs"], "invalid choice"),
        (["--preset", "worst"], "invalid choice"),
        (["--seed", "-1"], "not 0 or more"),
        (["--colour", "red"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_exits_with_2(flags, told, capsys):
    with pytest.raises(SystemExit) as stop:
        train.main(flags)
    assert stop.value.code == 2 and told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--data", "/no/such.csv"], "/no/such.csv: No such file or directory"),
        (["--train-rows", "700"], "leave 0 test rows"),
    ],
)
def test_bad_data_exits_with_1_and_one_sentence(run, flags, told, capsys):
    status, out = run(*flags)
    error = capsys.readouterr().err
    assert status == 1 and told in error and error.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    "flags", [["--learning-rate", 1e37], ["--l2", 1e36], ["--l2", 1, "--learning-rate", 3000]]
)
def test_a_run_that_diverges_says_so_and_keeps_the_model_of_before(run, flags, capsys):
    _, out = run("--epochs", 2, "--quiet")
    before = (out / "model.npz").read_bytes()
    status, _ = run("--epochs", 30, "--quiet", *flags)
    assert status == 1 and "training diverged in epoch" in capsys.readouterr().err
    assert (out / "model.npz").read_bytes() == before


def test_data_without_labels_cannot_be_learned_from(run, tmp_path, digits, capsys):
    np.savetxt(tmp_path / "a.csv", digits.images[:9], "%d", ",")
    assert run("--data", tmp_path / "a.csv")[0] == 1
    assert "has no label column" in capsys.readouterr().err
