"""Ink told from paper: how much of each pixel is ink, whatever the colours and the light."""

from collections.abc import Callable

import numpy as np

from digits.pictures.bands import on_one_paper
from digits.pictures.filters import box_filter, maximum_filter
from digits.pictures.grain import without_grain
from digits.pictures.mnist_like import stroke_width

# Below this difference from paper, of 255, there is no ink, only noise ...
BLANK_CONTRAST = 20
# ... but for faint ink: on paper that, well away from ink, is this share of the picture or more,
# and whose levels, 2nd to 98th percentile, spread over one part in so many of the ink's contrast.
FAINT_CONTRAST, CLEARER, MOSTLY_PAPER = 8, 2, 0.4
# Where ink is no clearer than that, levels are averaged over pixels this part of the longer side
# away on all sides: no more than a stroke's width in a picture of eight digits.
SMOOTHED = 150
# What differs everywhere is grain, not ink, unless it is as strong as this.
GRAIN_CONTRAST = 60
# Paper is flat if its levels, where there is no ink, spread over less than this share of the
# ink's contrast. Drawings have 0 to 0.05, scans 0.02 to 0.2, photos 0.1 to 0.3 and more.
FLAT = 0.1
# The widest stroke, as a share of the longer side; what is dark and wider is paper in shadow.
WIDEST_STROKE = 0.35
# Strokes vary in width: what is this many times as wide as their mean is no stroke.
WIDER = 3
# A frame differs from the sheet in it by this much, of 255: four times the noise of a photo. The
# sheet has hardly any other colour along its edges, little of it inside, and is no mere stroke.
FRAME_CONTRAST = 12
SHEET_EDGES, SHEET_INSIDE, SHEET_AREA = 0.95, 0.8, 0.4
# Light is taken to fall off to no less than one in this many: in the deepest shadow is only noise.
DARKEST = 8
# Levels below this, of 255, are all taken for black: their logarithms are mostly noise.
DEEPEST = 8
# Colours are compared on a grid of this many places along the longer side: 10 ms less.
SAMPLED = 200


def ink_share(
    colours: np.ndarray,
    channel: Callable[[np.ndarray], np.ndarray] | None = None,
    frame: Callable[[np.ndarray], tuple[slice, slice]] | None = None,
    flat: float = FLAT,
) -> np.ndarray:
    """(height, width, 3) uint8 colours -> (height, width) float32 share of ink, 0 to 1.

    Args:
        colours: of the picture.
        channel, frame, flat: in place of `one_channel`, `within_frame` and `FLAT`, to see what
            each is worth.
    """
    levels = on_one_paper(without_grain((channel or one_channel)(colours)))
    share = np.zeros_like(levels)
    inside = (frame or within_frame)(levels)
    share[inside] = _share(levels[inside], flat)
    return share


def even_share(colours: np.ndarray) -> np.ndarray:
    """As `ink_share`, of a picture that was computed: no light falls on it and no frame is around.

    Its ink may fill it, and then still leaves its edges, and its corners most of all, to paper.
    What paper well away from ink goes up to is noise.
    """
    levels = one_channel(colours)
    lowest, contrast = levels.min(), np.ptp(levels)
    if contrast < BLANK_CONTRAST:
        return np.zeros_like(levels)
    share: np.ndarray = (levels - lowest) / contrast
    paper = border(share).mean() + share[[0, 0, -1, -1], [0, -1, 0, -1]].mean()
    share = 1 - share if paper > 1 else share
    threshold, _, rest = ink_levels(share)
    floor = noise_floor(threshold, rest, percentile=100)  # of so few, each would be seen
    return (share - floor).clip(0) / (1 - floor)


