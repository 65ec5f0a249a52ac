"""Train the digit network on digits; leave a model, curves and a confusion matrix.

Digits come as a CSV, as MNIST's IDX files, as mnist.npz, or as a folder of pictures with
sub-folders 0 to 9.

examples:
    digits train
    digits train --data train.csv --output models/mine --seed 1
    digits train --optimizer lbfgs
    digits train --data train-images-idx3-ubyte.gz --test-data t10k-images-idx3-ubyte.gz
    digits train --data mnist.npz my_digits/
    digits train --data 'shards/*.idx' --test-data t10k-images-idx3-ubyte.gz
    digits train --data 'shards/*.idx' --test-data t10k-images-idx3-ubyte.gz --cluster local:2
    digits train --resume
"""

import argparse
import re
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits import dataset, formats
from digits.commands import data_paths, progress, terminal
from digits.errors import InputError, Unreachable
from digits.network import OPTIMIZERS
from digits.network.metrics import percent
from digits.network.rows import rows_given
from digits.parallel import Progress
from digits.places import LATEST
from digits.reader import Settings, recipe, run_checkpoint, settings_of, shards
from digits.reader.evaluation import evaluate, metrics_of
from digits.reader.settings import PRESETS, checked_settings, plain, without_paths
from digits.start import INTERRUPTED

if TYPE_CHECKING:
    from digits.cluster import Cluster

# Flags that give a setting of the run; the others are about this command.
SETTINGS = (
    "transposed", "train_rows", "epochs", "optimizer", "learning_rate", "momentum", "l2", "hidden",
    "drawn", "seed",
)  # fmt: skip
CHECKPOINT = "checkpoint.npz"
# A resumed run may be prolonged, and its data may have moved or be in another format, as long as
# they are the same digits; all else stays as it was.
FREE_ON_RESUME = ("data", "test_data", "transposed", "epochs")
LISTED = 4  # files that are named one by one


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    settings = resumed_settings(options) if options.resume else new_settings(options)
    if options.cluster:
        terminal.require("distributed", "dask[distributed]")
    with terminal.owned(options.output):
        return train_on_cluster(options, settings) if options.cluster else train(options, settings)


def train_on_cluster(options: argparse.Namespace, settings: Settings) -> int:
    """Train where workers hold the rows; the exit status."""
    from digits.cluster import Cluster

    with Cluster(options.cluster) as cluster:
        if not options.quiet:
            print(f"dashboard: {cluster.dashboard}", flush=True)
        return train(options, settings, cluster)


def train(options: argparse.Namespace, settings: Settings, cluster: "Cluster | None" = None) -> int:
    """From the data to what there is to look at, in a directory that is ours; the exit status."""
    output, checkpoint = options.output, options.output / CHECKPOINT
    with progress.work(options.quiet) as told:
        run, test = prepared(settings, told, options.quiet, cluster)
    if options.resume:
        run_checkpoint.restore(checkpoint, run)
        if len(run.history) > settings.epochs:
            raise terminal.UsageError(
                f"{checkpoint} is at epoch {len(run.history):,}, expected --epochs to be no less"
            )
    elif checkpoint.exists():
        checkpoint.replace(output / "checkpoint.old.npz")
    data_paths.keep(output, settings)
    if not options.quiet:
        drawn = f" and {settings.drawn:,} drawn digits" if settings.drawn else ""
        (given,) = run.rows.total(rows_given)
        print(f"{int(given):,} training rows{drawn}, {len(test.images):,} test rows")
        print(run.network.summary(), flush=True)

    total, go_on = settings.epochs, f"go on with --resume --output {output}"
    try:
        accuracy = run_to_the_end(options, run, test)
    except Unreachable as error:
        run_checkpoint.save(checkpoint, run)
        raise Unreachable(f"{error}; {go_on}") from None

    interrupted = len(run.history) < total
    if interrupted:
        terminal.complain(f"interrupted after epoch {len(run.history):,} of {total:,}; {go_on}")
    if not options.quiet:
        print(f"model, figures and numbers are in {output}")
    print(f"test accuracy: {percent(accuracy)}")
    return INTERRUPTED if interrupted else 0


