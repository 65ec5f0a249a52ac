import json
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial, partialmethod
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, touch_figures
from formats import write_csv, write_idx

from digits.commands import report, terminal, train
from digits.dataset import take_rows
from digits.errors import InputError, Unreachable
from digits.network import train as train_network
from digits.network.rows import rows_given
from digits.preprocessing.canonical import canonical
from digits.reader import recipe, run_checkpoint, settings_of, shards

pytest.importorskip("distributed", reason="dask[distributed] is not installed")
from digits import cluster
from digits.cluster import Cluster, Held, placed

DASK = [sys.executable, "-m", "distributed.cli.dask_"]


@pytest.fixture(scope="module", autouse=True)
def no_drawing():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("draw_history", "draw_evaluation"):
            patch.setattr(report, name, touch_figures)
        yield


@pytest.fixture(scope="module")
def workers():
    """Two worker processes of this machine."""
    with Cluster("local:2") as started:
        yield started


@pytest.fixture(scope="module")
def data(tmp_path_factory, digits) -> list[str]:
    """Flags that name three shards, 50 drawn digits, and test digits."""
    folder = tmp_path_factory.mktemp("shards")
    for number, ends in enumerate(((0, 100), (100, 350), (350, 600))):
        write_idx(folder / f"{number}.idx", take_rows(digits, slice(*ends)), f"{number}.labels")
    test = write_idx(folder / "t10k-images-idx3-ubyte", take_rows(digits, slice(600, None)))
    return ["--data", str(folder / "*.idx"), "--test-data", str(test), "--drawn", "50", "--quiet"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory, data) -> bytes:
    """The model that comes of them without a cluster."""
    return trained(tmp_path_factory.mktemp("plain"), *data, "--epochs", "6")


def trained(folder: Path, *flags: str, status: int = 0) -> bytes:
    assert train.main(["--output", str(folder), *flags]) == status
    return (folder / "model.npz").read_bytes() if status == 0 else b""


def address(workers) -> str:
    return workers.client.scheduler.address


def prepared(workers, data, **given):
    files = sorted(map(str, Path(data[1]).parent.glob("*.idx")))
    settings = settings_of("default", data=files, test_data=[data[3]], drawn=50, epochs=6, **given)
    read = partial(shards.read_file, transposed=None)
    sources, test = shards.of_files(settings, read, read)
    where = workers.open if workers else shards.open_here
    return recipe.prepare(settings, sources, test, open_sources=where)


def test_workers_train_the_same_model_bit_for_bit(workers, data, plain, tmp_path, capsys):
    flags = [*data[:-1], "--epochs", "6", "--cluster", address(workers)]
    assert trained(tmp_path / "two", *flags) == plain
    assert capsys.readouterr().out.startswith("dashboard: http://127.0.0.1:")


def test_workers_that_are_killed_change_not_a_bit(workers, data):
    models = []
    for there in (None, workers):
        run = prepared(there, data)
        for number, _ in enumerate(recipe.epochs(run)):
            if there and number < 3:
                processes = [one.process.process for one in there.cluster.workers.values()]
                alive = [process for process in processes if process and process.is_alive()]
                os.kill(alive[number % len(alive)].pid, signal.SIGKILL)
        reader = recipe.classifier_of(run)
        models.append((run.network.theta.tobytes(), reader.doubt.limit))
    assert models[0] == models[1]


