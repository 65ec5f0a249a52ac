import numpy as np
import pytest
from PIL import Image, ImageDraw

from digits.pictures.bands import on_one_paper
from digits.pictures.cleaning import cleaned
from digits.pictures.components import connected_components, labels_of
from digits.pictures.cuts import best_seam
from digits.pictures.filters import box_filter, maximum_filter
from digits.pictures.grain import without_grain
from digits.pictures.mnist_like import mnist_like
from digits.pictures.paper import above_background, ink_share, is_ink_dark, one_channel, otsu
from digits.pictures.segments import find_digits, several


def flooded(mask: np.ndarray) -> np.ndarray:
    """Labels of the pieces of a mask the slow way: by filling each from its first pixel."""
    labels, name = np.zeros(mask.shape, int), 0
    for start in zip(*np.nonzero(mask), strict=True):
        if labels[start]:
            continue
        name += 1
        todo = [start]
        while todo:
            y, x = todo.pop()
            inside = 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]
            if inside and mask[y, x] and not labels[y, x]:
                labels[y, x] = name
                todo += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return labels


@pytest.mark.parametrize("density", [0.0, 0.2, 0.4, 0.6, 1.0])
def test_pieces_are_those_that_flooding_finds(rng, density):
    mask = rng.random((23, 31)) < density
    found, expected = labels_of(mask), flooded(mask)
    assert found.max() == expected.max()
    pairs = set(zip(found.ravel().tolist(), expected.ravel().tolist(), strict=True))
    assert len(pairs) == len({name for name, _ in pairs}) == len({name for _, name in pairs})


def test_a_piece_knows_its_box_and_its_ink():
    share = np.zeros((10, 12), np.float32)
    share[2:5, 3:9] = 0.5
    found = connected_components(share)
    assert found.boxes.tolist() == [[2, 3, 5, 9]] and found.ink.tolist() == [9.0]


def test_windows_have_the_maximum_and_mean_of_the_slow_way(rng):
    levels = rng.random((9, 14)).astype(np.float32)
    for radius in (1, 2, 5):
        for y, x in ((0, 0), (4, 7), (8, 13)):
            window = levels[
                max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1
            ]
            assert maximum_filter(levels, radius)[y, x] == window.max()
            assert box_filter(levels, radius)[y, x] == pytest.approx(window.mean(), abs=1e-6)


def test_the_threshold_parts_two_classes(rng):
    levels = np.concatenate([rng.normal(20, 4, 500), rng.normal(150, 10, 100)])
    assert 40 < otsu(levels) < 120


def test_ink_is_found_by_colour_where_grey_levels_are_equal():
    page = np.full((60, 60, 3), [200, 120, 120], np.uint8)
    page[20:40, 28:32] = [100, 170, 120]
    levels = one_channel(page)
    assert abs(levels[30, 30] - levels[5, 5]) > 50


def test_a_shadow_is_no_ink():
    page = np.tile(np.linspace(240, 90, 200), (200, 1))
    page[60:140, 90:100] *= 0.4
    ink = above_background(page.astype(np.float32))
    assert ink[100, 95] > 5 * max(ink[100, 20], ink[100, 180], 5)


def shadowed(share: np.ndarray, edge: float = 10) -> np.ndarray:
    """Levels of a pale pencil, half of the sheet in a shadow whose slanting edge is soft."""
    y, x = np.mgrid[: share.shape[0], : share.shape[1]]
    light = 1 - 0.5 / (1 + np.exp((y + x - sum(share.shape) / 2) / edge))
    return (light * (230 - 90 * share)).astype(np.float32)


@pytest.mark.parametrize("edge", [5, 10, 30])
def test_a_pale_pencil_is_told_from_the_slanting_edge_of_a_shadow(edge):
    strokes = page([(130, 30), (130, 110)], [(60, 170), (110, 170)])
    ink = above_background(shadowed(strokes, edge))
    assert is_ink_dark(shadowed(strokes, edge))
    assert ink[strokes == 1].min() > 3 * np.percentile(ink[strokes == 0], 99)


def test_chalk_is_lighter_than_its_board_in_a_shadow_too():
    light = shadowed(np.zeros((200, 200))) / 230
    chalk = page([(130, 30), (130, 110)], [(60, 170), (110, 170)])
    assert not is_ink_dark(light * (80 + 100 * chalk))


def page(*strokes, size=(200, 200), width=12) -> np.ndarray:
    """Share of ink of some lines."""
    picture = Image.new("L", size[::-1])
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=255, width=width)
    return np.asarray(picture, np.float32) / 255


ONE = [(100, 30), (100, 170)]


