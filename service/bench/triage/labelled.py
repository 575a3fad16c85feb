"""Comments with labels, out of files: JSON lines, CSV and TSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path

from service.domain.errors import ConfigurationError

#: Names of columns, as far as nobody says which it is; the first that is there.
TEXT = ("text", "content", "body", "comment", "comment_text", "message", "tweet")
LABEL = ("label", "class", "is_toxic", "is_spam", "toxic", "spam", "offensive", "target", "category")
BAD = frozenset({"1", "true", "yes", "bad", "spam", "toxic", "offensive", "abusive", "hate", "reject", "rejected"})
FINE = frozenset(
    {"0", "false", "no", "fine", "ok", "good", "ham", "normal", "clean", "not spam", "not toxic", "non-toxic"}
    | {"not offensive", "non-offensive", "not_offensive", "approve", "approved"}
)
#: A field of a CSV file may be as long as a comment may be, and then some.
_LONGEST = 1_000_000


@dataclass(frozen=True)
class Labelled:
    """``bad``: whether a moderator would have rejected it."""

    text: str
    bad: bool


@dataclass(frozen=True)
class Columns:
    """What the caller has said of the files. ``bad``: labels that are bad ones, all others being fine."""

    text: str | None = None
    label: str | None = None
    bad: frozenset[str] = frozenset()


def read_labelled(path: Path, columns: Columns = Columns()) -> list[Labelled]:
    """All of a file, in its order, those without a text left out. ``ConfigurationError`` names what was not understood,
    and the line.
    """
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as UTF-8 text: {error}") from None
    rows = _rows(path, content)
    if not rows:
        raise ConfigurationError(f"{path} holds no comments.")
    names = list(rows[0][1])
    text = _column(path, names, columns.text, TEXT, "text", "--text")
    label = _column(path, names, columns.label, LABEL, "label", "--label")
    found = [
        Labelled(str(row.get(text) or ""), _bad(f"{path}:{line}", row.get(label), columns.bad)) for line, row in rows
    ]
    return [one for one in found if one.text.strip()]


def _rows(path: Path, content: str) -> list[tuple[int, dict[str, object]]]:
    """Each with the line it ends in, as a mapping by column."""
    kind = path.suffix.lower()
    if kind in (".jsonl", ".ndjson"):
        return [(n, _object(f"{path}:{n}", line)) for n, line in enumerate(content.split("\n"), 1) if line.strip()]
    if kind not in (".csv", ".tsv"):
        raise ConfigurationError(f"{path} is of no kind that is known: .jsonl, .csv or .tsv.")
    csv.field_size_limit(_LONGEST)
    lines = StringIO(content, newline="")
    reader = csv.reader(lines) if kind == ".csv" else csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        cells = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise ConfigurationError(f"{path}:{reader.line_num}: {error}.") from None
    return _named(path, cells)


def _named(path: Path, cells: Sequence[tuple[int, list[str]]]) -> list[tuple[int, dict[str, object]]]:
    """By the names of the first row; a first row that is a label and a text has none."""
    if not cells:
        return []
    names, start = cells[0][1], 1
    labels = [place for place, cell in enumerate(names) if cell.strip().lower() in BAD | FINE]
    if len(names) == 2 and len(labels) == 1 and names[1 - labels[0]].strip().lower() not in TEXT:
        names, start = [LABEL[0] if place in labels else TEXT[0] for place in range(2)], 0
    for line, row in cells[start:]:
        if len(row) != len(names):
            raise ConfigurationError(f"{path}:{line}: {len(row)} columns, but the first line has {len(names)}.")
    return [(line, dict(zip(names, row, strict=True))) for line, row in cells[start:]]


def _object(place: str, line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        raise ConfigurationError(f"{place}: this is no JSON.") from None
    if not isinstance(found, dict):
        raise ConfigurationError(f"{place}: this is no JSON object.")
    return found


def _column(path: Path, names: list[str], wanted: str | None, usual: Iterable[str], what: str, option: str) -> str:
    by_name = {name.strip().lower(): name for name in reversed(names)}
    for name in [wanted] if wanted else usual:
        if name.lower() in by_name:
            return by_name[name.lower()]
    missing = f"no column {wanted}" if wanted else f"no column that is known to hold the {what}"
    raise ConfigurationError(f"{path} has {missing}; it has {', '.join(names)}. Say which with {option}.")


def _bad(place: str, label: object, bad: frozenset[str]) -> bool:
    value = str(label).strip().lower() if label is not None else ""
    if bad:
        return value in bad
    if value in BAD or value in FINE:
        return value in BAD
    raise ConfigurationError(f"{place}: what the label {value!r} means is not known. Name the bad ones with --bad.")


def together(files: Iterable[list[Labelled]]) -> list[Labelled]:
    """One after the other. ``ConfigurationError`` unless there are some of each kind."""
    found = list(chain.from_iterable(files))
    if len({one.bad for one in found}) < 2:
        raise ConfigurationError("Some of the comments have to be bad ones, and some fine ones.")
    return found
