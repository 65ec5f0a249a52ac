"""How people write the ten digits: the strokes of each style, and how common the style is.

MNIST's writers were Americans of the 1990s; here are also the flagged and footed 1, the barred 7,
the curled 9 and others that they hardly used.

A stroke is a list of the points (x, y) that the pen goes round, in heights of the digit: x to the
right, y from 0 at its top to 1 at its foot. The pen rounds every corner off, except where a point
is given twice. `u(low, high)` is what differs from hand to hand: it gives an array with a number
for each of the hands that are writing, or a single number.
"""

from collections.abc import Callable

import numpy as np

Number = float | np.ndarray
Uniform = Callable[[float, float], Number]
Stroke = list[tuple[Number, Number]]
Styles = dict[str, tuple[float, list[Stroke]]]  # by name: weight among a digit's styles, strokes


def sharp(x: Number, y: Number) -> Stroke:
    """A corner that the pen does not round off."""
    return [(x, y), (x, y)]


def ring(middle: Number, width: Number, top: Number, foot: Number) -> Stroke:
    """Anticlockwise round the edge of a box, from the middle of its top and back."""
    left, right = middle - width / 2, middle + width / 2
    sides = [(left, top), (left, foot), (right, foot), (right, top)]
    return [(middle, top), *sides, (middle, top)]


def begun(loop: Stroke, place: int) -> Stroke:
    """Once round a loop, from the middle between one of its points and the next."""
    around = [*loop[place + 1 :], *loop[: place + 1]]
    (x, y), (next_x, next_y) = around[-1], around[0]
    start = ((x + next_x) / 2, (y + next_y) / 2)
    return [start, *around, start]


def zero(u: Uniform) -> Styles:
    """A ring whose end may miss its beginning."""
    width, out = u(0.4, 1), u(-0.1, 0.15)
    start = width * u(-0.2, 0.2)
    sides = ring(0, width, 0, 1)[1:-1]
    plain = [(start, 0), *sides, (start + u(-0.12, 0.05), u(-0.03, 0.04))]
    slash = [(0.25 + out, 0.1 - out), (-0.25 - out, 0.9 + out)]
    return {"plain": (9, [plain]), "slashed": (1, [ring(0, 0.7, 0, 1), slash])}


def one(u: Uniform) -> Styles:
    """A stem; often a flag that leads up to it, and then perhaps a foot."""
    flag = u(0.12, 0.45)
    drop = 0.8 * flag + u(0.05, 0.25)
    flagged = [(-flag, drop), (flag * u(-0.6, -0.4), drop * u(0.4, 0.6)), *sharp(0, 0), (0, 1)]
    bowed = [(-flag, drop), (-flag * u(0.4, 0.7), u(-0.02, 0.06)), (u(-0.05, 0.03), -0.02)]
    foot = [(u(-0.5, -0.12), 1), (u(0.12, 0.5), u(0.95, 1.05))]
    long = u(0.25, 0.5)
    upstroke = [(-long, u(0.5, 0.9)), (-long * u(0.3, 0.5), u(0.25, 0.4)), *sharp(0, 0), (0, 1)]
    return {
        "plain": (3, [[(0, 0), (u(-0.03, 0.03), 0.5), (0, 1)]]),
        "flagged": (4, [flagged]),
        "bowed": (2, [[*bowed, (u(-0.02, 0.04), 0.25), (0, 1)]]),
        "flagged and footed": (3, [flagged, foot]),
        "long upstroke": (2, [upstroke]),
    }


def two(u: Uniform) -> Styles:
    """A head, a slope to the lower left, and a base."""
    width, loop = u(0.45, 0.75), u(0.06, 0.16)
    head = [(u(-0.05, 0.1), u(0.1, 0.3)), (0.08, 0), (width, -0.02), (width, u(0.3, 0.5))]
    base = [*sharp(0, 1), (width + u(-0.1, 0.25), u(0.92, 1.05))]
    turn = [(0.3, 0.75), (0, 1 + loop / 2), (-loop, 1 - loop), (0.1, 0.98 - 1.5 * loop)]
    curl = [(u(0.1, 0.2), u(0.2, 0.3)), (-0.02, u(0.25, 0.35)), (-0.02, 0.05)]
    roof = [(0, u(0, 0.2)), (0.1, u(-0.05, 0.05)), *sharp(width, u(0, 0.12))]
    return {
        "straight slope": (4, [[*head, *base]]),
        "swan's neck": (2, [[*head, (0.15, 0.75), *base]]),
        "loop at the foot": (2, [[*head, *turn, (0.4, 1.02), (width + 0.1, u(0.85, 1))]]),
        "angular": (2, [[*roof, *base]]),
        "hooked": (1, [[*curl, *head[1:], *base, (width + u(0, 0.2), u(0.78, 0.9))]]),
    }


