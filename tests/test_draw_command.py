"""`draw`, and the server that it starts, asked over real connections."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from conftest import ROOT

from digits.commands import draw, terminal
from digits.places import PRETRAINED
from digits.reader import load

pytest.importorskip("flask", reason="Flask is not installed")
pytest.importorskip("waitress", reason="waitress is not installed")

from serving import free_port, served

from digits.web import desk

SEVEN = [[[50, 20, 8], [120, 20, 8], [80, 120, 8]]]


@pytest.fixture
def port(small_csv, tmp_path) -> Iterator[int]:
    """Where a server of its own answers, in a thread of this process."""
    places = desk.Places(small_csv, tmp_path / "my.csv", tmp_path / "mine", tmp_path / "watched")
    with served(desk.Desk(load(PRETRAINED), places)) as port:
        yield port


def asked(port: int, method: str, address: str, body: object = None, **headers: str) -> tuple:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return answer(connection, method, address, body, **headers)


def answer(
    connection: http.client.HTTPConnection,
    method: str,
    address: str,
    body: object = None,
    **headers: str,
) -> tuple:
    given = {} if body is None else {"Content-Type": "application/json"}
    content = None if body is None else json.dumps(body)
    connection.request(method, address, content, {**given, **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_twenty_clients_with_a_hundred_requests_each_lose_none(port):
    answers: list[tuple] = []

    def client(number: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for i in range(100):
                if i % 10 == number % 10:
                    answers.append(answer(connection, "POST", "/number", {"strokes": SEVEN}))
                else:
                    answers.append(answer(connection, "GET", "/my"))

    threads = [threading.Thread(target=client, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 2000
    assert sum(told.get("number") == "7" for _, told in answers) == 200


def test_a_server_that_is_ended_leaves_neither_thread_nor_port_however_young_it_is(
    small_csv, tmp_path
):
    reader, before = load(PRETRAINED), threading.active_count()
    for number in range(30):
        with (
            ExitStack() as connections,
            served(desk.Desk(reader, desk.Places(small_csv, *[tmp_path] * 3))) as port,
        ):
            for _ in range(number % 3):
                connections.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert threading.active_count() <= before
        socket.create_server(("127.0.0.1", port)).close()


def test_a_foreign_host_or_origin_is_refused_over_the_wire(port):
    assert asked(port, "GET", "/my")[0] == 200
    status, told = asked(port, "GET", "/my", Host="evil.example")
    assert status == 403 and "another name" in told["error"]
    assert asked(port, "POST", "/my", {}, Origin="http://evil.example")[0] == 403


def test_a_path_that_leads_elsewhere_is_no_file(port):
    for path in ("/static/../app.py", "/static/..%2fapp.py", "/../../etc/passwd", "//etc/passwd"):
        assert asked(port, "GET", path)[0] in (403, 404)


def test_an_upload_beyond_the_limit_is_told_so_over_the_wire(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/picture", b"\0" * 20_000_001)
        response = connection.getresponse()
        assert response.status == 413 and "20 MB" in json.loads(response.read())["error"]


def test_a_closed_tab_stops_no_training(port, few_drawn):
    asked(port, "POST", "/job", {"kind": "watch", "epochs": 500})
    listener = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    listener.request("GET", "/job/events")
    assert listener.getresponse().readline() == b": what a job tells, from its beginning\n"
    listener.close()
    while (told := asked(port, "GET", "/job")[1])["state"] in ("preparing", "running"):
        time.sleep(0.05)
    assert (told["state"], told["epoch"]) == ("ended", 500)


@pytest.fixture
def run(tmp_path):
    """Start `draw` as a process of its own."""
    started = []

    def start(*flags: str) -> subprocess.Popen[str]:
        words = [sys.executable, str(ROOT / "scripts" / "draw.py"), "--model", str(PRETRAINED)]
        environment = {**os.environ, "BROWSER": f"touch {tmp_path / 'opened'} #%s"}
        started.append(
            subprocess.Popen([*words, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, cwd=tmp_path, env=environment)
        )  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_draw_prints_its_address_answers_and_ends_with_ctrl_c(run):
    port = free_port()
    process = run("--no-browser", "--port", str(port))
    assert process.stdout.readline() == f"the page is at http://127.0.0.1:{port}/\n"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert b"<html" in page.read()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == terminal.INTERRUPTED
    assert told.splitlines()[-1] == "draw.py: interrupted" and "Traceback" not in told


def test_a_host_for_others_is_told_with_a_token_that_lets_in(run):
    port = free_port()
    process = run("--no-browser", "--port", str(port), "--host", "0.0.0.0")
    address = process.stdout.readline().split()[-1]
    assert f":{port}/?token=" in address
    assert asked(port, "GET", "/my")[0] == 403
    token = address.partition("?token=")[2]
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", f"/?token={token}")
        response = connection.getresponse()
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        response.read()
    assert asked(port, "GET", "/my", Cookie=cookie)[0] == 200


def test_a_port_that_is_taken_is_told_of_in_a_sentence(capsys):
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        own.listen()
        port = own.getsockname()[1]
        flags = ["--model", str(PRETRAINED), "--no-browser", "--port", str(port)]
        assert draw.main(flags) == terminal.BAD_INPUT
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert sentence.endswith(f"port {port} is taken, expected another: --port {port + 1}")


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1"])
def test_a_host_that_is_not_of_this_machine_is_told_of_in_a_sentence(host, capsys):
    flags = ["--model", str(PRETRAINED), "--no-browser", "--host", host, "--port", "8999"]
    assert draw.main(flags) == terminal.BAD_INPUT
    assert host in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "many"])
def test_a_port_that_cannot_be_is_wrong_usage(port, capsys):
    with pytest.raises(SystemExit) as stop:
        draw.main(["--port", port])
    assert stop.value.code == terminal.WRONG_USAGE


def test_without_flask_a_sentence_says_how_it_is_installed(monkeypatch, capsys):
    found = terminal.find_spec
    monkeypatch.setattr(
        terminal, "find_spec", lambda module: None if module == "waitress" else found(module)
    )
    assert draw.main(["--no-browser"]) == terminal.BAD_INPUT
    told = capsys.readouterr().err
    assert told.endswith(
        ": waitress is not installed; python -m pip install flask waitress markdown\n"
    )


def test_the_browser_is_opened_unless_it_is_not_wanted(monkeypatch, capsys):
    opened: list[str] = []
    monkeypatch.setattr(draw, "Server", Ended)
    monkeypatch.setattr(draw.webbrowser, "open", opened.append)
    monkeypatch.setattr(draw.threading, "Thread", AtOnce)
    for flags in ([], ["--no-browser"], ["--port", "8001"]):
        assert draw.main(["--model", str(PRETRAINED), *flags]) == terminal.INTERRUPTED
    assert opened == ["http://127.0.0.1:8000/", "http://127.0.0.1:8001/"]


class Ended:
    """A server that was ended before it answered."""

    def __init__(self, desk, guard):
        self.run = lambda: None


class AtOnce:
    """A thread that has done its work when it is started."""

    def __init__(self, target, args, daemon):
        self.start = lambda: target(*args)


def test_the_model_that_has_learned_a_hand_is_used_and_undone_to_the_other(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(draw, "MINE", tmp_path)
    monkeypatch.setattr(terminal, "LATEST", tmp_path / "latest")
    reader = load(PRETRAINED)
    reader.save(tmp_path / "model.npz")
    options = draw.parse([])
    assert draw.models(options)[1] == []  # it was trained, but has learned nobody's hand
    reader.about["taught"] = 20
    reader.save(tmp_path / "model.npz")
    taught, former = draw.models(options)
    assert taught.about["taught"] == 20 and "taught" not in former[0].about
    assert str(tmp_path / "model.npz") in capsys.readouterr().err


def test_the_requirements_of_the_page_are_those_of_its_extra():
    lines = (ROOT / "requirements-app.txt").read_text().splitlines()
    assert lines[0] == "-r requirements.txt"
    listed = ", ".join(f'"{line}"' for line in lines[1:])
    assert f"web = [{listed}]" in (ROOT / "pyproject.toml").read_text()
    assert {line.partition(">=")[0] for line in lines[1:]} >= set(draw.INSTALL.split())
