"""Read digits set in the typefaces that are installed, large and clean or small and noisy.

examples:
    python scripts/research typefaces
    python scripts/research typefaces --model models/latest/model.npz --fonts /usr/share/fonts
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from digits.commands import terminal
from digits.network.metrics import percent
from digits.pictures import read_picture

DIGITS = "0123456789"
INSTALLED = (Path("/usr/share/fonts"), Path(matplotlib.get_data_path()) / "fonts" / "ttf")
# The families that were looked at while `digits.preprocessing.typefaces` was written. All others
# tell how well it carries over.
DESIGNED_WITH = (
    "C059", "Comic Neue", "Courier Prime", "DSEG7 Classic", "DejaVu Sans", "DejaVu Sans Mono",
    "DejaVu Serif", "EB Garamond", "Inter", "Lato", "Liberation Mono", "Liberation Sans",
    "Liberation Serif", "Nimbus Mono PS", "Old Standard TT", "Roboto", "URW Bookman",
    "URW Gothic",
)  # fmt: skip
# Families whose digits are no upright Latin ones: symbols, and letters of mathematics.
LEFT_OUT = (
    "cmsy", "cmex", "D050000L", "DSEGWeather", "SEGGCHAN", "STIXNonUni", "Symbol", "MathTeX",
    "Keyboard", "Initials",
)  # fmt: skip
NOISE = 16  # standard deviation, of 255 levels
# By name: height of a digit in pixels, deviation of the blur in pixels, whether there is noise.
PICTURES = {"40 px": (40, 0.0, False), "20 px": (20, 0.0, False), "12 px noisy": (12, 0.7, True)}


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    parser = terminal.parser(__doc__)
    terminal.add_model(parser)
    parser.add_argument("--fonts", nargs="+", type=Path, default=INSTALLED, metavar="PATH",
                        help="font files, and directories of them (those installed)")  # fmt: skip
    options = parser.parse_args(argv)
    reader = terminal.load_model(options.model)
    faces = typefaces(options.fonts)
    if not faces:
        return nothing_found(options)
    correct: dict[str, list[list[bool]]] = defaultdict(list)  # by family: pictures by digits
    misread: Counter[str] = Counter()
    for path, family in faces.items():
        images = np.array([picture(path, digit, *kind) for kind in PICTURES.values()
                           for digit in DIGITS])  # fmt: skip
        answers = reader.predict(images).reshape(len(PICTURES), -1)
        right = answers == np.arange(len(DIGITS))
        correct[family].append(right)
        misread.update(f"{d} as {answers[k, d]}" for k, d in np.argwhere(~right))
    table(correct)
    print("misread:", ", ".join(f"{what} ({count})" for what, count in misread.most_common()))
    return 0


def nothing_found(options: argparse.Namespace) -> int:
    print(f"no typefaces with digits in {', '.join(map(str, options.fonts))}", file=sys.stderr)
    return 1


def table(correct: dict[str, list[list[bool]]]) -> None:
    """A line for each family (* = designed with), and one for each of the two groups."""
    groups: dict[str, list[list[bool]]] = {"designed with": [], "others": []}
    print(f"{'':34}" + "".join(f"{name:>14}" for name in PICTURES))
    for family, faces in sorted(correct.items()):
        known = family in DESIGNED_WITH
        groups["designed with" if known else "others"] += faces
        line(f"{family[:28]}{' *' if known else ''}", faces)
    for name, faces in groups.items():
        line(name, faces)


def line(name: str, faces: list[list[bool]]) -> None:
    if faces:
        shares = np.mean(faces, axis=(0, 2))
        print(f"{name:30}{len(faces):4}" + "".join(f"{percent(share):>14}" for share in shares))


def typefaces(places: Sequence[Path]) -> dict[Path, str]:
    """Family by file, of the typefaces that have digits; of those with the same, only one."""
    found: dict[Path, str] = {}
    seen = set()
    files = [file for place in places for file in
             (sorted(place.rglob("*.[ot]tf")) if place.is_dir() else [place])]  # fmt: skip
    for path in files:
        family, glyphs = ImageFont.truetype(path, 40).getname()[0] or path.stem, drawings(path)
        left_out = any(name in f"{family} {path.stem}" for name in LEFT_OUT)
        if not left_out and len(set(glyphs)) == len(DIGITS) and tuple(glyphs) not in seen:
            seen.add(tuple(glyphs))
            found[path] = family
    return found


def drawings(path: Path) -> list[bytes]:
    """What each digit looks like; where several are missing, they look alike."""
    font = ImageFont.truetype(path, 40)
    return [bytes(font.getmask(digit)) for digit in DIGITS]


def picture(path: Path, digit: str, height: int, blur: float, noisy: bool) -> np.ndarray:
    """(784,) uint8, read from a picture of a digit in black on white."""
    _, top, _, foot = ImageFont.truetype(path, 100).getbbox("8")
    font = ImageFont.truetype(path, max(1, round(100 * height / (foot - top))))
    left, top, right, foot = font.getbbox(digit)
    margin = height / 2
    size = (round(right - left + height), round(foot - top + height))
    page = Image.new("L", size, 255)
    ImageDraw.Draw(page).text((margin - left, margin - top), digit, 0, font)
    levels = np.asarray(page.filter(ImageFilter.GaussianBlur(blur)), float)
    if noisy:
        rng = np.random.default_rng(ord(digit))
        levels = np.clip(levels + rng.normal(0, NOISE, levels.shape), 0, 255)
    return read_picture(np.rint(levels).astype(np.uint8))
