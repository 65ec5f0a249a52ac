"""What the page computes by itself is what the package computes."""

import base64
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from browsing import chromium, right_of, written

from digits import load
from digits.dataset import Digits
from digits.pictures.drawing import ink_of
from digits.pictures.mnist_like import mnist_like
from digits.places import PRETRAINED
from digits.reader import Reading
from digits.reader.answers import reason_for_none
from digits.web.page import STATIC, page_data, program, static

DRAWN = 1000
SITE = "http://digits.test"


@pytest.fixture(scope="module")
def reader():
    return load(PRETRAINED)


@pytest.fixture(scope="module")
def test_digits(all_digits):
    return Digits(all_digits.images[-10_000:], all_digits.labels[-10_000:])


@pytest.fixture(scope="module")
def page(reader, test_digits, tmp_path_factory):
    """A blank page of a site that has the modules and the model, but nothing of a server."""
    data = json.dumps(page_data(reader, test_digits, "test digits"))

    def answer(route, request):
        name = request.url.removeprefix(SITE)
        if name == "/model":
            route.fulfill(body=data, content_type="application/json")
        elif name.startswith("/static/"):
            route.fulfill(path=STATIC / Path(name).name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    with chromium(tmp_path_factory.mktemp("home")) as browser:
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto(SITE)
        page.evaluate(
            """async () => {
              const { openModel } = await import("/static/model.js");
              const { Reader } = await import("/static/reader.js");
              window.reader = new Reader(await openModel(await (await fetch("/model")).json()));
              window.told = ({ label, probabilities, confident, reason }) =>
                [label, Array.from(probabilities), confident, reason];
            }"""
        )
        yield page


def test_the_page_reads_the_test_digits_as_the_package_does(page, reader, test_digits):
    text = base64.b64encode(test_digits.images.tobytes()).decode()
    told = page.evaluate(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          return Array.from({ length: bytes.length / 784 }, (_, i) =>
            told(reader.readImage(bytes.subarray(784 * i, 784 * (i + 1)))));
        }""",
        text,
    )
    expected = reader.read(test_digits.images)
    labels, probabilities, confident, _ = zip(*told, strict=True)
    assert np.array_equal(labels, expected.labels)
    assert np.array_equal(confident, expected.confident)
    assert np.abs(np.array(probabilities) - expected.probabilities).max() < 1e-4


def test_the_page_reads_drawings_as_the_package_does(page, reader, rng):
    drawings = [drawing_of(kind, rng) for kind in range(DRAWN)]
    told = page.evaluate("(all) => all.map((strokes) => told(reader.answer(strokes)))", drawings)
    labels, probabilities, confident, reasons = zip(*told, strict=True)
    inks = [ink_of(strokes).share for strokes in drawings]
    images = np.array([mnist_like(ink) for ink in inks]).reshape(DRAWN, -1)
    expected = reader.read(images)
    assert np.array_equal(labels, expected.labels)
    assert np.array_equal(confident, expected.confident)
    assert np.abs(np.array(probabilities) - expected.probabilities).max() < 1e-4
    for number, (ink, reason) in enumerate(zip(inks, reasons, strict=True)):
        one = Reading(*(part[number : number + 1] for part in expected))
        assert reason == reason_for_none(ink, images[number], one)
    assert set(reasons) == {"blank", "several digits", "not sure", None}


def drawing_of(kind: int, rng: np.random.Generator) -> list:
    """Mostly a digit; now and then two side by side, a scribble, a dot, or nothing."""
    digit = written(kind % 10, rng)
    match kind % 50:
        case 0:
            return []
        case 10:
            return [[[5.0, 5.0, 20.0]]]
        case 20:
            return [[[*place, 10.0] for place in rng.uniform(0, 300, (30, 2)).tolist()]]
        case 5 | 15 | 25 | 35 | 45:
            second = written(int(rng.integers(10)), rng, right_of(digit) + rng.uniform(0, 200))
            return [*digit, *second]
    return digit


def test_the_shares_of_the_pixels_add_up_to_the_difference_of_two_scores(page, test_digits):
    for image in test_digits.images[:20]:
        shares = page.evaluate(
            """async (image) => {
              const { contributions } = await import("/static/contributions.js");
              const { posed, sums } = reader.readImage(Uint8Array.from(image));
              const order = Array.from(sums.at(-1).keys()).sort((a, b) => sums.at(-1)[b] - sums.at(-1)[a]);
              const [a, b] = order;
              const { pixels, blank, difference } = contributions(reader.network, posed, a, b);
              return [pixels.reduce((sum, share) => sum + share, 0), blank, difference,
                      sums.at(-1)[a] - sums.at(-1)[b]];
            }""",  # noqa: E501
            image.tolist(),
        )
        pixels, blank, difference, scores = shares
        assert pixels + blank == pytest.approx(difference, abs=0.01)
        assert difference == pytest.approx(scores, abs=1e-6)


def test_a_neuron_that_is_switched_off_passes_nothing_on(page, reader, test_digits):
    image = test_digits.images[0]
    told = page.evaluate(
        '(image) => told(reader.readImage(Uint8Array.from(image), new Set(["1:3"])))[1]',
        image.tolist(),
    )
    broken = load(PRETRAINED)
    broken.network.parameters[2][0][3] = 0
    assert np.allclose(told, broken.probabilities(image)[0], atol=1e-6)
    assert not np.allclose(told, reader.probabilities(image)[0], atol=1e-6)


def test_the_one_script_has_every_module_once_and_no_name_twice():
    script = program("main.js")
    assert "import {" not in script and "\nexport " not in script
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert "class Reader" in script and script.index("class Network") < script.index("class Reader")


def test_the_page_in_the_documents_is_that_of_the_shipped_model_as_the_code_makes_it(reader):
    page = (STATIC.parents[2] / "docs" / "digits.html").read_text(encoding="utf-8")
    assert len(page.encode()) <= 300_000
    assert program("main.js") in page and static("style.css") in page
    data = json.loads(re.findall(r'id="page-data">(.*?)</script>', page)[0])
    name, dtype, (count,) = data["arrays"][0]
    planes = zlib.decompress(base64.b64decode(data["data"]))[: 4 * count]
    theta = np.frombuffer(planes, np.uint8).reshape(4, count).T.copy().view("<f4").ravel()
    assert (name, dtype) == ("theta", "float32")
    assert np.array_equal(theta, reader.network.theta)
