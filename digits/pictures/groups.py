"""Which components of ink make up a digit, by their boxes."""

import numpy as np

# Components are of one digit if the narrower is covered by the other, left to right, by this share.
COVERED = 0.5
# ... or by any share, if they share less than this of the shorter one's rows: a broken 3.
BESIDE = 0.3
# A component of less than this share of the tallest one's height belongs to its nearest neighbour.
PART = 0.4
# ... unless it is a comma or a dot: no longer than this share either way, none of it higher than
# this share above its neighbour's foot, and at most as far below.
MARK = 0.35


def gathered(boxes: np.ndarray) -> list[list[int]]:
    """Numbers of the boxes that make up each digit, left to right.

    The first two groups, from the left, that are of one digit are joined, until there are none;
    commas and dots are left out; then the first that is too low for a digit joins its nearest
    neighbour, and so on.
    """
    groups = Groups(boxes)
    tallest = max((boxes[:, 2] - boxes[:, 0]), default=0)
    for at in range(len(boxes)):
        if groups.there[at]:
            groups.settle(at)
    groups.leave_out_marks(MARK * tallest)
    while (joined := groups.join_small(PART * tallest)) is not None:
        groups.settle(joined, grown=True)
    return [groups.members[i] for i in np.flatnonzero(groups.there)]


class Groups:
    """Groups of boxes in the order of their left sides, which a group that others join keeps."""

    def __init__(self, boxes: np.ndarray) -> None:
        order = np.argsort(boxes[:, 1])
        self.members = [[int(i)] for i in order]
        self.spans = boxes[order]
        self.there = np.ones(len(boxes), bool)  # False for those that have joined another

    def settle(self, at: int, grown: bool = False) -> None:
        """Join a group with those that are of one digit with it, until there are none.

        With those before it that has been tried already, unless it has grown since.
        """
        while True:
            before = self._partner(at, np.flatnonzero(self.there[:at])) if grown else None
            if before is None:
                before, second = at, self._partner(at, self._after(at))
            else:
                second = at
            if second is None:
                return
            self.join(before, second)
            at, grown = before, True

    def join(self, first: int, second: int) -> None:
        self.members[first] += self.members[second]
        self.spans[first] = span(self.spans[[first, second]])
        self.there[second] = False

    def leave_out_marks(self, longest: float) -> None:
        """Forget groups that stand at the foot of the nearest larger one, as commas and dots do."""
        numbers = np.flatnonzero(self.there)
        spans = self.spans[numbers]
        small = (spans[:, 2:] - spans[:, :2] <= longest).all(axis=1)
        for mark in numbers[small] if not small.all() else []:
            top, _, bottom, _ = self.spans[mark]
            foot = spans[~small][gap(self.spans[mark], spans[~small]).argmin(), 2]
            self.there[mark] = top < foot - longest or bottom > foot + longest

    def join_small(self, height: float) -> int | None:
        """Let the first group below this height join its nearest; the number of both, or None."""
        numbers = np.flatnonzero(self.there)
        spans = self.spans[numbers]
        small = np.flatnonzero(spans[:, 2] - spans[:, 0] < height)
        if not len(small) or len(numbers) == 1:
            return None
        gaps = gap(spans[small[0]], spans)
        gaps[small[0]] = np.inf
        first, second = sorted((int(numbers[small[0]]), int(numbers[gaps.argmin()])))
        self.join(first, second)
        return first

    def _after(self, at: int) -> np.ndarray:
        """Numbers of those that begin further right, but not beyond this group."""
        end = int(np.searchsorted(self.spans[:, 1], self.spans[at, 3]))
        return at + 1 + np.flatnonzero(self.there[at + 1 : end])

    def _partner(self, at: int, others: np.ndarray) -> int | None:
        """The first of others that is of one digit with this group."""
        fits = others[of_one_digit(self.spans[at], self.spans[others])]
        return int(fits[0]) if len(fits) else None


def of_one_digit(a: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) bool: whether one box covers most of the other from above, or at least some of it and
    hardly stands beside it.

    Digits of a number stand side by side.
    """
    common = np.minimum(a[2:], others[:, 2:]) - np.maximum(a[:2], others[:, :2])
    shorter = np.minimum(a[2:] - a[:2], others[:, 2:] - others[:, :2])
    rows, columns = (common / shorter).T
    one: np.ndarray = (columns >= COVERED) | ((columns > 0) & (rows < BESIDE))
    return one


def span(boxes: np.ndarray) -> np.ndarray:
    """The box around boxes."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def gap(a: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) pixels between a box and others."""
    apart = np.maximum(np.maximum(a[:2] - others[:, 2:], others[:, :2] - a[2:]), 0)
    pixels: np.ndarray = np.hypot(*apart.T)
    return pixels
