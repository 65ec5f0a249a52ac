"""Several lines of digits are read one by one, from top to bottom."""

import numpy as np
import pytest

from digits import load
from digits.dataset import SIDE
from digits.pictures.components import connected_components
from digits.pictures.lines import lines_of
from digits.places import PRETRAINED
from digits.reader.answers import NumberAnswer, answer
from numbers_ import photographed, side_by_side


@pytest.fixture(scope="module")
def reader():
    return load(PRETRAINED)


def page_of(lines, rng, fall=0):
    """Ink of digits, each line a list of images, each digit `fall` pixels below the one before."""
    longest = max(map(len, lines))
    page = np.zeros((40 * len(lines) + abs(fall) * longest + 20, 30 * longest + 20), np.uint8)
    for number, line in enumerate(lines):
        for place, image in enumerate(line):
            top = max(0, -fall) * longest + 10 + 40 * number + fall * place
            top += int(rng.integers(-2, 3))
            left = 10 + 30 * place
            spot = page[top : top + SIDE, left : left + SIDE]
            np.maximum(spot, image.reshape(SIDE, SIDE), out=spot)
    return page


@pytest.mark.parametrize("fall", [-5, 0, 3])
def test_each_line_is_read_and_each_digit_knows_its_line(fall, reader, all_digits, rng):
    right = 0
    for first in range(-10_000, -9_900, 10):
        rows = slice(first, first + 10)
        images, labels = all_digits.images[rows], all_digits.labels[rows]
        page = page_of([images[:4], images[4:7], images[7:]], rng, fall)
        found = answer(reader, "page", page, True)
        assert isinstance(found, NumberAnswer)
        told = found.as_json()
        texts = ["".join(map(str, part)) for part in (labels[:4], labels[4:7], labels[7:])]
        if told["number"] == "\n".join(texts):
            right += 1
            assert [digit["line"] for digit in told["digits"]] == [0] * 4 + [1] * 3 + [2] * 3
            assert found.sentence(1).startswith(" / ".join(texts))
    assert right >= 7


def test_a_single_line_has_no_line_numbers(reader, all_digits, rng):
    found = answer(reader, "page", page_of([all_digits.images[-4:]], rng), True).as_json()
    assert "\n" not in found["number"] and not any("line" in digit for digit in found["digits"])


def test_a_number_is_doubted_where_one_of_its_digits_is(reader, all_digits):
    rows = all_digits.images[60_000:60_003].reshape(-1, SIDE, SIDE)
    cross = np.zeros((SIDE, SIDE), np.uint8)
    cross[4:24, 12:15] = cross[12:15, 4:24] = 255
    assert reader.read(rows).confident.all() and not reader.read(cross).confident[0]
    plain, doubted = (
        answer(reader, "page", np.pad(np.hstack(parts), 8), True)
        for parts in (list(rows), [*rows, cross])
    )
    assert "reason" not in plain.as_json() and "not sure" not in plain.sentence(1)
    told = doubted.as_json()
    assert told["reason"] == "not sure" and told["number"].startswith("721")
    assert "  not sure  " in doubted.sentence(1)


@pytest.mark.parametrize("contrast", [30, 10])
def test_faint_ink_is_read_in_a_photo_with_noise_and_shade(contrast, reader, all_digits, rng):
    right = 0
    for first in range(-10_000, -9_970, 3):
        rows = slice(first, first + 3)
        images = all_digits.images[rows].reshape(-1, SIDE, SIDE)
        picture = photographed(side_by_side(list(images), 4), contrast, rng)
        found = answer(reader, "page", picture, True)
        right += found.numbers == ["".join(map(str, all_digits.labels[rows]))]
    assert right >= 8
    empty = photographed(np.zeros((60, 80), np.uint8), contrast, rng)
    assert answer(reader, "page", empty, True).reason == "blank"


def lines_in(ink):
    return len(lines_of(connected_components(ink)))


def test_halves_of_one_digit_and_marks_above_it_are_no_lines():
    ink = np.zeros((100, 60), np.float32)
    assert lines_in(ink) == 0
    ink[10:45, 20:40] = ink[50:90, 20:40] = 1  # an 8 in two parts
    assert lines_in(ink) == 1
    ink[50:90] = 0
    ink[60:68, 20:40] = 1  # a dash below
    assert lines_in(ink) == 1
    ink[50:95, 20:40] = 1
    ink[40:45] = ink[50:58] = 0  # far enough apart to be two
    assert lines_in(ink) == 2


