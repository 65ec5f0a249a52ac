"""The addresses of the page's server, asked without a browser."""

import base64
import io
import json
import re
import threading
import time
from functools import partial

import numpy as np
import pytest
from PIL import Image

from digits.formats import read
from digits.pictures.decoding import MOST_PIXELS
from digits.places import PRETRAINED
from digits.reader import load
from digits.reader.settings import PRESETS

pytest.importorskip("flask", reason="Flask is not installed")

from digits.web import app, desk, learning
from digits.web.guard import Guard
from digits.web.page import STATIC, names_of_modules

SEVEN = [[[50, 20, 8], [120, 20, 8], [80, 120, 8]]]
IMAGE = [0] * 400 + [255] * 30 + [0] * 354
SHORT = {"kind": "watch", "preset": "default", "epochs": 3}


@pytest.fixture
def places(small_csv, tmp_path):
    return desk.Places(
        small_csv, tmp_path / "data" / "my.csv", tmp_path / "mine", tmp_path / "seen"
    )


@pytest.fixture
def own_desk(places, monkeypatch):
    monkeypatch.setattr(desk, "DRAWN", 20)
    monkeypatch.setitem(PRESETS["default"], "drawn", 20)
    monkeypatch.setattr(learning, "EPOCHS", 2)
    monkeypatch.setattr(learning, "COPIES", 4)
    return desk.Desk(load(PRETRAINED), places)


def asking(own_desk, host="127.0.0.1", port=8000, token=None):
    """A client of the server of a desk, which calls it by its own name."""
    client = app.create_app(own_desk, Guard(host, port, token)).test_client()
    client.open = partial(client.open, base_url=f"http://{host}:{port}")
    return client


@pytest.fixture
def page(own_desk):
    """A client of a server of its own."""
    client = asking(own_desk)
    yield client
    own_desk.close()
    if own_desk.jobs.last:
        own_desk.jobs.last.join(10)


def ended(page) -> dict:
    """The job at its end."""
    for _ in range(200):
        told = page.get("/job").json
        if told["state"] in ("ended", "stopped", "failed"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def events_of(page) -> list[tuple[str, dict]]:
    found = []
    for block in page.get("/job/events").text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_the_page_and_its_files_are_handed_out_and_nothing_else(page):
    assert page.get("/").mimetype == "text/html" and b"<html" in page.get("/").data
    assert page.get("/static/main.js").mimetype == "text/javascript"
    assert page.get("/static/style.css").mimetype == "text/css"
    for name in ("../app.py", "..%2fapp.py", "index.html", "nothing.js", "%2fetc%2fpasswd", ""):
        answer = page.get(f"/static/{name}")
        assert answer.status_code == 404 and list(answer.json) == ["error"], name


def test_the_model_comes_with_digits_to_show(page):
    told = page.get("/model").json
    assert told["served"] is True and told["test"] == "100 test digits"
    assert told["layers"][0] == [16, "sigmoid"] and told["accuracy"] > 0.9


def test_a_drawing_is_read_as_a_number_with_boxes_in_the_unit_of_its_strokes(page):
    second = [[[x + 120, y, width] for x, y, width in SEVEN[0]]]
    told = page.post("/number", json={"strokes": SEVEN + second}).json
    assert told["number"] == "77" and "file" not in told
    boxes = [digit["box"] for digit in told["digits"]]
    assert boxes[0] == pytest.approx([46, 16, 78, 108], abs=2)
    assert boxes[1] == pytest.approx([166, 16, 78, 108], abs=2)
    assert all(digit["probability"] > 0.9 for digit in told["digits"])


def test_a_drawing_without_ink_is_blank(page):
    for strokes in ([], [[]]):
        told = page.post("/number", json={"strokes": strokes}).json
        assert told == {"number": None, "digits": [], "reason": "blank"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "the request is not JSON"),
        ("[" * 100_000, "the request is not JSON"),
        ("[1]", "the request is a list"),
        ("9" * 5000, "the request is not JSON"),
        ("{}", "strokes are missing"),
        ('{"strokes": [1]}', "strokes are missing"),
        ('{"strokes": [[[1, 2]]]}', "strokes[0][0] is [1, 2], expected x, y"),
        ('{"strokes": [[[1, 2, 0]]]}', "strokes[0][0] is"),
        ('{"strokes": [[[1, 2, NaN]]]}', "strokes[0][0] is"),
        ('{"strokes": [[[1, Infinity, 3]]]}', "strokes[0][0] is"),
        ('{"strokes": [[[1, 1e400, 3]]]}', "strokes[0][0] is"),
        ('{"strokes": [[[1, 2000000, 3]]]}', "strokes[0][0] is"),
        ('{"strokes": [[["1", 2, 3]]]}', "strokes[0][0] is"),
        ('{"strokes": [[[true, 2, 3]]]}', "strokes[0][0] is"),
        (json.dumps({"strokes": [[[1, 2, 3]] * 5001]}), "the number of points is 5001"),
        (json.dumps({"strokes": [[]] * 201}), "the number of strokes is 201"),
    ],
)
def test_what_is_no_drawing_is_refused_in_a_sentence(page, content, sentence):
    answer = page.post("/number", data=content, content_type="application/json")
    assert answer.status_code == 400 and answer.json["error"].startswith(sentence)


