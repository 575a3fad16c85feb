"""The service's own words, in the reader's language.

A language is a folder of ``catalogues`` with gettext files, read by Babel: ``reader.po`` holds what a reader meets,
``staff.po`` what only moderators and programs do. Message ids are names such as ``thread.count``, not English
sentences. Plural forms are chosen by each file's own rule, for the parameter ``count``; Arabic needs all six.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, localedata
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

#: What a reader can be answered in; the first is the default.
LANGUAGES: tuple[str, ...] = ("ar", "en", "fr", "fa", "ur", "he", "es", "de", "tr", "id")
#: What a moderator can work in. Elsewhere their words are English.
STAFF_LANGUAGES: tuple[str, ...] = ("ar", "en")
DEFAULT_LANGUAGE = "ar"
_FALLBACK = "en"
_FOLDER = Path(__file__).parent / "catalogues"
#: Of the languages above only Persian has digits of its own by CLDR's default numbering, which is what a browser's
#: ``Intl`` writes too. The others, Arabic and Urdu among them, have 0 to 9. Dates and counts alike go by this.
_DIGITS = {"fa": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
#: Instead of CLDR's long form: English not the American way, Urdu without the comma that ours would repeat.
_DAY = {"en": "d MMMM y", "ur": "d MMMM y"}
#: Where no comma stands before the last of three.
_LIST = {"en": "en_GB"}
#: CLDR calls it «Indonesia».
_NAMES = {"id": "Bahasa Indonesia"}
#: What is read here of what Babel knows of a language; the rest is nine tenths of it, a megabyte and more.
_READ = frozenset(
    [
        *("character_order", "languages", "months", "days", "eras", "date_formats", "time_formats", "list_patterns"),
        *("default_numbering_system", "numbering_systems", "number_symbols", "decimal_formats", "percent_formats"),
        *("unit_patterns", "plural_form", "locale_id"),
    ]
)
_UNITS = ("hour", "minute", "second")


@dataclass(frozen=True)
class Plural:
    """The forms of a text, and which of them a number takes."""

    forms: tuple[str, ...]
    choose: Callable[[int], int]

    def __repr__(self) -> str:
        return repr(self.forms)


Text = str | Plural
Catalogue = Mapping[str, Text]


def read_catalogue(language: str, part: str) -> Catalogue:
    """The texts of one file by their names."""
    with (_FOLDER / language / f"{part}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    # Babel has read the rule already, into an expression that gettext understands.
    choose = gettext.c2py(catalogue.plural_expr)
    texts: dict[str, Text] = {}
    for message in catalogue:
        name, *plural = [message.id] if isinstance(message.id, str) else message.id
        if plural:
            texts[name] = Plural(tuple(message.string or ()), choose)
        elif name:
            texts[name] = str(message.string)
    return texts


CATALOGUES: Mapping[str, Catalogue] = {
    language: {
        **read_catalogue(language, "reader"),
        **(read_catalogue(language, "staff") if language in STAFF_LANGUAGES else {}),
    }
    for language in LANGUAGES
}


def known_language(tag: str | None, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The catalogue for a language tag such as ``ar-EG``; ``otherwise`` when there is none."""
    primary = (tag or "").replace("_", "-").split("-", 1)[0].lower()
    return primary if primary in CATALOGUES else otherwise


