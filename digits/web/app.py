"""The page's server: an address for each thing that a page asks; the only file that knows Flask."""

import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Response as Answer

from digits.errors import InputError
from digits.web import answering, explained, given
from digits.web.desk import Desk
from digits.web.guard import HEADERS, Guard
from digits.web.jobs import Busy, Event
from digits.web.page import STATIC, names_of_modules

MOST_BYTES = 20_000_000  # of a picture
MOST_JSON = 1_000_000  # of anything else
MOST_LISTENERS = 8  # to a job at a time; each has a thread of the server to itself
TYPES = {".js": "text/javascript", ".css": "text/css"}
SENTENCES = {
    404: "there is nothing at this address",
    405: "this address is not asked in this way",
    413: f"that is too large, expected at most {MOST_BYTES // 10**6} MB for a picture"
    f" and {MOST_JSON // 10**6} MB for anything else",
    415: "the request is not application/json, expected a JSON object",
    500: "the program met a fault of its own; its terminal says more",
}


def create_app(desk: Desk, guard: Guard) -> Flask:
    """The server of one desk, for whom the guard lets in.

    It is a WSGI application, and has to be run with more threads than `MOST_LISTENERS`.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    add_guard(app, guard)
    add_errors(app)
    add_files(app)
    add_reading(app, desk)
    add_my_digits(app, desk)
    add_jobs(app, desk)
    return app


def add_guard(app: Flask, guard: Guard) -> None:
    """Let in whom the guard knows, and tell browsers what a page of ours may do."""

    @app.before_request
    def let_in() -> Answer | None:
        origin = request.headers.get("Origin")
        if not guard.is_ours(request.headers.get("Host", "")):
            return refusal(403, "this server is called by another name, expected its own address")
        if origin is not None and not guard.is_from_here(origin):
            return refusal(403, "another page may not ask this server, expected its own page")
        brought = request.args.get("token")
        if guard.token is not None and brought is not None and guard.knows(brought):
            answer = redirect("/")
            answer.set_cookie(guard.cookie, guard.token, httponly=True, samesite="Lax")
            return answer
        if not guard.knows(request.cookies.get(guard.cookie)):
            return refusal(403, "the token is missing or another, expected the address as printed")
        return None

    @app.after_request
    def add_headers(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def add_errors(app: Flask) -> None:
    """Make every error one sentence."""

    @app.errorhandler(InputError)
    def bad(error: InputError) -> Response:
        return refusal(400, str(error))

    @app.errorhandler(LookupError)
    def missing(error: LookupError) -> Response:
        if isinstance(error, KeyError | IndexError):
            raise error
        return refusal(404, str(error))

    @app.errorhandler(Busy)
    def busy(error: Busy) -> Response:
        return refusal(409, str(error))

    @app.errorhandler(OSError)
    def unwritten(error: OSError) -> Response:
        return refusal(500, f"{error.filename}: {error.strerror}")

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        status = error.code or 500
        return refusal(status, SENTENCES.get(status, HTTPStatus(status).phrase.lower()))


def refusal(status: int, sentence: str) -> Response:
    answer = jsonify(error=sentence)
    answer.status_code = status
    return answer


def add_files(app: Flask) -> None:
    """The page itself. What it consists of is listed once, so no request names a path."""
    files = {name: STATIC / name for name in names_of_modules()}

    @app.get("/")
    def index() -> Response:
        return Response((STATIC / "index.html").read_bytes(), mimetype="text/html")

    @app.get("/static/<name>")
    def file(name: str) -> Response:
        if name not in files:
            return refusal(404, SENTENCES[404])
        return Response(files[name].read_bytes(), mimetype=TYPES[files[name].suffix])

    shown = explained.pictures()

    @app.get(f"/{explained.NAME}")
    def how_it_works() -> Response:
        return Response(explained.explanation(), mimetype="text/html")

    @app.get("/images/<name>")
    def picture_in_it(name: str) -> Response:
        if name not in shown:
            return refusal(404, SENTENCES[404])
        return Response(shown[name].read_bytes(), mimetype="image/png")


def add_reading(app: Flask, desk: Desk) -> None:
    """Models, drawings and pictures."""
    one_picture = threading.Lock()  # a large one takes hundreds of megabytes

    @app.get("/model")
    def model() -> Response:
        return jsonify(desk.page())

    @app.post("/number")
    def number() -> Response:
        return jsonify(answering.of_strokes(desk.reader, given.strokes_in(body())))

    @app.post("/picture")
    def picture() -> Response:
        content = request.get_data(cache=False)
        with one_picture:
            return jsonify(answering.of_picture(desk.reader, content))


def add_my_digits(app: Flask, desk: Desk) -> None:
    """One's own digits."""

    @app.get("/my")
    def mine() -> Response:
        return jsonify(desk.mine())

    @app.post("/my")
    def add() -> Response:
        desk.my.add(*given.digit_in(body()))
        return jsonify(desk.mine())

    @app.delete("/my")
    def remove_last() -> Response:
        desk.my.remove_last()
        return jsonify(desk.mine())

    @app.get("/my.csv")
    def text() -> Response:
        try:
            content = desk.my.text()
        except FileNotFoundError:
            return refusal(404, "there are no digits of yours yet")
        named = {"Content-Disposition": "attachment; filename=my_digits.csv"}
        return Response(content, mimetype="text/csv", headers=named)

    @app.post("/undo")
    def undo() -> Response:
        desk.undo()
        return jsonify(desk.mine())


