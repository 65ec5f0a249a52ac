import json

import numpy as np
import pytest
from conftest import FILES, read_history
from formats import turned, write_idx
from PIL import Image

from digits import dataset
from digits.commands import evaluate, train
from digits.formats.csv_reader import read_csv
from digits.reader import load, settings_of, shards
from digits.reader.settings import PRESETS


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

    _, test = dataset.split(read_csv(small_csv))
    predicted = load(out / "model.npz").predict(test.images)
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


def test_the_same_seed_gives_the_same_model_and_another_seed_another(run):
    models = [
        (run("--epochs", 3, "--quiet", "--seed", seed, folder=folder)[1] / "model.npz").read_bytes()
        for seed, folder in ((4, "a"), (4, "b"), (5, "c"))
    ]
    assert models[0] == models[1] != models[2]


@pytest.mark.parametrize("flags", [["--optimizer", "rprop"], ["--preset", "best"]])
def test_momentum_goes_with_gradient_descent_alone(run, flags, capsys):
    assert run(*flags, "--momentum", 0.5)[0] == 2
    run(*flags, "--epochs", 1, "--quiet", "--train-rows", 20, "--drawn", 20)
    assert run("--resume", "--momentum", 0.5)[0] == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_new_run_keeps_the_checkpoint_of_the_one_before(run):
    _, out = run("--epochs", 2, "--quiet")
    before = (out / "checkpoint.npz").read_bytes()
    run("--epochs", 3, "--quiet")
    assert (out / "checkpoint.old.npz").read_bytes() == before


def test_results_cannot_go_where_a_file_is(run, tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert run("--epochs", 1)[0] == 1
    assert "out is a file, expected a directory" in capsys.readouterr().err


def test_two_data_files_are_one_after_the_other_but_for_rounding(run, tmp_path, small_csv):
    lines = small_csv.read_text().splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:351]))
    (tmp_path / "b.csv").write_text(lines[0] + "".join(lines[351:]))
    flags = ["--epochs", 2, "--drawn", 0, "--quiet"]
    _, one = run(*flags, folder="one")
    _, two = run("--data", tmp_path / "a.csv", tmp_path / "b.csv", *flags, folder="two")
    a, b = (load(folder / "model.npz").network.theta for folder in (one, two))
    np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.fixture
def apart(tmp_path, digits):
    """The first 600 digits and the last 100, as IDX pairs of their own."""
    return [
        write_idx(tmp_path / name, part)
        for name, part in zip(
            ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte"),
            dataset.split(digits),
            strict=True,
        )
    ]


def test_test_data_of_their_own_are_tested_on_and_all_other_rows_learned_from(run, apart):
    data, test_data = apart
    _, one = run("--epochs", 2, "--quiet", folder="one")
    _, two = run("--data", data, "--test-data", test_data, "--epochs", 2, "--quiet", folder="two")
    a, b = (load(folder / "model.npz") for folder in (one, two))
    assert a.network.theta.tobytes() == b.network.theta.tobytes()
    assert a.about["data"] == b.about["data"] and b.about["test_data"] is True
    a, b = (json.loads((folder / "metrics.json").read_text()) for folder in (one, two))
    assert a["confusion_matrix"] == b["confusion_matrix"]


def test_train_rows_leave_rows_out_beside_test_data(run, apart, capsys):
    flags = ["--data", apart[0], "--test-data", apart[1], "--epochs", 1]
    assert run(*flags, "--train-rows", 500)[0] == 0
    assert "500 training rows and 50 drawn digits, 100 test rows" in capsys.readouterr().out
    assert run(*flags, "--train-rows", 600)[0] == 0
    assert run(*flags, "--train-rows", 601)[0] == 1
    assert "601 of 600 rows for training, expected no more" in capsys.readouterr().err


def test_a_run_with_test_data_is_resumed_with_the_same_digits_only(run, apart, digits, capsys):
    data, test_data = apart
    flags = ["--data", data, "--test-data", test_data, "--quiet"]
    _, whole = run(*flags, "--epochs", 4, "--optimizer", "rprop", folder="whole")
    run(*flags, "--epochs", 2, "--optimizer", "rprop", folder="parts")
    _, parts = run("--resume", *flags, "--epochs", 4, folder="parts")
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()
    write_idx(test_data, dataset.Digits(digits.images[:100], digits.labels[:100]))
    assert run("--resume", *flags, "--epochs", 5, folder="parts")[0] == 1
    assert "was made with other data" in capsys.readouterr().err


