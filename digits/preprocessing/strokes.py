"""Draw digits with a pen in a random hand: strokes in, MNIST-like images out.

The pen follows the quadratic B-spline of a stroke's points. Each dot (x_k, y_k) along it lays a
Gaussian of ink, in proportion to the way l_k from dot to dot, so at pixel (y, x) lies the ink

    sum over k of  l_k exp(-(y - y_k)² / 2s²) exp(-(x - x_k)² / 2s²)  =  (A B^T)(y, x)

with a row for each y in A and for each x in B: a product of two small matrices. -2s² log of it is
the squared distance to the line, smoothed where lines meet, and the pen inks what is nearer to it
than its radius.
"""

from typing import NamedTuple

import numpy as np

from digits.dataset import PIXELS, Digits
from digits.parallel import Progress, silent
from digits.pictures.mnist_like import mnist_like
from digits.preprocessing.handwriting import DIGITS, Stroke

CANVAS = 80  # pixels; a digit's longer side takes LONGER of them, the rest is for thick pens
LONGER = 64
# Lengths from here on are in units of the digit's height, or of its longer side once it is fitted.
DOTS = 64  # along a line of length 1
THINNEST, THICKEST = 0.01, 0.1  # radius of the pen
# Standard deviations among hands.
JITTER = 0.02  # of each point of a stroke
BEND, TREMOR = 0.03, 0.006  # of the paper's displacement, in long waves and in short ones
SLANT, TURN, STRETCH = 0.2, 0.06, 0.2  # x per y, radians, logarithm of width
MEAN_SLANT = 0.1  # most people are right-handed
# Share of digits that are drawn pixel by pixel on a small canvas, and the sides of such a pixel.
COARSE, PIXEL_SIDES = 0.15, (2, 4, 5)
LONG_WAVES, SHORT_WAVES = (0.4, 1.2), (2, 5)  # waves per unit of length
# The logarithm of a dot's ink goes no lower along either axis. That is far outside of any pen, and
# numbers below exp(-87), subnormal in float32, would make the product twenty times slower.
FAINTEST = np.float32(-40)
# Digits drawn at a time: few enough for the cache, enough to make Python's own share small.
HANDS_AT_ONCE = 32


class Page(NamedTuple):
    """Rows of the result that are to show one style of one digit."""

    digit: int
    style: str
    rows: np.ndarray


def draw_digits(count: int, rng: np.random.Generator, progress: Progress = silent) -> Digits:
    """Digits as many hands write them, each digit equally often.

    Args:
        count: how many.
        rng: the same state gives the same digits.
        progress: is told how far it has come.

    Returns:
        Images as `digits.read_picture` gives them, and their labels.
    """
    labels = rng.permutation(np.arange(count) % len(DIGITS))
    images = np.empty((count, PIXELS), np.uint8)
    drawn = 0
    for number in range(len(DIGITS)):
        for digit, style, rows in pages_of(number, labels, rng):
            fine = written(digit, style, len(rows), rng)
            inks = [coarse(ink, rng) if rng.random() < COARSE else ink for ink in fine]
            images[rows] = [mnist_like(ink).reshape(-1) for ink in inks]
            drawn += len(rows)
            progress("drawing digits", drawn / count)
    return Digits(images, labels)


def pages_of(digit: int, labels: np.ndarray, rng: np.random.Generator) -> list[Page]:
    """The rows labelled `digit`, each given a style by chance, as common as it is."""
    styles = DIGITS[digit](rng.uniform)
    weights = np.array([weight for weight, _ in styles.values()])
    rows = np.nonzero(labels == digit)[0]
    chosen = rng.choice(len(styles), len(rows), p=weights / weights.sum())
    pages = []
    for number, style in enumerate(styles):
        of_style = rows[chosen == number]
        for start in range(0, len(of_style), HANDS_AT_ONCE):
            pages.append(Page(digit, style, of_style[start : start + HANDS_AT_ONCE]))
    return pages


