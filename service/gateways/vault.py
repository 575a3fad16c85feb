"""The vault: readers' addresses, sealed with AES-256-GCM; and the keyed digests the service signs with.

A sealed address is ``format byte | 12-byte nonce | ciphertext and tag``. Site, comment and key id are its
associated data, so bytes moved to another row do not open. The first key of the ring seals, every key opens;
``taliq vault rotate`` moves old rows to the first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.domain.errors import ConfigurationError, UnavailableError
from service.domain.ports import Sealed
from service.text.constant_time import equal

KEY_BYTES = 32
_FORMAT = b"\x01"
_NONCE = 12
_KEY_ID = re.compile(r"[a-z0-9]{1,32}")


def new_key() -> str:
    """256 random bits as base64url without padding."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).rstrip(b"=").decode()


def read_key(name: str, text: str) -> bytes:
    """The 32 bytes of a key; ``ConfigurationError`` when it is not one, or plainly not random."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) < 8:
        raise ConfigurationError(f"{name} must be 32 random bytes in base64url; `taliq keys new` makes them.")
    return key


def read_ring(name: str, text: str) -> list[tuple[str, bytes]]:
    """``id:key,id:key`` as pairs, the sealing key first."""
    ring: list[tuple[str, bytes]] = []
    for entry in filter(None, (e.strip() for e in text.split(","))):
        key_id, _, key = entry.partition(":")
        if not _KEY_ID.fullmatch(key_id) or any(key_id == known for known, _ in ring):
            raise ConfigurationError(f"{name}: every entry is id:key, each id (a-z, 0-9) once.")
        ring.append((key_id, read_key(name, key)))
    if not ring:
        raise ConfigurationError(f"{name} is missing; `taliq keys new` makes one.")
    return ring


class AesVault:
    """Seals, opens and recognises addresses."""

    def __init__(self, ring: Sequence[tuple[str, bytes]], index_key: bytes) -> None:
        self.current_key = ring[0][0]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in ring}
        self._index_key = index_key

    def seal(self, address: str, *, site: UUID, comment: UUID) -> Sealed:
        nonce = os.urandom(_NONCE)
        bound = _associated(self.current_key, site, comment)
        return Sealed(
            self.current_key,
            _FORMAT + nonce + self._ciphers[self.current_key].encrypt(nonce, address.encode(), bound),
        )

    def open(self, sealed: Sealed, *, site: UUID, comment: UUID) -> str:
        """The address; ``UnavailableError`` when its key is not in the ring or the bytes are not this row's."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise UnavailableError(private={"vault": "missing key", "key": sealed.key_id})
        nonce, ciphertext = sealed.data[1 : 1 + _NONCE], sealed.data[1 + _NONCE :]
        try:
            if sealed.data[:1] != _FORMAT:
                raise ValueError("an unknown format")
            return cipher.decrypt(nonce, ciphertext, _associated(sealed.key_id, site, comment)).decode()
        except (InvalidTag, ValueError):
            raise UnavailableError(private={"vault": "does not open", "comment": str(comment)}) from None

    def fingerprint(self, canonical: str, *, site: UUID) -> bytes:
        return hmac.digest(self._index_key, site.bytes + canonical.encode(), "sha256")[:16]


class HmacSigner:
    """Receipts and digests, each purpose under a key of its own, drawn from one secret by HKDF."""

    def __init__(self, secret: bytes) -> None:
        self._receipt_key = _derived(secret, "receipt")
        self._digest_key = _derived(secret, "digest")
        self._token_key = _derived(secret, "token")

    def receipt(self, comment: UUID, generation: int) -> str:
        mac = hmac.digest(self._receipt_key, comment.bytes + generation.to_bytes(4, "big"), "sha256")
        return f"{_base64(comment.bytes)}.{_base64(mac)}"

    def read_receipt(self, receipt: str) -> UUID | None:
        try:
            return UUID(bytes=base64.urlsafe_b64decode(receipt.partition(".")[0] + "=="))
        except (binascii.Error, ValueError):
            return None

    def status_token(self, comment: UUID) -> str:
        return self._token(b"status", comment.bytes)

    def read_status_token(self, token: str) -> UUID | None:
        facts = self._read_token(b"status", token, 16)
        return UUID(bytes=facts) if facts else None

    def open_code(self, comment: UUID, generation: int, at: datetime) -> str:
        seconds = int(at.timestamp())
        return self._token(b"open", comment.bytes + generation.to_bytes(4, "big") + seconds.to_bytes(8, "big"))

    def read_open_code(self, code: str) -> tuple[UUID, int, datetime] | None:
        facts = self._read_token(b"open", code, 28)
        if facts is None:
            return None
        at = datetime.fromtimestamp(int.from_bytes(facts[20:], "big"), UTC)
        return UUID(bytes=facts[:16]), int.from_bytes(facts[16:20], "big"), at

    def form_token(self, site: UUID, thread_key: str, at: datetime) -> str:
        milliseconds = int(at.timestamp() * 1000)
        return self._token(b"form", milliseconds.to_bytes(8, "big") + _thread_mark(site, thread_key))

    def read_form_token(self, token: str, site: UUID, thread_key: str) -> datetime | None:
        facts = self._read_token(b"form", token, 24)
        if facts is None or facts[8:] != _thread_mark(site, thread_key):
            return None
        return datetime.fromtimestamp(int.from_bytes(facts[:8], "big") / 1000, UTC)

    def device_token(self, site: UUID, author: UUID, generation: int, at: datetime) -> str:
        seconds = int(at.timestamp())
        facts = author.bytes + generation.to_bytes(4, "big") + seconds.to_bytes(8, "big")
        return self._token(_device_purpose(site), facts)

    def read_device_token(self, token: str, site: UUID) -> tuple[UUID, int, datetime] | None:
        facts = self._read_token(_device_purpose(site), token, 28)
        if facts is None:
            return None
        at = datetime.fromtimestamp(int.from_bytes(facts[20:], "big"), UTC)
        return UUID(bytes=facts[:16]), int.from_bytes(facts[16:20], "big"), at

    def _token(self, purpose: bytes, facts: bytes) -> str:
        return f"{_base64(facts)}.{_base64(self._mac(purpose, facts))}"

    def _read_token(self, purpose: bytes, token: str, size: int) -> bytes | None:
        """The facts of a token signed for this purpose, in its one spelling."""
        try:
            facts = base64.urlsafe_b64decode(token.partition(".")[0] + "==")
        except (binascii.Error, ValueError):
            return None
        return facts if len(facts) == size and equal(token, self._token(purpose, facts)) else None

    def _mac(self, purpose: bytes, facts: bytes) -> bytes:
        return hmac.digest(self._token_key, purpose + b"|" + facts, "sha256")[:16]

    def digest(self, purpose: str, *parts: str) -> bytes:
        message = b"".join(len(p).to_bytes(4, "big") + p for p in (s.encode() for s in (purpose, *parts)))
        return hmac.digest(self._digest_key, message, "sha256")[:16]


def _associated(key_id: str, site: UUID, comment: UUID) -> bytes:
    return b"taliq contact v1|" + key_id.encode() + b"|" + site.bytes + comment.bytes


def _device_purpose(site: UUID) -> bytes:
    """One for each site: what is signed for one of them is noise to every other."""
    return b"device 1 " + site.hex.encode()


def _thread_mark(site: UUID, thread_key: str) -> bytes:
    return hashlib.sha256(site.bytes + thread_key.encode()).digest()[:16]


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"taliq {purpose} v1".encode()).derive(secret)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
