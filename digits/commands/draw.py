"""Serve a page to draw on, teach the network on, and watch it learn; open it in the browser.

examples:
    digits draw
    digits draw --model models/mine/model.npz --port 8080
    digits draw --host 0.0.0.0 --no-browser
"""

import argparse
import errno
import logging
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digits.commands import signals, terminal
from digits.errors import InputError
from digits.places import BUNDLED_DIGITS, MINE, MODELS, MY_DIGITS
from digits.reader import DigitClassifier, load

# More than listen to a training at a time, which takes a thread for each that does.
THREADS = 16
# Somewhat more than a picture may have, so that what is somewhat too large is told so by us.
MOST_BYTES = 64_000_000
INSTALL = "flask waitress markdown"
LAST_PORT = 65_535


@terminal.command
def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    for package in INSTALL.split():
        terminal.require(package, package, INSTALL)
    from digits.web import guard
    from digits.web.desk import Desk, Places

    reader, former = models(options)
    desk = Desk(reader, Places(BUNDLED_DIGITS, MY_DIGITS, MINE, MODELS / "watched"), former)
    token = None if guard.is_loopback(options.host) else secrets.token_urlsafe(24)
    server = Server(desk, guard.Guard(options.host, options.port, token))
    address = f"http://{guard.in_address(guard.named(options.host))}:{options.port}/"
    if token:
        address += f"?token={token}"
    print(f"the page is at {address}", flush=True)
    print("Ctrl-C ends it", file=sys.stderr)
    if not options.no_browser:  # some browsers of terminals do not return before they end
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    server.run()
    raise KeyboardInterrupt  # which has ended it


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = terminal.command_parser("draw", __doc__)
    add = parser.add_argument
    add("--model", type=Path, metavar="FILE",
        help="default: what learned your hand, the last trained, or the shipped one")  # fmt: skip
    add("--port", type=port, metavar="N", default=8000, help="where it listens (default: 8000)")
    add("--host", metavar="ADDRESS", default="127.0.0.1",
        help="of this machine, to let others in by a token (default: 127.0.0.1)")  # fmt: skip
    add("--no-browser", action="store_true", help="print the address only")
    return parser.parse_args(argv)


def port(text: str) -> int:
    """A flag's value: a port."""
    if not 1 <= (value := int(text)) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to {LAST_PORT}")
    return value


def models(options: argparse.Namespace) -> tuple[DigitClassifier, list[DigitClassifier]]:
    """The model to answer with, and the one that an undo would bring back."""
    mine = MINE / "model.npz"
    if options.model is None and mine.is_file():
        taught = load(mine)
        if "taught" in taught.about:  # and not something else that was trained to there
            former = terminal.load_model(None)
            print(f"which has learned your hand: {mine}", file=sys.stderr)
            return taught, [former]
    return terminal.load_model(options.model), []


class Server:
    """The page's server: it listens once made, and answers while `run` runs.

    Raises:
        InputError: it cannot listen there.
    """

    def __init__(self, desk: Any, guard: Any) -> None:
        import waitress

        from digits.web.app import create_app

        # It would tell of each request that has to wait for a thread.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._desk = desk
        self._channels: dict[int, Any] = {}  # what its loop waits for
        self._ended = False
        self._server = waitress.create_server(
            create_app(desk, guard), self._channels, sockets=[listening(guard.host, guard.port)],
            threads=THREADS, max_request_body_size=MOST_BYTES, ident=None,
        )  # fmt: skip

    def run(self) -> None:
        """Answer until Ctrl-C or `end`, then close every connection."""
        from waitress import wasyncore

        with signals.answered_by(lambda *_: self.end()):
            while not self._ended:
                wasyncore.loop(timeout=1, map=self._channels, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._channels)

    def end(self) -> None:
        """Have it end, from another thread or by a signal."""
        self._desk.close()  # or whoever listens to a training would keep its thread
        self._ended = True
        self._server.pull_trigger()  # it stops waiting, and looks


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        InputError: it cannot.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except UnicodeError:
        raise InputError(f"{host!r} is no address, expected one like 127.0.0.1") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} is taken, expected another: --port {port % LAST_PORT + 1}"
            ) from None
        raise InputError(f"{host}:{port} is not to be had: {error.strerror}") from None