def preferred_language(accept_language: str | None, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The first language of an ``Accept-Language`` header that has a catalogue (weights are ignored)."""
    for part in (accept_language or "")[:200].split(","):
        primary = re.split(r"[-;]", part.strip(), maxsplit=1)[0].lower()
        if primary in CATALOGUES:
            return primary
    return otherwise


def staff_language(language: str) -> str:
    """``language`` where moderators' words exist in it, else English."""
    return language if language in STAFF_LANGUAGES else _FALLBACK


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return _locale(language).text_direction


def language_name(language: str) -> str:
    """What a language calls itself, as it stands in a list: ``العربية``, ``Français``."""
    name = _NAMES.get(language) or _locale(language).get_display_name() or language
    return name[0].upper() + name[1:]


def has_text(key: str) -> bool:
    """Whether there is a text of this name at all."""
    return key in CATALOGUES[_FALLBACK]


def t(language: str, key: str, **params: object) -> str:
    """The text for ``key``; ``KeyError`` when there is none, since a missing text is a defect.

    Numbers among ``params`` are written in the language's digits, strings are left as they are. Moderators' words in a
    language that has only the readers' come in English.
    """
    text = CATALOGUES[language].get(key) or CATALOGUES[_FALLBACK][key]
    if isinstance(text, Plural):
        text = text.forms[text.choose(int(str(params["count"])))]
    shown = {name: _digits(language, str(value)) if isinstance(value, int) else value for name, value in params.items()}
    return text.format(**shown) if shown else text


def format_moment(language: str, moment: datetime) -> str:
    """Date and time of day in UTC, for reading: ``25 نوفمبر 2026، 14:05 UTC``.

    The date is the language's long one, in the Gregorian calendar, the hours go to 24.
    """
    locale = _locale(language)
    moment = moment.astimezone(UTC)
    day = format_date(moment, _DAY.get(language, "long"), locale=locale)
    if language == "fr" and moment.day == 1:
        day = f"1er{day[1:]}"
    clock = format_time(moment, "HH.mm" if language == "id" else "HH:mm", locale=locale)
    return _digits(language, f"{day}{'،' if language in ('ar', 'fa', 'ur') else ','} {clock} UTC")


def format_number(language: str, number: float) -> str:
    """A number for reading, its thousands apart, with one decimal at most: ``1,234.5``."""
    system = "default" if language in _DIGITS else "latn"
    return _digits(language, format_decimal(number, "#,##0.#", locale=_locale(language), numbering_system=system))


def format_share(language: str, share: float, *, exact: bool = False) -> str:
    """A part of one in whole percent: ``26%``; ``exact``: with one decimal at most, ``0.9%``."""
    rounded = round(share, 3 if exact else 2)
    return _digits(language, format_percent(rounded, locale=_locale(language), decimal_quantization=not exact))


def format_span(language: str, seconds: int) -> str:
    """How long something lasts, in words and exactly: ``1 hour and 1 second``; nothing at all is ``0 seconds``."""
    units = dict(zip(_UNITS, (seconds // 3600, seconds // 60 % 60, seconds % 60), strict=True))
    told = [name for name, number in units.items() if number] or ["second"]
    parts = [format_unit(units[name], f"duration-{name}", locale=_locale(language)) for name in told]
    return _digits(language, format_list(parts, locale=_LIST.get(language) or _locale(language)))


def format_hour(language: str, moment: datetime) -> str:
    """The time of day in UTC: ``14:00``."""
    clock = format_time(moment.astimezone(UTC), "HH.mm" if language == "id" else "HH:mm", locale=_locale(language))
    return _digits(language, clock)


def format_weekday(language: str, moment: datetime) -> str:
    """The day in UTC, shortly: ``Wed 25``, ``الأربعاء 25``."""
    return _digits(language, format_date(moment.astimezone(UTC), "EEE d", locale=_locale(language)))


def _digits(language: str, text: str) -> str:
    return text.translate(_DIGITS.get(language, {}))


@cache
def _locale(language: str) -> Locale:
    # The first is what the others inherit from.
    for name in ("root", language):
        _forget(localedata.load(name), _READ)
        _forget(localedata.load(name)["unit_patterns"], {f"duration-{unit}" for unit in _UNITS})
    return Locale.parse(language)


def _forget(known: dict[str, Any], needed: Set[str]) -> None:
    """From what Babel remembers, which is the dictionary it gives. Another thread may be here as well."""
    for name in known.keys() - needed:
        known.pop(name, None)