def add_jobs(app: Flask, desk: Desk) -> None:
    """Learning and watched trainings."""
    listeners = threading.BoundedSemaphore(MOST_LISTENERS)

    def state() -> Response:
        return jsonify(desk.jobs.there().as_json())

    @app.get("/job")
    def job() -> Response:
        return state() if desk.jobs.last else jsonify(job=None)

    @app.post("/job")
    def start() -> tuple[Response, int]:
        asked = body()
        if asked.get("kind") == "learn":
            started = desk.learn()
        elif asked.get("kind") == "watch":
            started = desk.watch(given.settings_in(asked))
        else:
            raise InputError(f"kind is {asked.get('kind')!r:.40}, expected learn or watch")
        return jsonify(job=started.number), 202

    @app.post("/job/pause")
    def pause() -> Response:
        desk.jobs.there().pause(True)
        return state()

    @app.post("/job/go")
    def go() -> Response:
        desk.jobs.there().pause(False)
        return state()

    @app.post("/job/stop")
    def stop() -> Response:
        desk.jobs.there().stop()
        return state()

    @app.post("/job/keep")
    def keep() -> Response:
        desk.keep()
        return state()

    @app.get("/job/events")
    def events() -> Response:
        job = desk.jobs.there()
        last, _, seen = request.headers.get("Last-Event-ID", "").partition("-")
        again = last == str(job.number) and seen.isascii() and seen.isdigit()
        told = job.events(int(seen) if again and len(seen) < 10 else 0)
        return Response(stream(job.number, told), mimetype="text/event-stream")

    def stream(number: int, told: Iterator[list[Event]]) -> Iterator[str]:
        if not listeners.acquire(blocking=False):
            yield event_text("refused", {"error": "too many pages listen, expected fewer open"})
            return
        try:
            yield ": what a job tells, from its beginning\n\n"
            for events in told:
                texts = [event_text(*event[1:], f"{number}-{event.number}") for event in events]
                yield "".join(texts) or ": nothing new\n\n"
        finally:
            listeners.release()


def event_text(name: str, data: dict[str, Any], number: str | None = None) -> str:
    """An event as the stream has it; with its number a browser can go on where it was cut off."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"


def body() -> dict[str, Any]:
    """The JSON object of this request.

    Raises:
        InputError: it brings something else.
        HTTPException: it is too large, or does not say that it is JSON.
    """
    if (request.content_length or 0) > MOST_JSON:
        raise RequestEntityTooLarge
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return given.body_of(request.get_data())