def test_what_does_not_say_that_it_is_json_is_refused(page):
    answer = page.post("/number", data="{}", content_type="text/plain")
    assert answer.status_code == 415 and "application/json" in answer.json["error"]


def test_json_of_megabytes_is_refused(page):
    answer = page.post("/number", data=b" " * 1_000_001, content_type="application/json")
    assert answer.status_code == 413 and "1 MB" in answer.json["error"]


def picture(size: tuple[int, int] = (28, 28), mode: str = "L") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_is_read_as_a_digit_and_as_a_number(page, digits):
    stream = io.BytesIO()
    Image.fromarray(255 - digits.images[0].reshape(28, 28)).resize((90, 90)).save(stream, "PNG")
    told = page.post("/picture", data=stream.getvalue()).json
    assert told["size"] == [90, 90]
    assert told["single"]["digit"] == digits.labels[0] and len(told["single"]["image"]) == 784
    assert told["number"]["number"] == str(digits.labels[0])
    assert page.post("/picture", data=picture((50, 40))).json["single"]["reason"] == "blank"


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 400, "the picture is not a whole picture, expected a PNG"),
        (b"nonsense", 400, "the picture is not a whole picture"),
        (b"\0" * 20_000_001, 413, "that is too large, expected at most 20 MB for a picture"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(page, content, status, sentence):
    answer = page.post("/picture", data=content)
    assert answer.status_code == status and answer.json["error"].startswith(sentence)


def test_a_picture_of_too_many_pixels_is_refused_in_a_sentence(page):
    wide = picture((MOST_PIXELS // 1000 + 1, 1000), "1")
    answer = page.post("/picture", data=wide)
    assert answer.status_code == 400
    assert answer.json["error"].endswith("too many pixels, expected at most 50,000,000")


def test_ones_own_digits_are_kept_in_the_layout_that_train_takes(page, places):
    for label in (3, 5):
        assert page.post("/my", json={"label": label, "image": IMAGE}).status_code == 200
    told = page.get("/my").json
    assert told["count"] == 2 and told["counts"] == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    assert told["digits"][0] == {"label": 5, "image": IMAGE} and told["digits"][1]["label"] == 3
    assert told["taught"] is told["former"] is False
    kept = read(places.my_digits)
    assert kept.labels.tolist() == [3, 5] and kept.images[0].tolist() == IMAGE
    assert page.get("/my.csv").data == places.my_digits.read_bytes()
    assert page.delete("/my").json["count"] == 1
    assert page.delete("/my").json["count"] == page.delete("/my").json["count"] == 0
    assert not places.my_digits.exists() and page.get("/my.csv").status_code == 404


@pytest.mark.parametrize(
    ("label", "image"),
    [(10, IMAGE), (-1, IMAGE), ("3", IMAGE), (True, IMAGE), (None, IMAGE), (3, None),
     (3, IMAGE[1:]), (3, [256, *IMAGE[1:]]), (3, [0.5, *IMAGE[1:]]), (3, [0] * 784)],
)  # fmt: skip
def test_what_is_no_digit_is_not_kept(page, places, label, image):
    answer = page.post("/my", json={"label": label, "image": image})
    assert answer.status_code == 400 and "expected" in answer.json["error"]
    assert not places.my_digits.exists()


def test_a_damaged_file_of_ones_own_digits_is_told_of_and_left_alone(page, places):
    places.my_digits.parent.mkdir()
    places.my_digits.write_text("something else\n")
    answer = page.post("/my", json={"label": 1, "image": IMAGE})
    assert answer.status_code == 400 and "my.csv" in answer.json["error"]
    assert places.my_digits.read_text() == "something else\n"


def test_no_digit_is_lost_that_several_threads_keep_at_once(page, own_desk):
    def keep(label: int) -> None:
        for _ in range(5):
            own_desk.my.add(label, np.full(784, label + 1, np.uint8))

    threads = [threading.Thread(target=keep, args=[label]) for label in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.get("/my").json["counts"] == [5] * 8 + [0] * 2


def test_before_any_training_there_is_no_job(page):
    assert page.get("/job").json == {"job": None}
    for what in ("pause", "go", "stop", "keep"):
        assert page.post(f"/job/{what}").status_code == 404
    assert page.get("/job/events").status_code == 404


def test_a_watched_training_tells_of_every_epoch_and_shows_its_weights(page):
    started = page.post("/job", json=SHORT)
    assert started.status_code == 202 and started.json == {"job": 1}
    told = events_of(page)  # until its end
    epochs = [data for name, data in told if name == "epoch"]
    assert [data["epoch"] for data in epochs] == [1, 2, 3]
    assert list(epochs[0]) == ["epoch", "epochs", "loss", "accuracy", "test_loss",
                               "test_accuracy", "seconds"]  # fmt: skip
    weights = next(data for name, data in reversed(told) if name == "weights")
    images = np.frombuffer(base64.b64decode(weights["images"]), np.int8)
    assert images.size == weights["units"] * 784 and np.abs(images).max() == 127
    assert np.sum(weights["confusion"]) == 100 and weights["epoch"] == 3
    assert len(weights["mistakes"][0][0]) == 784
    assert told[-1][0] == "end" and told[-1][1]["state"] == "ended"
    assert told[-1][1]["result"]["test_accuracy"] == epochs[-1]["test_accuracy"]
    assert page.get("/job").json == told[-1][1]


def test_whoever_comes_late_is_told_all_epochs_and_whoever_was_cut_off_the_rest(page):
    page.post("/job", json=SHORT)
    ended(page)
    first = page.get("/job/events").text
    assert first.count("event: epoch") == 3 and first.count("event: weights") == 1
    second = next(line[4:] for line in first.splitlines() if line.startswith("id: "))
    rest = page.get("/job/events", headers={"Last-Event-ID": second}).text
    assert first.split("\n\n")[2:] == rest.split("\n\n")[1:]


def test_a_training_is_held_goes_on_and_is_stopped(page):
    page.post("/job", json={**SHORT, "epochs": 2000})
    while page.get("/job").json["epoch"] < 2:
        time.sleep(0.01)
    assert page.post("/job/pause").json["state"] == "paused"
    time.sleep(0.1)
    epoch = page.get("/job").json["epoch"]
    time.sleep(0.1)
    assert page.get("/job").json["epoch"] == epoch
    assert page.post("/job/go").json["state"] == "running"
    while page.get("/job").json["epoch"] == epoch:
        time.sleep(0.01)
    page.post("/job/stop")
    told = ended(page)
    assert told["state"] == "stopped" and told["result"]["epochs"] == told["epoch"] < 2000


def test_one_training_at_a_time(page):
    page.post("/job", json={**SHORT, "epochs": 2000})
    for second in (SHORT, {"kind": "watch"}):
        answer = page.post("/job", json=second)
        assert answer.status_code == 409 and "running already" in answer.json["error"]
    page.post("/job/stop")
    ended(page)
    assert page.post("/job", json=SHORT).json == {"job": 2}


def test_a_watched_model_is_kept_and_undone(page, places, own_desk):
    shipped = own_desk.reader
    page.post("/job", json=SHORT)
    assert ended(page)["kept"] is False
    assert page.post("/job/keep").json["kept"] is True
    assert page.post("/job/keep").status_code == 200
    assert page.get("/model").json["about"]["epochs"] == 3 and page.get("/my").json["former"]
    kept = load(places.watched / "model.npz").network.theta
    assert np.array_equal(kept, own_desk.reader.network.theta)
    assert page.post("/undo").json["former"] is False
    assert own_desk.reader is shipped
    answer = page.post("/undo")
    assert answer.status_code == 400 and "nothing to undo" in answer.json["error"]


def test_a_training_that_is_to_be_kept_is_kept_at_its_end_though_nobody_looks(page, places):
    page.post("/job", json={**SHORT, "epochs": 2000})
    assert page.post("/job/keep").json["kept"] is True
    while page.get("/job").json["epoch"] < 2:
        time.sleep(0.01)
    page.post("/job/stop")
    assert ended(page)["kept"] is True
    assert (places.watched / "model.npz").exists()


@pytest.mark.parametrize(
    "wish",
    [{}, {"kind": "paint"}, {"kind": ["watch"]}, {**SHORT, "preset": "none"},
     {**SHORT, "preset": ["best"]}, {**SHORT, "epochs": 0}, {**SHORT, "epochs": 10**9},
     {**SHORT, "epochs": "many"}, {**SHORT, "optimizer": "none"}, {**SHORT, "seed": -1}],
)  # fmt: skip
def test_a_training_that_cannot_be_is_refused_in_a_sentence(page, wish):
    answer = page.post("/job", json=wish)
    assert answer.status_code == 400 and "expected" in answer.json["error"]
    assert page.get("/job").json == {"job": None}


def teach(page, digits, count=20) -> None:
    for image, label in zip(digits.images[:count].tolist(), digits.labels.tolist(), strict=False):
        page.post("/my", json={"label": label, "image": image})


def test_a_hand_is_learned_kept_and_undone(page, places, own_desk, few, monkeypatch):
    monkeypatch.setattr(learning, "LOSS_ALLOWED", 1.0)
    shipped = own_desk.reader
    teach(page, few)
    assert page.post("/job", json={"kind": "learn"}).status_code == 202
    told = ended(page)
    assert told["state"] == "ended" and told["kept"] and told["epoch"] == 2
    result = told["result"]
    assert result["held_out"] > 0 and 0 <= result["after"]["mine"] <= 1
    assert result["sentence"].startswith("kept: of your ")
    state = page.get("/my").json
    assert state["taught"] and state["former"]
    assert load(places.mine / "model.npz").about["taught"] == 20 - result["held_out"]
    state = page.post("/undo").json
    assert not state["taught"] and not state["former"] and own_desk.reader is shipped
    assert not (places.mine / "model.npz").exists()


def test_what_forgets_the_others_is_not_kept(page, places, own_desk, few, monkeypatch):
    monkeypatch.setattr(learning, "LOSS_ALLOWED", -1.0)
    shipped = own_desk.reader
    teach(page, few)
    page.post("/job", json={"kind": "learn"})
    told = ended(page)
    assert told["state"] == "ended" and not told["kept"] and not told["result"]["kept"]
    assert told["result"]["sentence"].startswith("not kept, as too many of the others were forg")
    assert own_desk.reader is shipped and not places.mine.exists()
    assert page.get("/my").json["former"] is False


def test_a_second_learning_is_undone_to_the_first(page, places, own_desk, few, monkeypatch):
    monkeypatch.setattr(learning, "LOSS_ALLOWED", 1.0)
    teach(page, few, 3)
    readers = []
    for _ in range(2):
        page.post("/job", json={"kind": "learn"})
        ended(page)
        readers.append(own_desk.reader)
    assert page.post("/undo").json["taught"] and own_desk.reader is readers[0]
    kept = load(places.mine / "model.npz").network.theta
    assert np.array_equal(kept, readers[0].network.theta)


def test_without_digits_of_ones_own_there_is_nothing_to_learn(page):
    answer = page.post("/job", json={"kind": "learn"})
    assert answer.status_code == 400 and "no digits of yours yet" in answer.json["error"]


def test_an_installed_package_has_a_page_and_says_why_it_does_not_train(places):
    installed = desk.Desk(load(PRETRAINED), places._replace(digits=None))
    page = asking(installed)
    assert page.get("/model").json["test"] == "1,000 drawn digits"
    answer = page.post("/job", json=SHORT)
    assert answer.status_code == 400 and "expected a clone" in answer.json["error"]


def test_a_training_that_fails_says_so_in_a_sentence(page, places):
    places.digits.parent.mkdir(exist_ok=True)
    own = desk.Desk(load(PRETRAINED), places._replace(digits=places.my_digits))
    other = asking(own)
    other.post("/job", json=SHORT)
    told = ended(other)
    assert told["state"] == "failed" and "my.csv" in told["result"]["sentence"]


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "127.0.0.1", "127.0.0.1:8001", "localhost:80", "", "localhost"]
)
def test_a_request_by_another_name_is_refused(page, host):
    answer = page.get("/my", headers={"Host": host})
    assert answer.status_code == 403 and "another name" in answer.json["error"]


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:9000",
        "",
        "file://",
    ],
)
def test_a_request_of_another_page_is_refused(page, origin):
    for ask in (page.get, page.post, page.delete):
        answer = ask("/my", headers={"Origin": origin})
        assert answer.status_code == 403 and "another page" in answer.json["error"]


