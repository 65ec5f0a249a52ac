"""How the ten digits are printed: the middles of the lines of common shapes of type.

Strokes and styles are as in `digits.preprocessing.handwriting`. The shapes are drawn from general
knowledge of type: lining digits of sans and serif faces, and of those that give each the same room
and tell 0 from O and 1 from l. What is light, bold, wide or slanted is made by the pen.
"""

from digits.preprocessing.handwriting import Number, Stroke, Styles, Uniform, ring, sharp

ROUND = 0.42  # where the corners of a regular octagon are, whose curve is nearly a circle


def oval(middle: Number, width: Number, top: Number, foot: Number, straight: Number) -> Stroke:
    """Anticlockwise round eight corners; from ROUND on, the more straight, the longer the sides."""
    centre, x, y = (top + foot) / 2, width / 2, (foot - top) / 2
    corners = [(-ROUND, -1), (-1, -straight), (-1, straight), (-ROUND, 1)]
    corners += [(-right, -down) for right, down in corners]
    around = [(middle + right * x, centre + down * y) for right, down in corners]
    return [(middle, top), *around, (middle, top)]


def ball(x: Number, y: Number) -> Stroke:
    """The thick end of a thin line."""
    return ring(x, 0.1, y - 0.04, y + 0.04)


def bar(x: Number, y: Number, half: Number) -> Stroke:
    """A level line, as the serif of a stem."""
    return [(x - half, y), (x + half, y)]


def upside_down(strokes: list[Stroke]) -> list[Stroke]:
    """A 6 as a 9."""
    return [[(-x, 1 - y) for x, y in stroke] for stroke in strokes]


def zero(u: Uniform) -> Styles:
    """An oval, alone, dotted or slashed."""
    width, straight, across = u(0.5, 0.75), u(ROUND, 0.75), u(0.08, 0.2)
    plain = oval(0, width, 0, 1, straight)
    steep = u(0.12, 0.3)
    return {
        "plain": (8, [plain]),
        "dotted": (1.5, [plain, [(0, 0.5 - across / 2), (0, 0.5 + across / 2)]]),
        "slashed": (1.5, [plain, [(-across, 0.5 + steep), (across, 0.5 - steep)]]),
    }


def one(u: Uniform) -> Styles:
    """A stem with a flag, long or short, steep or nearly level; perhaps with serifs."""
    flag, half, wide = u(0.12, 0.38), u(0.12, 0.26), u(0.22, 0.4)
    drop = flag * u(0.1, 0.9)
    flagged = [(-flag, drop), *sharp(0, 0), (0, 1)]
    bent = [(-flag, drop), (-flag * 0.3, drop * 0.8), *sharp(0, 0), (0, 1)]
    short = [(-u(0.1, 0.22), u(0.05, 0.15)), *sharp(0, u(0, 0.03)), (0, 1)]
    return {
        "flagged": (4, [flagged]),
        "bent flag": (2, [bent]),
        "flagged, with a foot": (2, [flagged, bar(0, 1, wide)]),
        "serifs": (3, [short, bar(0, 1, half)]),
        "stem": (0.5, [[(0, 0), (0, 1)]]),
        "like an I": (0.7, [[(0, 0), (0, 1)], bar(0, 0, half), bar(0, 1, half)]),
    }


def two(u: Uniform) -> Styles:
    """A head, a neck that is straight or bent, and a level base."""
    width, low, tick = u(0.5, 0.68), u(0.15, 0.3), u(0.08, 0.2)
    head = [(0, low), (0.02, 0), (width, -0.02), (width, u(0.38, 0.52))]
    waist = [(width * u(0.3, 0.5), u(0.62, 0.75))]
    return {
        "straight neck": (4, [[*head, *sharp(0, 1), (width, 1)]]),
        "bent neck": (3, [[*head, *waist, (0, u(0.8, 0.9)), *sharp(0, 1), (width, 1)]]),
        "serif": (3, [[*head, *sharp(0, 1), *sharp(width, 1), (width + 0.03, 1 - tick)],
                      ball(0.05, low)]),
    }  # fmt: skip


def three(u: Uniform) -> Styles:
    """Two bellies, between which there is a bar or a corner, or a level top and one belly."""
    width, waist, notch = u(0.5, 0.66), u(0.43, 0.5), u(0.15, 0.35)
    upper, low, high = width * u(0.85, 1), u(0.74, 0.86), u(0.14, 0.26)
    head = [(0.02, high), (0.05, 0), (upper, -0.02), (upper, waist)]
    lower = [(width, waist), (width, 1.01), (0, 1.02), (-0.02, low)]
    flat = [(0, 0), *sharp(width * u(0.85, 1), 0), *sharp(width * u(0.25, 0.5), u(0.36, 0.44))]
    return {
        "round": (5, [[*head, *sharp(notch, waist), *lower]]),
        "level top": (2, [[*flat, (width, u(0.33, 0.42)), (width, 1.01), (0, 1.02), (-0.02, low)]]),
        "serif": (2, [[*head, *sharp(notch, waist), *lower], ball(0.04, high), ball(0, low)]),
    }


