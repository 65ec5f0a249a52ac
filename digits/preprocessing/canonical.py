"""One pose and one pen for every digit: centred, upright, of one spread and one amount of ink.

Ink is treated as a mass m(x, y), column x and row y. Its pose is its mean (mx, my) and its
covariance, which has one lower triangular Cholesky factor in the order (y, x):

    [ Syy  Sxy ]         T                  [ sqrt(Syy)         0                    ]
    [ Sxy  Sxx ]  =  L L     with     L  =  [ Sxy / sqrt(Syy)   sqrt(Sxx - Sxy²/Syy) ]

A digit in canonical pose has its mean in the middle of the image and covariance diag(s_y², s_x²).
So the canonical pixel at (v, u) from the middle shows the ink found at

    (y, x) = (my, mx) + L diag(1/s_y, 1/s_x) (v, u)

L is triangular, hence rows stay rows (the digit is sheared, not turned: a 6 turned far enough is a
9), and each canonical row samples a single height of the image. Deskewing by moments goes back to
the preparation of MNIST itself (LeCun et al., "Gradient-based learning applied to document
recognition", 1998); fixing the spread as well makes wide, narrow, large and small digits alike.

What is left is the width of the pen. Thin digits are thickened and thick ones thinned, by going a
share of the way to the image in which each pixel is the most (or least) of itself and its four
neighbours. The amount of ink grows in proportion to that share, so the share that gives the wanted
amount is a quotient.

All this is computed in float64, so that whoever computes the same in another order, as the exported
graph does (`digits.onnx_graph`), ends at the same bytes.
"""

import numpy as np

from digits.dataset import PIXELS, SIDE
from digits.parallel import row_slices, thread_map
from digits.preprocessing.resample import sample

MIDDLE = (SIDE - 1) / 2
# Standard deviations of the ink, in pixels. Chosen on validation rows; see docs/results.md.
SPREAD_X, SPREAD_Y = 4.5, 6.0
# Neither axis is stretched or squeezed by more: a 1 stays a stroke and does not become a block.
LARGEST_FACTOR = 2.0
# Ink of every digit, in pixels that are all ink: the median of MNIST's digits in this pose.
INK = 143.5
# Fainter ink, of 255, is the blur of moving pixels about. Without it the rim of most images is
# empty, which training makes use of (`digits.network.rows`), and accuracy is the same.
FAINT = 32
# Rows that are worked on at a time, so that all intermediate arrays stay in cache.
SLICE_ROWS = 1000


def canonical(
    images: np.ndarray, shear: bool = True, spread: bool = True, pen: bool = True
) -> np.ndarray:
    """Bring images into canonical pose and to one width of pen.

    Args:
        images: (N, 784) uint8, 255 = ink.
        shear, spread, pen: leave a part out, to see what it is worth.

    Returns:
        (N, 784) uint8. A blank image stays blank.
    """
    posed = np.empty_like(images)

    def fill(part: slice) -> None:
        ink = images[part].reshape(-1, SIDE, SIDE).astype(np.float64)
        y, x = pose(ink, shear, spread)
        ink = sample(ink, y[:, :, None], x)
        if pen:
            ink = one_pen(ink)
        ink[ink < FAINT] = 0
        posed[part] = np.rint(ink).reshape(-1, PIXELS)

    thread_map(fill, row_slices(len(images), SLICE_ROWS))
    return posed


def pose(ink: np.ndarray, shear: bool = True, spread: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Where each canonical pixel lies in its image: y by (image, row), x by (image, row, column).

    Args:
        ink: (N, 28, 28) float64.

    Returns:
        (N, 28) float64 and (N, 28, 28) float64, in pixels from the top left pixel's centre.
    """
    at = np.arange(SIDE, dtype=np.float64)
    mass = np.maximum(ink.sum(axis=(1, 2)), 1e-6)  # a blank image's moments are 0
    by_row, by_column, tilt = ink.sum(axis=2), ink.sum(axis=1), ink @ at
    mean_y, mean_x = by_row @ at / mass, by_column @ at / mass
    var_y = np.maximum(by_row @ at**2 / mass - mean_y**2, 1e-6)
    var_x = by_column @ at**2 / mass - mean_x**2
    slant = (tilt @ at / mass - mean_x * mean_y) / var_y  # columns moved per row
    if not shear:
        slant[:] = 0
    upright_x = np.maximum(var_x - slant**2 * var_y, 0)

    largest = LARGEST_FACTOR if spread else 1.0
    scale_y = np.clip(np.sqrt(var_y) / SPREAD_Y, 1 / largest, largest)
    scale_x = np.clip(np.sqrt(upright_x) / SPREAD_X, 1 / largest, largest)
    v = u = at - MIDDLE
    y = scale_y[:, None] * v  # (N, 28), from the mean
    x = (mean_x[:, None] + slant[:, None] * y)[:, :, None] + scale_x[:, None, None] * u
    return mean_y[:, None] + y, x


def one_pen(ink: np.ndarray) -> np.ndarray:
    """Thicken or thin (N, 28, 28) ink, 0 to 255, towards the wanted amount, by a pixel at most."""
    wanted = 255 * INK
    amount = ink.sum(axis=(1, 2))
    thick, thin = with_neighbours(np.maximum, ink), with_neighbours(np.minimum, ink)
    added, taken = thick.sum(axis=(1, 2)) - amount, amount - thin.sum(axis=(1, 2))
    # the + 1 is for blank images; beside real ink, some 10,000, it is nothing
    thicken = np.clip((wanted - amount) / (added + 1), 0, 1)[:, None, None]
    thinned = np.clip((amount - wanted) / (taken + 1), 0, 1)[:, None, None]
    drawn: np.ndarray = ink + thicken * (thick - ink) - thinned * (ink - thin)
    return drawn


def with_neighbours(combine: np.ufunc, ink: np.ndarray) -> np.ndarray:
    """Each pixel of (N, 28, 28) ink combined with the four beside it; there is none outside."""
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    rows = combine(combine(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]), ink)
    combined: np.ndarray = combine(combine(padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]), rows)
    return combined
