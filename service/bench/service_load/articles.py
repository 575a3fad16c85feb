"""What the service is measured with: a thousand articles, of which one is hot and one is long."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.bench.dice import Dice
from service.bench.load import Kind
from service.bench.scene import SLUG, Scene
from service.bench.stock import BREAK, Text, joined, name_of, source_of_number, text_of_number
from service.bench.story import Story
from service.bench.telling import BY_FORM, findings_of
from service.domain import messages
from service.domain.moderation import Action, Status

#: Comments of the hot article, which are just one page, and of each ordinary one.
HOT, ORDINARY = 100, 10
#: The articles by their numbers.
HOT_ARTICLE, LONG_ARTICLE = 0, 1
PAGE = 100
_LANGUAGES = ("ar", "en")
#: As many texts there are of two paragraphs; and where the chance for them begins, behind that for all else.
_TEXTS, _TEXTS_FROM = 2_250_000, 1 << 41


def key_of(article: int) -> str:
    return f"article-{article}"


@dataclass(frozen=True)
class Plan:
    """``articles`` in all, at least three; ``long`` comments under the long one. All of them are approved."""

    articles: int = 1_000
    long: int = 10_000

    @property
    def comments(self) -> int:
        return HOT + self.long + (self.articles - 2) * ORDINARY

    def size_of(self, article: int) -> int:
        return {HOT_ARTICLE: HOT, LONG_ARTICLE: self.long}.get(article, ORDINARY)

    def page_of(self, article: int) -> int:
        """Comments on its first page."""
        return min(PAGE, self.size_of(article))

    def place_of(self, number: int) -> tuple[int, int]:
        """The article of the comment of that number, and how many stand before it there."""
        if number < HOT:
            return HOT_ARTICLE, number
        if number < HOT + self.long:
            return LONG_ARTICLE, number - HOT
        article, place = divmod(number - HOT - self.long, ORDINARY)
        return article + 2, place

    def kind(self, seed: int) -> Kind:
        name = f"{SLUG}, {self.articles} articles, {self.long} under one, seed {seed}"
        return Kind(name, lambda scene: self.articles, lambda scene: _Teller(scene, self))


@dataclass(frozen=True)
class Written:
    name: str
    text: Text


def written(seed: int, number: int, language: str) -> Written:
    """A reader's name and about 400 bytes of theirs, in UTF-8; the same for the same number."""
    dice = Dice(seed, _TEXTS_FROM + number)
    first, second = (text_of_number(language, dice.below(_TEXTS)) for _ in range(2))
    return Written(name_of(dice, language), joined(first, second))


def typed(seed: int, number: int, language: str) -> tuple[str, str]:
    """Name and text of the same as a reader types them, for what sends it while something is measured."""
    dice = Dice(seed, _TEXTS_FROM + number)
    sources = [source_of_number(language, dice.below(_TEXTS)) for _ in range(2)]
    return name_of(dice, language), BREAK.join(sources)


def language_of(place: int) -> str:
    """By pairs, a comment and its answer: half of all are Arabic."""
    return _LANGUAGES[place // 2 % 2]


class _Teller:
    """Every comment waits for a moderator and is approved; every second one answers the one before it."""

    def __init__(self, scene: Scene, plan: Plan) -> None:
        self._scene, self._plan = scene, plan
        self._before: UUID | None = None

    def tell(self, number: int) -> Story:
        article, place = self._plan.place_of(number)
        dice, language = Dice(self._scene.seed, number), language_of(place)
        story = Story(self._scene, number, dice, self._scene.thread_id(article))
        if place % 2 and self._before:
            story.answer(self._before, self._before)
        self._before = story.id
        by = written(self._scene.seed, number, language)
        address, once = f"reader{number}@example.org", f"{dice.bits():016x}{dice.bits():016x}"
        story.write(by.name, by.text, findings_of("hold_all", False, BY_FORM))
        story.receive(key_of(article), by.name, address, by.text.source, once, Status.PENDING)
        story.promise(messages.comment_held(story.id, story.comment["thread_id"]))
        story.wait(minutes=1 + dice.below(600))
        story.decide(Action.APPROVE, Status.APPROVED, 1, dice.pick(self._scene.staff))
        return story
