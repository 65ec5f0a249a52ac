"""Both editions of the page as a person uses them: with a pointer, or with keys alone."""

import itertools
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from browsing import chromium

from digits import load
from digits.dataset import Digits
from digits.formats.csv_reader import read_csv
from digits.formats.csv_writer import write_csv
from digits.places import PRETRAINED
from digits.web.page import one_file

pytest.importorskip("flask", reason="Flask is not installed")
pytest.importorskip("waitress", reason="waitress is not installed")

from serving import served

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
AXE = Path(os.environ.get("DIGITS_NODE_MODULES", "node_modules")) / "axe-core" / "axe.min.js"
# Where a pen goes, as shares of the sheet: x, y; strokes of corners.
SEVEN = [[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]]
FOUR = [[(0.35, 0.2), (0.3, 0.55), (0.75, 0.55)], [(0.65, 0.3), (0.65, 0.85)]]
ONE = [[(0.5, 0.2), (0.5, 0.8)]]
DOT = [[(0.5, 0.5)]]
SCRIBBLE = [[(0.19, 0.62), (0.56, 0.22), (0.74, 0.4), (0.4, 0.74), (0.84, 0.34), (0.67, 0.51),
             (0.54, 0.19), (0.53, 0.31), (0.48, 0.31), (0.35, 0.41), (0.79, 0.34),
             (0.14, 0.67)]]  # fmt: skip
# No digit that anybody writes: a ring with a cross in it.
RING = [(0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 9)]
STRANGE = [RING, [(0.3, 0.3), (0.7, 0.7)], [(0.7, 0.3), (0.3, 0.7)]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("home")) as browser:
        yield browser


@pytest.fixture(scope="module")
def few_digits(all_digits, tmp_path_factory):
    """A file of 3,000 digits, the last 1,000 of which are for testing."""
    rows = np.r_[:2000, len(all_digits.images) - 1000 : len(all_digits.images)]
    path = tmp_path_factory.mktemp("digits") / "digits.csv"
    write_csv(path, Digits(all_digits.images[rows], all_digits.labels[rows]))
    return path


@pytest.fixture(scope="module")
def file_address(few_digits, tmp_path_factory):
    digits = read_csv(few_digits)
    path = tmp_path_factory.mktemp("page") / "digits.html"
    test = Digits(digits.images[-1000:], digits.labels[-1000:])
    path.write_text(one_file(load(PRETRAINED), test, "test digits"), encoding="utf-8")
    return path.as_uri()


@contextmanager
def serving(digits, directory):
    """The address of a server that reads digits of a file, and the desk that it asks."""
    from digits.web.desk import Desk, Places

    names = ("my_digits.csv", "mine", "watched")
    desk = Desk(load(PRETRAINED), Places(digits, *(directory / name for name in names)))
    with served(desk) as port:
        yield f"http://127.0.0.1:{port}/", desk


@pytest.fixture(scope="module")
def shared_server(few_digits, tmp_path_factory):
    with serving(few_digits, tmp_path_factory.mktemp("shared")) as server:
        yield server


@pytest.fixture
def served_address(shared_server):
    """One for all tests that keep no more than digits of their own."""
    address, desk = shared_server
    yield address
    desk.places.my_digits.unlink(missing_ok=True)


@pytest.fixture
def training_address(few_digits, few_drawn, tmp_path, monkeypatch):
    """One whose model may be another in the end."""
    from digits.web import desk, learning

    # Few digits are learned in a moment, and others of them are forgotten.
    monkeypatch.setattr(desk, "DRAWN", 500)
    monkeypatch.setattr(learning, "COPIES", 100)
    monkeypatch.setattr(learning, "EPOCHS", 25)
    monkeypatch.setattr(learning, "LOSS_ALLOWED", 0.05)
    with serving(few_digits, tmp_path) as (address, _):
        yield address


@pytest.fixture(params=["file", "served"])
def address(request):
    return request.getfixturevalue(f"{request.param}_address")


@pytest.fixture
def open_page(browser):
    """Open a page in a window of its own; in the end there must be no error in its console."""
    contexts, errors = [], []

    def call(address, size=DESK, **how):
        context = browser.new_context(viewport=size, **how)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.goto(address)
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield call
    for context in contexts:
        context.close()
    assert errors == []


