"""Draw the figures of the documents that no training is needed for.

Those of docs/how-it-works.md, from the shipped model and the bundled digits, and drawn digits
and what is none.

examples:
    python scripts/research illustrate --output docs/images
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from check_gradients import finite_differences
from digits import plots
from digits.commands import terminal
from digits.dataset import CLASSES, PIXELS, SIDE, Digits, head
from digits.formats import read
from digits.network import Adam, Dense, GradientDescent, Network, Optimizer, Rprop
from digits.network.functions import sigmoid, sigmoid_slope
from digits.network.metrics import percent
from digits.places import BUNDLED_DIGITS, PRETRAINED
from digits.preprocessing import draw_digits, draw_outliers
from digits.preprocessing.canonical import canonical
from digits.reader import DigitClassifier, load
from digits.reader.classifier import LAYERS, new_network
from number_figure import number_figure

ROWS = 10_000  # digits that the loss surface is taken over
SEVEN = 15  # row of a slanted seven
STEPS, START, REACH = 60, (6.0, 4.0), 8  # on the loss surface, around the trained weights
OUTPUT = 7  # the weights of which
DRAWN = 20  # digits of each kind
PATHS: list[dict[str, Optimizer]] = [
    {
        "rate 5": GradientDescent(5),
        "rate 40": GradientDescent(40),
        "rate 400": GradientDescent(400),
    },
    {
        "momentum 0.9, rate 10": GradientDescent(10, 0.9, nesterov=True),
        "Adam, rate 1": Adam(1.0),
        "Rprop": Rprop(0.3),
    },
]


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    parser.add_argument("--output", type=Path, metavar="DIR", required=True, help="for the figures")
    options = parser.parse_args(argv)
    terminal.make_directory(options.output)
    digits = head(read(BUNDLED_DIGITS), ROWS)
    reader = load(PRETRAINED)
    for name, figure in {
        "sigmoid": sigmoid_figure(digits),
        "network": network_figure(reader.network),
        "weights": weights_figure(reader.network),
        "layers": layers_figure(reader, digits.images[SEVEN]),
        "pose": pose_figure(digits),
        "descent": descent_figure(reader, digits),
        "differences": differences_figure(reader, digits),
        "drawn": drawn_figure(),
        "outliers": outliers_figure(),
        "number": number_figure(reader, digits),
    }.items():
        plots.save(figure, options.output / f"{name}.png")
        print(options.output / f"{name}.png", flush=True)
    return 0


def sigmoid_figure(digits: Digits) -> Figure:
    """The curve and its slope; and the slopes that raw pixels and shares of 255 meet."""
    figure = plots.new_figure(10, 3.6)
    left, right = figure.subplots(1, 2)
    z = np.linspace(-8, 8, 400)
    left.plot(z, sigmoid(z), label="a = σ(z)")
    left.plot(z, sigmoid_slope(sigmoid(z)), label="slope a (1 − a)")
    left.set(xlabel="z", title="The sigmoid")
    left.legend()
    layers = [Dense(16, "sigmoid", "uniform"), *LAYERS[1:]]
    for preprocessing, name in (("raw", "pixels 0 to 255"), ("as is", "pixels 0 to 1")):
        network = new_network(np.random.default_rng(0), preprocessing, layers)
        (_, a, *_), _ = network.forward(digits.images[:1000])
        right.hist(sigmoid_slope(a).ravel(), np.linspace(0, 0.25, 26), alpha=0.7, label=name)
        lost = np.mean(sigmoid_slope(a) < 0.01)
        print(f"{name}: {percent(lost, 1)} of the slopes are below 0.01")
    right.set(xlabel="slope a (1 − a)", ylabel="neurons × digits", title="Slopes at the start")
    right.legend()
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def network_figure(network: Network) -> Figure:
    """Units as dots, and between them their weights: orange pulls up, blue pulls down."""
    figure = plots.new_figure(9, 5)
    axes = figure.subplots()
    heights = [np.linspace(1, -1, count) for count in (17, 16, 16, 10)]
    names = [f"{PIXELS} pixels", "16 sigmoids", "16 sigmoids", "10 probabilities"]
    weights = [W for W, _ in network.parameters]
    weights[0] = weights[0][20::46]  # a few pixels stand for all
    for layer, W in enumerate(weights):
        for i, j in np.ndindex(W.shape):
            strength = min(1, abs(W[i, j]) / (3 * abs(W).mean()))
            if strength < 0.45 or (layer == 0 and i == 8):
                continue
            axes.plot(
                (layer, layer + 1), (heights[layer][i], heights[layer + 1][j]), linewidth=0.8,
                color=plots.TEST if W[i, j] > 0 else plots.TRAINING, alpha=0.6 * strength,
            )  # fmt: skip
    heights[0] = np.delete(heights[0], 8)  # where three dots are
    for layer, (ys, name) in enumerate(zip(heights, names, strict=True)):
        axes.scatter(np.full(len(ys), layer), ys, s=90, color="white", edgecolors="black", zorder=2)
        axes.text(layer, 1.14, name, ha="center")
    axes.scatter([0] * 3, [-0.04, 0, 0.04], s=6, color="black")
    for layer, (W, b) in enumerate(network.parameters):
        text = f"{W.shape[0]} × {W.shape[1]} + {b.size} = {W.size + b.size:,}"
        axes.text(layer + 0.5, -1.18, text, ha="center", fontsize=9)
    for digit, y in enumerate(heights[-1]):
        axes.text(3.12, y, str(digit), va="center")
    axes.set_axis_off()
    return figure


def weights_figure(network: Network) -> Figure:
    """What each unit of the first layer looks for."""
    figure = plots.new_figure(9, 2.5)
    W, _ = network.parameters[0]
    limit = np.quantile(abs(W), 0.995)
    for number, (axes, w) in enumerate(zip(figure.subplots(2, 8).flat, W.T, strict=True), start=1):
        shown = axes.imshow(
            w.reshape(SIDE, SIDE), cmap=plots.CLASS_COLOURS, vmin=-limit, vmax=limit
        )
        axes.set(xticks=[], yticks=[])
        axes.set_title(str(number), fontsize=8, pad=2)
    figure.colorbar(shown, ax=figure.axes, label="weight")
    return figure


def layers_figure(reader: DigitClassifier, image: np.ndarray) -> Figure:
    """An image, its pose, what both hidden layers make of it, and the answer."""
    figure = plots.new_figure(12, 2.9)
    seen, posed, first, second, answer = figure.subplots(
        1, 5, gridspec_kw={"width_ratios": [1, 1, 0.7, 0.7, 1]}
    )
    posed_image = reader.preprocess(image[np.newaxis])
    (_, a1, a2, p), _ = reader.network.forward(posed_image)
    plots.digit(seen, image, "the image")
    plots.digit(posed, posed_image, "in canonical pose")
    for axes, a, title in ((first, a1, "first layer"), (second, a2, "second layer")):
        axes.barh(range(1, a.size + 1), a[0], color=plots.TRAINING)
        axes.set(xlim=(0, 1), yticks=[1, 8, 16], xlabel="a")
        axes.invert_yaxis()
        axes.set_title(title, fontsize=9)
    plots.probabilities(answer, p[0], "output")
    return figure


def pose_figure(digits: Digits) -> Figure:
    """Of each digit, one that its pose changes more than most."""
    posed = canonical(digits.images)
    change = np.linalg.norm(posed.astype(float) - digits.images, axis=1)
    figure = plots.new_figure(10, 2.4)
    for column, axes in enumerate(figure.subplots(2, CLASSES).T):
        (rows,) = np.nonzero(digits.labels == column)
        row = rows[np.argsort(change[rows])[int(0.85 * len(rows))]]
        plots.digit(axes[0], digits.images[row], "")
        plots.digit(axes[1], posed[row], "")
    figure.axes[0].set_ylabel("before")
    figure.axes[CLASSES].set_ylabel("after")
    return figure


def last_layer(reader: DigitClassifier, digits: Digits) -> tuple[Network, np.ndarray, np.ndarray]:
    """The output layer as a network of its own, what it is given, and its targets.

    As a function of its parameters, its loss is the whole network's: what comes before stays.
    """
    (*_, a, _), _ = reader.network.forward(reader.preprocess(digits.images))
    network = Network(a.shape[1], reader.network.layers[-1:], np.random.default_rng(0), np.float64)
    network.theta[:] = reader.network.theta[-network.theta.size :]
    return (network, *network.examples(np.ascontiguousarray(a), digits.labels))


def descent_figure(reader: DigitClassifier, digits: Digits) -> Figure:
    """The loss over two weights, and the ways that steps take on it."""
    network, X, targets = last_layer(reader, digits)
    two = steepest_valley(network, X, targets)
    best = network.theta[two].copy()

    def loss_at(place: np.ndarray) -> tuple[float, np.ndarray]:
        network.theta[two] = place
        loss, _, gradient = network.loss_and_gradient(X, targets)
        return loss / len(X), gradient[two] / len(X)

    across = np.linspace(-REACH, REACH, 61)
    surface = np.array([[loss_at(best + np.array([x, y]))[0] for x in across] for y in across])
    figure = plots.new_figure(11, 4.8)
    for axes, optimizers in zip(figure.subplots(1, 2), PATHS, strict=True):
        levels = surface.min() + np.ptp(surface) * np.linspace(0, 1, 16) ** 3
        axes.contour(across, across, surface, levels=levels, colors="grey", linewidths=0.6)
        row, column = np.unravel_index(surface.argmin(), surface.shape)
        axes.plot(across[column], across[row], "k+", markersize=12, zorder=3)
        axes.plot(*START, "ko", markersize=7)
        for name, optimizer in optimizers.items():
            place = best + START
            path = [place.copy()]
            for _ in range(STEPS):
                _, gradient = loss_at(place)
                optimizer.step(place, gradient)
                path.append(place.copy())
            label = f"{name}: loss {loss_at(place)[0]:.4f}"
            x, y = np.transpose(path) - best[:, np.newaxis]
            axes.plot(x, y, marker="o", markersize=3, linewidth=1, label=label)
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))
        axes.set(xlabel="first weight, from the trained one", ylabel="second weight")
        axes.legend(loc="lower left")
    figure.suptitle(f"{STEPS} full-batch steps over {len(X):,} digits, from the same start")
    return figure


def steepest_valley(network: Network, X: np.ndarray, targets: np.ndarray) -> list[int]:
    """Two weights into the same output whose inputs go together, so that the loss is a valley."""
    together = np.corrcoef(X.T) - np.eye(network.inputs)
    first, second = np.unravel_index(together.argmax(), together.shape)
    return [int(row) * CLASSES + OUTPUT for row in (first, second)]


def differences_figure(reader: DigitClassifier, digits: Digits) -> Figure:
    """How far finite differences are from backpropagation, by the size of the move."""
    network, X, targets = last_layer(reader, digits)
    X, targets = X[:64], targets[:64]
    _, _, gradient = network.loss_and_gradient(X, targets)
    moves = np.geomspace(1e-12, 1, 37)
    apart = [np.linalg.norm(finite_differences(network, X, targets, h) - gradient) for h in moves]
    figure = plots.new_figure(6, 3.4)
    axes = figure.subplots()
    axes.loglog(moves, np.array(apart) / np.linalg.norm(gradient), marker="o", markersize=3)
    axes.set(xlabel="h", ylabel="relative difference", title="Too small is as bad as too large")
    axes.grid(alpha=0.3)
    return figure


def outliers_figure() -> Figure:
    """Some of what is no digit."""
    images = draw_outliers(6 * DRAWN, np.random.default_rng(0))
    figure = plots.new_figure(0.55 * DRAWN, 3.4)
    for axes, image in zip(figure.subplots(6, DRAWN).flat, images, strict=True):
        plots.digit(axes, image, "")
    return figure


def drawn_figure() -> Figure:
    """Twenty drawn digits of each kind."""
    images, labels = draw_digits(CLASSES * DRAWN, np.random.default_rng(0))
    figure = plots.new_figure(0.55 * DRAWN, 5.6)
    order = np.argsort(labels, kind="stable")
    for axes, i in zip(figure.subplots(CLASSES, DRAWN).flat, order, strict=True):
        plots.digit(axes, images[i], "")
    return figure
