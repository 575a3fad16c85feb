"""What must not leak, in every spelling one could leak it in, and the places where it is looked for."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, inspect, text
from werkzeug.test import TestResponse

ADDRESS, NETWORK, RECEIPT, WORDS = "address", "network", "receipt", "words"


class Canary:
    """A fresh address, two networks, the receipt once there is one, and the reader's words.

    A digest is recognised by its beginning, so one that was cut short is found too.
    """

    def __init__(self) -> None:
        # Letters no English or Arabic page and no base64 by chance holds; capitals, so that case folding shows.
        self.local, self.host = f"Zq{secrets.token_hex(6)}X", f"wj{secrets.token_hex(6)}k"
        self.typed = f" {self.local}@{self.host}.example.org "
        self.ipv4 = f"203.0.113.{100 + secrets.randbelow(150)}"
        self.ipv6 = f"2001:db8:{secrets.randbelow(50_000) + 5_000:x}:{secrets.randbelow(50_000) + 5_000:x}::7"
        self.name, self.body = f"اسم {secrets.token_hex(6)}", f"نص {secrets.token_hex(8)}"
        self.folded: list[tuple[str, str, bytes]] = []
        self.exact: list[tuple[str, str, bytes]] = []
        self._add_address()
        self._add_network()
        for word in (self.name, self.body):
            self.exact.append((WORDS, "as typed", word.split()[1].encode()))

    def found_in(self, data: bytes, *kinds: str) -> set[tuple[str, str]]:
        """``(kind, spelling)`` of everything in ``data``; of all kinds but the reader's words when none is named."""
        wanted = kinds or (ADDRESS, NETWORK, RECEIPT)
        lowered = data.lower()
        hits = {(kind, how) for kind, how, needle in self.folded if kind in wanted and needle in lowered}
        return hits | {(kind, how) for kind, how, needle in self.exact if kind in wanted and needle in data}

    def add_receipt(self, receipt: str) -> None:
        """The half of it that is secret. The other half is the comment's public id."""
        mac = receipt.partition(".")[2]
        raw = base64.urlsafe_b64decode(mac + "=" * (-len(mac) % 4))
        self.exact += [(RECEIPT, "as given", mac[:16].encode()), (RECEIPT, "bytes", raw[:8])]
        self.exact.append((RECEIPT, "standard base64", base64.b64encode(raw)[:16]))
        self.folded.append((RECEIPT, "hex", raw.hex()[:16].encode()))
        for spelling in (receipt, mac):
            self._add_digests(RECEIPT, spelling.encode())

    def _add_address(self) -> None:
        whole = self.typed.strip()
        for how, plain in (("whole", whole), ("local part", self.local), ("domain", self.host)):
            self.folded.append((ADDRESS, how, plain.lower().encode()))
            self.folded.append((ADDRESS, f"{how} reversed", plain[::-1].lower().encode()))
            for spelling in {plain, plain.lower()}:
                self.folded.append((ADDRESS, f"{how} hex", spelling.encode().hex().encode()))
                self.folded.append((ADDRESS, f"{how} UTF-16", spelling.encode("utf-16-le")))
                for shift in range(3):
                    # base64 without its first and last group, which depend on the neighbours.
                    inner = base64.b64encode(b"x" * shift + spelling.encode())[4:-4]
                    self.exact.append((ADDRESS, f"{how} base64", inner))
        for spelling in {self.typed, whole, whole.lower(), self.typed.lower(), self.local, self.local.lower()}:
            self._add_digests(ADDRESS, spelling.encode())

    def _add_network(self) -> None:
        six = ipaddress.IPv6Address(self.ipv6)
        self.folded.append((NETWORK, "IPv4", self.ipv4.encode()))
        self.folded.append((NETWORK, "IPv4 /24", b"203.0.113."))
        self.folded.append((NETWORK, "IPv4 number", str(int(ipaddress.IPv4Address(self.ipv4))).encode()))
        self.folded.append((NETWORK, "IPv6 /64", self.ipv6[: -len("::7")].encode()))
        self.folded.append((NETWORK, "IPv6 long", six.exploded[:19].encode()))
        self.exact.append((NETWORK, "IPv6 bytes", six.packed[:8]))
        for address in (self.ipv4, f"{self.ipv4}/32", self.ipv6, six.exploded, self.ipv6[:-1] + "/64"):
            self._add_digests(NETWORK, address.encode())

    def _add_digests(self, kind: str, data: bytes) -> None:
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, data).digest()
            self.folded.append((kind, f"{name} hex", digest.hex()[:16].encode()))
            self.exact.append((kind, f"{name} bytes", digest[:8]))
            self.exact.append((kind, f"{name} base64", base64.b64encode(digest)[:12]))
            self.exact.append((kind, f"{name} base64url", base64.urlsafe_b64encode(digest)[:12]))


def bytes_of(response: TestResponse) -> bytes:
    """Everything that goes over the wire: the status line, every header, the body."""
    assert "Content-Encoding" not in response.headers, "a packed body hides what is in it"
    head = "\r\n".join([response.status, *(f"{k}: {v}" for k, v in response.headers)])
    return head.encode() + b"\r\n\r\n" + response.get_data()


def rows_of(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as bytes under the table's name."""
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield table, b"\n".join(_bytes(value) for value in row)


def files_of(folder: Path, *names: str) -> Iterator[tuple[str, bytes]]:
    for name in names:
        for path in sorted(folder.glob(name)):
            if path.is_file():
                yield path.name, path.read_bytes()


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    if isinstance(value, UUID):
        return value.bytes + str(value).encode()
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)).encode()