def places_on(page, stroke):
    """Corners as points of the window, with more between them."""
    box = page.locator("#canvas").bounding_box()
    steps = (0.5, 1)
    first, *others = [np.array(corner) for corner in stroke]
    ways = [first, *(a + (b - a) * step for a, b in itertools.pairwise([first, *others])
                     for step in steps)]  # fmt: skip
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ways]


def draw(page, strokes, lift=True):
    for number, stroke in enumerate(strokes):
        first, *others = places_on(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place)
        if lift or number < len(strokes) - 1:
            page.mouse.up()


def says(page, start):
    """Wait until the answer begins like this."""
    page.wait_for_function(
        "(start) => document.querySelector('#answer').textContent.startsWith(start)", arg=start
    )


def moved(strokes, scale, right=0.0, down=0.0):
    return [[(right + scale * x, down + scale * y) for x, y in stroke] for stroke in strokes]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_seven_is_read_before_the_pen_is_lifted_and_where_it_leaves_the_sheet(
    address, open_page, size
):
    page = open_page(address, size)
    says(page, "no digit")
    draw(page, SEVEN, lift=False)
    says(page, "7")
    page.mouse.move(*places_on(page, [(0.35, 1.02)])[0])  # outside
    page.mouse.up()
    says(page, "7")
    draw(page, [[(0.9, 0.9)]])  # the page is still alive
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_strokes_make_one_digit_anywhere_and_can_be_undone_and_cleared(address, open_page):
    page = open_page(address)
    draw(page, FOUR)
    says(page, "4")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelector('#answer-large').textContent !== '4'")
    page.click("#clear")
    says(page, "no digit")
    page.fill("#pen-width", "20")
    draw(page, moved(SEVEN, 0.2))  # small, in a corner
    says(page, "7")
    page.click("#clear")
    draw(page, moved(FOUR, 0.2, 0.78, 0.78))
    says(page, "4")


@pytest.mark.parametrize("strokes", [DOT, SCRIBBLE], ids=["a dot", "a scribble"])
def test_what_is_no_digit_gets_no_digits_name(strokes, address, open_page):
    page = open_page(address)
    draw(page, strokes)
    says(page, "not sure")


def test_a_number_is_read_where_the_program_is_behind_the_page(served_address, open_page):
    page = open_page(served_address)
    draw(
        page, [*moved(SEVEN, 0.4, 0, 0.3), *moved(FOUR, 0.4, 0.3, 0.3), *moved(ONE, 0.4, 0.6, 0.3)]
    )
    says(page, "741")
    assert page.locator("#boxes b").all_inner_texts() == ["7", "4", "1"]


def test_a_number_is_no_digit_in_the_one_file(file_address, open_page):
    page = open_page(file_address)
    draw(page, [*moved(SEVEN, 0.4, 0, 0.3), *moved(FOUR, 0.4, 0.4, 0.3)])
    says(page, "several digits")


def test_keys_alone_draw_teach_and_look_into_the_network(address, open_page):
    page = open_page(address)
    page.locator("#canvas").focus()
    for key in ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 16 + ["Space"]:
        page.keyboard.press(key)
    says(page, "1")
    page.keyboard.press("1")
    page.wait_for_function("() => document.querySelector('#kept').textContent.startsWith('1 ')")
    page.locator("#network [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#detail-title').textContent.length > 3")
    assert page.evaluate("document.activeElement.closest('#network') !== null")
    page.keyboard.press("Escape")
    says(page, "no digit")


def test_a_neuron_that_is_switched_off_changes_the_answer_and_can_be_put_back(address, open_page):
    page = open_page(address)
    draw(page, SEVEN)
    says(page, "7")
    share = page.locator("#bars .likeliest .number")
    before = page.locator("#bars").inner_text()
    neurons = page.locator("#network [role=button]")
    for number in range(16, 32):  # the second layer, whose names say so
        neurons.nth(number).click()
        page.click("#switch")
    page.wait_for_function("(before) => document.querySelector('#bars').innerText !== before",
                           arg=before)  # fmt: skip
    page.click("#all-on")
    page.wait_for_function("(before) => document.querySelector('#bars').innerText === before",
                           arg=before)  # fmt: skip
    assert share.count() == 1


