"""A site's own lists of hosts and of mail domains, as they are brought in from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.errors import FieldError, InvalidError
from service.text.clean import clean_line, length
from service.text.hosts import host_key

#: What stands in a list, and what a list of it may ask for. An address alone never rejects: anybody may have one of a
#: provider that is on a list.
ACTIONS: Mapping[str, Sequence[str]] = {"host": ("hold", "spam", "reject"), "mail_domain": ("hold",)}
MAX_NAME = 40
#: Hosts one list may hold; the longest public one known has 150,000.
MAX_HOSTS = 200_000
#: Lines longer than this hold no host.
_MAX_LINE = 1_000
#: So many bad lines are named; who has more has brought another kind of file.
_NAMED = 10


@dataclass(frozen=True)
class NewList:
    """What a file said. ``hosts``: keys, each once, in its order."""

    kind: str
    name: str
    action: str
    hosts: Sequence[str]


def read_list(kind: str, name: str, action: str, lines: Iterable[str]) -> NewList:
    """A list of one host to a line; empty lines and what follows a ``#`` are passed over, ``*.`` and ``@`` in front of
    a name are not part of it. ``InvalidError`` with everything that has to be mended, bad lines by their numbers.
    """
    errors: list[FieldError] = []
    if kind not in ACTIONS:
        errors.append(FieldError("kind", "not_listed"))
    elif action not in ACTIONS[kind]:
        errors.append(FieldError("action", "not_listed"))
    name = clean_line(name)
    if not name:
        errors.append(FieldError("name", "required"))
    elif length(name) > MAX_NAME:
        errors.append(FieldError("name", "too_long", {"limit": MAX_NAME}))
    hosts: dict[str, None] = {}
    bad: list[int] = []
    for number, line in enumerate(lines, 1):
        typed = line[:_MAX_LINE].partition("#")[0].strip().removeprefix("*").removeprefix("@").removeprefix(".")
        if not typed:
            continue
        key = host_key(typed)
        if key is None or "." not in key.strip("[]").replace(":", "."):
            bad.append(number)
        else:
            hosts[key] = None
        if len(hosts) > MAX_HOSTS or len(bad) > _NAMED:
            break
    if bad:
        more = " …" if len(bad) > _NAMED else ""
        errors.append(FieldError("hosts", "host_lines", {"lines": ", ".join(map(str, bad[:_NAMED])) + more}))
    elif len(hosts) > MAX_HOSTS:
        errors.append(FieldError("hosts", "too_many_hosts", {"limit": MAX_HOSTS}))
    elif not hosts:
        errors.append(FieldError("hosts", "required"))
    if errors:
        raise InvalidError(errors)
    return NewList(kind, name, action, list(hosts))
