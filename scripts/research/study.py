"""Train every setting of the study, each with several seeds, and print the table of results.

A setting is chosen on validation rows (the last 10,000 of the 60,000 official training rows, after
training on the 50,000 before them) and only then trained on all 60,000 and tested. The setting
`blog` has its own split: 30,000 rows, and all that follow. Finished runs are kept in FILE and not
repeated, so a study can be interrupted and continued.

examples:
    python scripts/research study --split validation --seeds 0 1 2
    python scripts/research study --split test --only default rprop best
    python scripts/research study --table
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from digits.commands import progress, terminal
from digits.dataset import Digits, known_labels, take_rows
from digits.formats import read as read_digits
from digits.network import Epoch
from digits.parallel import silent
from digits.places import BUNDLED_DIGITS
from digits.preprocessing.canonical import canonical
from digits.reader import recipe, settings_of
from digits.reader.shards import Source, drawn_sources, in_memory, of_digits, open_here
from processes import SCRIPTS

RPROP, LBFGS = {"optimizer": "rprop"}, {"optimizer": "lbfgs"}
# Ingredients are left out one at a time from the two rows of 200 epochs, without anything added.
ALONE_200 = {"epochs": 200, "drawn": 0, "copies": []}
DESCENT_200, RPROP_200 = {**ALONE_200, "learning_rate": 3.0}, {**ALONE_200, **RPROP}
# name: (preset, settings over it)
STUDY: dict[str, tuple[str, dict[str, Any]]] = {
    "default": ("default", {}),
    "default, nothing drawn": ("default", {"drawn": 0}),
    "default, 60,000 drawn": ("default", {"drawn": 60_000}),
    "default, drawn digits count twice": ("default", {}),
    "default, of 36,000 drawn the hardest": ("default", {"drawn": 36_000}),
    "default, drawn anew every 20 epochs": ("default", {}),
    "default, 200 epochs": ("default", DESCENT_200),
    "default, not centred": ("default", {**DESCENT_200, "centred": False}),
    "default, no L2": ("default", {**DESCENT_200, "l2": 0.0}),
    "adam, 200 epochs": ("default", {**ALONE_200, "optimizer": "adam"}),
    "rprop": ("default", RPROP),
    "rprop, no copy": ("default", {**RPROP, "copies": []}),
    "rprop, copy and drawn anew every 20 epochs": ("default", RPROP),
    "rprop, 200 epochs": ("default", RPROP_200),
    "rprop, no pose": ("default", {**RPROP_200, "preprocessing": "as is"}),
    "rprop, centre of mass only": ("default", RPROP_200),
    "rprop, no shear": ("default", RPROP_200),
    "rprop, no spread": ("default", RPROP_200),
    "rprop, pens as they are": ("default", RPROP_200),
    "rprop, not centred": ("default", {**RPROP_200, "centred": False}),
    "rprop, no L2": ("default", {**RPROP_200, "l2": 0.0}),
    "lbfgs": ("default", LBFGS),
    "lbfgs, no copy, 160 epochs": ("default", {**LBFGS, "copies": [], "epochs": 160}),
    "lbfgs, no copy, not centred": (
        "default",
        {**LBFGS, "copies": [], "epochs": 160, "centred": False},
    ),
    "best": ("best", {}),
    "best, nothing reshaped": ("best", {"reshaped": 0}),
    "best, nothing drawn": ("best", {"drawn": 0}),
    "best, no copies": ("best", {"copies": []}),
    "best, rprop": ("best", RPROP),
    "blog": ("blog", {}),
}
# Poses that leave a part out.
PREPROCESS = {
    "rprop, centre of mass only": partial(canonical, shear=False, spread=False, pen=False),
    "rprop, no shear": partial(canonical, shear=False),
    "rprop, no spread": partial(canonical, spread=False),
    "rprop, pens as they are": partial(canonical, pen=False),
}


def counted_twice(run: recipe.Run, sources: Sequence[Source], test: Digits) -> Iterator[Epoch]:
    """What is drawn weighs as much as if there were two of each."""
    rows, _ = open_here([*sources, sources[-1]], canonical)
    return recipe.epochs(run._replace(rows=rows))


def hardest(run: recipe.Run, sources: Sequence[Source], test: Digits) -> Iterator[Epoch]:
    """Of what is drawn only the quarter that a reader without any finds the least probable."""
    *given, last = sources
    untaught = recipe.prepare(run.settings, given, test)
    for _ in recipe.epochs(untaught):
        pass
    drawn = last.read(silent)
    told = untaught.network.probabilities(canonical(drawn.images))
    of_label = told[np.arange(len(told)), drawn.labels]
    kept = np.sort(np.argsort(of_label)[: len(told) // 4])
    least = Digits(drawn.images[kept], known_labels(drawn)[kept])
    rows, _ = open_here([*given, last._replace(read=partial(in_memory, least))], canonical)
    return recipe.epochs(run._replace(rows=rows))


def anew(
    run: recipe.Run, sources: Sequence[Source], test: Digits, every: int = 20
) -> Iterator[Epoch]:
    """Copies and drawn digits are made anew every few epochs."""
    given = sources[:-1]
    for epoch in range(0, run.settings.epochs, every):
        yield from islice(recipe.epochs(run), every)
        number = len(sources) * (1 + epoch)  # another one gives other random numbers
        others = [source._replace(number=number + source.number) for source in given]
        others += drawn_sources(run.settings, number + len(given))
        run = run._replace(rows=open_here(others, canonical)[0])


# What is learned from, where it is not what the settings say.
EPOCHS: dict[str, Callable[[recipe.Run, Sequence[Source], Digits], Iterator[Epoch]]] = {
    "default, drawn digits count twice": counted_twice,
    "default, of 36,000 drawn the hardest": hardest,
    "default, drawn anew every 20 epochs": anew,
    "rprop, copy and drawn anew every 20 epochs": anew,
}
FIELDS = ("setting", "split", "seed", "accuracy", "train_accuracy", "epochs", "seconds")
RESULTS = SCRIPTS.parent / "docs" / "study.csv"


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if not options.table:
        done = {(row["setting"], row["split"], row["seed"]) for row in read(options.results)}
        digits = read_digits(BUNDLED_DIGITS)
        for name in options.only or STUDY:
            for seed in options.seeds:
                if (name, options.split, str(seed)) not in done:
                    append(options.results, measure(digits, name, options.split, seed))
    print(table(read(options.results)))
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.parser(__doc__)
    add = parser.add_argument
    add("--split", choices=("validation", "test"), default="validation", help="rows to score on")
    add("--only", nargs="+", choices=STUDY, metavar="SETTING", help=f"of: {'; '.join(STUDY)}")
    add("--seeds", type=terminal.whole_from_0, nargs="+", default=range(5), help="default: 0 to 4")
    add("--results", type=Path, metavar="FILE", default=RESULTS, help="finished runs (CSV)")
    add("--table", action="store_true", help="train nothing, print the table of finished runs")
    return parser.parse_args(argv)


def measure(digits: Digits, name: str, split: str, seed: int) -> dict[str, Any]:
    """Train one setting with one seed; its accuracy on the rows of the split."""
    preset, changes = STUDY[name]
    settings = settings_of(preset, **changes, seed=seed)
    last = 60_000 if split == "validation" else 70_000
    first = settings.train_rows or last - 10_000
    rows, scored = (take_rows(digits, part) for part in (slice(first), slice(first, last)))
    print(f"{name}, {split}, seed {seed}", file=sys.stderr, flush=True)
    sources = of_digits(settings, rows)
    run = recipe.prepare(settings, sources, scored, preprocess=PREPROCESS.get(name))
    quiet = not sys.stderr.isatty()
    trained = EPOCHS[name](run, sources, scored) if name in EPOCHS else recipe.epochs(run)
    for _ in progress.watched(trained, settings.epochs, 0, quiet):
        pass
    return {
        "setting": name,
        "split": split,
        "seed": seed,
        "accuracy": run.history[-1].validation_accuracy,
        "train_accuracy": round(run.history[-1].accuracy, 6),
        "epochs": settings.epochs,
        "seconds": round(sum(record.seconds for record in run.history), 1),
    }


def read(path: Path) -> list[dict[str, str]]:
    """The finished runs."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def append(path: Path, result: dict[str, Any]) -> None:
    """Add a finished run."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if new:
            writer.writeheader()
        writer.writerow(result)


def table(results: list[dict[str, str]]) -> str:
    """Mean ± standard deviation of each setting, as a Markdown table."""
    lines = [
        "| setting | epochs | validation (%) | seeds | test (%) | seeds | seconds |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in STUDY:
        runs = [row for row in results if row["setting"] == name]
        if not runs:
            continue
        cells = [name, runs[-1]["epochs"]]
        for split in ("validation", "test"):
            found = [100 * float(row["accuracy"]) for row in runs if row["split"] == split]
            spread = f" ± {np.std(found, ddof=1):.2f}" if len(found) > 1 else ""
            cells += [f"{np.mean(found):.2f}{spread}" if found else "–", str(len(found))]
        cells.append(f"{np.median([float(row['seconds']) for row in runs]):.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