def test_specks_and_lines_of_the_paper_are_dropped():
    clean = page(ONE)
    dirty = np.maximum(clean, page([(0, 60), (200, 60)], width=2))
    dirty[10:13, 20:23] = 1
    found = cleaned(dirty)
    assert not found[10:13, 20:23].any() and not found[60, :80].any()
    assert np.abs(mnist_like(found).astype(float) - mnist_like(cleaned(clean))).mean() < 2


def test_a_digit_cut_off_at_the_edge_survives():
    assert cleaned(page([(100, 0), (100, 150)])).sum() > 0.9 * page([(100, 0), (100, 150)]).sum()


def test_digits_side_by_side_are_parted_and_strokes_of_one_are_not():
    seven = [(20, 40), (70, 40), (40, 160)]
    four = [[(120, 40), (110, 100), (180, 100)], [(160, 70), (160, 160)]]
    assert len(find_digits(page(seven, *four))) == 2
    assert several(page(seven, *four))
    bar = [(150, 30), (185, 30)]
    five = [[(130, 40), (130, 90), (180, 110), (170, 150), (120, 160)], bar]
    assert len(find_digits(page(*five))) == 1
    assert find_digits(np.zeros((30, 30), np.float32)) == []


def test_two_that_touch_are_cut_where_the_ink_is_least():
    zeros = [[(x, 30), (x + 90, 30), (x + 90, 170), (x, 170), (x, 30)] for x in (30, 150)]
    touching = page(*zeros, size=(200, 280))
    touching[100:104, 120:150] = 1
    assert len(connected_components(touching).ink) == 1
    assert len(find_digits(touching)) == 2


def test_a_seam_goes_round_ink(rng):
    ink = np.zeros((30, 40), np.float32)
    ink[5:9, 10:22] = 1
    ink[20:24, 17:30] = 1
    seam, _ = best_seam(ink)
    assert (np.abs(np.diff(seam)) <= 1).all()
    assert not ink[np.arange(30), seam].any()


def test_blank_paper_has_no_ink():
    assert not ink_share(np.full((50, 60, 3), 230, np.uint8)).any()


@pytest.mark.parametrize("turned", [False, True])
def test_paper_of_two_colours_side_by_side_is_one_paper(digits, turned):
    for image in digits.images[:20].reshape(-1, 28, 28).astype(np.float32):
        striped = image.copy()
        for band in (np.s_[:, :7], np.s_[:, 21:]):
            striped[band] = 255 - striped[band]
        found = on_one_paper(striped.T if turned else striped)
        assert np.array_equal(found.T if turned else found, image)


def test_strokes_and_lines_from_edge_to_edge_are_no_band_of_paper():
    one = page([(100, 0), (100, 200)], width=50)
    flagged = np.maximum(one, page([(50, 30), (100, 10)]))
    ruled = page([(20, 0), (20, 200)], [(60, 0), (60, 200)], ONE, width=4)
    for share in (one, flagged, ruled, page(ONE)):
        levels = 255 - 255 * share
        assert on_one_paper(levels) is levels


def test_salt_and_pepper_are_taken_from_a_digit(digits, rng):
    for image in digits.images[:20].reshape(-1, 28, 28):
        hit, ink = rng.random((2, 28, 28))
        noisy = np.where(hit < 0.17, 255 * (ink < 0.5), image).astype(np.float32)
        left = np.abs(without_grain(noisy) - image).mean()
        assert left < 0.4 * np.abs(noisy - image).mean()


def test_digits_and_noise_of_a_photo_are_not_taken_for_salt_and_pepper(digits, rng):
    for image in digits.images[:100].reshape(-1, 28, 28).astype(np.float32):
        assert without_grain(image) is image
    noisy = 128 + rng.normal(0, 30, (300, 200))
    assert without_grain(noisy) is noisy


def test_a_digit_that_fills_its_picture_is_no_band_of_paper():
    eight = np.zeros((16, 16), np.float32)
    eight[[0, 1, 7, 8, 14, 15], 4:12] = 255
    eight[2:14, :3] = eight[2:14, 13:] = 255
    assert on_one_paper(eight) is eight and without_grain(eight) is eight


def test_a_dotted_line_through_a_digit_is_dropped():
    seven = page([(60, 40), (130, 40), (90, 160)])
    dotted = seven.copy()
    for x in range(10, 200, 16):
        dotted[100 + x // 8 : 108 + x // 8, x : x + 8] = 1
    found = cleaned(dotted)
    assert not found[:, :60].any() and not found[:, 140:].any()
    assert found.sum() < 1.1 * seven.sum()


def test_pieces_of_a_broken_stroke_are_no_dotted_line():
    seven = page([(60, 40), (130, 40), (90, 160)])
    for x, y in ((60, 60), (100, 90), (60, 150), (140, 110)):
        seven[y : y + 10, x : x + 10] = 1
    assert np.array_equal(cleaned(seven), seven)