def written(digit: int, style: str, hands: int, rng: np.random.Generator) -> np.ndarray:
    """(hands, CANVAS, CANVAS) float32 share of ink: one digit in one style by several hands."""
    _, strokes = DIGITS[digit](lambda low, high: rng.uniform(low, high, hands))[style]
    lines = [followed(jittered(stroke, hands, rng)) for stroke in strokes]
    dots = fitted(wavering(posed(np.concatenate(lines, axis=1), rng), rng))
    ends = np.cumsum([line.shape[1] for line in lines])[:-1]
    steps = [np.gradient(line, axis=1) for line in np.split(dots, ends, axis=1)]
    lengths = np.linalg.norm(np.concatenate(steps, axis=1), axis=2)
    radius = np.exp(rng.uniform(np.log(THINNEST), np.log(THICKEST), hands))
    return inked(*(a.astype(np.float32) for a in (dots, lengths, radius)))


def jittered(stroke: Stroke, hands: int, rng: np.random.Generator) -> np.ndarray:
    """(hands, points, 2) points (x, y) of a stroke, as well as each hand hits them."""
    points = np.empty((hands, len(stroke), 2))
    for i, (x, y) in enumerate(stroke):
        points[:, i, 0], points[:, i, 1] = x, y
    return points + rng.normal(0, JITTER, points.shape)


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


def posed(dots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dots stretched, slanted and turned as each hand does it."""
    slant, turn, stretch = rng.normal(0, [[[SLANT]], [[TURN]], [[STRETCH]]], (3, len(dots), 1))
    x, y = dots[..., 0], dots[..., 1]
    x = x * np.exp(stretch) - (MEAN_SLANT + slant) * y
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)


def wavering(dots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dots displaced by waves across the paper: long ones bend a digit, short ones are tremor."""
    hands = (len(dots), 1)
    for deviation, lengths in [(BEND, LONG_WAVES), (TREMOR, SHORT_WAVES)] * 2:
        direction, phase = rng.uniform(0, 2 * np.pi, (2, *hands))
        across = dots[..., 0] * np.cos(direction) + dots[..., 1] * np.sin(direction)
        wave = np.sin(2 * np.pi * rng.uniform(*lengths, hands) * across + phase)
        dots = dots + wave[..., None] * rng.normal(0, deviation, (len(dots), 1, 2))
    return dots


def fitted(dots: np.ndarray) -> np.ndarray:
    """Dots moved and scaled so that the longer side of each digit goes from -0.5 to 0.5."""
    low, high = dots.min(axis=1, keepdims=True), dots.max(axis=1, keepdims=True)
    moved: np.ndarray = (dots - (low + high) / 2) / (high - low).max(axis=2, keepdims=True)
    return moved


def inked(dots: np.ndarray, lengths: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """What pens leave on the paper that follow the dots.

    Args:
        dots: (hands, dots, 2) float32, from -0.5 to 0.5.
        lengths: (hands, dots) float32, the way from dot to dot.
        radius: (hands,) float32.

    Returns:
        (hands, CANVAS, CANVAS) float32 share of ink, with edges a pixel wide.
    """
    radius = radius[:, None, None]
    spread = np.maximum(np.float32(0.7 / DOTS), radius / 3)  # wide enough to hide single dots
    at = ((np.arange(CANVAS, dtype=np.float32) + 0.5 - CANVAS / 2) / LONGER)[:, None] / spread
    x, y = np.moveaxis(dots, 2, 0)[:, :, None] / spread
    A, B = (np.exp(np.maximum(-0.5 * (at - place) ** 2, FAINTEST)) for place in (y, x))
    A *= lengths[:, None] / (spread * np.float32(np.sqrt(2 * np.pi)))  # a straight line's ink is 1
    squared = -2 * spread**2 * np.log(A @ B.transpose(0, 2, 1))
    distance = np.sqrt(np.maximum(squared, 0))
    share: np.ndarray = np.clip(0.5 + (radius - distance) * LONGER, 0, 1)
    return share


def coarse(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(CANVAS, CANVAS) ink in large pixels, either full or empty, as on a canvas of few."""
    side = int(rng.choice(PIXEL_SIDES))
    blocks = ink.reshape(CANVAS // side, side, -1, side).mean(axis=(1, 3))
    full: np.ndarray = blocks >= 0.25 * blocks.max()
    return full.astype(np.float32)
