"""A real nginx with the shipped configuration, for tests."""

from __future__ import annotations

import contextlib
import http.client
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.ports import free_port

CONFIGURATION = Path(__file__).parents[1] / "service" / "deploy" / "nginx.conf"
LIMIT = 256 * 1024
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: Message
    body: bytes


class Upstream:
    """Answers every request with a small JSON body, or what `answer` and `headers` say, and remembers what arrived."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answer: tuple[int, bytes] = (200, b'{"from":"upstream"}')
        self.headers: Callable[[Seen], Mapping[str, str]] = lambda seen: {}
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                upstream.seen.append(Seen(self.command, self.path, self.headers, body))
                status, content = upstream.answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                for name, value in upstream.headers(upstream.seen[-1]).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_CANARY = handle_any

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass
class Proxy:
    """One nginx in a folder of its own; `stop()` lets it finish and write its log before the log is read."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    opened: list[socket.socket] = field(default_factory=list)

    def send(
        self,
        method: str = "GET",
        path: str = "/v1/sites/demo/comments",
        *,
        body: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
        timeout: float = 20,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))
        with contextlib.closing(connection):
            chunked = body is not None and not isinstance(body, bytes)
            connection.request(method, path, body=body, headers=dict(headers or {}), encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def open_slow(self, beginning: bytes, source: str) -> socket.socket:
        """A client that says the beginning of a request and then nothing."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0))
        self.opened.append(client)
        client.sendall(beginning)
        return client

    def stop(self) -> None:
        for client in self.opened:
            client.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=30)

    def access_log(self) -> str:
        return (self.folder / "access.log").read_text()

    def error_log(self) -> str:
        return (self.folder / "error.log").read_text()


def rendered(values: Mapping[str, str]) -> str:
    """Fills in `${PROXY_…}` as envsubst does, and refuses a value that nobody gave."""
    return re.sub(r"\$\{(PROXY_\w+)\}", lambda match: values[match[1]], CONFIGURATION.read_text())


def wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"nginx ended with {process.wait(timeout=0.02)}: {log.read_text()}")
    raise AssertionError(f"nginx does not listen: {log.read_text()}")


@contextlib.contextmanager
def proxy_before(upstream_port: int, *, outer: str = "unix:", edit: tuple[str, str] = ("", "")) -> Iterator[Proxy]:
    """Runs nginx with the shipped configuration; `edit` replaces one passage, to see a test fail."""
    # Not pytest's tmp_path: started by root, nginx hands its work to an account that may not enter that.
    with tempfile.TemporaryDirectory(prefix="taliq-proxy-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        text = rendered(
            {
                "PROXY_LISTEN": f"127.0.0.1:{port}",
                "PROXY_UPSTREAM": f"127.0.0.1:{upstream_port}",
                "PROXY_OUTER": outer,
                "PROXY_LOG": f"{folder}/access.log",
                "PROXY_TMP": name,
            }
        )
        assert edit[0] in text
        (folder / "nginx.conf").write_text(text.replace(*edit) if edit[0] else text)
        command = [str(NGINX), "-e", "stderr", "-p", name, "-c", f"{name}/nginx.conf", "-g", "daemon off;"]
        with (folder / "error.log").open("wb") as errors:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        proxy = Proxy(folder, port, process)
        try:
            wait_until_listening(process, port, folder / "error.log")
            yield proxy
        finally:
            proxy.stop()
