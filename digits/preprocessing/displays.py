"""How the ten digits are shown by seven segments, as on clocks, meters and calculators."""

from collections.abc import Callable
from functools import partial

from digits.preprocessing.handwriting import Stroke, Styles, Uniform

# Which segments are lit, by the names they have everywhere: a to f go clockwise round from the top,
# g is in the middle. The second way of a 6, 7 and 9 is that of other makers.
LIT = (
    ("abcdef",), ("bc",), ("abdeg",), ("abcdg",), ("bcfg",), ("acdfg",), ("acdefg", "cdefg"),
    ("abc", "abcf"), ("abcdefg",), ("abcdfg", "abcfg"),
)  # fmt: skip


def segments(digit: int, u: Uniform) -> Styles:
    """The styles of a digit, of segments whose ends meet or stay apart."""
    width, gap = u(0.4, 0.65), u(0, 0.14)
    near, far = gap / 2, width - gap / 2
    top, foot = (gap / 2, 0.5 - gap / 2), (0.5 + gap / 2, 1 - gap / 2)
    lines: dict[str, Stroke] = {
        "a": [(near, 0), (far, 0)],
        "b": [(width, top[0]), (width, top[1])],
        "c": [(width, foot[0]), (width, foot[1])],
        "d": [(near, 1), (far, 1)],
        "e": [(0, foot[0]), (0, foot[1])],
        "f": [(0, top[0]), (0, top[1])],
        "g": [(near, 0.5), (far, 0.5)],
    }
    return {lit: (1, [lines[name] for name in lit]) for lit in LIT[digit]}


DISPLAYS: tuple[Callable[[Uniform], Styles], ...] = tuple(
    partial(segments, digit) for digit in range(len(LIT))
)
