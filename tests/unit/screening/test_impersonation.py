"""Names that are somebody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.screening.facts import NO_PAST, FactMissingError, Facts, Gathered, Known
from service.screening.phases.impersonation import impersonation

PAST = replace(NO_PAST, staff_names=Known(("سارة القاسم", "Omar Haddad")), site_name=Known("صحيفة النهر"))


def rule(name: str, language: str = "ar", *, regular: bool = False, staff: bool = False) -> str | None:
    past = replace(PAST, regulars_name=Known(regular))
    found = list(impersonation(Facts("publish", language, name, "نص", None, gathered=past, staff=staff)))
    assert all(f.code == "impersonation" and f.outcome.code == "hold" for f in found)
    return found[0].rule if found else None


@pytest.mark.parametrize(
    "name",
    [
        "سارة القاسم", "سَارَةُ القاسم", "س ا ر ة ا ل ق ا س م", "ســارة\u200bالقاسم",
        "Оmаr Наddаd", "omar.haddad", "OMAR HADDAD ★",
    ],
)
def test_the_staffs_names_are_held_in_any_clothes(name: str) -> None:
    assert rule(name) == "staff"
    assert rule(name, staff=True) is None


@pytest.mark.parametrize(
    "name",
    [
        "صحيفة النهر", "صَحيفة النّهر", "هيئة التحرير", "هَيْئة  التحرير",
        "Аdmin", "ADM1N", "Moderatör", "Die Redaktion", "המערכת",
    ],
)
def test_nobody_is_the_site_or_its_desk(name: str) -> None:
    for language in ("ar", "tr", "fa"):
        assert rule(name, language) == "site"


@pytest.mark.parametrize("name", ["سلمى", "عمر حداد", "Omar", "صحيفة", "نهر", "تحرير", "قارئ", "..."])
def test_other_names_are_free(name: str) -> None:
    assert rule(name) is None


def test_a_regulars_name_is_held() -> None:
    assert rule("سلمى", regular=True) == "regular"


def test_what_could_not_be_asked_fails_the_check() -> None:
    with pytest.raises(FactMissingError):
        list(impersonation(Facts("publish", "ar", "سلمى", "نص", None, gathered=Gathered())))