@pytest.mark.parametrize(("overlap", "least"), [(0, 12), (1, 11), (2, 9)])
def test_digits_that_touch_are_told_apart(overlap, least, reader, all_digits, rng):
    """A small share of `python scripts/research numbers`."""
    right = 0
    for _ in range(15):
        rows = rng.integers(50_000, 60_000, rng.integers(2, 6))
        digits = [image.reshape(SIDE, SIDE) for image in all_digits.images[rows]]
        found = answer(reader, "number", side_by_side(digits, -overlap), True)
        right += found.as_json()["number"] == "".join(map(str, all_digits.labels[rows]))
    assert right >= least


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("number", [False, True])
def test_stripes_are_answered(axis, number, reader):
    stripes = (np.indices((60, 60))[axis] % 2 * 255).astype(np.uint8)
    assert "error" not in answer(reader, "stripes", stripes, number).as_json()


@pytest.fixture(scope="module")
def upright(reader, all_digits):
    """Pages of a number each, what is written there, and where its digits are found."""
    rng, pages = np.random.default_rng(1), []
    for _ in range(8):
        rows = rng.integers(50_000, 60_000, rng.integers(2, 6))
        page = side_by_side([image.reshape(SIDE, SIDE) for image in all_digits.images[rows]], 4)
        boxes = answer(reader, "number", page, True).boxes
        pages.append((page, "".join(map(str, all_digits.labels[rows])), boxes))
    return pages


@pytest.mark.parametrize(("turns", "least"), [(0, 7), (1, 6), (2, 4), (3, 6)])
def test_a_number_is_read_whichever_way_up_it_is(turns, least, reader, upright):
    right = 0
    for page, number, boxes in upright:
        turned = answer(reader, "number", np.rot90(page, -turns).copy(), True)
        if turned.as_json()["number"] == number:
            right += 1
            expected = [box_after(box, turns, page.shape) for box in boxes]
            assert np.abs(np.subtract(turned.boxes, expected)).max() <= 1
    assert right >= least


@pytest.mark.parametrize(("rows", "columns"), [((21, 24), (2, 5)), ((20, 26), (1, 4))])
def test_a_dot_or_a_comma_is_no_part_of_a_digit(rows, columns, reader, all_digits, rng):
    mark = np.zeros((SIDE, 6), np.uint8)
    mark[slice(*rows), slice(*columns)] = 255
    right = 0
    for first in range(50_000, 50_040, 2):
        digits = all_digits.images[first : first + 2].reshape(-1, SIDE, SIDE)
        before, after = (np.pad(side_by_side([digit], 0), ((0, 0), (0, 2))) for digit in digits)
        between = np.pad(mark, ((8, len(before) - SIDE - 8), (0, 0)))
        found = answer(reader, "number", np.hstack([before[:, :-8], between, after[:, 8:]]), True)
        right += found.numbers == ["".join(map(str, all_digits.labels[first : first + 2]))]
    assert right >= 18


def box_after(box, turns, shape):
    """A box x, y, width, height on a page of (height, width) after quarter turns clockwise."""
    x, y, width, height = box
    for turn in range(turns):
        page_height = shape[turn % 2]
        x, y, width, height = page_height - y - height, x, height, width
    return x, y, width, height


def test_a_single_digit_is_never_turned(reader, all_digits):
    sixes = all_digits.images[60_000:][all_digits.labels[60_000:] == 6][:8].reshape(-1, SIDE, SIDE)
    for six in sixes:
        read = [answer(reader, "6", np.rot90(six, turns).copy(), True) for turns in (0, 2)]
        assert read[0].numbers == ["6"] and read[1].numbers != ["6"]


def test_in_a_screen_of_dots_no_number_is_found(reader):
    dots = (np.indices((300, 300)) % 4 < 2).all(axis=0)
    said = answer(reader, "screen", np.where(dots, 0, 255).astype(np.uint8), True)
    assert said.numbers == [] and said.reason == "blank"
