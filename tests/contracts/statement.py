"""What a statement says, read off its text as SQLAlchemy and the product write it: which tables, and whether each of
them is held to one site.

A row is held to its site where the statement compares its ``site_id`` or its ``thread_id`` with a value (of ``site``
itself ``id`` or ``slug``, of ``thread`` itself ``id``), and where an equality of ids joins it to such a row: then it is
looked up by its key, from a row that is known. Rows that belong to no site lead nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = r"[a-z_][a-z_0-9]*"
_INNERMOST = re.compile(r"\(([^()]*)\)")
#: How rows are locked and which index is used: words that are also those of other statements.
_HOW = re.compile(r" FOR (?:NO KEY )?UPDATE\b[\w ]*| INDEXED BY \w+")
_NO_NAME = r"(?!WHERE|ON|SET|JOIN|LEFT|INNER|CROSS|ORDER|GROUP|LIMIT|OFFSET|UNION|VALUES|RETURNING)"
_REFERENCE = re.compile(rf"\b(?:FROM|JOIN|UPDATE) ({_WORD}|#)(?: (?:AS )?{_NO_NAME}({_WORD}))?\b", re.IGNORECASE)
_EQUAL = re.compile(r"\b(\w+)\.(?:\w+_)?id = (\w+)\.(?:\w+_)?id\b")
_INSERT = re.compile(rf"^INSERT INTO ({_WORD}) \[([^\]]*)\]")
#: A value: a parameter of psycopg's or of SQLite's, a cast of one, or a list of them.
_VALUE = r"(?:= (?:%\(|\?|:|CAST)|(?:= ANY|IN) \[)"
#: Of these each row belongs to several sites.
_PEOPLE = {"moderator", "login_session", "second_factor", "recovery_code"}
_NAMES = {"site": ("site_id", "id", "slug"), "thread": ("site_id", "thread_id", "id")}


@dataclass(frozen=True)
class Statement:
    """``verb``: SELECT, INSERT, UPDATE, DELETE, or what else it begins with. ``inserted``: the table and columns of an
    INSERT. ``tables``: all of them. ``loose``: those of which rows are meant that are held to no site.
    """

    text: str
    verb: str
    inserted: tuple[str, frozenset[str]] | None
    tables: frozenset[str]
    loose: frozenset[str]


def read(text: str) -> Statement:
    """Of one statement, whole."""
    blocks = _blocks(text)
    insert = _INSERT.match(blocks[-1])
    inserted = (insert[1], frozenset(re.findall(_WORD, insert[2]))) if insert else None
    tables, loose = {inserted[0]} if inserted else set(), set()
    for block in blocks:
        references = _references(block)
        tables |= set(references.values())
        loose |= {references[alias] for alias in references.keys() - _held(block, references)}
    verb = text.split(None, 1)[0]
    return Statement(text, verb, inserted, frozenset(tables - {"#"}), frozenset(loose))


def _blocks(text: str) -> list[str]:
    """Each SELECT by itself, the innermost first, with ``#`` where it stood; other parentheses become brackets."""
    found: list[str] = []
    rest = _HOW.sub("", " ".join(text.split()))
    while inner := _INNERMOST.search(rest):
        is_select = inner[1].lstrip().startswith("SELECT ")
        if is_select:
            found.append(inner[1])
        rest = rest[: inner.start()] + ("#" if is_select else f"[{inner[1]}]") + rest[inner.end() :]
        # "%(name)s" is a parameter, not a group.
        rest = re.sub(r"%\[(\w+)\]s", r"%{\1}s", rest)
    return [part for block in (*found, rest) for part in re.split(r" UNION (?:ALL )?", block)]


def _references(block: str) -> dict[str, str]:
    """The table behind each name; what stands for a SELECT of its own is ``#``."""
    return {alias or table: table for table, alias in _REFERENCE.findall(block)}


def _held(block: str, references: dict[str, str]) -> set[str]:
    value = _VALUE.replace(r"%\(", r"%\{")
    held = set()
    for alias, table in references.items():
        names = "|".join(_NAMES.get(table, ("site_id", "thread_id")))
        # With one table only a column needs no prefix.
        prefix = rf"\b{alias}\." if len(references) > 1 else rf"(?:\b{alias}\.|(?<![\w.]))"
        if table == "#" or re.search(rf"{prefix}(?:{names}) {value}", _condition(block)):
            held.add(alias)
    known = {alias for alias, table in references.items() if table not in _PEOPLE}
    pairs = [pair for pair in _EQUAL.findall(_condition(block)) if set(pair) <= known]
    for _ in references:
        held |= {alias for pair in pairs if held & set(pair) for alias in pair}
    return held


def _condition(block: str) -> str:
    """Behind FROM and SET: what is compared there, not what is read or set."""
    return re.split(r"\b(?:FROM|WHERE)\b", block, maxsplit=1)[-1]