def three(u: Uniform) -> Styles:
    """Two bellies on top of each other, the upper one round or angular."""
    width, waist, loop = u(0.45, 0.7), u(0.37, 0.5), u(0.03, 0.08)
    belly = u(0.55, 0.8)
    lower = [(belly, u(0.4, 0.5)), (belly, 1), (0.1, 1.03), (u(-0.1, 0.1), u(0.75, 0.95))]
    head = [(0, u(0.05, 0.25)), (0.1, 0), (width, -0.03), (width, waist)]
    roof = [(0, u(-0.03, 0.06)), *sharp(width, 0)]
    neck = sharp(u(0.15, 0.35), waist)
    around = [(0.35, waist + loop), (0.15, waist), (0.35, waist - loop)]
    return {
        "round": (5, [[*head, *neck, *lower]]),
        "loop at the waist": (2, [[*head, *around, *lower]]),
        "flat top": (3, [[*roof, *neck, *lower]]),
    }


def four(u: Uniform) -> Styles:
    """An angle and a stem, open or closed at the top, with a bar that is long or short."""
    bar, middle, out, lift = u(0.45, 0.65), u(0.38, 0.6), u(0.06, 0.35), u(-0.05, 0.04)
    angle = [(u(0, 0.25), u(-0.05, 0.1)), *sharp(0, bar), (middle + out, bar + lift)]
    cup = [(u(0, 0.12), 0), (0, bar - 0.05), (0.1, bar), (middle + u(0, 0.25), bar - u(0, 0.08))]
    slope = [(middle, 0), *sharp(0, bar + 0.1), (middle + out, bar + 0.1 + lift)]
    bolt = [
        (u(0.25, 0.5), 0),
        *sharp(0, bar),
        *sharp(middle + 0.1, bar - u(0, 0.1)),
        (u(0.2, 0.4), 1),
    ]
    short_stem = [(middle + u(0, 0.1), u(0, 0.3)), (middle, 1)]
    stem = [(middle + u(-0.02, 0.07), u(-0.05, 0.1)), (middle, 1)]
    return {
        "open": (4, [angle, short_stem]),
        "cup": (2, [cup, stem]),
        "closed": (4, [slope, stem]),
        "lightning": (0.5, [bolt]),
    }


def five(u: Uniform) -> Styles:
    """A cap, a neck and a belly; the cap may come last, and float."""
    width, waist, belly = u(0.4, 0.7), u(0.35, 0.48), u(0.5, 0.75)
    lower = [(belly, u(0.35, 0.45)), (belly, 1), (0.1, 1.03), (u(-0.15, 0), u(0.8, 1))]
    bowl = [*sharp(u(0, 0.08), waist), (0.3, waist - u(0, 0.1)), *lower]
    cap = [(u(0, 0.12), u(-0.06, 0.04)), (width, u(-0.1, 0.04))]
    far = [(u(0.1, 0.25), u(-0.1, 0)), (width + u(0, 0.2), u(-0.12, 0))]
    square = [*sharp(0, waist), *sharp(width, waist), *sharp(width, 1), (0, u(0.97, 1.03))]
    return {
        "one stroke": (4, [[(width, u(-0.05, 0.05)), *sharp(0.08, 0), *bowl]]),
        "cap apart": (3, [[(0.08, 0), *bowl], cap]),
        "cap far off": (1, [[(0.05, u(0.05, 0.15)), *bowl], far]),
        "angular": (2, [[(width + u(-0.1, 0.1), 0), *sharp(0, 0), *square]]),
        "like an S": (1, [[(width, 0), (0.1, -0.02), (0, 0.15), (0, 0.45), *lower]]),
    }


def six(u: Uniform) -> Styles:
    """A neck, and a bowl that closes on it, or curls on inside, or crosses it."""
    width, brow = u(0.45, 0.75), u(0.4, 0.6)
    bowl = [(0, 1), (width, 1), (width, brow), (0.12, brow)]
    curved = [(u(0.3, 0.6), u(-0.03, 0.05)), (u(0.08, 0.25), u(0.05, 0.15)), (0, 0.5)]
    return {
        "round": (5, [[*curved, *bowl, (u(-0.04, 0.15), u(0.65, 0.85))]]),
        "straight neck": (3, [[(u(0.15, 0.5), 0), (-0.02, 0.6), *bowl, (0, u(0.7, 0.85))]]),
        "long end": (2, [[*curved, *bowl, (u(-0.2, 0.25), u(0.6, 0.75))]]),
    }