def test_one_file_keeps_digits_over_a_reload_and_gives_them_as_csv(
    file_address, open_page, tmp_path
):
    page = open_page(file_address)
    for strokes, key in ((SEVEN, "7"), (FOUR, "4")):
        draw(page, strokes)
        says(page, key)
        page.keyboard.press(key)
        page.wait_for_timeout(50)
    page.reload()
    page.wait_for_function("() => document.querySelector('#kept').textContent.startsWith('2 ')")
    with page.expect_download() as offered:
        page.click("#download")
    offered.value.save_as(tmp_path / "my_digits.csv")
    kept = read_csv(tmp_path / "my_digits.csv")
    assert kept.labels.tolist() == [7, 4]
    assert load(PRETRAINED).predict(kept.images).tolist() == [7, 4]


def test_a_strange_digit_is_read_after_it_was_taught(training_address, open_page, rng):
    page = open_page(training_address)
    draw(page, STRANGE)
    page.wait_for_timeout(200)
    assert not page.locator("#answer").inner_text().startswith("5")
    for _ in range(5):
        page.click("#clear")
        draw(page, moved(STRANGE, rng.uniform(0.8, 1), rng.uniform(0, 0.1), rng.uniform(0, 0.1)))
        page.wait_for_function("() => document.querySelector('#bars .likeliest') !== null")
        page.get_by_role("button", name="It is a 5").click()
        page.wait_for_timeout(100)
    page.click("#learn")
    page.wait_for_selector("#learn-result:not([hidden])", timeout=60_000)
    assert page.locator("#learn-sentence").inner_text().startswith("Kept")
    page.click("#clear")
    draw(page, moved(STRANGE, 0.9, 0.03, 0.05))
    says(page, "5")
    page.click("#learn-undo")
    page.wait_for_function("() => document.querySelector('#answer-large').textContent !== '5'")


def test_a_training_is_watched_to_its_end_over_a_reload_and_kept(training_address, open_page):
    page = open_page(f"{training_address}#watch")
    page.fill("#watch-epochs", "250")
    page.click("#watch-start")
    page.wait_for_function(
        "() => /epoch/i.test(document.querySelector('#watch-state').textContent)"
    )
    page.click("#watch-pause")
    page.wait_for_selector("#watch-go:visible")
    page.reload()
    page.wait_for_selector("#watch-go:visible")
    page.click("#watch-go")
    page.wait_for_selector("#watch-keep:visible", timeout=60_000)
    assert "after 250 epochs" in page.locator("#watch-state").inner_text()
    assert page.locator("#weights canvas").count() == 16
    assert page.locator("#watch-confusion td.right").count() == 10
    page.click("#watch-keep")
    page.wait_for_function("() => /^Kept/.test(document.querySelector('#watch-state').textContent)")


def test_a_mistake_opens_in_the_first_view_and_the_matrix_filters(address, open_page):
    page = open_page(f"{address}#mistakes")
    all_shown = page.locator("#mistakes-page .thumbnails button").count()
    cell = page.locator(".confusion button").first
    cell.click()
    shown = page.locator("#mistakes-page .thumbnails button")
    assert 0 < shown.count() == int(cell.inner_text()) < all_shown
    truth, predicted = cell.get_attribute("data-cell").split(":")
    shown.first.click()
    page.wait_for_function("() => location.hash === '#draw'")
    assert f"{truth} read as {predicted}" in page.locator("#caption").inner_text()
    assert page.locator("#bars .likeliest b").inner_text() == predicted


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_view_has_serious_barriers(size, colours, served_address, open_page):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm install axe-core")
    page = open_page(served_address, size, color_scheme=colours, reduced_motion="reduce",
                     bypass_csp=True)  # fmt: skip
    draw(page, SEVEN)
    page.add_script_tag(path=AXE)
    for view in ("draw", "watch", "mistakes"):
        page.evaluate("(view) => { location.hash = view; }", view)
        page.wait_for_timeout(400)
        found = page.evaluate("async () => (await axe.run()).violations")
        serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
        assert not serious, (view, serious)
