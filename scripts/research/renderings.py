"""Real digits drawn again as the pictures that people have: each way a function of a digit.

Each takes a (28, 28) uint8 image, 255 = ink, and a random generator, and gives a picture file in
memory.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from digits.dataset import SIDE

ORIENTATION = 0x0112  # the EXIF tag
# what a viewer does is undone by: flips and quarter turns, by EXIF orientation
UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
Rng = np.random.Generator
PENS = np.array([[10, 30, 160], [170, 20, 40], [0, 110, 50], [90, 40, 120], [200, 90, 0]])
PAPERS = np.array([[250, 240, 170], [180, 225, 250], [250, 200, 210], [200, 240, 200]])


def enlarged(digit: np.ndarray, rng: Rng, edge: float = 40) -> np.ndarray:
    """(28, 28) uint8 -> (s, s) float, 0 to 1: 8 to 20 times as large, with sharp outlines."""
    side = SIDE * int(rng.integers(8, 21))
    smooth = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    return np.clip((np.asarray(smooth, float) - 127.5) / edge + 0.5, 0, 1)


def cropped(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def anywhere(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Share of ink of a large canvas, the digit somewhere on it, often in a corner."""
    ink = cropped(enlarged(digit, rng))
    height, width = (int(max(ink.shape) * rng.uniform(1.3, 3)) for _ in "yx")
    canvas = np.zeros((height, width))
    margin = max(3, min(height, width) // 50)
    spaces = [canvas.shape[axis] - ink.shape[axis] - 2 * margin for axis in (0, 1)]
    top, left = (margin + int(space * np.clip(rng.uniform(-0.3, 1.3), 0, 1)) for space in spaces)
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return canvas


def mixed(ink: np.ndarray, pen: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Ink of one colour on paper of a colour, or of a colour per pixel -> float RGB."""
    return ink[:, :, None] * pen + (1 - ink[:, :, None]) * paper


def picture(levels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def saved(image: Image.Image, form: str = "PNG", **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    stream.seek(0)
    return stream


def same_size(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(Image.fromarray(digit))


def same_size_dark(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(Image.fromarray(255 - digit))


def black_on_white(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(255 - 255 * anywhere(digit, rng)))


def white_on_black(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(255 * anywhere(digit, rng)))


def coloured_ink(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(mixed(anywhere(digit, rng), rng.choice(PENS), np.full(3, 255))))


def coloured_paper(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(mixed(anywhere(digit, rng), rng.choice(PENS), rng.choice(PAPERS))))


def yellow_on_white(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(mixed(anywhere(digit, rng), np.array([255, 235, 60]), np.full(3, 255))))


def transparent(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    """Ink only in alpha, hidden and visible colour black, or white."""
    ink = anywhere(digit, rng)
    colour = np.full((*ink.shape, 3), rng.choice([0, 255]))
    return saved(picture(np.dstack([colour, 255 * ink])))


def transparent_pen(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    """Coloured ink on a transparent canvas whose hidden colour is black or white."""
    ink = anywhere(digit, rng)[:, :, None]
    colour = np.where(ink > 0, rng.choice(PENS), rng.choice([0, 255]))
    return saved(picture(np.dstack([colour, 255 * ink])))


def opaque_alpha(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    ink = anywhere(digit, rng)
    return saved(picture(255 - 255 * ink).convert("RGBA"))


def noisy_paper(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    ink = anywhere(digit, rng)
    paper, pen = rng.uniform(120, 220), rng.uniform(20, 60)
    noise = rng.normal(0, rng.uniform(4, 12), ink.shape)
    return saved(picture(paper + (pen - paper) * ink + noise))


def light(shape: tuple[int, ...], rng: Rng) -> np.ndarray:
    """A slope of light with a soft shadow's edge across the page, 0.3 to 1."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    turn, edge = rng.uniform(0, 2 * np.pi, 2)
    slope = 0.75 + 0.18 * (np.cos(turn) * y + np.sin(turn) * x)
    along = np.cos(edge) * y + np.sin(edge) * x - rng.uniform(-0.8, 0.8)
    return slope * (1 - 0.35 / (1 + np.exp(-along / rng.uniform(0.02, 0.2))))


def uneven_light(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    ink = anywhere(digit, rng)
    page = light(ink.shape, rng) * (240 + (rng.uniform(20, 70) - 240) * ink)
    return saved(picture(page + rng.normal(0, 4, ink.shape)), "JPEG", quality=85)


def pencil_in_shadow(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    """Pale strokes, of a contrast no larger than the light's."""
    ink = anywhere(digit, rng)
    page = light(ink.shape, rng) * (230 + (rng.uniform(130, 160) - 230) * ink)
    return saved(picture(page + rng.normal(0, 3, ink.shape)), "JPEG", quality=85)


def jpeg(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    page = picture(mixed(anywhere(digit, rng), rng.choice(PENS), np.full(3, 255)))
    return saved(page, "JPEG", quality=int(rng.integers(30, 61)))


def sixteen_bits(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    levels = (1 - anywhere(digit, rng)) * rng.choice([4095, 65535])
    return saved(Image.fromarray(levels.astype(np.uint16)), str(rng.choice(["PNG", "TIFF"])))


def palette(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    page = picture(mixed(anywhere(digit, rng), rng.choice(PENS), rng.choice(PAPERS)))
    return saved(page.quantize(16), str(rng.choice(["PNG", "GIF"])))


def one_bit(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(Image.fromarray(anywhere(digit, rng) < 0.5), str(rng.choice(["PNG", "TIFF"])))


def cmyk(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    page = picture(mixed(anywhere(digit, rng), rng.choice(PENS), np.full(3, 255)))
    return saved(page.convert("CMYK"), str(rng.choice(["JPEG", "TIFF"])))


def turned_by_exif(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    orientation = int(rng.integers(2, 9))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    page = picture(255 - 255 * anywhere(digit, rng)).transpose(UNDO[orientation])
    return saved(page, "JPEG", exif=exif, quality=85)


def specks(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    """Salt and pepper, and a few larger dots of dirt."""
    ink = anywhere(digit, rng)
    salt = rng.random(ink.shape)
    ink = np.where(salt < 0.005, 1, np.where(salt > 0.995, 0, ink))
    for _ in range(6):
        y, x = (int(rng.integers(0, side - 4)) for side in ink.shape)
        ink[y : y + 4, x : x + 4] = 1
    return saved(picture(255 - 255 * ink))


def lined(ink: np.ndarray, strength: float, both: bool, rng: Rng) -> np.ndarray:
    """Paper with lines of a share of the ink's darkness, ruled or squared."""
    step, thick = max(12, min(ink.shape) // int(rng.integers(4, 9))), max(1, min(ink.shape) // 200)
    lines = np.zeros_like(ink)
    for first in range(int(rng.integers(0, step)), ink.shape[0], step):
        lines[first : first + thick] = strength
    for first in range(int(rng.integers(0, step)), ink.shape[1] if both else 0, step):
        lines[:, first : first + thick] = strength
    return np.maximum(ink, lines)


def squared_paper(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    ink = lined(anywhere(digit, rng), rng.uniform(0.15, 0.35), True, rng)
    return saved(picture(235 - 200 * ink + rng.normal(0, 3, ink.shape)), "JPEG", quality=85)


def ruled_in_blue(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    ink = anywhere(digit, rng)
    lines = lined(np.zeros_like(ink), rng.uniform(0.5, 0.8), False, rng)
    page = mixed(lines, np.array([90, 130, 220]), np.full(3, 245))
    return saved(picture(mixed(ink, np.array([30, 30, 35]), page)), "JPEG", quality=85)


def ruled_in_black(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    return saved(picture(255 - 255 * lined(anywhere(digit, rng), 1, False, rng)))


def dark_border(digit: np.ndarray, rng: Rng) -> io.BytesIO:
    """A sheet that does not fill the photo: one to four sides show a dark table."""
    ink = anywhere(digit, rng)
    wide = [int(rng.uniform(0.02, 0.12) * max(ink.shape)) * int(rng.random() < 0.6) for _ in "tblr"]
    page = 225 - 185 * ink
    page = np.pad(page, (wide[:2], wide[2:]), constant_values=rng.uniform(20, 90))
    return saved(picture(page + rng.normal(0, 3, page.shape)), "JPEG", quality=85)


def pen_of(width: float) -> Callable[[np.ndarray, Rng], io.BytesIO]:
    """A pen wider or narrower by this many pixels of the 28."""

    def draw(digit: np.ndarray, rng: Rng) -> io.BytesIO:
        scale = 12
        ink = Image.fromarray(digit).resize((SIDE * scale,) * 2, Image.Resampling.BICUBIC)
        ink = np.asarray(ink) > 127
        grow = width > 0
        y, x = np.mgrid[-14:15, -14:15]
        disc = np.argwhere(np.hypot(y, x) <= abs(width) * scale / 2) - 14
        padded = np.pad(ink, 14 + 2 * scale)
        padded = padded if grow else ~padded
        wide = np.zeros_like(padded)
        for dy, dx in disc:
            wide |= np.roll(padded, (dy, dx), (0, 1))
        return saved(Image.fromarray(~wide if grow else wide))

    return draw


RENDERINGS: dict[str, Callable[[np.ndarray, Rng], io.BytesIO]] = {
    "28 x 28": same_size,
    "28 x 28, dark": same_size_dark,
    "black on white": black_on_white,
    "white on black": white_on_black,
    "coloured ink": coloured_ink,
    "coloured paper": coloured_paper,
    "yellow on white": yellow_on_white,
    "transparent": transparent,
    "transparent pen": transparent_pen,
    "opaque alpha": opaque_alpha,
    "noisy paper": noisy_paper,
    "uneven light": uneven_light,
    "pencil in shadow": pencil_in_shadow,
    "jpeg": jpeg,
    "16 bits": sixteen_bits,
    "palette": palette,
    "1 bit": one_bit,
    "CMYK": cmyk,
    "EXIF": turned_by_exif,
    "specks": specks,
    "squared paper": squared_paper,
    "ruled in blue": ruled_in_blue,
    "ruled in black": ruled_in_black,
    "dark border": dark_border,
    "pen - 1.5 px": pen_of(-1.5),
    "pen + 2 px": pen_of(2),
}


def scribble(rng: Rng) -> Image.Image:
    """No digit: a line that goes here and there, white on black."""
    page = Image.new("L", (120, 120))
    points = np.cumsum(rng.normal(0, 22, (int(rng.integers(6, 25)), 2)), axis=0)
    points -= points.min(axis=0)
    points = 15 + 90 * points / points.max()
    line = [tuple(point) for point in points.tolist()]
    ImageDraw.Draw(page).line(line, fill=255, width=int(rng.integers(2, 8)))
    return page
