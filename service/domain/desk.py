"""What a moderator asks the queue: a view, an order, filters, and words to look for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.domain.errors import FieldError, InvalidError
from service.domain.moderation import REASONS

#: A status each, and looks across them: published with an edit that waits, with reports nobody has answered, without a
#: moderator's look so far; whatever somebody wants a second opinion on; everything.
VIEWS = ("pending", "edits", "reported", "unmoderated", "opinion", "approved", "rejected", "spam", "all")
#: Those in which something waits for a moderator.
WORKING_VIEWS = ("pending", "edits", "reported", "unmoderated", "opinion")
STATUS_VIEWS = ("pending", "approved", "rejected", "spam")
#: Each view can be read in each of them along an index.
SORTS = ("priority", "oldest", "newest")
#: The operators of the search box, and the filter each one sets.
OPERATORS = {
    "author": "author",
    "thread": "thread",
    "section": "section",
    "finding": "finding",
    "lang": "language",
    "reason": "reason",
    "by": "by",
    "cluster": "cluster",
    "from": "since",
    "until": "until",
}
FILTERS = tuple(OPERATORS.values())
MAX_SEARCH, MAX_FILTER = 300, 200
_TERM = re.compile(r'(?:([a-z]+):)?(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True)
class Ask:
    """``search``: words that all have to occur in the text, the last letters may be left open with ``*``. Filters are
    as typed; an empty one asks nothing. ``since`` and ``until`` are days, both included; ``cluster`` is the id of a
    comment, for all that is nearly the same.
    """

    view: str = "pending"
    sort: str = ""
    search: str = ""
    author: str = ""
    thread: str = ""
    section: str = ""
    finding: str = ""
    language: str = ""
    reason: str = ""
    by: str = ""
    cluster: str = ""
    since: str = ""
    until: str = ""

    @property
    def order(self) -> str:
        """The order asked for, else the view's own: what waits from its oldest, what is done from its newest."""
        if self.search or self.author:
            return self.sort if self.sort in ("oldest", "newest") else "newest"
        return self.sort or ("oldest" if self.view == "pending" else "newest")

    def given(self) -> dict[str, str]:
        """The search and the filters that ask something, by name."""
        return {name: value for name in ("search", *FILTERS) if (value := getattr(self, name))}

    def days(self) -> tuple[datetime | None, datetime | None]:
        """The moments between which a comment has come, the second one excluded."""
        start, last = (_day(getattr(self, name), name) for name in ("since", "until"))
        return start, last + timedelta(days=1) if last else None


def read_ask(raw: Mapping[str, str]) -> Ask:
    """What was asked, with the operators of the search text made into filters.

    ``InvalidError`` for what there is not: a view, an order, a reason, a day. ``status:`` in the search text chooses
    the view.
    """
    asked = {name: raw.get(name, "").strip() for name in ("view", "sort", "search", *FILTERS)}
    words, operators = split_search(asked["search"])
    view = operators.pop("status", "") or asked["view"] or "pending"
    ask = Ask(**{**asked, **operators, "view": view, "search": words})
    if ask.view not in VIEWS:
        raise InvalidError([FieldError("view", "not_listed")])
    if ask.sort and ask.sort not in SORTS:
        raise InvalidError([FieldError("sort", "not_listed")])
    if ask.reason and ask.reason not in REASONS:
        raise InvalidError([FieldError("reason", "reason_unknown")])
    for name, limit in (("search", MAX_SEARCH), *((name, MAX_FILTER) for name in FILTERS)):
        if max(len(asked[name]), len(getattr(ask, name))) > limit:
            raise InvalidError([FieldError(name, "too_long", {"limit": limit})])
    ask.days()
    return ask


def ask_from(asked: Mapping[str, str]) -> Ask:
    """What was asked once and written down as ``view``, ``sort`` and ``Ask.given``. What an older release knew and this
    one does not is left out.
    """
    try:
        return read_ask(asked)
    except InvalidError as error:
        unknown = {field.field for field in error.fields}
        rest = {name: value for name, value in asked.items() if name not in unknown}
        return ask_from(rest) if len(rest) < len(asked) else Ask()


def split_search(text: str) -> tuple[str, dict[str, str]]:
    """The plain words of a search text, and its operators by the name of their filter. ``status`` stays as it is; what
    looks like an operator and is none is looked for as words.
    """
    words, operators = [], {}
    for name, quoted, bare in _TERM.findall(text):
        value = quoted or bare
        if name == "status" or name in OPERATORS:
            operators[OPERATORS.get(name, name)] = value
        elif not name and ":" in value:
            # Read once more it must not become an operator.
            words.append(f'"{value}"')
        else:
            words.append(f"{name} {value}".strip())
    return " ".join(words), operators


def _day(typed: str, name: str) -> datetime | None:
    if not typed:
        return None
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC)
        if not 1970 <= day.year < 9999:
            raise ValueError(typed)
        return day
    except ValueError:
        raise InvalidError([FieldError(name, "day_unknown")]) from None