def seven(u: Uniform) -> Styles:
    """A roof and a leg; perhaps a hook before the roof, or a bar across the leg."""
    width, y, half, tilt = u(0.5, 0.8), u(0.4, 0.6), u(0.12, 0.28), u(-0.04, 0.04)
    foot = width * u(0, 0.7)
    leg = [*sharp(width, u(-0.04, 0.04)), (foot, 1)]
    roof = [(0, u(-0.04, 0.06))]
    hook = [(u(-0.05, 0.05), u(0.12, 0.25)), *sharp(0, 0)]
    sag = [(0, u(-0.03, 0.06)), (0.5 * width, u(0, 0.08)), *sharp(width, 0)]
    bend = [(width * u(0.4, 0.7), u(0.35, 0.5)), (width * u(0.2, 0.5), 1)]
    middle = width + y * (foot - width)
    bar = [(middle - half, y + tilt), (middle + half, y - tilt)]
    return {
        "plain": (3, [[*roof, *leg]]),
        "curved": (2, [[*sag, *bend]]),
        "hooked": (2, [[*hook, *leg]]),
        "barred": (3, [[*roof, *leg], bar]),
        "hooked and barred": (2, [[*hook, *leg], bar]),
    }


def eight(u: Uniform) -> Styles:
    """An S and back up, whose ends cross, meet or stay apart; or two rings."""
    top, foot, waist = u(0.4, 0.6), u(0.45, 0.75), u(0.42, 0.52)
    start = (0.3 + u(-0.05, 0.1), u(-0.02, 0.08))
    down = [(-0.02, 0), (0, u(0.25, 0.45)), (foot, u(0.52, 0.68)), (foot, 1)]
    up = [(-0.05, 1), (-0.05, u(0.52, 0.68)), (top, u(0.25, 0.45)), (top + 0.03, 0)]
    loop = [(-0.02, 0), *down[1:], *up[:-1], (top, 0)]
    upper, lower = ring(u(-0.05, 0.05), top, 0, waist), ring(0, foot, waist + u(-0.02, 0.02), 1)
    return {
        "one stroke": (6, [[start, *down, *up, (0.3, u(-0.02, 0.03))]]),
        "two rings": (4, [upper, lower]),
        "begun at the left": (1, [begun(loop, 1)]),
        "begun at the right": (1, [begun(loop, 7)]),
        "begun at the waist": (1, [begun(loop, 2)]),
        "begun at the foot": (1, [begun(loop, 4)]),
    }


def nine(u: Uniform) -> Styles:
    """A round head, begun at its right, and a straight, bent or curled tail; or a 6 turned over."""
    width, low, end = u(0.4, 0.7), u(0.35, 0.6), u(-0.15, 0.15)
    start = (width * u(0.8, 1.1), u(0.02, 0.2))
    head = [start, (0.6 * width, -0.04), (0, 0), (0, low), (width, low)]
    head += sharp(width, u(0.05, 0.15))
    curl = [(width * u(0.9, 1.1), 1.04), (u(-0.05, 0.2), 1.04), (end, u(0.65, 0.98))]
    level = [(width * u(0.9, 1.1), 1.02), (width * 0.4, u(0.98, 1.06)), (end - 0.05, u(0.95, 1.08))]
    hook = (width * u(0, 0.5), u(0.85, 1.02))
    spiral = [(width, low - 0.2), (0.9 * width, low), (0, low), (0, 0), (width, 0), (width, 0.6)]
    return {
        "straight": (3, [[*head, (width * u(0.6, 1.1), 1)]]),
        "bent": (2, [[*head, (width, 0.5), (width * u(0.2, 0.7), 1)]]),
        "curled": (5, [[*head, *curl]]),
        "foot to the left": (2, [[*head, *level]]),
        "hooked foot": (1, [[*head, (width, 0.7), *sharp(width * u(0.8, 1.05), 1), hook]]),
        "spiral": (2, [[*spiral, (width * u(0.2, 0.8), 1.03), (end, u(0.8, 1))]]),
    }


HANDWRITING = (zero, one, two, three, four, five, six, seven, eight, nine)