def run_to_the_end(options: argparse.Namespace, run: recipe.Run, test: dataset.Digits) -> float:
    """All epochs, or those until Ctrl-C, and the files that are left; the test accuracy."""
    checkpoint, total = options.output / CHECKPOINT, run.settings.epochs
    with progress.stop_on_ctrl_c() as stop:
        records = recipe.epochs(run)
        for record in progress.watched(records, total, len(run.history), options.quiet):
            if record.epoch % options.checkpoint_every == 0:
                run_checkpoint.save(checkpoint, run)
            if stop.is_set():
                break
        run_checkpoint.save(checkpoint, run)
        with progress.work(options.quiet) as told:
            return save_results(options.output, run, test, told)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The flags; what was not given is None."""
    parser = terminal.command_parser("train", __doc__)
    add, whole, number = parser.add_argument, terminal.whole_number, terminal.number
    add(
        "--data",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="digits (default: the bundled ones of a clone); of several files each is a shard",
    )
    add("--test-data", type=Path, nargs="+", metavar="FILE",
        help="digits to test on (default: the rows of --data after the training rows)")  # fmt: skip
    terminal.add_transposed(parser)
    add("--train-rows", type=whole, metavar="N",
        help="rows to train on (default: 6 of 7, or all with --test-data)")  # fmt: skip
    add("--preset", metavar="|".join(PRESETS), help="settings that belong together")
    add("--epochs", type=whole, metavar="N", help="passes over the training rows")
    add("--optimizer", choices=OPTIMIZERS, help="how steps are taken")
    add("--learning-rate", type=number, metavar="R", help="size of the steps")
    add("--momentum", type=number, metavar="M", help="below 1; 0 for plain descent")
    add("--l2", type=number, metavar="R", help="penalty on the squared weights")
    add("--hidden", type=whole, nargs="+", metavar="N",
        help="units of each hidden layer (default: 16 16)")  # fmt: skip
    add("--drawn", type=terminal.whole_from_0, metavar="N",
        help="digits drawn to learn from as well (default: 9000)")  # fmt: skip
    add("--seed", type=terminal.whole_from_0, metavar="N", help="of everything random (default: 0)")
    add("--output", type=Path, metavar="DIR", default=LATEST,
        help="for the results (default: models/latest)")  # fmt: skip
    add("--no-canonical", action="store_true", help="leave the digits in the pose they have")
    add("--resume", action="store_true", help="go on from DIR's checkpoint")
    add("--checkpoint-every", type=whole, metavar="N", default=25, help="epochs (default: 25)")
    add("--cluster", type=cluster_address, metavar="ADDRESS|local:N",
        help="workers of a Dask scheduler, or N processes here, that hold the shards")  # fmt: skip
    add("--quiet", action="store_true", help="print the test accuracy only")
    options = parser.parse_args(argv)
    if options.momentum is not None and options.momentum >= 1:
        parser.error(f"argument --momentum: {options.momentum} is not below 1")
    return options


def cluster_address(text: str) -> str:
    """A flag's value that names a cluster."""
    if not re.fullmatch(r"local:[1-9]\d{0,3}|\w+://\S+", text):
        raise argparse.ArgumentTypeError(f"{text} is neither local:N nor like tcp://host:8786")
    return text


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that flags gave."""
    values = {name: getattr(options, name) for name in SETTINGS}
    preset = PRESETS.get(options.preset or "default", {})
    if options.no_canonical and "preprocessing" not in preset:
        values["preprocessing"] = "as is"
    for name in ("data", "test_data"):
        if paths := getattr(options, name):
            values[name] = [str(path.resolve()) for path in formats.expanded(paths)]
    return {name: plain(value) for name, value in values.items() if value is not None}


def new_settings(options: argparse.Namespace) -> Settings:
    """Settings of a run that starts from the beginning."""
    preset = options.preset or "default"
    data = [str(path) for path in terminal.digits_given(options.data)]
    given = {"data": data, **given_settings(options)}
    try:
        return settings_of(preset, **given)
    except InputError as error:  # a flag gave it
        raise terminal.UsageError(str(error)) from None


def resumed_settings(options: argparse.Namespace) -> Settings:
    """Settings of the interrupted run; flags may repeat them but not change them."""
    checkpoint = options.output / CHECKPOINT
    settings = data_paths.found(options.output, run_checkpoint.settings_in(checkpoint))
    given = given_settings(options)
    if options.preset:
        given["preset"] = options.preset
    for name, value in given.items():
        before = getattr(settings, name)
        if name not in FREE_ON_RESUME and value != before:
            raise terminal.UsageError(
                f"--resume goes on with {name} {before}, so {name} {value} cannot be"
            )
    settings = checked_settings(settings._asdict() | given)
    for name, paths in (("data", settings.data), ("test-data", settings.test_data)):
        if lost := [path for path in paths or () if not Path(path).exists()]:
            raise terminal.UsageError(f"{lost[0]} is not there, expected --{name} with its digits")
    return settings


def prepared(
    settings: Settings, told: Progress, quiet: bool, cluster: "Cluster | None"
) -> tuple[recipe.Run, dataset.Digits]:
    """The run before its first epoch, and the test rows."""
    if not settings.data:
        raise terminal.UsageError("the checkpoint does not tell of its data, expected --data FILE")
    files = [*settings.data, *(settings.test_data or ())]
    if not quiet:
        print(terminal.one_line(f"reading {listed(files)}"), flush=True)
    read = partial(shards.read_file, transposed=settings.transposed)
    read_test = partial(read, use="to compare with", progress=told)
    # Workers read for themselves, and what is read here would only be in the way.
    here = cache(partial(read, progress=told)) if cluster is None else read
    terminal.tell_of_pipes(map(Path, files))
    sources, test = shards.of_files(settings, here, read_test)
    where = shards.open_here if cluster is None else cluster.open
    return recipe.prepare(settings, sources, test, open_sources=where, progress=told), test


def listed(names: Sequence[str]) -> str:
    """The names, but for those in the middle of many."""
    if len(names) <= LISTED:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]}, {len(names)} files"


def save_results(output: Path, run: recipe.Run, test: dataset.Digits, told: Progress) -> float:
    """Write model, history, figures and metrics; the test accuracy."""
    from digits.commands import report  # matplotlib is slow to load

    told("writing the model", 0)
    classifier = recipe.classifier_of(run)
    classifier.save(output / "model.npz")
    found = evaluate(classifier, test)
    told("drawing figures", 0)
    report.write_history(output / "history.csv", run.history)
    report.draw_history(output, run.history)
    told("drawing figures", 0.5)
    report.draw_evaluation(output, found, test)
    report.write_metrics(
        output / "metrics.json",
        {
            **metrics_of(found, classifier),
            "epochs": len(run.history),
            "seconds": sum(record.seconds for record in run.history),
            "seed": run.settings.seed,
            "preset": run.settings.preset,
            "settings": without_paths(run.settings)._asdict(),
        },
    )
    return found.accuracy
