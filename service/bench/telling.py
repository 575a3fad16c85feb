"""Tells the story of the comment of a number: who sends what, and what the newsroom does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from uuid import UUID

from service.bench.dice import Dice
from service.bench.fates import BLOCK, fate_of
from service.bench.scene import Scene
from service.bench.stock import EDITS, LANGUAGES, Text, name_of, rare, text_from, text_of_number
from service.bench.story import Row, Story
from service.domain import messages
from service.domain.moderation import REASONS, Action, Actor, ActorKind, Status, target
from service.domain.site import SitePolicy
from service.screening.facts import NO_PAST, Facts, Finding, Form, Known
from service.screening.pipeline import screen
from service.storage.decisions import Decision
from service.storage.revisions import Revision
from service.usecases.receipt_holder import READER

POLICY = Actor(ActorKind.POLICY, None, "mode:publish")
#: How a comment came, each as often as it stands here. ``None``: by a program, without a form of ours.
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
BY_FORM = Form(_MINUTE, False)
_FORMS = (*(BY_FORM,) * 90, *(Form(None, False),) * 6, *(Form(_SECOND, False),) * 3, Form(_MINUTE, True))
_BATCH = 10


class Teller:
    """Keeps, a thread, the last public comment that stands by itself: what the next one may answer. ``thread_of``: the
    thread of a comment by its number.
    """

    def __init__(self, scene: Scene, thread_of: Callable[[int, Dice], int]) -> None:
        self._scene, self._thread_of = scene, thread_of
        self._threads: dict[int, UUID] = {}
        self._answerable: dict[int, UUID] = {}

    def tell(self, number: int) -> Story:
        dice, fate = Dice(self._scene.seed, number), fate_of(number)
        thread = self._thread_of(number, dice)
        if thread not in self._threads:
            self._threads[thread] = self._scene.thread_id(thread)
        story = Story(self._scene, number, dice, self._threads[thread])
        root = self._answerable.get(thread)
        if root is not None and dice.below(4) == 0:
            story.answer(root, root)
        _send(story, number, fate, f"article-{thread}")
        _follow(story, number, fate)
        if story.comment["status"] == Status.APPROVED and story.comment["parent_id"] is None:
            self._answerable[thread] = story.id
        return story


def _send(story: Story, number: int, fate: tuple[str, ...], key: str) -> None:
    dice, language = story.dice, LANGUAGES[number % len(LANGUAGES)]
    at_once = fate[:1] == ("publish",)
    seen = not at_once and number >= len(LANGUAGES) and dice.below(100) == 0
    hidden = not at_once and dice.below(50) == 0
    form = _FORMS[0] if at_once else dice.pick(_FORMS)
    text = text_of_number(language, number - len(LANGUAGES) if seen else number)
    source = rare(f"{text.source}\u200b" if hidden else text.source, number)
    if source != text.source:
        text = text_from(source)
    name = name_of(dice, language)
    mode = "publish" if at_once else "hold_all"
    findings = screen(_facts(mode, seen, form, name, source)).findings if hidden else findings_of(mode, seen, form)
    story.write(name, text, findings)
    address = f"reader{dice.below(max(5, story.scene.rows // 5))}@example.org"
    # A program's post has no submission id, a form's always has.
    once = None if form.age is None else f"{dice.bits():016x}{dice.bits():016x}"
    outcome = Status.APPROVED if at_once else Status.PENDING
    story.receive(key, name, address, text.source, once, outcome)
    if not at_once:
        story.promise(messages.comment_held(story.id, story.comment["thread_id"]))


def _facts(mode: str, seen: bool, form: Form | None, name: str = "", source: str = "") -> Facts:
    past = replace(NO_PAST, text_seen=Known(seen))
    return Facts(mode, SitePolicy().language, name, source, None, form, past, hold_links=0)


@cache
def findings_of(mode: str, seen: bool, form: Form | None) -> tuple[Finding, ...]:
    """What the checks say of a text with nothing hidden in it."""
    return screen(_facts(mode, seen, form)).findings


def _follow(story: Story, number: int, fate: tuple[str, ...]) -> None:
    """From step to step; a moderator who is asked for a second opinion is asked last."""
    for place, step in enumerate(fate):
        if step != "publish":
            story.wait(minutes=1 + story.dice.below(600))
        if step == "edit":
            _edit(story, number)
        elif step == "report":
            for reader in range(1 + story.dice.below(3)):
                story.report(f"network-{number}-{reader}")
        else:
            _decide(story, number, step, alone=len(fate) > 1 or place > 0)
    if story.comment["status"] in (Status.PENDING, Status.APPROVED) and number % BLOCK % 499 == 0:
        story.comment["opinion_by"] = story.dice.pick(story.scene.staff).id


def _decide(story: Story, number: int, step: str, *, alone: bool) -> None:
    comment, dice = story.comment, story.dice
    latest, shown = comment["latest_revision"], comment["published_revision"]
    if step == "publish":
        story.decide(Action.APPROVE, Status.APPROVED, latest, POLICY)
    elif step in ("withdraw", "erase"):
        taken = Status.WITHDRAWN if step == "withdraw" else Status.ERASED
        story.decide(Action(step), taken, None, READER)
        if step == "erase":
            story.erase()
    elif step == "undo":
        undone: Row = story.rows[Decision][-1]
        actor = next(actor for actor in story.scene.staff if actor.id == undone["actor_id"])
        to, before = Status(undone["from_status"]), undone["published_before"]
        story.decide(Action.UNDO, to, before, actor, undoes=undone["id"], client_id=f"{dice.bits():032x}")
    else:
        _by_hand(story, number, Action(step), latest, shown, alone=alone)


def _by_hand(story: Story, number: int, action: Action, latest: int, shown: int | None, *, alone: bool) -> None:
    actor, together = story.dice.pick(story.scene.staff), number // _BATCH
    more: dict[str, object] = {"client_id": f"{story.dice.bits():032x}"}
    if action is Action.APPROVE and not alone and together % 5 == 0:
        # Ten that came in one after the other, let by one moderator with one key.
        actor = story.scene.staff[together % len(story.scene.staff)]
        story.now = max(story.now, story.scene.moment((together + 1) * _BATCH))
        more["batch"] = Dice(story.scene.seed ^ 1, together).id_at(story.scene.moment(together * _BATCH))
    if action is Action.REJECT:
        more["reason"] = story.dice.pick(REASONS)
    to = target(Status(story.comment["status"]), action, to_confirm=True)
    story.decide(action, to, latest if action is Action.APPROVE else shown, actor, **more)


def _edit(story: Story, number: int) -> None:
    """The author changes what is published; the new text waits."""
    comment, language = story.comment, LANGUAGES[number % len(LANGUAGES)]
    name = str(story.rows[Revision][-1]["name"])
    text: Text = text_of_number(language, number + EDITS)
    story.write(name, text, findings_of("hold_all", False, None))
    comment["latest_revision"] += 1
    comment["version"] += 1
    story.promise(messages.comment_edited(story.id, comment["latest_revision"]))
