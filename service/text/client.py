"""A browser by its family: enough for its owner to know it again, and no more than that is kept."""

from __future__ import annotations

#: The first that stands in the header wins: Edge and Opera name Chrome too, and Chrome names Safari.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"), ("Chrome/", "Chrome"), ("CriOS", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def client_label(user_agent: str) -> str | None:
    """Such as ``Firefox, Linux``; ``None`` when nothing in it is known. No version, no model."""
    families = (_BROWSERS, _SYSTEMS)
    known = [next((name for mark, name in family if mark in user_agent), None) for family in families]
    return ", ".join(name for name in known if name) or None
