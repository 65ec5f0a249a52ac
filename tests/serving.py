"""A server of the page for the tests, in a thread of their own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from digits.commands.draw import Server
from digits.web.desk import Desk
from digits.web.guard import Guard


def free_port() -> int:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


@contextmanager
def served(desk: Desk) -> Iterator[int]:
    """The port where a desk is asked; its server has ended afterwards."""
    port = free_port()
    server = Server(desk, Guard("127.0.0.1", port, None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield port
    finally:
        server.end()
        thread.join()
