"""A browser for the tests of the page, and hands that draw on it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from digits.preprocessing.manners import MANNERS
from digits.preprocessing.strokes import followed, jittered

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
Stroke = list[list[float]]  # points x, y and the width of the pen there


@contextmanager
def chromium(home: Path) -> Iterator:
    """Debian's Chromium, driven by Playwright; without either, the test is skipped."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], env={"HOME": str(home)}
        )
        yield browser
        browser.close()


def written(digit: int, rng: np.random.Generator, left: float = 0.0) -> list[Stroke]:
    """A digit that a hand of the package's own pen writes, from `left` on."""
    manner = MANNERS[rng.choice(list(MANNERS))]
    styles = manner.digits[digit](rng.uniform)
    _, strokes = styles[rng.choice(list(styles))]
    size, top = rng.uniform(50, 900), rng.uniform(0, 100)
    pen = size * np.exp(rng.uniform(np.log(0.02), np.log(0.2)))
    lines = [followed(jittered(stroke, 1, manner.jitter, rng))[0, ::3] for stroke in strokes]
    left += pen - size * min(line[:, 0].min() for line in lines)
    return [
        [[left + size * x, top + size * y, pen * rng.uniform(0.9, 1.1)] for x, y in line.tolist()]
        for line in lines
    ]


def right_of(strokes: list[Stroke]) -> float:
    """Where their ink ends."""
    return max(x + width / 2 for stroke in strokes for x, _, width in stroke)
