"""HTTP on this machine: one request over one connection, and whether its answer has come whole."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"
#: How long one answer may take.
PATIENCE = 30.0
_CHUNK = 256 * 1024
_EMPTY = (204, 304)
#: Below the range the kernel takes outgoing ports from: whoever asks a port of that range before its server listens
#: may be connected to itself.
_PORTS = (10_000, 32_000)


class Broken(Exception):
    """The connection ended, or said what is no answer."""


@dataclass(frozen=True)
class Answer:
    """``size``: of all its bytes. Names of ``headers`` are in small letters."""

    code: int
    headers: Mapping[str, str]
    body: bytes
    size: int


def free_port() -> int:
    while True:
        port = _PORTS[0] + secrets.randbelow(_PORTS[1] - _PORTS[0])
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of a request. ``path`` is sent as it is given."""
    all_headers = {"Host": HOST, **(headers or {}), **({"Content-Length": str(len(body))} if body else {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Line:
    """A connection, opened when something is sent and opened again when the other side has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._got = bytearray()
        self._whole: int | None = None

    def fileno(self) -> int:
        assert self._socket is not None
        return self._socket.fileno()

    def send(self, asked: bytes) -> None:
        """Sends a request that fits into the kernel's memory. ``OSError`` when nobody listens."""
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(asked)

    def receive(self) -> Answer | None:
        """What has come, when it is a whole answer; ``Broken`` when no whole one will come."""
        assert self._socket is not None
        try:
            came = self._socket.recv(_CHUNK)
        except OSError as error:
            self.close()
            raise Broken(str(error)) from None
        self._got += came
        answer = self._read(ended=not came)
        if answer is not None:
            self._got.clear()
            self._whole = None
            if not came or answer.headers.get("connection", "").lower() == "close":
                self.close()
        return answer

    def ask(self, asked: bytes) -> Answer:
        """The answer to one request."""
        self.send(asked)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._got.clear()
        self._whole = None

    def _read(self, *, ended: bool) -> Answer | None:
        if self._whole is None:
            self._whole = whole_length(self._got)
        until_closed = self._whole == -1
        size = len(self._got) if until_closed and ended else self._whole
        if size is None or size == -1 or len(self._got) < size:
            if ended:
                self.close()
                raise Broken("the connection was closed before the answer was whole")
            return None
        return read_answer(bytes(self._got[:size]))


def whole_length(got: bytes | bytearray) -> int | None:
    """The bytes of the whole answer that begins so; ``None`` while its head is not whole, -1 when it goes on until the
    connection closes. ``Broken`` for chunks: no server that is measured sends them.
    """
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    code, headers = _head(bytes(got[:end]))
    if code in _EMPTY:
        return end + 4
    if "transfer-encoding" in headers:
        raise Broken("an answer in chunks")
    length = headers.get("content-length")
    return -1 if length is None else end + 4 + int(length)


def read_answer(got: bytes) -> Answer:
    """The answer that these bytes are, all of them."""
    head, _, body = got.partition(b"\r\n\r\n")
    code, headers = _head(head)
    return Answer(code, headers, body, len(got))


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    version, _, after = first.partition(" ")
    if not version.startswith("HTTP/1.") or not after[:3].isdigit():
        raise Broken("no HTTP")
    pairs = (line.partition(":") for line in rest)
    return int(after[:3]), {name.strip().lower(): value.strip() for name, _, value in pairs}
