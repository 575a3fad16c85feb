"""Settings: one frozen value read from the environment. README's table is tested against it.

Per-site policy is data, not a setting. A variable that starts with ``TALIQ_`` and is not listed here is refused:
a misspelt limit must not silently be no limit.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from service.domain.errors import ConfigurationError
from service.text.urls import origin_of

PREFIX = "TALIQ_"
#: Set by the test run, read by nothing here.
IGNORED = frozenset({"TALIQ_CI", "TALIQ_EXAMPLES"})
LIMITS_SCHEMES = frozenset({"redis", "rediss", "valkey", "valkeys"})
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Settings:
    """Everything an operator may set. ``secret`` values never appear in its repr."""

    database_url: str = field(repr=False, metadata={"help": "SQLite file or PostgreSQL address"})
    secret_key: str = field(
        repr=False, metadata={"help": "signs receipts and recognises repeats; 32 bytes, base64url"}
    )
    index_key: str = field(repr=False, metadata={"help": "recognises equal addresses; 32 bytes, base64url"})
    vault_keys: str = field(
        repr=False, metadata={"help": "seal addresses: `id:key,id:key`, the first seals, all open"}
    )
    public_url: str = field(
        metadata={"help": "the address readers and moderators use, such as https://taliq.example"}
    )
    database_pooler: str = field(
        default="",
        metadata={"help": "`transaction` when a pooler such as pgbouncer stands before PostgreSQL in that mode"},
    )
    standby_url: str = field(
        default="",
        repr=False,
        metadata={"help": "PostgreSQL address of a streaming standby, for reading published comments"},
    )
    standby_minutes: int = field(
        default=60, metadata={"help": "how long a standby answers readers alone while the primary is away"}
    )
    trusted_proxies: str = field(
        default="", metadata={"help": "networks whose X-Forwarded-For is believed, comma-separated"}
    )
    rate_minute: int = field(
        default=30, metadata={"help": "submissions a minute from one network (/32, /64)"}
    )
    rate_hour: int = field(default=300, metadata={"help": "submissions an hour from one network"})
    rate_site_minute: int = field(default=600, metadata={"help": "submissions a minute for one site"})
    limits_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "redis:// or valkey:// address where all machines count together; "
            "without it each process counts alone"
        },
    )
    ready_megabytes: int = field(
        default=24, metadata={"help": "memory of each web process for answers that are ready"}
    )
    log_level: str = field(default="info", metadata={"help": "debug, info, warning or error"})

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """The settings in ``environ``; ``ConfigurationError`` in one sentence when something is off."""
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        given = {k: v for k, v in environ.items() if k.startswith(PREFIX) and k not in IGNORED}
        for name in sorted(given.keys() - known.keys()):
            raise ConfigurationError(f"{name} is not a setting of this release; README lists them.")
        values: dict[str, object] = {}
        for name, spec in known.items():
            text = given.get(name, "").strip()
            if text:
                values[spec.name] = _integer(name, text) if spec.type == "int" else text
            elif spec.name in ("database_url", "secret_key", "index_key", "vault_keys", "public_url"):
                raise ConfigurationError(f"{name} is missing; README says what it is.")
        return cls(**values)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        if origin_of(self.public_url) is None or urlsplit(self.public_url).path not in ("", "/"):
            raise ConfigurationError("TALIQ_PUBLIC_URL must be an origin such as https://taliq.example.")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise ConfigurationError("TALIQ_LOG_LEVEL must be debug, info, warning or error.")
        if self.database_pooler not in ("", "transaction"):
            raise ConfigurationError("TALIQ_DATABASE_POOLER must be transaction, or nothing where there is no pooler.")
        if self.limits_url and not _names_a_server(self.limits_url, LIMITS_SCHEMES):
            raise ConfigurationError("TALIQ_LIMITS_URL must be an address such as redis://127.0.0.1:6379/0.")
        self.proxies()

    @property
    def public_origin(self) -> str:
        origin = origin_of(self.public_url)
        assert origin is not None
        return origin

    @property
    def pooled(self) -> bool:
        """Whether a connection of the database is one's own for a transaction only."""
        return bool(self.database_pooler)

    @property
    def secure(self) -> bool:
        """Whether readers come by TLS; then cookies are marked so and HSTS is sent."""
        return self.public_origin.startswith("https://")

    def proxies(self) -> tuple[Network, ...]:
        """The networks of the proxies in front."""
        try:
            return tuple(
                ipaddress.ip_network(p.strip()) for p in self.trusted_proxies.split(",") if p.strip()
            )
        except ValueError:
            raise ConfigurationError(
                "TALIQ_TRUSTED_PROXIES must be networks such as 127.0.0.1/32,10.0.0.0/8."
            ) from None


def _names_a_server(address: str, schemes: frozenset[str]) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _integer(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise ConfigurationError(f"{name} must be a whole number above 0.")
    return int(text)
