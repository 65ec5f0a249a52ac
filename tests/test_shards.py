import itertools

import numpy as np
import pytest
from conftest import FILES
from formats import write_csv, write_idx

from digits.commands import evaluate
from digits.dataset import take_rows
from digits.errors import InputError
from digits.network.batches import full_batch
from digits.network.shards import MOST, UNIT, added, numbers_of, shard_sums
from digits.network.training import loss_and_gradient
from digits.parallel import thread_map
from digits.preprocessing import draw_outliers
from digits.reader import load, novelty, principal, recipe, settings_of, shards
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


def sources(parts, **given):
    names = tuple("abc")
    settings = settings_of("default", **{"drawn": 50, "epochs": 3, **given, "data": names})
    heads = [(name, None) for name in names]
    read = dict(zip(names, parts, strict=True)).__getitem__
    files = shards.sources_of_files(settings, heads, read)
    return settings, [*files, *shards.drawn_sources(settings)]


def prepared(parts, test, **given):
    return shards.prepare(*sources(parts, **given), test)


def test_sums_are_the_same_bits_in_any_order_and_grouping(rng):
    numbers = [(rng.normal(size=9) * 10.0 ** rng.integers(-8, 8),) for _ in range(7)]
    one_by_one = [shard_sums(lambda part: part, [part]) for part in numbers]
    total = added(one_by_one)
    for order in itertools.islice(itertools.permutations(one_by_one), 0, None, 500):
        for cut in (1, 3, 6):
            grouped = added([added(order[:cut]), added(order[cut:])])
            assert grouped[0].tobytes() == total[0].tobytes()
    np.testing.assert_allclose(
        numbers_of(total)[0], sum(part[0] for part in numbers), atol=7 * UNIT
    )


def test_what_is_not_finite_stays_so_and_what_is_too_large_is_refused():
    def sums(*numbers):
        return shard_sums(lambda part: part, [(np.array(numbers),)])

    total = numbers_of(added([sums(1.0, np.nan, 2.0), sums(1.5, 1.0, -np.inf)]))
    assert total[0][0] == 2.5 and np.isnan(total[0][1:]).all()
    most = MOST * UNIT
    for refused in (lambda: sums(most), lambda: added([sums(-0.6 * most)] * 2)):
        with pytest.raises(InputError, match=r"a sum over the rows of shards is .*: fewer rows"):
            refused()
    assert numbers_of(added([sums(0.9 * most), sums(-most / 2)]))[0] == pytest.approx(0.4 * most)


def test_a_gradient_over_shards_is_that_of_all_rows(digits, parts):
    network = new_network(np.random.default_rng(0))
    batches = [full_batch(*network.examples(*part), slice_rows=99) for part in parts]
    opened = [shards.Shard(batch.rows, "", batch.slices) for batch in batches]
    whole = full_batch(*network.examples(*take_rows(digits, slice(600))))
    expected = loss_and_gradient(network, whole)
    found = loss_and_gradient(network, whole._replace(slices=opened), shards.map_here)
    assert found[0] == pytest.approx(expected[0], rel=1e-6) and found[1] == expected[1]
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-4, atol=1e-7)


def test_whole_numbers_cost_no_accuracy(digits, parts):
    def as_floats(function, found):
        slices = [part for shard in found for part in getattr(shard, "slices", [shard])]
        return thread_map(function, slices)

    losses = []
    for spread in (None, as_floats):
        run = prepared(parts, take_rows(digits, slice(600, None)), epochs=100)
        *_, last = recipe.epochs(run, spread)
        losses.append(last.validation_loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_shards_in_any_order_of_work_train_the_same_model(digits, parts):
    def backwards(function, found):
        if not isinstance(found[0], shards.Shard):
            return thread_map(function, found)
        sums = [shard_sums(function, shard.slices, map) for shard in found[::-1]]
        return [numbers_of(added([added(sums[:2]), added(sums[2:])]))]

    models = []
    for spread in (shards.map_here, backwards):
        settings, found = sources(parts, copies=((0.6, 4.0),))
        run = shards.prepare(settings, found, take_rows(digits, slice(600, None)), map=spread)
        assert run.rows.rows == 2 * 600 + 50
        list(recipe.epochs(run))
        reader = recipe.classifier_of(run)
        known = reader.novelty
        learned = (run.network.theta, *reader.axes, known.network.theta, known.limit)
        models.append(b"".join(map(bytes, learned)))
    assert models[0] == models[1]


def test_inputs_are_centred_on_the_mean_of_all_shards(digits, parts):
    run = prepared(parts, digits, drawn=0)
    whole = recipe.prepare(run.settings, take_rows(digits, slice(600)), digits)
    for found, expected in zip(run.optimizer.shifts, whole.optimizer.shifts, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_principal_axes_of_shards_are_those_of_all_rows_but_for_rounding(digits):
    some = take_rows(digits, slice(600))
    known = principal.fit(*some, 10)
    batch = full_batch(some.images, np.eye(10, dtype=np.float32)[some.labels], slice_rows=99)
    half = len(batch.slices) // 2
    found = principal.fit_slices(
        shards.map_here,
        batch.rows,
        [shards.Shard(0, "", batch.slices[:half]), shards.Shard(0, "", batch.slices[half:])],
        10,
        784,
    )
    np.testing.assert_allclose(found.means, known.means, atol=1 / 512)
    assert found.limit == pytest.approx(known.limit, rel=0.02)
    errors = [one.reconstruction_error(*take_rows(digits, slice(600, None)))
              for one in (known, found)]  # fmt: skip
    np.testing.assert_allclose(errors[1], errors[0], rtol=0.02, atol=0.2)


def test_novelty_of_shards_is_that_of_all_rows_but_for_rounding(digits):
    some, others = take_rows(digits, slice(600)), draw_outliers(300, np.random.default_rng(0))
    reads = load().network
    known = novelty.fit(reads, *some, others, 10)
    batch = full_batch(some.images, np.eye(10, dtype=np.float32)[some.labels], slice_rows=99)
    half = len(batch.slices) // 2
    found = novelty.fit_slices(
        reads,
        shards.map_here,
        batch.rows,
        [shards.Shard(0, "", batch.slices[:half]), shards.Shard(0, "", batch.slices[half:])],
        others,
        10,
    )
    images = digits.images[600:]
    likely = [one.likeness(images, reads.probabilities(images)) for one in (known, found)]
    np.testing.assert_allclose(likely[1], likely[0], atol=0.02)
    assert found.limit == pytest.approx(known.limit, abs=0.02)


def test_several_files_and_a_pattern_of_them_are_the_same_shards(run, files, test_file, capsys):
    flags = ["--test-data", test_file, "--epochs", 2, "--quiet"]
    folder = files[0].parent
    _, one = run("--data", *files, *flags, folder="one")
    _, two = run("--data", folder / "*images*", *flags, folder="two")
    assert (one / "model.npz").read_bytes() == (two / "model.npz").read_bytes()
    assert load(one / "model.npz").about["sharded"] and {f.name for f in one.iterdir()} == FILES
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
    assert "or a smaller learning rate" in error and error.count("\n") == 1
