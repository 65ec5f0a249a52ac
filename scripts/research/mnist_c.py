"""The 15 corruptions of MNIST-C, from their definitions.

Mu and Gilmer, "MNIST-C: a robustness benchmark for computer vision" (2019), with the severities of
its data set, https://github.com/google-research/mnist-c. Random numbers are others than theirs, so
figures are close to those on its files, and not the same.

Each takes a (28, 28) float64 digit, 0 to 1, 1 = ink, and a random generator, and gives the same.
"""

from collections.abc import Callable

import numpy as np

from digits.dataset import SIDE
from digits.pictures.components import labels_of
from digits.preprocessing.resample import sample

Rng = np.random.Generator
Corruption = Callable[[np.ndarray, Rng], np.ndarray]
AT = np.arange(SIDE, dtype=np.float64)
REACH = 2.3  # pixels from the middle of a line at which its ink, log(1 - d / REACH) + 1, is clipped


def shot_noise(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return np.clip(rng.poisson(3 * digit) / 3, 0, 1)


def impulse_noise(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """17 % of the pixels are all ink or none."""
    hit, ink = rng.random((2, SIDE, SIDE))
    return np.where(hit < 0.17, ink < 0.5, digit)


def glass_blur(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Pixels change places with neighbours, between two blurs."""
    levels = np.floor(255 * gaussian(digit, 0.7))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                if rng.random() < 0.5:
                    other = row + rng.integers(-1, 1), column + rng.integers(-1, 1)
                    levels[row, column], levels[other] = levels[other], levels[row, column]
    return gaussian(levels / 255, 0.7)


def motion_blur(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """ImageMagick's of radius 10 and sigma 3: half a Gaussian's bell along a line."""
    angle = np.deg2rad(rng.uniform(-45, 45))
    steps = np.arange(21)
    weights = np.exp(-(steps**2) / 18)
    blurred = np.zeros_like(digit)
    for step, weight in zip(steps, weights / weights.sum(), strict=True):
        down, right = (np.ceil(step * part - 0.5) for part in (np.sin(angle), np.cos(angle)))
        rows, columns = (np.clip(AT + by, 0, SIDE - 1).astype(int) for by in (down, right))
        blurred += weight * digit[rows[:, None], columns]
    return blurred


def shear(digit: np.ndarray, rng: Rng) -> np.ndarray:
    angle = 0.4 * rng.choice([-1, 1])
    return warped(digit, [[1, -np.sin(angle)], [0, np.cos(angle)]])


def scale(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return warped(digit, np.eye(2) / 0.7)


def rotate(digit: np.ndarray, rng: Rng) -> np.ndarray:
    angle = 0.4 * rng.choice([-1, 1])
    return warped(digit, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def translate(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return warped(digit, np.eye(2), 3 * rng.choice([-1, 1], 2))


def brightness(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return digit + 0.5


def stripe(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """The outer quarters are inverted."""
    return np.where((AT >= 7) & (AT < 21), digit, 1 - digit)


def fog(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return (digit + 3 * plasma(rng, 1.4)[:SIDE, :SIDE]) * digit.max() / (digit.max() + 3)


def spatter(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Drops of grey."""
    wet = gaussian(rng.normal(0.65, 0.3, digit.shape), 1) > 0.65
    drops = gaussian(wet.astype(float), 1.5)
    drops[drops < 0.8] = 0
    return digit * (1 - drops) + 63 / 255 * drops


def dotted_line(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Two columns of each four of a line from side to side."""
    first, last = rng.integers(0, 27, 2)
    return digit + line(0, first, 27, last) * (AT % 4 >= 2)


def zigzag(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """A line that goes up and down by 2 pixels every 4, from side to side."""
    first, rise = rng.integers(0, 27), rng.integers(-5, 5)
    angle = np.arctan(rise / 23)
    length = 23 / np.cos(angle)
    count = int((length - 2) // 4) + 1
    x = np.array([0, *4 * np.arange(count) + 2, length])
    y = np.array([0, *2 * (-1.0) ** np.arange(count), 0])
    y[-1] = y[-2] / (2 * (length - 4 * (length // 4)))  # as it is in theirs
    right = np.cos(angle) * x - np.sin(angle) * y + 2
    down = np.sin(angle) * x + np.cos(angle) * y + first
    for ends in zip(right, down, right[1:], down[1:], strict=False):
        digit = np.clip(digit + line(*ends), 0, 1)
    return digit


def canny_edges(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Where the slope is steepest across itself (Canny, 1986), all ink; blurred by a pixel before.

    Of these, whatever is steeper than 0.2 and hangs together with it and is steeper than 0.1.
    """
    smooth = gaussian(digit, 1, "constant") / gaussian(np.ones_like(digit), 1, "constant")
    padded = np.pad(smooth, 1, mode="symmetric")
    rows, columns = (padded[2:] - padded[:-2], padded[:, 2:] - padded[:, :-2])
    down = rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]
    right = columns[:-2] + 2 * columns[1:-1] + columns[2:]
    steep = np.hypot(down, right)
    inner = np.zeros_like(steep, bool)
    inner[1:-1, 1:-1] = True
    crest = inner & (steep > 0.1)
    for sign in (-1, 1):
        crest &= beside(steep, sign * down, sign * right) <= steep
    labels = labels_of(crest)
    return np.isin(labels, labels[crest & (steep > 0.2)]).astype(float)


def beside(steep: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """What the next pixel in the direction of (down, right) has, between a side and a corner."""
    padded = np.pad(steep, 1)
    rows, columns = np.indices(steep.shape) + 1
    y, x = np.sign(down).astype(int), np.sign(right).astype(int)
    upright = np.abs(down) >= np.abs(right)
    side = padded[rows + y * upright, columns + x * ~upright]
    less, more = (pick(np.abs(down), np.abs(right)) for pick in (np.minimum, np.maximum))
    weight = less / np.maximum(more, 1e-12)
    return weight * padded[rows + y, columns + x] + (1 - weight) * side


def gaussian(levels: np.ndarray, sigma: float, outside: str = "edge") -> np.ndarray:
    """Blurred, with weights up to four sigma away."""
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    weights /= weights.sum()
    for _ in range(2):
        padded = np.pad(levels, ((radius, radius), (0, 0)), mode=outside)
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=0)
        levels = (windows @ weights).T
    return levels


def warped(digit: np.ndarray, matrix: object, by: object = (0, 0)) -> np.ndarray:
    """Each (x, y) from the middle shows what was at matrix (x, y) + by."""
    middle = (SIDE - 1) / 2
    from_middle = np.stack(np.meshgrid(AT, AT)) - middle
    x, y = np.einsum("ij,jyx->iyx", matrix, from_middle) + middle + np.reshape(by, (2, 1, 1))
    return sample(digit[None], y[None], x[None])[0]


def line(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Ink of a line between two points, measured up and down from its middle."""
    middle = top + (bottom - top) / (right - left) * (AT - left)
    far = np.minimum(np.abs(AT[:, None] - middle), REACH - 1e-10)
    ink = np.clip(np.log(1 - far / REACH) + 1, 0, 1)
    return ink * ((np.floor(left) <= AT) & (np.ceil(right) > AT))


def plasma(rng: Rng, decay: float, side: int = 256) -> np.ndarray:
    """Clouds, 0 to 1, by the diamond-square algorithm: means of four, and ever less at random."""
    heights = np.zeros((side, side))
    rough, step = 100.0, side
    while step >= 2:
        half = step // 2

        def mean(*four: np.ndarray, rough: float = rough) -> np.ndarray:
            return sum(four) / 4 + rough * rng.uniform(-rough, rough, four[0].shape)

        corners = heights[::step, ::step]
        below = np.roll(corners, -1, 0)
        heights[half::step, half::step] = middles = mean(
            corners, below, np.roll(corners, -1, 1), np.roll(below, -1, 1)
        )
        heights[::step, half::step] = mean(
            middles, np.roll(middles, 1, 0), corners, np.roll(corners, -1, 1)
        )
        heights[half::step, ::step] = mean(middles, np.roll(middles, 1, 1), corners, below)
        rough, step = rough / decay, half
    return (heights - heights.min()) / np.ptp(heights)


CORRUPTIONS: dict[str, Corruption] = {
    corruption.__name__: corruption
    for corruption in (
        shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness,
        translate, stripe, fog, spatter, dotted_line, zigzag, canny_edges,
    )
}  # fmt: skip


def corrupted(name: str, digit: np.ndarray, rng: Rng) -> np.ndarray:
    """A (28, 28) uint8 digit, 255 = ink, with one of the corruptions."""
    changed = CORRUPTIONS[name](digit / 255, rng)
    return np.rint(255 * np.clip(changed, 0, 1)).astype(np.uint8)