def test_transposed_digits_are_learned_from_upright(run, tmp_path, digits):
    emnist = dataset.Digits(turned(digits.images), digits.labels)
    _, one = run("--epochs", 2, "--quiet", folder="one")
    models = [load(one / "model.npz").network.theta.tobytes()]
    for name, flags in (("emnist-", []), ("", ["--transposed"]), ("emnist-", ["--no-transposed"])):
        path = write_idx(tmp_path / f"{name}train-images-idx3-ubyte", emnist)
        _, out = run("--data", path, *flags, "--epochs", 2, "--quiet", folder="out")
        models.append(load(out / "model.npz").network.theta.tobytes())
    assert models[0] == models[1] == models[2] != models[3]


def test_the_blog_preset_is_the_published_experiment(run):
    settings = settings_of("blog")
    assert settings.train_rows == 30_000 and settings.epochs == 500
    assert settings.learning_rate == 0.8 and settings.momentum == 0
    assert settings.preprocessing == "raw" and settings.initializer == "uniform"
    assert settings.schedule == "constant" and settings.l2 == 0
    assert not settings.centred and not settings.copies
    status, out = run("--preset", "blog", "--train-rows", 600, "--epochs", 1, "--quiet")
    reader = load(out / "model.npz")
    assert status == 0 and reader.preprocessing == "raw"


def test_the_best_preset_learns_from_copies_and_drawn_digits_too(run, monkeypatch):
    monkeypatch.setitem(PRESETS["best"], "drawn", 300)
    status, _ = run("--preset", "best", "--epochs", 2, "--quiet")
    assert status == 0
    digits = dataset.Digits(np.zeros((7, 784), np.uint8), np.arange(7))
    settings = settings_of("best")
    rows = shards.open_here(shards.of_digits(settings, digits), lambda images: images)[0]
    copies = 1 + len(settings.copies) + settings.reshaped
    assert rows.count == copies * 7 + 300
    labels = [part.targets.argmax(axis=1) for part in rows.shards[0]]
    assert np.bincount(np.concatenate(labels)).tolist() == [copies] * 7


def test_no_digits_are_drawn_where_nobody_wants_them(run, capsys):
    _, out = run("--drawn", 0, "--epochs", 1)
    assert "600 training rows, 100 test rows" in capsys.readouterr().out
    assert load(out / "model.npz").about["drawn"] == 0


@pytest.mark.parametrize(
    ("preset", "told"),
    [
        ("worst", "preset is 'worst', expected one of default, best, blog"),
    ],
)
def test_a_preset_that_is_not_there_says_which_are(run, preset, told, capsys):
    assert run("--preset", preset)[0] == 2
    assert told in capsys.readouterr().err


def test_other_hidden_layers_are_trained_saved_and_resumed(run, small_csv, capsys):
    _, whole = run("--hidden", 9, 5, "--epochs", 4, "--quiet", folder="whole")
    _, parts = run("--hidden", 9, 5, "--epochs", 2, "--quiet", folder="parts")
    assert run("--resume", "--hidden", 16, 16, folder="parts")[0] == 2
    assert "--resume goes on with hidden (9, 5), so hidden (16, 16)" in capsys.readouterr().err
    run("--resume", "--epochs", 4, "--quiet", folder="parts")
    assert repr(load(parts / "model.npz").network) == "784 - sigmoid 9 - sigmoid 5 - softmax 10"
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()
    flags = ["--model", str(parts / "model.npz"), "--data", str(small_csv)]
    assert evaluate.main(flags) == 0


def test_the_first_line_says_what_is_read(run, small_csv, capsys):
    run("--epochs", 1)
    assert capsys.readouterr().out.splitlines()[0] == f"reading {small_csv}"


def test_no_canonical_leaves_the_pose_out_and_prediction_does_the_same(run):
    preprocessings = []
    for flags in ([], ["--no-canonical"], ["--no-canonical", "--preset", "blog"]):
        _, out = run("--epochs", 1, "--train-rows", 600, "--quiet", *flags)
        preprocessings.append(load(out / "model.npz").preprocessing)
    assert preprocessings == ["canonical", "as is", "raw"]


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--epochs", "0"], "0 is not 1 or more"),
        (["--epochs", "many"], "invalid"),
        (["--momentum", "1"], "not below 1"),
        (["--learning-rate", "-1"], "not a number from 0 on"),
        (["--learning-rate", "nan"], "not a number from 0 on"),
        (["--optimizer", "sgd"], "invalid choice"),
        (["--drawn", "-1"], "not 0 or more"),
        (["--seed", "-1"], "not 0 or more"),
        (["--hidden", "16", "0"], "0 is not 1 or more"),
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
    assert "has no label column, expected one to learn from" in capsys.readouterr().err
    assert run("--test-data", tmp_path / "a.csv")[0] == 1
    assert "has no label column, expected one to compare with" in capsys.readouterr().err
