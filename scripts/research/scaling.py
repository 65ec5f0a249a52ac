"""Measure what an epoch on a cluster is made of, and what follows for more workers; draw both.

examples:
    python scripts/research scaling --output docs/images/scaling.png
    python scripts/research scaling --output a.png --measured 1020000 2 1.04 --measured 60000 1 0.1

An epoch of N rows on W workers of one core each takes

    N row / W  +  W (task + bytes / BANDWIDTH + add)

where `row` is the gradient of a row, `task` what Dask needs to hand out a task and take its result,
`bytes` what travels, and `add` the addition of one sum. Each of these is measured here, in seconds
of a processor and as the least of several tries, so that what else this machine does matters
little; the network is assumed. `row` is then fitted to epochs that were measured, where these are
given: cores that share their memory, or are two halves of one, are slower together than alone.
With a tree, sums are added by workers, FAN_IN at a time, and only
theta still goes to each of them from one place.
"""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import peers
from cluster import on_the_way
from digits import plots
from digits.commands import terminal
from digits.network.rows import added
from digits.network.training import slice_gradient
from digits.parallel import one_blas_thread
from digits.reader.classifier import new_network

ROWS, WORKERS = 10**9, (1, 2, 16, 128, 1024)
BANDWIDTH = 125e6  # bytes a second: a network of 1 Gbit/s
FAN_IN = 8
FEW, MANY = 2, 34  # tasks, whose difference tells what one of them takes


class Measured(NamedTuple):
    """An epoch of so many rows on so many workers, as `research cluster` measures it."""

    rows: float
    workers: float
    seconds: float


class Costs(NamedTuple):
    """What an epoch is made of, in seconds and bytes."""

    row: float
    task: float
    add: float
    there: int
    back: int

    def flat(self, rows: float, workers: float) -> float:
        """Every sum comes back to one process."""
        travel = (self.there + self.back) / BANDWIDTH
        return rows * self.row / workers + workers * (self.task + travel + self.add)

    def tree(self, rows: float, workers: int) -> float:
        """Workers add up the sums of FAN_IN others, level by level."""
        levels = math.ceil(math.log(workers, FAN_IN)) if workers > 1 else 0
        level = self.task + FAN_IN * (self.back / BANDWIDTH + self.add)
        handed_out = workers * (self.task + self.there / BANDWIDTH)
        return rows * self.row / workers + handed_out + levels * level


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="a figure")
    parser.add_argument(
        "--measured", type=terminal.number, nargs=3, action="append", default=[],
        metavar=("ROWS", "WORKERS", "SECONDS"), help="an epoch to fit to; may be given often",
    )  # fmt: skip
    options = parser.parse_args(argv)
    terminal.require("distributed", "dask[distributed]")
    epochs = [Measured(*given) for given in options.measured]
    costs = measured()
    print(peers.machine())
    if epochs:
        print(f"a row, on a core alone {1e6 * costs.row:.2f} µs")
        costs = fitted(costs, epochs)
    for epoch in epochs:
        told = costs.flat(epoch.rows, epoch.workers)
        print(f"{epoch.rows:12,.0f} rows, {epoch.workers:.0f} workers: measured"
              f" {epoch.seconds:.3f} s, by the model {told:.3f} s")  # fmt: skip
    print(f"a row {1e6 * costs.row:.2f} µs, a task {1e3 * costs.task:.2f} ms,"
          f" a sum {1e6 * costs.add:.0f} µs; to a worker {costs.there:,} bytes,"
          f" back {costs.back:,}")  # fmt: skip
    print(f"{'workers':>8}{'flat, s':>10}{'of it rows':>12}{'tree, s':>10}")
    for workers in WORKERS:
        flat, tree = costs.flat(ROWS, workers), costs.tree(ROWS, workers)
        share = ROWS * costs.row / workers / flat
        print(f"{workers:8,}{flat:10.2f}{100 * share:10.0f} %{tree:10.2f}")
    draw(costs, epochs, options.output)
    return 0


def measured() -> Costs:
    from digits.cluster import Cluster, Job

    network = new_network(np.random.default_rng(0))
    rows = peers.training_rows()
    laid_out = network.rows(*rows[:2])
    slices = laid_out.shards[0]
    with one_blas_thread:
        epoch = least(lambda: [slice_gradient(network, part) for part in slices], 10)
    sums = added([(0.0, 0.0, np.zeros_like(network.theta))])
    with Cluster("local:2") as cluster:
        cluster.run = "scaling"
        workers, function = cluster.workers(), partial(slice_gradient, network)

        def tasks(count: int) -> None:
            jobs = [Job(echo, (function, sums), workers[i % 2]) for i in range(count)]
            list(cluster.results(jobs))

        few, many = (least(partial(tasks, count), 10) for count in (FEW, MANY))
    add = least(lambda: added([sums] * 1001), 5) / 1000
    return Costs(epoch / laid_out.count, (many - few) / (MANY - FEW), add, *on_the_way())


def fitted(costs: Costs, epochs: Sequence[Measured]) -> Costs:
    """The costs with that of a row which makes the relative errors of the epochs least."""
    rows, workers, seconds = np.array(epochs).T
    per_row, rest = rows / workers / seconds, costs._replace(row=0).flat(0, workers) / seconds
    return costs._replace(row=float(per_row @ (1 - rest) / (per_row @ per_row)))


def echo(held: object, given: tuple[object, object]) -> object:
    return given[1]


def least(run: Callable[[], object], tries: int) -> float:
    """Seconds that this process, all its threads together, keeps a processor busy for."""
    seconds = []
    for _ in range(tries):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return min(seconds)


def draw(costs: Costs, epochs: Sequence[Measured], path: Path) -> None:
    """Seconds an epoch by the number of workers, for several numbers of rows."""
    figure = plots.new_figure(7, 4.4)
    axes = figure.subplots()
    workers = [2**power for power in range(13)]
    for number, power in enumerate((6, 7, 8, 9)):
        colour = f"C{number}"
        flat, tree = ([way(10**power, count) for count in workers]
                      for way in (costs.flat, costs.tree))  # fmt: skip
        axes.loglog(workers, flat, color=colour, label=f"{10**power:,} rows")
        axes.loglog(workers, tree, color=colour, linestyle=":")
    for epoch in epochs:
        axes.plot(epoch.workers, epoch.seconds, "kx")
    title = "Dotted: as a tree" + bool(epochs) * "; crosses: measured"
    axes.set(xlabel="workers of one core", ylabel="seconds an epoch", title=title)
    axes.legend(loc="upper right")
    plots.save(figure, path)


if __name__ == "__main__":
    raise SystemExit(main())