def four(u: Uniform) -> Styles:
    """A slope, a bar and a stem, which meet at the top or do not; perhaps a serif.

    No pen makes a slope thin and a stem thick, so such a stem is drawn by its two edges.
    """
    low, middle, out = u(0.6, 0.78), u(0.38, 0.6), u(0.08, 0.25)
    closed: Stroke = [(middle, 0), *sharp(0, low), (middle + out, low)]
    top, half, edge = middle * u(0.4, 0.85), u(0.1, 0.2), u(0.02, 0.05)
    open_ = [(top, 0), *sharp(0, low), (middle + out, low)]
    stem: Stroke = [(middle, 0), (middle, 1)]
    short: Stroke = [(middle, u(0.25, 0.5)), (middle, 1)]
    edges: list[Stroke] = [[(x, 0), (x, 1)] for x in (middle - edge, middle + edge)]
    return {
        "closed": (6, [closed, stem]),
        "open": (2, [open_, short]),
        "serif": (2, [closed, stem, bar(middle, 1, half)]),
        "thin slope": (3, [closed, *edges, bar(middle, 1, half)]),
    }


def five(u: Uniform) -> Styles:
    """A cap, a neck that is upright or leans, and a belly."""
    width, waist, lean, low = u(0.48, 0.64), u(0.4, 0.5), u(0, 0.1), u(0.74, 0.88)
    cap = [(width * u(0.82, 1), 0), *sharp(lean, 0), *sharp(0, waist)]
    belly = [(0.12, u(0.33, 0.4)), (width, u(0.3, 0.38)), (width, 1.01), (0, 1.03), (-0.04, low)]
    shallow = [(width * 0.5, waist - 0.08), (width, waist), (width, 1.01), (0.1, 1.02), (-0.05, 1)]
    return {
        "round": (5, [[*cap, *belly]]),
        "shallow": (2, [[*cap, *shallow]]),
        "serif": (3, [[*cap, *belly], ball(0, low)]),
    }


def six(u: Uniform) -> Styles:
    """A bowl under a neck that is curved, with an end that hooks or not, or straight."""
    width, brow, straight = u(0.5, 0.7), u(0.34, 0.44), u(ROUND, 0.65)
    bowl = oval(width / 2, width, brow, 1, straight)
    end, side = (width * u(0.85, 0.98), u(0.08, 0.2)), [(0, 0.45), (0, 0.7)]
    hooked = [end, (width * 0.85, 0), (0.02, -0.02), *side]
    curved = [(width * u(0.7, 1), 0), (width * 0.3, u(0, 0.08)), (0, 0.3), (0, 0.7)]
    leaning = [(width * u(0.5, 0.75), 0), (width * 0.12, brow + 0.06), (0, 0.55), (0, 0.7)]
    return {
        "hooked": (4, [hooked, bowl]),
        "curved": (2, [curved, bowl]),
        "straight": (2, [leaning, bowl]),
        "serif": (1, [hooked, bowl, ball(width * 0.88, 0.12)]),
    }


def seven(u: Uniform) -> Styles:
    """A level roof and a leg, straight or curved; perhaps a serif."""
    width, foot, tick = u(0.5, 0.68), u(0.1, 0.45), u(0.1, 0.2)
    leg = [*sharp(width, 0), (width * foot, 1)]
    bent = [*sharp(width, u(0, 0.06)), (width * u(0.45, 0.6), u(0.3, 0.5)), (width * foot, 1)]
    return {
        "straight": (5, [[(0, 0), *leg]]),
        "curved": (3, [[(0, 0), *bent]]),
        "serif": (2, [[(0, tick), *sharp(0, 0), *leg]]),
        "barred": (0.5, [[(0, 0), *leg], bar(width * (1 + foot) / 2, 0.5, u(0.12, 0.22))]),
    }


def eight(u: Uniform) -> Styles:
    """Two rings, or one line that crosses itself."""
    width, waist, straight = u(0.52, 0.7), u(0.44, 0.5), u(ROUND, 0.65)
    upper = width * u(0.78, 0.96)
    a, b = upper / 2, width / 2
    down = [(-a, 0), (-a, waist - 0.06), (b, waist + 0.06), (b, 1)]
    up = [(-b, 1), (-b, waist + 0.06), (a, waist - 0.06), (a, 0)]
    return {
        "two rings": (6, [oval(0, upper, 0, waist, straight), oval(0, width, waist, 1, straight)]),
        "one line": (3, [[(0, 0), *down, *up, (0, 0)]]),
    }


def nine(u: Uniform) -> Styles:
    """A 6 turned over."""
    return {name: (weight, upside_down(strokes)) for name, (weight, strokes) in six(u).items()}


TYPEFACES = (zero, one, two, three, four, five, six, seven, eight, nine)
