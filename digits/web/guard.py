"""Who may ask: this machine's own page, and elsewhere whoever has the token."""

import hmac
import ipaddress
import socket

ANY = ("0.0.0.0", "::")  # listens on all addresses of the machine
# The page's own files and nothing else; what it draws itself are data and blobs.
POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; object-src 'none';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    address = address_in(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def address_in(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host's name is, if it is one."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def in_address(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def named(host: str) -> str:
    """What other machines call this one, which listens at a host."""
    if host not in ANY:
        return host
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect(("192.0.2.1", 9))  # sends nothing, and tells which address would send it
            return str(way.getsockname()[0])
    except OSError:
        return socket.gethostname()


class Guard:
    """The rules of one server.

    Attributes:
        host, port: where it listens.
        token: what a browser must have; None where only this machine can reach the server.
    """

    def __init__(self, host: str, port: int, token: str | None) -> None:
        self.host, self.port, self.token = host, port, token
        self._names = {"127.0.0.1", "localhost", in_address(named(host)).lower()}

    @property
    def cookie(self) -> str:
        """Its name: cookies do not keep ports apart."""
        return f"digits_{self.port}"

    def is_ours(self, host: str) -> bool:
        """Whether the `Host` of a request names this server.

        Another's name may lead here as well (DNS rebinding). A server that listens on all addresses
        of its machine is called by any of them, but not by a name that somebody else has made.
        """
        name, colon, port = host.lower().rpartition(":")
        if not colon or port.endswith("]"):  # a browser leaves port 80 out
            name, port = host.lower(), "80"
        if port != str(self.port):
            return False
        return name in self._names or (self.host in ANY and address_in(name) is not None)

    def is_from_here(self, origin: str) -> bool:
        """Whether the `Origin` of a request is a page of this server."""
        scheme, _, host = origin.partition("://")
        return scheme == "http" and self.is_ours(host)

    def knows(self, token: str | None) -> bool:
        """Whether that is the token, or none is needed."""
        if self.token is None:
            return True
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())
