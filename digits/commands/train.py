"""Train the digit network on digits; leave a model, curves and a confusion matrix.

Digits come as a CSV, as MNIST's IDX files, as mnist.npz, or as a folder of pictures with
sub-folders 0 to 9.

examples:
    digits train
    digits train --data train.csv --output models/mine --seed 1
    digits train --optimizer lbfgs
    digits train --data train-images-idx3-ubyte.gz --test-data t10k-images-idx3-ubyte.gz
    digits train --data mnist.npz my_digits/
    digits train --resume
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digits import dataset, formats
from digits.commands import data_paths, progress, terminal
from digits.errors import InputError
from digits.network import OPTIMIZERS
from digits.network.metrics import percent
from digits.parallel import Progress
from digits.places import LATEST
from digits.reader import Settings, recipe, run_checkpoint, settings_of
from digits.reader.evaluation import evaluate, metrics_of
from digits.reader.settings import PRESETS, checked_settings, plain, without_paths
from digits.start import INTERRUPTED

# Flags that give a setting of the run; the others are about this command.
SETTINGS = (
    "transposed", "train_rows", "epochs", "optimizer", "learning_rate", "momentum", "l2", "hidden",
    "drawn", "seed",
)  # fmt: skip
CHECKPOINT = "checkpoint.npz"
# A resumed run may be prolonged, and its data may have moved or be in another format, as long as
# they are the same digits; all else stays as it was.
FREE_ON_RESUME = ("data", "test_data", "transposed", "epochs")


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    checkpoint = options.output / CHECKPOINT
    settings = resumed_settings(checkpoint, options) if options.resume else new_settings(options)
    with terminal.owned(options.output):
        return train(settings, options)


def train(settings: Settings, options: argparse.Namespace) -> int:
    """Train, and leave the results in a directory that is ours; the exit status."""
    output: Path = options.output
    checkpoint = output / CHECKPOINT
    with progress.work(options.quiet) as told:
        rows, test = read_data(settings, told, options.quiet)
        run = recipe.prepare(settings, rows, test, progress=told)
    if options.resume:
        run_checkpoint.restore(checkpoint, run)
        if len(run.history) > settings.epochs:
            raise terminal.UsageError(
                f"{checkpoint} is at epoch {len(run.history):,}, expected --epochs to be no less"
            )
    elif checkpoint.exists():
        checkpoint.replace(output / "checkpoint.old.npz")
    data_paths.keep(output, settings)
    train_rows = len(rows.images)
    del rows  # of a million, they would take 800 MB from here on
    if not options.quiet:
        drawn = f" and {settings.drawn:,} drawn digits" if settings.drawn else ""
        print(f"{train_rows:,} training rows{drawn}, {len(test.images):,} test rows")
        print(run.network.summary(), flush=True)

    total, done = settings.epochs, len(run.history)
    with progress.stop_on_ctrl_c() as stop:
        for record in progress.watched(recipe.epochs(run), total, done, options.quiet):
            if record.epoch % options.checkpoint_every == 0:
                run_checkpoint.save(checkpoint, run)
            if stop.is_set():
                break
        run_checkpoint.save(checkpoint, run)
        with progress.work(options.quiet) as told:
            accuracy = save_results(output, run, test, told)

    interrupted = len(run.history) < total
    if interrupted:
        terminal.complain(
            f"interrupted after epoch {len(run.history):,} of {total:,};"
            f" go on with --resume --output {output}"
        )
    if not options.quiet:
        print(f"model, figures and numbers are in {output}")
    print(f"test accuracy: {percent(accuracy)}")
    return INTERRUPTED if interrupted else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The flags; what was not given is None."""
    parser = terminal.command_parser("train", __doc__)
    add, whole, number = parser.add_argument, terminal.whole_number, terminal.number
    add(
        "--data",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="digits (default: the bundled ones of a clone)",
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
    add("--quiet", action="store_true", help="print the test accuracy only")
    options = parser.parse_args(argv)
    if options.momentum is not None and options.momentum >= 1:
        parser.error(f"argument --momentum: {options.momentum} is not below 1")
    return options


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that flags gave."""
    values = {name: getattr(options, name) for name in SETTINGS}
    preset = PRESETS.get(options.preset or "default", {})
    if options.no_canonical and "preprocessing" not in preset:
        values["preprocessing"] = "as is"
    for name in ("data", "test_data"):
        if paths := getattr(options, name):
            values[name] = [str(path.resolve()) for path in paths]
    return {name: plain(value) for name, value in values.items() if value is not None}


def new_settings(options: argparse.Namespace) -> Settings:
    """Settings of a run that starts from the beginning."""
    preset = options.preset or "default"
    data = [str(path) for path in terminal.digits_given(options.data)]
    try:
        return settings_of(preset, **{"data": data, **given_settings(options)})
    except InputError as error:  # a flag gave it
        raise terminal.UsageError(str(error)) from None


def resumed_settings(checkpoint: Path, options: argparse.Namespace) -> Settings:
    """Settings of the interrupted run; flags may repeat them but not change them."""
    settings = data_paths.found(checkpoint.parent, run_checkpoint.settings_in(checkpoint))
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


def read_data(
    settings: Settings, told: Progress, quiet: bool
) -> tuple[dataset.Digits, dataset.Digits]:
    """Training and test rows: the first and the last of the data, or from files of their own."""

    def read(names: Sequence[str], use: str) -> dataset.Digits:
        if not quiet:
            print(terminal.one_line(f"reading {', '.join(names)}"), flush=True)
        paths = [Path(name) for name in names]
        terminal.tell_of_pipes(paths)
        return formats.read_labelled(paths, settings.transposed, use, told)

    if not settings.data:
        raise terminal.UsageError("the checkpoint does not tell of its data, expected --data FILE")
    digits = read(settings.data, "to learn from")
    if not settings.test_data:
        return dataset.split(digits, settings.train_rows)
    rows = dataset.head(digits, settings.train_rows)
    return rows, read(settings.test_data, "to compare with")


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