def test_ctrl_c_ends_the_epoch_and_the_run_goes_on_without_a_cluster(data, plain, tmp_path):
    flags = [*data, "--output", str(tmp_path), "--optimizer", "rprop", "--checkpoint-every", "1"]
    script = [sys.executable, str(ROOT / "scripts" / "train.py")]
    with subprocess.Popen(
        [*script, *flags, "--epochs", "100000", "--cluster", "local:2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            while not (tmp_path / "checkpoint.npz").exists():
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers hear of it too
            printed, error = process.communicate(timeout=120)
        finally:
            if process.poll() is None:  # or it would go on beside the other tests
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130 and printed.startswith("test accuracy: ")
    assert "interrupted after epoch" in error and error.count("\n") == 1
    done = len((tmp_path / "history.csv").read_text().splitlines()) - 1
    resumed = trained(tmp_path, "--resume", "--epochs", str(done + 1), "--quiet")
    whole = trained(tmp_path / "whole", *data, "--optimizer", "rprop", "--epochs", str(done + 1))
    assert resumed == whole


@pytest.fixture
def started(tmp_path):
    """Starts a scheduler or a worker as a process of its own, in a directory of its own."""
    processes = []

    def start(kind: str, *flags: str) -> subprocess.Popen:
        (tmp_path / f"{kind}{len(processes)}").mkdir()
        command = [*DASK[:-1], DASK[-1] + kind, "--scheduler-file", str(tmp_path / "scheduler")]
        process = subprocess.Popen(
            [*command, "--dashboard-address", "127.0.0.1:0", *flags],
            cwd=tmp_path / f"{kind}{len(processes)}", env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def started_worker(started, there: str) -> subprocess.Popen:
    """A worker that has found the scheduler."""
    process = started("worker", "--no-nanny", "--nthreads", "1")
    with Cluster(there) as waiting:
        waiting.workers()
    return process


def test_a_run_whose_workers_or_scheduler_are_lost_goes_on_where_it_was(
    started, data, plain, tmp_path, monkeypatch, capsys
):
    impatient = partialmethod(Cluster.__init__, patience=3)
    scheduler = started("scheduler", "--host", "127.0.0.1", "--port", "0")
    while not (tmp_path / "scheduler").exists():
        time.sleep(0.05)
    there = json.loads((tmp_path / "scheduler").read_text())["address"]
    flags = ["--quiet", "--checkpoint-every", "2", "--cluster", there]
    lost, save = [], run_checkpoint.save

    def save_and_lose(path, run):
        save(path, run)
        for process in lost:
            process.kill()
            process.wait()

    monkeypatch.setattr(run_checkpoint, "save", save_and_lose)
    lost.append(started_worker(started, there))
    monkeypatch.setattr(Cluster, "__init__", impatient)
    assert trained(tmp_path / "run", *data, "--epochs", "6", *flags, status=1) == b""
    told = f"no worker is left at {there}, expected one or more; go on with --resume --output"
    assert told in (error := capsys.readouterr().err) and error.count("\n") == 1

    monkeypatch.undo()
    started_worker(started, there)
    lost[:] = [scheduler]
    monkeypatch.setattr(run_checkpoint, "save", save_and_lose)
    monkeypatch.setattr(Cluster, "__init__", impatient)
    trained(tmp_path / "run", "--resume", *flags, status=1)
    told = f"the scheduler at {there} is gone, expected it to stay; go on with --resume --output"
    assert told in (error := capsys.readouterr().err) and error.count("\n") == 1
    lost.clear()
    assert trained(tmp_path / "run", "--resume", "--quiet") == plain


def test_a_worker_of_another_version_is_refused_by_name(workers, data, monkeypatch):
    monkeypatch.setattr(cluster, "digits_and_numpy", lambda: ("digits 0.9", "NumPy 1.0"))
    with pytest.raises(InputError) as refused:
        prepared(workers, data)
    assert str(refused.value).startswith("the worker tcp://127.0.0.1:")
    assert str(refused.value).endswith("expected digits 0.9 and NumPy 1.0 as here")


def test_what_workers_cannot_see_is_told(workers):
    read = partial(shards.read_head, shards.read_file, "/no/such.idx", None)
    with pytest.raises(Unreachable, match=r"a worker at local:2 cannot see /no/such.idx, expected"):
        workers.open([shards.Source(0, settings_of(), read)], canonical)


def test_rows_of_a_run_before_the_last_are_refused(workers, data):
    before = prepared(workers, data)
    prepared(workers, data)
    with pytest.raises(InputError, match="local:2 has opened other rows since, expected one run"):
        before.rows.total(rows_given)


def test_a_shard_of_one_row_gives_the_same_bits_on_a_worker(workers, tmp_path, digits):
    names = [tmp_path / f"{i}.csv" for i in range(2)]
    for name, rows in zip(names, (slice(7), slice(7, 8)), strict=True):
        part = take_rows(digits, rows)
        write_csv(name, np.column_stack([part.labels, part.images]), None)
    files = {"data": list(map(str, names)), "test_data": [str(names[0])], "drawn": 0}
    thetas = []
    for there in (None, workers):
        settings = settings_of("default", optimizer="adam", epochs=3, hidden=(64, 32), **files)
        sources, test = shards.of_files(settings, shards.read_file, shards.read_file)
        where = there.open if there else shards.open_here
        run = recipe.prepare(settings, sources, test, open_sources=where)
        list(recipe.epochs(run))
        thetas.append(run.network.theta.tobytes())
    assert thetas[0] == thetas[1]


def test_mini_batches_are_not_drawn_from_rows_that_lie_elsewhere(workers, data):
    run = prepared(workers, data)
    with pytest.raises(InputError, match=r"mini-batches of 64 rows cannot be drawn .* full batch"):
        list(train_network(run.network, run.rows, run.optimizer, 1, batch_size=64))


def test_a_damaged_shard_is_told_by_its_name(workers, data, tmp_path, digits, capsys):
    path = write_idx(tmp_path / "a.idx", digits, "a.labels")
    path.write_bytes(path.read_bytes()[:-1])
    flags = ["--data", str(path), *data[2:], "--cluster", address(workers)]
    trained(tmp_path / "out", *flags, status=1)
    error = capsys.readouterr().err
    assert "a.idx is cut off after 699 of its 700 images" in error and error.count("\n") == 1


def test_where_nobody_answers_is_told(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Cluster, "__init__", partialmethod(Cluster.__init__, patience=0.1))
    trained(tmp_path, *data, "--cluster", "tcp://127.0.0.1:9", status=1)
    error = capsys.readouterr().err
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in error and error.count("\n") == 1


def test_a_run_of_one_file_goes_on_wherever_it_is_resumed(run, workers):
    _, whole = run("--epochs", 3, "--optimizer", "rprop", "--quiet", folder="whole")
    run("--epochs", 1, "--optimizer", "rprop", "--quiet", folder="parts")
    where = "--cluster", address(workers)
    _, parts = run("--resume", "--epochs", 2, "--quiet", *where, folder="parts")
    run("--resume", "--epochs", 3, "--quiet", folder="parts")
    assert (parts / "model.npz").read_bytes() == (whole / "model.npz").read_bytes()


def test_shards_stay_where_they_are_unless_that_is_more_than_a_share():
    rows = {0: 10, 1: 10, 2: 10, 3: 5}
    first = placed(rows, ["a", "b"], {})
    assert sorted(first.values()) == ["a", "a", "b", "b"]
    assert placed(rows, ["a", "b"], first) == first
    assert set(placed(rows, ["b"], first).values()) == {"b"}
    alone = dict.fromkeys(rows, "b")
    joined = placed(rows, ["b", "c"], alone)
    assert sorted(joined.values()) == ["b", "b", "c", "c"]


def test_shards_are_not_sent_from_worker_to_worker():
    held = Held({}, canonical)
    held.shards[0] = shards.Shard([], "")
    assert pickle.loads(pickle.dumps(held)).shards == {}


def test_without_dask_a_sentence_says_how_to_install_it(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(terminal, "find_spec", lambda module: None)
    trained(tmp_path, *data, "--cluster", "local:2", status=1)
    assert "dask[distributed] is not installed; python -m pip install" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["local:0", "local", "host:8786", "2"])
def test_what_is_no_cluster_is_wrong_usage(data, wrong, capsys):
    with pytest.raises(SystemExit) as stop:
        train.main([*data, "--cluster", wrong])
    assert stop.value.code == 2
    assert f"{wrong} is neither local:N nor like tcp://host:8786" in capsys.readouterr().err
