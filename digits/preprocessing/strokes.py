"""Draw digits in many random hands: strokes in, MNIST-like images out."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from digits.dataset import PIXELS, Digits
from digits.parallel import THREADS, Progress, one_blas_thread, silent, thread_imap
from digits.preprocessing.handwriting import Stroke
from digits.preprocessing.manners import MANNERS, OUTLIERS, Manner
from digits.preprocessing.pen import DOTS, images_of

COARSE = 0.06  # share of digits that are drawn with large pixels
# Share of digits that are squeezed or stretched with their pen, and the factors of their width.
STRETCHED, NARROWEST, WIDEST = 0.1, 0.4, 1.6
LONG_WAVES, SHORT_WAVES = (0.4, 1.2), (2, 5)  # waves per unit of length
# Digits drawn at a time: few enough for the cache, enough to make Python's own share small.
HANDS_AT_ONCE = 128


class Page(NamedTuple):
    """Rows of the result that are to show one style of one digit."""

    digit: int
    manner: str
    style: str
    rows: np.ndarray


def draw_digits(
    count: int,
    rng: np.random.Generator,
    progress: Progress = silent,
    *,
    manners: Mapping[str, Manner] = MANNERS,
    threads: int = THREADS,
) -> Digits:
    """Digits as many hands write them, each digit equally often.

    Args:
        count: how many.
        rng: the same state gives the same digits.
        progress: is told how far it has come.
        manners: in which they are drawn, each as common as its share says.
        threads: change nothing but the time it takes.

    Returns:
        Images as `digits.read_picture` gives them, and their labels.
    """
    return drawn(count, rng, manners, threads, partial(progress, "drawing digits"))


def draw_outliers(
    count: int, rng: np.random.Generator, progress: Progress = silent, *, threads: int = THREADS
) -> np.ndarray:
    """(count, 784) uint8: letters, signs and scribbles, each as common as any other.

    Args are those of `draw_digits`.
    """
    told = partial(progress, "drawing what is no digit")
    return drawn(count, rng, OUTLIERS, threads, told).images


def drawn(
    count: int,
    rng: np.random.Generator,
    manners: Mapping[str, Manner],
    threads: int,
    progress: Callable[[float], None],
) -> Digits:
    """Images of all that the manners write, and which of it each is."""
    kinds = len(next(iter(manners.values())).digits)
    labels = rng.permutation(np.arange(count) % kinds)
    images = np.empty((count, PIXELS), np.uint8)
    pages = [page for digit in range(kinds) for page in pages_of(digit, labels, rng, manners)]

    def fill(part: tuple[Page, np.random.Generator]) -> int:
        page, own_rng = part
        images[page.rows] = written(*page[:3], len(page.rows), own_rng, manners)
        return len(page.rows)

    done = 0
    with one_blas_thread:
        for rows in thread_imap(fill, zip(pages, rng.spawn(len(pages)), strict=True), threads):
            done += rows
            progress(done / count)
    return Digits(images, labels)


def pages_of(
    digit: int, labels: np.ndarray, rng: np.random.Generator, manners: Mapping[str, Manner]
) -> list[Page]:
    """The rows labelled `digit`, each given a style by chance, as common as it is."""
    weights = {}
    for name, manner in manners.items():
        styles = manner.digits[digit](rng.uniform)
        total = sum(weight for weight, _ in styles.values())
        for style, (weight, _) in styles.items():
            weights[name, style] = manner.share * weight / total
    rows = np.nonzero(labels == digit)[0]
    shares = np.array(list(weights.values()))
    chosen = rng.choice(len(weights), len(rows), p=shares / shares.sum())
    pages = []
    for number, (name, style) in enumerate(weights):
        of_style = rows[chosen == number]
        for start in range(0, len(of_style), HANDS_AT_ONCE):
            pages.append(Page(digit, name, style, of_style[start : start + HANDS_AT_ONCE]))
    return pages


def written(
    digit: int,
    manner_name: str,
    style: str,
    hands: int,
    rng: np.random.Generator,
    manners: Mapping[str, Manner] = MANNERS,
) -> np.ndarray:
    """(hands, 784) uint8: one digit in one style by several hands."""
    manner = manners[manner_name]
    _, strokes = manner.digits[digit](lambda low, high: rng.uniform(low, high, hands))[style]
    if not manner.rounded:
        strokes = [[point for point in stroke for _ in range(2)] for stroke in strokes]
    lines = [followed(jittered(stroke, hands, manner.jitter, rng)) for stroke in strokes]
    dots = wavering(posed(np.concatenate(lines, axis=1), manner, rng), manner, rng)
    dots /= np.ptp(dots, axis=1, keepdims=True).max(axis=2, keepdims=True)
    factors = np.exp(rng.uniform(np.log(NARROWEST), np.log(WIDEST), hands))
    factors[rng.random(hands) >= STRETCHED] = 1
    dots[..., 0] *= factors[:, None]
    ends = np.cumsum([line.shape[1] for line in lines])[:-1]
    steps = [np.gradient(line, axis=1) for line in np.split(dots, ends, axis=1)]
    pens = pens_of(manner, hands, rng)
    pens[:, 0] *= factors
    return images_of(dots, np.concatenate(steps, axis=1), pens, COARSE, rng)


def pens_of(manner: Manner, hands: int, rng: np.random.Generator) -> np.ndarray:
    """(hands, 2) radius of each pen along x and along y."""
    thinnest, thickest = np.log(manner.pens)
    radius = np.exp(rng.uniform(thinnest, thickest, hands))
    return np.stack([radius, radius * rng.uniform(*manner.contrast, hands)], axis=1)


def jittered(stroke: Stroke, hands: int, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """(hands, points, 2) points (x, y) of a stroke, as well as each hand hits them."""
    points = np.empty((hands, len(stroke), 2))
    for i, (x, y) in enumerate(stroke):
        points[:, i, 0], points[:, i, 1] = x, y
    return points + rng.normal(0, deviation, points.shape)


def followed(points: np.ndarray) -> np.ndarray:
    """(hands, dots, 2) dots along the curves of (hands, points, 2), spaced nearly evenly."""
    count = points.shape[1]
    at = np.linspace(-0.5, count - 0.5, 16 * count)
    mean = spline(at, count) @ points.mean(axis=0)  # all hands get the spacing of this one
    way = np.concatenate([[0], np.linalg.norm(np.diff(mean, axis=0), axis=1).cumsum()])
    evenly = np.linspace(0, way[-1], 2 + int(DOTS * way[-1]))
    dots: np.ndarray = spline(np.interp(evenly, way, at), count) @ points
    return dots


def spline(at: np.ndarray, count: int) -> np.ndarray:
    """(len(at), count) float64 share of each point in the curve at -0.5, its start, to count - 0.5.

    Point i has its largest share at i. The first and the last count twice, so that the curve begins
    and ends in them.
    """
    away = np.abs(at[:, None] - np.arange(-1, count + 1))
    share = np.where(away < 0.5, 0.75 - away**2, 0.5 * np.maximum(1.5 - away, 0) ** 2)
    share[:, 1] += share[:, 0]
    share[:, -2] += share[:, -1]
    return share[:, 1:-1]


def posed(dots: np.ndarray, manner: Manner, rng: np.random.Generator) -> np.ndarray:
    """Dots stretched, slanted and turned as each hand does it."""
    deviations = np.array([manner.slant, manner.turn, manner.stretch])[:, None, None]
    slant, turn, stretch = rng.normal(0, deviations, (3, len(dots), 1))
    x, y = dots[..., 0], dots[..., 1]
    x = x * np.exp(stretch) - (manner.mean_slant + slant) * y
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)


def wavering(dots: np.ndarray, manner: Manner, rng: np.random.Generator) -> np.ndarray:
    """Dots displaced by waves across the paper: long ones bend a digit, short ones are tremor."""
    hands = (len(dots), 1)
    waves = [(manner.bend, LONG_WAVES), (manner.tremor, SHORT_WAVES)] if manner.bend else []
    for deviation, lengths in waves * 2:
        direction, phase = rng.uniform(0, 2 * np.pi, (2, *hands))
        across = dots[..., 0] * np.cos(direction) + dots[..., 1] * np.sin(direction)
        wave = np.sin(2 * np.pi * rng.uniform(*lengths, hands) * across + phase)
        dots = dots + wave[..., None] * rng.normal(0, deviation, (len(dots), 1, 2))
    return dots