def one_channel(colours: np.ndarray) -> np.ndarray:
    """(height, width) float32 levels, 0 to 255, along the colours in which the picture varies most.

    That is the first principal axis of each pixel's difference from its surroundings: grey for a
    pencil, blue to yellow for yellow ink on white. Slow changes are light and do not count.
    """
    step = -(-max(colours.shape) // SAMPLED)
    sample = colours[::step, ::step].astype(np.float32)
    sample -= box_filter(sample, max(1, max(sample.shape) // 6))
    sample = sample.reshape(-1, 3)
    axis = np.linalg.eigh(sample.T @ sample)[1][:, -1]  # eigenvalues ascend
    axis *= 1 if axis.sum() >= 0 else -1  # more of it is lighter
    levels: np.ndarray = colours @ (axis / np.abs(axis).sum()).astype(np.float32)
    return levels


def border(levels: np.ndarray) -> np.ndarray:
    """The pixels along the four edges of the picture."""
    return np.concatenate([levels[0], levels[-1], levels[1:-1, 0], levels[1:-1, -1]])


def within_frame(levels: np.ndarray) -> tuple[slice, slice]:
    """Where the sheet lies if it is framed by one other level, else the whole picture."""
    sheet = np.abs(levels - np.median(border(levels))) > FRAME_CONTRAST
    rows, columns = (np.flatnonzero(sheet.mean(axis=axis) > SHEET_AREA) for axis in (1, 0))
    if min(len(rows), len(columns)) > 4:
        inside = np.s_[rows[0] + 1 : rows[-1], columns[0] + 1 : columns[-1]]  # no blended edges
        part = sheet[inside]
        filled = part.mean() > SHEET_INSIDE and border(part).mean() > SHEET_EDGES
        if filled and part.size > SHEET_AREA * sheet.size and _written_on(levels[inside]):
            return inside
    return np.s_[:, :]


def _written_on(levels: np.ndarray) -> bool:
    """Not just one thick stroke: something differs from the edges more than they do themselves."""
    edges = border(levels)
    return bool(np.ptp(levels) > max(2 * BLANK_CONTRAST, 2 * edges.std()))


def _share(levels: np.ndarray, flat: float) -> np.ndarray:
    ink, threshold, full, rest = _over_paper(levels, flat)
    away = max(levels.shape) // SMOOTHED
    if away and full < GRAIN_CONTRAST and not _clear(full, rest, ink):
        # faint, or nothing but noise, which is less where neighbours are averaged
        ink, threshold, full, rest = _over_paper(box_filter(levels, away), flat)
    grain = full < GRAIN_CONTRAST and len(rest) < 0.02 * ink.size
    if full < (FAINT_CONTRAST if _clear(full, rest, ink) else BLANK_CONTRAST) or grain:
        return np.zeros_like(levels)
    floor = noise_floor(threshold, rest)
    share: np.ndarray = np.clip((ink - floor) / (full - floor), 0, 1).astype(np.float32)
    return share


def _clear(full: float, rest: np.ndarray, ink: np.ndarray) -> bool:
    """Whether full ink differs from paper by far more than paper from itself."""
    return full >= CLEARER * spread(rest) and len(rest) >= MOSTLY_PAPER * ink.size


def _over_paper(levels: np.ndarray, flat: float) -> tuple[np.ndarray, float, float, np.ndarray]:
    """How far levels are from those of the paper, and their `ink_levels`."""
    ink = np.median(border(levels)) - levels
    if ink.max() < -ink.min():
        ink = -ink
    threshold, full, rest = ink_levels(ink)
    if spread(rest) > flat * full:
        ink = above_background(levels)
        threshold, full, rest = ink_levels(ink)
    return ink, threshold, full, rest


def ink_levels(ink: np.ndarray) -> tuple[float, float, np.ndarray]:
    """The threshold between ink and paper, the level of full ink, and paper well away from ink."""
    threshold = otsu(ink)
    strong = ink >= threshold
    near = maximum_filter(strong, max(1, max(ink.shape) // 50))
    full = np.percentile(ink[strong], 90) if strong.any() else 0
    return threshold, float(full), ink[~near]


def spread(rest: np.ndarray) -> float:
    """How far the levels of paper lie apart, but for the lowest and highest 2 %."""
    return float(np.ptp(np.percentile(rest, [2, 98]))) if len(rest) else 0.0


def noise_floor(threshold: float, rest: np.ndarray, percentile: float = 95) -> float:
    """The level that paper well away from ink hardly exceeds."""
    if not len(rest):
        return 0.0
    return float(np.clip(np.percentile(rest, percentile), 0, threshold / 2))


def otsu(levels: np.ndarray) -> float:
    """The threshold that parts levels into two classes of least variance (Otsu, 1979)."""
    counts, edges = np.histogram(levels, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = levels.size - below
    sums = np.cumsum(counts * middles)
    means = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * (means[1] - means[0]) ** 2
    # between two clean classes any threshold is best: the middle one
    return float(edges[1:-1][between >= between.max() * (1 - 1e-9)].mean())


def is_ink_dark(levels: np.ndarray) -> bool:
    """Told by the longer tail of the pixels' differences from their surroundings.

    In logarithms, where a stroke differs as much in a shadow as beside it, and the two sides of a
    shadow's edge differ from their mean alike.
    """
    step = -(-max(levels.shape) // SAMPLED)
    sample = np.log(np.maximum(levels[::step, ::step], DEEPEST))
    local = sample - box_filter(sample, max(1, max(sample.shape) // 6))
    return bool((local**3).mean() < 0)


def above_background(levels: np.ndarray) -> np.ndarray:
    """Levels of ink over paper that is shaded: how much it lacks of the light around it.

    The background is `closed` levels: it keeps slopes, shadows' edges and dark margins, and loses
    strokes. A shadow that is no wider than the widest stroke is lost with them, and so is what a
    slanting shadow's edge has in its corners; these go in a second round, in squares that are just
    wide enough for the strokes which the first has found.
    """
    dark = is_ink_dark(levels)
    levels = levels if dark else -levels
    background = closed(levels, max(levels.shape) * WIDEST_STROKE)
    ink: np.ndarray = background - levels
    if dark:  # ink takes a share of the light
        brightest = max(float(background.max()), 1.0)
        ink *= brightest / np.maximum(background, brightest / DARKEST)
    ink += closed(-ink, min(WIDER * mean_stroke(ink), max(levels.shape) * WIDEST_STROKE))
    ink -= np.median(ink)
    return ink


def closed(levels: np.ndarray, width: float) -> np.ndarray:
    """The morphological closing of levels, that is without what is darker and narrower than this.

    Of all squares around a pixel that are so wide, the least bright maximum.
    """
    radius = max(1, round(width / 2))
    smooth = box_filter(levels, max(levels.shape) // 100)  # else grain would lift it
    padded = np.pad(smooth, radius, mode="edge")
    least: np.ndarray = -maximum_filter(-maximum_filter(padded, radius), radius)
    return least[radius:-radius, radius:-radius]


def mean_stroke(ink: np.ndarray) -> float:
    """Mean width of the strokes of ink, of any levels, in pixels."""
    step = -(-max(ink.shape) // SAMPLED)
    sample = ink[::step, ::step]
    width: float = step * stroke_width(sample >= otsu(sample))
    return width
