import json

import pytest
from formats import write_idx

from digits import dataset
from digits.commands import evaluate, train
from digits.formats.csv_reader import read_csv
from digits.places import PRETRAINED
from digits.reader import load


def test_a_model_is_scored_on_the_last_seventh_of_the_rows(small_csv, tmp_path, capsys):
    flags = ["--model", str(PRETRAINED), "--data", str(small_csv)]
    assert evaluate.main([*flags, "--json", "--output", str(tmp_path)]) == 0
    metrics = json.loads(capsys.readouterr().out)
    _, test = dataset.split(read_csv(small_csv))
    predicted = load(PRETRAINED).predict(test.images)
    assert metrics["test_accuracy"] == (predicted == test.labels).mean()
    assert json.loads((tmp_path / "metrics.json").read_text()) == metrics
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"metrics.json", "confusion_matrix.png", "mistakes.png"}

    assert evaluate.main(flags) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"test accuracy: {100 * metrics['test_accuracy']:.2f} %"


def test_no_row_the_model_was_trained_on_is_scored(
    small_csv, tmp_path, no_figures, few_drawn, capsys
):
    flags = ["--data", str(small_csv), "--train-rows", "680", "--epochs", "1", "--quiet"]
    train.main([*flags, "--output", str(tmp_path)])
    flags = ["--data", str(small_csv), "--model", str(tmp_path / "model.npz"), "--json"]
    capsys.readouterr()
    for more, rows in (([], 20), (["--train-rows", "650"], 50)):
        assert evaluate.main([*flags, *more]) == 0
        matrix = json.loads(capsys.readouterr().out)["confusion_matrix"]
        assert sum(map(sum, matrix)) == rows


def test_all_rows_of_test_data_are_scored(small_csv, tmp_path, digits, capsys):
    pair = write_idx(tmp_path / "emnist-images-idx3-ubyte", digits)
    model = ["--model", str(PRETRAINED), "--json"]
    matrices = []
    for flags in (["--test-data", small_csv], ["--test-data", pair, "--no-transposed"],
                  ["--data", pair, small_csv, "--no-transposed", "--train-rows", 700]):  # fmt: skip
        assert evaluate.main([*model, *map(str, flags)]) == 0
        matrices.append(json.loads(capsys.readouterr().out)["confusion_matrix"])
    assert sum(map(sum, matrices[0])) == 700 and matrices[0] == matrices[1] == matrices[2]


def test_a_model_with_test_data_of_its_own_is_not_scored_on_what_it_learned(
    small_csv, tmp_path, no_figures, few_drawn, capsys
):
    flags = ["--data", str(small_csv), "--test-data", str(small_csv), "--epochs", "1", "--quiet"]
    train.main([*flags, "--output", str(tmp_path)])
    model = ["--model", str(tmp_path / "model.npz"), "--data", str(small_csv)]
    assert evaluate.main(model) == 2
    assert "expected --test-data FILE or --train-rows N" in capsys.readouterr().err
    assert evaluate.main([*model, "--train-rows", "600"]) == 0


@pytest.mark.parametrize("more", [["--data", "a.csv"], ["--train-rows", "9"]])
def test_test_data_go_without_a_split(more, capsys):
    with pytest.raises(SystemExit) as stop:
        evaluate.main(["--test-data", "b.csv", *more])
    assert stop.value.code == 2 and "all rows are scored" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--data", "/no/such.csv"], "/no/such.csv: No such file"),
        (["--model", "/no/such.npz"], "/no/such.npz: No such file"),
    ],
)
def test_a_missing_file_exits_with_1_and_one_sentence(flags, told, capsys):
    assert evaluate.main(["--model", str(PRETRAINED), *flags]) == 1
    assert told in capsys.readouterr().err


def test_other_data_than_the_trained_ones_are_split_as_they_are(
    small_csv, tmp_path, no_figures, few_drawn, digits, capsys
):
    flags = ["--data", str(small_csv), "--train-rows", "300", "--epochs", "1", "--quiet"]
    train.main([*flags, "--output", str(tmp_path)])
    capsys.readouterr()
    few = write_idx(tmp_path / "train-images-idx3-ubyte", dataset.take_rows(digits, slice(70)))
    assert (
        evaluate.main(["--model", str(tmp_path / "model.npz"), "--data", str(few), "--json"]) == 0
    )
    assert sum(map(sum, json.loads(capsys.readouterr().out)["confusion_matrix"])) == 10
