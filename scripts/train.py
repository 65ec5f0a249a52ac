#!/usr/bin/env python3
"""Train the digit network on digits; leave a model, curves and a confusion matrix.

Digits come as a CSV, as MNIST's IDX files, as mnist.npz, or as a folder of pictures with
sub-folders 0 to 9; data/README.md says more.

examples:
    python scripts/train.py
    python scripts/train.py --data train.csv --output models/mine --seed 1
    python scripts/train.py --data train-images-idx3-ubyte.gz --test-data t10k-images-idx3-ubyte.gz
    python scripts/train.py --data mnist.npz my_digits/
    python scripts/train.py --resume
"""

import project

import argparse
from collections.abc import Sequence
from pathlib import Path

import recipe
import report
import resume
from digits import dataset, sources
from progress import shown, stop_on_ctrl_c

# Flags that give a setting of the run; the others are about this command.
SETTINGS = (
    "transposed", "train_rows", "epochs", "optimizer", "learning_rate", "momentum", "l2", "seed",
)  # fmt: skip
# A resumed run may be prolonged, and its data may have moved or be in another format, as long as
# they are the same digits; all else stays as it was.
FREE_ON_RESUME = ("data", "test_data", "transposed", "epochs")


@project.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    output: Path = options.output
    checkpoint = output / "checkpoint.npz"
    settings = resumed_settings(checkpoint, options) if options.resume else new_settings(options)
    if options.momentum is not None and settings["optimizer"] != "gd":
        raise project.UsageError(f"--momentum goes with gd, not with {settings['optimizer']}")
    rows, test = read_data(settings)
    project.make_directory(output)
    run = recipe.prepare(settings, rows, test)
    if options.resume:
        resume.restore(checkpoint, run)
        if len(run.history) > settings["epochs"]:
            raise project.UsageError(
                f"{checkpoint} is at epoch {len(run.history)}, expected --epochs to be no less"
            )
    elif checkpoint.exists():
        checkpoint.replace(output / "checkpoint.old.npz")
    train_rows = len(rows.images)
    del rows  # of a million, they would take 800 MB from here on
    if not options.quiet:
        print(f"{train_rows:,} training rows, {len(test.images):,} test rows")
        print(run.network.summary(), flush=True)

    total, done = settings["epochs"], len(run.history)
    with stop_on_ctrl_c() as stop:
        for record in shown(recipe.epochs(run), total, done, options.quiet):
            if record.epoch % options.checkpoint_every == 0:
                resume.save(checkpoint, run)
            if stop.is_set():
                break
        resume.save(checkpoint, run)
        accuracy = save_results(output, run, test)

    interrupted = len(run.history) < total
    if interrupted:
        project.complain(
            f"interrupted after epoch {len(run.history)} of {total};"
            f" go on with --resume --output {output}"
        )
    if not options.quiet:
        print(f"model, figures and numbers are in {output}")
    print(f"test accuracy: {100 * accuracy:.2f} %")
    return project.INTERRUPTED if interrupted else 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The flags; what was not given is None."""
    parser = project.parser(__doc__)
    add, whole = parser.add_argument, project.whole_number
    add("--data", type=Path, nargs="+", metavar="FILE", help="digits (default: the bundled ones)")
    add("--test-data", type=Path, nargs="+", metavar="FILE",
        help="digits to test on (default: the rows of --data after the training rows)")  # fmt: skip
    project.add_transposed(parser)
    add("--train-rows", type=whole, metavar="N",
        help="rows to train on (default: 6 of 7, or all with --test-data)")  # fmt: skip
    add("--preset", choices=recipe.PRESETS, help="settings that belong together")
    add("--epochs", type=whole, metavar="N", help="passes over the training rows")
    add("--optimizer", choices=recipe.OPTIMIZERS, help="how steps are taken")
    add("--learning-rate", type=number, metavar="R", help="size of the steps")
    add("--momentum", type=number, metavar="M", help="below 1; 0 for plain descent")
    add("--l2", type=number, metavar="R", help="penalty on the squared weights")
    add("--seed", type=project.seed, metavar="N", help="of everything random (default: 0)")
    add("--output", type=Path, metavar="DIR", default=project.LATEST, help="for the results")
    add("--no-canonical", action="store_true", help="leave the digits in the pose they have")
    add("--resume", action="store_true", help="go on from DIR's checkpoint")
    add("--checkpoint-every", type=whole, metavar="N", default=25, help="epochs (default: 25)")
    add("--quiet", action="store_true", help="print the test accuracy only")
    options = parser.parse_args(argv)
    if options.momentum is not None and options.momentum >= 1:
        parser.error(f"argument --momentum: {options.momentum} is not below 1")
    return options


def number(text: str) -> float:
    """A flag's value: a finite number, 0 or more."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return value


def given_settings(options: argparse.Namespace) -> recipe.Settings:
    """The settings that flags gave."""
    values = {name: getattr(options, name) for name in SETTINGS}
    preset = recipe.PRESETS[options.preset or "default"]
    if options.no_canonical and preset["treatment"] == "canonical":
        values["treatment"] = "as is"
    for name in ("data", "test_data"):
        if paths := getattr(options, name):
            values[name] = [str(path.resolve()) for path in paths]
    return {name: value for name, value in values.items() if value is not None}


def new_settings(options: argparse.Namespace) -> recipe.Settings:
    """Settings of a run that starts from the beginning."""
    given = {"data": [str(project.DATA)], **given_settings(options)}
    return recipe.settings_of(options.preset or "default", given)


def resumed_settings(checkpoint: Path, options: argparse.Namespace) -> recipe.Settings:
    """Settings of the interrupted run; flags may repeat them but not change them."""
    settings = resume.saved_settings(checkpoint)
    given = given_settings(options)
    if options.preset:
        given["preset"] = options.preset
    for name, value in given.items():
        if name not in FREE_ON_RESUME and value != settings.get(name):
            raise project.UsageError(
                f"--resume goes on with {name} {settings.get(name)}, so {name} {value} cannot be"
            )
    return {**settings, **given}


def read_data(settings: recipe.Settings) -> tuple[dataset.Digits, dataset.Digits]:
    """Training and test rows: the first and the last of the data, or from files of their own."""

    def read(name: str, use: str) -> dataset.Digits:
        paths = [Path(path) for path in settings[name]]
        return sources.read_labelled(paths, settings.get("transposed"), use)

    digits, train_rows = read("data", "to learn from"), settings["train_rows"]
    if not settings.get("test_data"):
        return dataset.split(digits, train_rows)
    return dataset.first(digits, train_rows), read("test_data", "to compare with")


def save_results(output: Path, run: recipe.Run, test: dataset.Digits) -> float:
    """Write model, history, figures and metrics; the test accuracy."""
    classifier = recipe.classifier_of(run)
    classifier.save(output / "model.npz")
    metrics, probabilities = report.evaluate(classifier, test)
    report.write_history(output / "history.csv", run.history)
    report.draw_history(output, run.history)
    report.draw_evaluation(output, metrics, test, probabilities)
    report.write_metrics(
        output / "metrics.json",
        {
            **metrics,
            "epochs": len(run.history),
            "seconds": sum(record.seconds for record in run.history),
            "seed": run.settings["seed"],
            "preset": run.settings["preset"],
            "settings": run.settings,
        },
    )
    return metrics["test_accuracy"]


if __name__ == "__main__":
    raise SystemExit(main())
