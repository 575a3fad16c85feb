"""A newsroom's rules of words and phrases, compiled."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from service.screening.outcome import Outcome
from service.text.fold import Folded, fold
from service.text.phrases import Matcher, Mode, Pattern, forms
from service.text.suspicion import Disguises

#: Rules of one comment that are told, places of one rule, places of all rules, and hits that are looked at: most say
#: nothing, of rules of another section or of one that has its places already, and must not hide what comes after them.
MOST_FOUND, MOST_PLACES, MOST_NOTED, MOST_HITS = 20, 20, 2_000, 20_000
#: Of what names a rule and its phrase; a finding keeps no more.
MAX_LABEL = 80


@dataclass(frozen=True)
class Rule:
    """``phrases`` as typed. ``section``: the only one it holds in; empty where it holds everywhere."""

    number: int
    phrases: Sequence[str]
    mode: Mode
    outcome: Outcome
    reason: str | None = None
    section: str = ""
    exceptions: Sequence[str] = ()


@dataclass
class Found:
    """What one rule sees in a text: its first phrase, as the rule has it; how it is written when it is disguised; and
    its places in the text as typed.
    """

    rule: Rule
    phrase: str
    disguise: str | None = None
    places: list[tuple[int, int]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """For the moderator: ``rule:7 كلب``, in disguise ``rule:7:spaced_out كلب``. What stands before the space names
        the rule and nothing that a reader wrote. What is too long loses the end of the phrase.
        """
        how = f":{self.disguise}" if self.disguise else ""
        return f"rule:{self.rule.number}{how} {self.phrase}"[:MAX_LABEL]


class RuleBook:
    """Every rule of one site. Compiled once, and used by any number of threads."""

    def __init__(self, rules: Sequence[Rule], language: str) -> None:
        self._rules = [*rules]
        self._owner, self._typed, patterns = array("L"), array("L"), list[Pattern]()
        for place, rule in enumerate(self._rules):
            exceptions = tuple(filter(None, (fold(text, language) for text in rule.exceptions)))
            for typed, phrase in enumerate(rule.phrases):
                for text in forms(phrase, language):
                    patterns.append(Pattern(text, rule.mode, exceptions))
                    self._owner.append(place)
                    self._typed.append(typed)
        self._matcher = Matcher(patterns)
        self._disguises = Disguises(self._matcher, patterns, language)

    def find(self, text: Folded, section: str) -> list[Found]:
        """What the rules of the section see, the strictest first."""
        seen: dict[int, Found] = {}
        noted = 0
        for hit in islice(self._matcher.hits(text.text), MOST_HITS):
            noted += self._note(seen, hit.number, section, text, (hit.start, hit.end), None)
            if noted >= MOST_NOTED:
                break
        return _ordered(seen)

    def sees(self, text: str, section: str) -> bool:
        """Whether any rule of the section sees something in the folded text; without asking where it was typed."""
        of = (self._rules[self._owner[hit.number]].section for hit in self._matcher.hits(text))
        return any(not one or one == section for one in of)

    def suspect(self, text: Folded, section: str) -> list[Found]:
        """What may be meant by what is written, of rules that do not see it as it stands."""
        seen: dict[int, Found] = {}
        noted = 0
        for hit in islice(self._disguises.find(text.text, text.parted), MOST_HITS):
            noted += self._note(seen, hit.number, section, text, (hit.start, hit.end), hit.rule)
            if noted >= MOST_NOTED:
                break
        if not seen:
            return []
        plain = {found.rule.number for found in self.find(text, section)}
        return [found for found in _ordered(seen) if found.rule.number not in plain]

    def _note(
        self, seen: dict[int, Found], number: int, section: str, text: Folded, at: tuple[int, int], how: str | None
    ) -> bool:
        """Whether it is one more place of a rule that holds here."""
        rule = self._rules[self._owner[number]]
        if rule.section and rule.section != section:
            return False
        found = seen.setdefault(rule.number, Found(rule, rule.phrases[self._typed[number]], how))
        if len(found.places) >= MOST_PLACES:
            return False
        found.places.append(text.source(*at))
        return True


@dataclass(frozen=True)
class RulesHere:
    """The rules of a site that hold in one section. ``book`` is ``None`` where there is none."""

    book: RuleBook | None
    section: str

    def find(self, text: Folded) -> Iterator[Found]:
        yield from self.book.find(text, self.section)[:MOST_FOUND] if self.book else ()

    def suspect(self, text: Folded) -> Iterator[Found]:
        yield from self.book.suspect(text, self.section)[:MOST_FOUND] if self.book else ()


def merged(places: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, with those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _ordered(seen: dict[int, Found]) -> list[Found]:
    return sorted(seen.values(), key=lambda found: (-found.rule.outcome, found.places[0], found.rule.number))