@pytest.mark.parametrize("name", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000"])
def test_the_pages_own_requests_are_answered(page, name):
    headers = {"Host": name, "Origin": f"http://{name}"}
    assert page.get("/my", headers=headers).status_code == 200


def test_every_answer_says_what_a_page_may_do(page):
    for answer in (
        page.get("/"),
        page.get("/my"),
        page.get("/none"),
        page.get("/", headers={"Host": "x"}),
    ):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_other_machines_need_the_token_that_the_printed_address_has(own_desk):
    page = asking(own_desk, "192.168.1.5", 8000, "secret")
    for address in ("/", "/my", "/static/main.js", "/?token=guess", "/?token=", "/?token=%C3%A9"):
        answer = page.get(address)
        assert answer.status_code == 403 and "token" in answer.json["error"]
    answer = page.get("/?token=secret")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert page.get("/my").status_code == 200  # the client has kept it


def test_all_addresses_of_a_machine_are_its_own_but_no_other_name_is():
    guard = Guard("0.0.0.0", 80, "secret")
    for host in ("10.0.0.7", "10.0.0.7:80", "[fe80::1]", "[fe80::1]:80", "localhost"):
        assert guard.is_ours(host)
    for host in ("evil.example", "10.0.0.7.evil.example:80", "10.0.0.7:8000"):
        assert not guard.is_ours(host)


def test_a_fault_of_our_own_is_a_sentence_without_its_trace(own_desk, monkeypatch, caplog):
    monkeypatch.setattr(own_desk, "mine", lambda: 1 / 0)
    page = asking(own_desk)
    answer = page.get("/my")
    assert answer.status_code == 500
    assert answer.json == {"error": "the program met a fault of its own; its terminal says more"}
    assert "ZeroDivisionError" in caplog.text


def test_other_methods_and_addresses_are_refused_in_sentences(page):
    assert page.put("/my").status_code == 405 and "error" in page.put("/my").json
    assert page.get("/none").status_code == 404 and "error" in page.get("/none").json
    assert page.get("/number").status_code == 405


def test_every_explanation_that_the_page_links_to_is_there(page):
    text = page.get("/how-it-works.md").text
    anchors = set(re.findall(r'<h2 id="([^"]+)"', text))
    files = [STATIC / name for name in ("index.html", *names_of_modules())]
    written = " ".join(file.read_text(encoding="utf-8") for file in files)
    linked = re.findall(r'howLink\("([^"]+)"|data-how="([^"]+)"', written)
    assert {one or other for one, other in linked} <= anchors and linked
    for address in re.findall(r'src="([^"]+)"', text):
        assert page.get(f"/{address}").data.startswith(b"\x89PNG")
    assert set(re.findall(r'href="(/[^"]*|[^#/][^"]*)"', text)) <= {
        "/", "/static/style.css", "/static/served.css", "data:,",
        *re.findall(r'href="(https?:[^"]*)"', text),
    }  # fmt: skip
    assert page.get("/images/none.png").status_code == 404
