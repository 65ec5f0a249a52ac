"""What a page asks its server, and what nobody should, as the bytes of requests."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from digits.dataset import CLASSES, PIXELS
from mutations import MUTATIONS, ODD, choice
from specimens import Specimen

HOST = "127.0.0.1"
GETS = ("/", "/model", "/my", "/my.csv", "/job", "/static/main.js", "/images/page.png",
        "/how-it-works.md")  # fmt: skip
POSTS = ("/number", "/picture", "/my", "/job", "/undo", "/job/pause", "/job/go", "/job/stop",
         "/job/keep")  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO")
NAMES = ("..", "%2e%2e", "..%2f..", "%00", "a" * 5000, "é", "%c3%28", "static", "main.js", "app.py",
         "\\..\\", "//", "?token=", "?token=%ff", ";", "*", "etc/passwd")  # fmt: skip
HEADERS = {
    "Host": ("evil.example", "127.0.0.1", "", "[::1", "127.0.0.1:99999", "a" * 5000, "é"),
    "Origin": ("null", "http://evil.example", "", "file://", "http://", "é"),
    "Content-Type": (
        "text/plain",
        "",
        "application/json; charset=utf-7",
        "é",
        "multipart/form-data",
    ),
    "Content-Length": ("-1", "0", "1", "99999999999999999999", "1e3", "0x10", "", "5, 5"),
    "Transfer-Encoding": ("chunked", "gzip", "chunked, chunked", "identity", ""),
    "Last-Event-ID": ("1-1", "1-99999999999999999999", "-", "é", "1-١"),
    "Cookie": ("digits_8000=é", "=;=;", "a" * 5000, "digits=\\"),
    "Expect": ("100-continue", "200-ok"),
    "Range": ("bytes=0-0", "bytes=-1", "pigs=1-2"),
}
Generator = np.random.Generator


def request(port: int, method: str, address: str, body: bytes = b"", **headers: str) -> bytes:
    """The text of a request, which says what a page of the server itself would say."""
    said = {"Host": f"{HOST}:{port}", "Connection": "close", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in {**said, **headers}.items()]
    return "\r\n".join([f"{method} {address} HTTP/1.1", *lines, "", ""]).encode() + body


def posted(port: int, address: str, body: Any) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(port, "POST", address, text, **{"Content-Type": "application/json"})


def stroke(rng: Generator) -> list[list[float]]:
    return [[*point, 8] for point in rng.uniform(0, 200, (int(rng.integers(1, 20)), 2)).tolist()]


def odd(rng: Generator) -> Any:
    return ODD[int(rng.integers(len(ODD)))]


def plain(port: int, rng: Generator) -> bytes:
    return request(port, "GET", choice(GETS, rng))


def drawing(port: int, rng: Generator) -> bytes:
    return posted(port, "/number", {"strokes": [stroke(rng) for _ in range(rng.integers(1, 5))]})


def odd_drawing(port: int, rng: Generator) -> bytes:
    strokes: list[Any] = [stroke(rng) for _ in range(3)]
    where = rng.integers(4)
    if where == 0:
        strokes[0][0][int(rng.integers(3))] = odd(rng)
    elif where == 1:
        strokes[0][0] = odd(rng)
    else:
        strokes[0] = odd(rng)
    return posted(port, "/number", {"strokes": odd(rng) if where == 3 else strokes})


def digit(port: int, rng: Generator) -> bytes:
    said = {"label": int(rng.integers(CLASSES)), "image": rng.integers(0, 256, PIXELS).tolist()}
    return posted(port, "/my", said)


def odd_digit(port: int, rng: Generator) -> bytes:
    image = rng.integers(-1, 257, int(rng.integers(PIXELS - 1, PIXELS + 2))).tolist()
    said: dict[str, Any] = {"label": int(rng.integers(-2, 12)), "image": image}
    return posted(port, "/my", said | {choice(list(said), rng): odd(rng)})


def not_json(port: int, rng: Generator) -> bytes:
    body = json.dumps({"strokes": [stroke(rng)], "label": 3, "kind": "watch"}).encode()
    spoilt = MUTATIONS[choice(list(MUTATIONS), rng)](body, rng)
    return posted(port, choice(["/number", "/my", "/job"], rng), b"[" * 5000 + spoilt)


def job(port: int, rng: Generator) -> bytes:
    wish: dict[str, Any] = {"kind": "watch", "preset": "default", "epochs": 2, "seed": 1}
    return posted(port, "/job", wish | {choice([*wish, "optimizer", "else"], rng): odd(rng)})


def step(port: int, rng: Generator) -> bytes:
    """What goes with a job, whether there is one or not; now and then there is."""
    if rng.random() < 0.1:
        return posted(port, "/job", {"kind": "watch", "epochs": 5})
    return posted(port, choice([a for a in POSTS if a.startswith(("/job/", "/undo"))], rng), {})


def method(port: int, rng: Generator) -> bytes:
    return request(port, choice(METHODS, rng), choice(GETS + POSTS, rng))


def address(port: int, rng: Generator) -> bytes:
    parts = [choice(NAMES, rng) for _ in range(rng.integers(1, 4))]
    return request(port, choice(METHODS[:3], rng), "/" + "/".join(parts))


def header(port: int, rng: Generator) -> bytes:
    name = choice(list(HEADERS), rng)
    body = json.dumps({"strokes": [stroke(rng)]}).encode()
    said = {"Content-Type": "application/json", name: choice(HEADERS[name], rng)}
    return request(port, "POST", "/number", body, **said)


def large(port: int, rng: Generator) -> bytes:
    where = choice(["/number", "/picture", "/my"], rng)
    return posted(port, where, bytes(int(rng.integers(1_000_001, 22_000_000))))


def malformed(port: int, rng: Generator) -> bytes:
    whole = choice_of(rng, [drawing, plain, step])(port, rng)
    for _ in range(rng.integers(1, 4)):
        whole = MUTATIONS[choice(list(MUTATIONS), rng)](whole, rng)
    return whole


def garbage(port: int, rng: Generator) -> bytes:
    return bytes(rng.bytes(int(rng.integers(1, 5000)))) + b"\r\n\r\n" * int(rng.integers(2))


def many_headers(port: int, rng: Generator) -> bytes:
    said = {f"X-{i}": "a" * int(rng.integers(100)) for i in range(int(rng.integers(10, 10_000)))}
    return request(port, "GET", "/my", **said)


def choice_of(rng: Generator, options: list[Callable[..., bytes]]) -> Callable[..., bytes]:
    return options[int(rng.integers(len(options)))]


def picture(specimens: list[Specimen], port: int, rng: Generator) -> bytes:
    """A picture in any format, every other time spoilt."""
    content = specimens[int(rng.integers(len(specimens)))].files["picture"]
    if rng.random() < 0.5:
        content = MUTATIONS[choice(list(MUTATIONS), rng)](content, rng)
    return request(port, "POST", "/picture", content)


KINDS: dict[str, Callable[..., bytes]] = {
    "files and figures": plain,
    "drawings": drawing,
    "drawings, odd": odd_drawing,
    "digits": digit,
    "digits, odd": odd_digit,
    "JSON, spoilt": not_json,
    "trainings, odd": job,
    "steps of a training": step,
    "large": large,
}
# What HTTP itself does not allow may be left without an answer, or refused in the server's words.
LAWLESS: dict[str, Callable[..., bytes]] = {
    "methods": method,
    "addresses": address,
    "headers": header,
    "very many headers": many_headers,
    "HTTP, spoilt": malformed,
    "bytes": garbage,
}
