import numpy as np
import pytest
from conftest import FILES
from formats import write_csv, write_idx

from digits.commands import evaluate
from digits.dataset import PIXELS, take_rows
from digits.network.rows import RowsHere, laid_out, rows_given
from digits.network.training import loss_and_gradient
from digits.reader import recipe, settings_of, shards
from digits.reader.classifier import new_network


@pytest.fixture
def parts(digits):
    """The 600 digits to train on in files of 100, 250 and 250."""
    return [take_rows(digits, slice(*ends)) for ends in ((0, 100), (100, 350), (350, 600))]


@pytest.fixture
def files(tmp_path, parts):
    (tmp_path / "shards").mkdir()
    return [
        write_idx(tmp_path / "shards" / f"{i}-images-idx3-ubyte", part)
        for i, part in enumerate(parts)
    ]


@pytest.fixture
def test_file(tmp_path, digits):
    return write_idx(tmp_path / "t10k-images-idx3-ubyte", take_rows(digits, slice(600, None)))


def prepared(parts, test, **given):
    settings = settings_of("default", **{"drawn": 50, "epochs": 3, **given})
    return recipe.prepare(settings, shards.of_digits(settings, *parts), test)


def test_a_gradient_over_shards_is_that_of_all_rows(digits, parts):
    network = new_network(np.random.default_rng(0))
    slices = [laid_out(*network.examples(*part), slice_rows=99) for part in parts]
    expected = loss_and_gradient(network, network.rows(*take_rows(digits, slice(600))))
    found = loss_and_gradient(network, RowsHere(slices, PIXELS))
    assert found[0] == pytest.approx(expected[0], rel=1e-6) and found[1] == expected[1]
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-4, atol=1e-7)


def test_a_shard_holds_rows_copies_and_what_is_drawn_each_once(digits, parts):
    run = prepared(parts, digits, copies=((0.6, 4.0),), reshaped=1)
    assert (
        run.rows.count
        == 3 * 600 + 50
        == sum(len(part.X) for slices in run.rows.shards for part in slices)
    )
    (given,) = run.rows.total(rows_given)
    (labels,) = run.rows.total(lambda part: [part.targets.sum(axis=0) * part.given])
    assert given == 600 and labels.tolist() == np.bincount(digits.labels[:600]).tolist()


def test_inputs_are_centred_on_the_mean_of_all_shards(digits, parts):
    run = prepared(parts, digits, drawn=0)
    whole = prepared([take_rows(digits, slice(600))], digits, drawn=0)
    for found, expected in zip(run.optimizer.shifts, whole.optimizer.shifts, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_several_files_and_a_pattern_of_them_are_the_same_shards(run, files, test_file, capsys):
    flags = ["--test-data", test_file, "--epochs", 2, "--quiet"]
    folder = files[0].parent
    _, one = run("--data", *files, *flags, folder="one")
    _, two = run("--data", folder / "*images*", *flags, folder="two")
    assert (one / "model.npz").read_bytes() == (two / "model.npz").read_bytes()
    assert {f.name for f in one.iterdir()} == FILES
    assert run("--data", folder / "*.png", *flags)[0] == 1
    assert "*.png fits no file, expected a pattern that some fit" in capsys.readouterr().err


def test_the_last_rows_of_all_shards_are_tested_on(run, tmp_path, digits, capsys):
    parts = [take_rows(digits, slice(*ends)) for ends in ((0, 350), (350, 590), (590, 700))]
    paths = [
        write_csv(tmp_path / f"{i}.csv", np.column_stack([part.labels, part.images]), None)
        for i, part in enumerate(parts)
    ]
    model = tmp_path / "out" / "model.npz"
    for flags, told in (
        ((), "600 training rows and 50 drawn digits, 100 test rows"),
        (("--train-rows", 400), "400 training rows and 50 drawn digits, 300 test rows"),
        (("--optimizer", "rprop", "--train-rows", 300), "300 training rows and 50"),
    ):
        status, _ = run("--data", *paths, *flags, "--epochs", 2)
        printed = capsys.readouterr().out.splitlines()
        assert status == 0 and told in printed[1]
        flags = ["--model", str(model), "--data", *map(str, paths)]
        assert evaluate.main(flags) == 0
        assert capsys.readouterr().out.splitlines()[-1] == printed[-1]
    assert run("--data", *paths, "--train-rows", 700)[0] == 1
    assert "700 of 700 rows for training leave 0 test rows" in capsys.readouterr().err


def test_a_run_on_shards_is_resumed_with_the_same_shards_only(run, files, test_file, capsys):
    flags = ["--test-data", test_file, "--quiet", "--optimizer", "rprop"]
    _, whole = run("--data", *files, *flags, "--epochs", 4, folder="whole")
    run("--data", *files, *flags, "--epochs", 2, folder="parts")
    _, parts = run("--data", *files, "--resume", "--epochs", 4, "--quiet", folder="parts")
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()
    assert run("--data", *files[:2], "--resume", "--epochs", 5, folder="parts")[0] == 1
    assert "was made with other data" in capsys.readouterr().err


def test_a_run_on_shards_that_diverges_says_so(run, files, test_file, capsys):
    flags = ["--data", *files, "--test-data", test_file, "--quiet", "--epochs", 30]
    assert run(*flags, "--learning-rate", 1e37)[0] == 1
    error = capsys.readouterr().err
    assert "expected a smaller learning rate" in error and error.count("\n") == 1
