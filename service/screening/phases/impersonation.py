"""The name is one that readers take for somebody else's: the staff's, the site's, or a regular author's.

Names are compared as they look: without vowel signs, spaces and marks, with look-alike letters of other scripts as the
letters they are taken for, and without dots where somebody has left dots out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from service.screening.facts import Facts, Finding
from service.text.fold import fold
from service.text.likeness import looks_like, name_key

#: What nobody but the newsroom calls itself, in the languages readers are spoken to in.
OFFICES = (
    "هيئة التحرير", "التحرير", "رئيس التحرير", "رئاسة التحرير", "مدير التحرير", "إدارة التحرير", "فريق التحرير",
    "المحرر", "إدارة الموقع", "الإدارة", "مدير الموقع", "المشرف", "مشرف الموقع", "فريق الإشراف", "إدارة التعليقات",
    "editor", "the editor", "editors", "the editors", "editorial team", "editorial board", "editor in chief",
    "admin", "administrator", "the administrator", "moderator", "the moderator", "moderators", "moderation team",
    "webmaster", "site admin", "staff", "newsroom", "la rédaction", "rédaction", "administrateur", "modérateur",
    "modération", "تحریریه", "هیئت تحریریه", "سردبیر", "مدیر سایت", "ادارہ", "مدیر", "ایڈیٹر", "המערכת", "מערכת האתר",
    "העורך", "מנהל האתר", "la redacción", "redacción", "administrador", "moderador", "die redaktion", "redaktion",
    "chefredaktion", "moderation", "editör", "yönetici", "moderatör", "haber merkezi", "redaksi", "tim redaksi",
)  # fmt: skip


def impersonation(facts: Facts) -> Iterator[Finding]:
    if facts.staff:
        return
    key = name_key(facts.folded_name.text)
    gathered, language = facts.gathered, facts.language
    if _is_one_of(key, gathered.staff_names.value, language):
        yield Finding("impersonation", "staff")
    elif _is_one_of(key, (gathered.site_name.value,), language) or any(looks_like(key, o) for o in _offices(language)):
        yield Finding("impersonation", "site")
    elif gathered.regulars_name.value:
        yield Finding("impersonation", "regular")


@cache
def _offices(language: str) -> Sequence[str]:
    return [name_key(fold(name, language)) for name in OFFICES]


def _is_one_of(key: str, names: Sequence[str], language: str) -> bool:
    return any(looks_like(key, name_key(fold(name, language))) for name in names)
