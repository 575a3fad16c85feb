"""What readers of the load write: sentences of our own, put together by number. No text of anybody's is in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from service.bench.dice import Dice
from service.domain.site import SitePolicy
from service.text.fold import fold
from service.text.language import reading_direction, text_language
from service.text.sanitize import render, text_of
from service.text.words import indexed

LANGUAGES = ("ar", "ar", "en")
#: In one text of ten or so, and in one of some thousands: what the search is measured with.
COMMON = {"ar": "النهر", "en": "river"}
RARE = "قنطرة"
_RARE_ONE_IN = 5_000
#: Paragraphs a language; a text is two of them, so there are the square of it.
_STOCK = 4_500
#: The texts of edits have numbers no first text has.
EDITS = 10_125_000
BREAK = "\n\n"
_WORDS = {
    "ar": (
        "الماء الصيف الجفاف القرية المزارع الحقل السد الجسر الضفة الوزارة الخبر المقال الكاتب القارئ السؤال",
        "الجواب المدينة الطريق الأرض المطر البئر القناة الموسم الحصاد القمح الزيتون النخيل الصياد القارب الشاطئ",
        "الوادي الجبل اليوم أمس غدا دائما أحيانا قليلا كثيرا هنا هناك بعيدا قريبا معا وحده لكن لأن حين بعد قبل فوق",
        "تحت بين حول رأيت سمعت قرأت كتب قال يعرف ينتظر يشرب يزرع يبني يهدم يعود يذهب يسأل يجيب يشكر ينسى يذكر واضح",
    ),
    "en": (
        "water summer drought village farmer field dam bridge shore ministry news article writer reader question",
        "answer city road land rain well canal season harvest wheat olive palm fisher boat beach valley mountain",
        "today yesterday tomorrow always sometimes little much here there far near together alone but because when",
        "after before above below between around saw heard read wrote said knows waits drinks plants builds breaks",
    ),
}
_FIRST_NAMES = {
    "ar": ("سلمى", "عمر", "ليلى", "كريم", "هالة", "يوسف", "نور", "طارق", "رنا", "سامر", "دينا", "ماجد"),
    "en": ("Zoe", "Adam", "Clara", "Hugh", "Iris", "Jonas", "Karen", "Leo", "Mona", "Nils", "Olga", "Paul"),
}
LAST_NAMES = {
    "ar": ("الحلبي", "النجار", "الخطيب", "العطار", "السقا", "الحداد", "البنا", "الراعي", "القاضي", "الشامي"),
    "en": ("Miller", "Baker", "Archer", "Cooper", "Gardner", "Hunter", "Mason", "Potter", "Turner", "Weaver"),
}


@dataclass(frozen=True)
class Paragraph:
    source: str
    html: str
    folded: str
    words: str


@dataclass(frozen=True)
class Text:
    """A text and what the product makes of it, put together from what it makes of its paragraphs."""

    source: str
    html: str
    folded: str
    words: str
    language: str | None
    direction: str


def text_of_number(language: str, number: int) -> Text:
    """The text of that number; no two numbers below 20,250,000 have the same."""
    first = _paragraph(language, number % _STOCK)
    second = _paragraph(language, (number // _STOCK + number) % _STOCK)
    of_language, direction = _reading(language)
    return Text(
        source=source_of_number(language, number),
        html=first.html + BREAK + second.html,
        folded=f"{first.folded} {second.folded}",
        words=f"{first.words} {second.words}",
        language=of_language,
        direction=direction,
    )


def source_of_number(language: str, number: int) -> str:
    """Of that text as it is typed: without what the product makes of it, which takes a hundred times as long."""
    return _source(language, number % _STOCK) + BREAK + _source(language, (number // _STOCK + number) % _STOCK)


def joined(first: Text, second: Text) -> Text:
    """One text of two in the same language."""
    return replace(
        first,
        source=first.source + BREAK + second.source,
        html=first.html + BREAK + second.html,
        folded=f"{first.folded} {second.folded}",
        words=f"{first.words} {second.words}",
    )


def text_from(source: str) -> Text:
    """What the product makes of any text."""
    html = render(source)
    shown = text_of(html)
    site_language = SitePolicy().language
    language = text_language(shown, site_language)
    folded, found_by = fold(source, site_language), indexed(source, site_language)
    return Text(source, html, folded, found_by, language, reading_direction(shown))


@cache
def _reading(language: str) -> tuple[str | None, str]:
    found = text_from(_paragraph(language, 0).source)
    return found.language, found.direction


@cache
def _paragraph(language: str, number: int) -> Paragraph:
    source = _source(language, number)
    found = text_from(source)
    return Paragraph(source, found.html, found.folded, found.words)


@cache
def _source(language: str, number: int) -> str:
    """About a hundred bytes; Arabic letters take two."""
    lengths, known = {"ar": 9, "en": 16}, " ".join(_WORDS[language]).split()
    dice = Dice(len(language) + ord(language[0]), number)
    spelt = [dice.pick(known) for _ in range(lengths[language])]
    if number % 20 == 0:
        spelt[dice.below(len(spelt))] = COMMON[language]
    # The number makes it a paragraph of its own.
    return f"{' '.join(spelt)} {number}."


def rare(source: str, number: int) -> str:
    """The same, with the rare word in front of it where its turn has come."""
    return f"{RARE} {source}" if number % _RARE_ONE_IN == 17 else source


def name_of(dice: Dice, language: str) -> str:
    return f"{dice.pick(_FIRST_NAMES[language])} {dice.pick(LAST_NAMES[language])}"
