"""One comment of a load from its coming in to where it stands: every row the product would have written by then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from service.bench.dice import Dice
from service.bench.scene import END, Scene
from service.bench.stock import Text
from service.domain import messages, urgency
from service.domain.moderation import READERS, REPORT_REASONS, Action, Actor, ActorKind, Status
from service.domain.site import SitePolicy
from service.domain.submission import FIELDS
from service.screening.facts import Finding as Seen
from service.screening.facts import Outcome
from service.storage.arrivals import HOUR, Arrival
from service.storage.authors import Author
from service.storage.base import Base
from service.storage.comments import Comment
from service.storage.contacts import Contact
from service.storage.decisions import GENESIS, Decision, chain_hash
from service.storage.erasure import GONE
from service.storage.findings import Finding
from service.storage.flags import Flag
from service.storage.likenesses import LOOK_BACK, Likeness, Shingle
from service.storage.outbox import OutboxMessage
from service.storage.revisions import Revision
from service.storage.search import SearchText
from service.storage.submissions import ReceivedSubmission
from service.text.fold import FOLD_VERSION, fold
from service.text.likeness import name_key
from service.text.networks import around
from service.text.sanitize import SANITISER_VERSION
from service.text.shingles import bands, signature
from service.text.words import indexed

Row = dict[str, Any]
#: Tables in the order in which each may lean on those before it.
ORDER: tuple[type[Base], ...] = (
    Author, Comment, Revision, Finding, Contact, ReceivedSubmission, SearchText, Likeness, Shingle, Arrival, Flag,
    Decision, OutboxMessage,
)  # fmt: skip


class Story:
    """The rows by table. ``comment`` is changed by every step, as the product changes it."""

    def __init__(self, scene: Scene, number: int, dice: Dice, thread: UUID) -> None:
        self.scene, self.dice, self.now = scene, dice, scene.moment(number)
        self.rows: dict[type[Base], list[Row]] = {kind: [] for kind in ORDER}
        author = dice.id_at(self.now)
        avatar = scene.signer.digest("avatar", str(author)).hex()
        self._put(Author, id=author, avatar=avatar, proof="none", created_at=self.now)
        own = dice.id_at(self.now)
        self.comment = self._put(
            Comment,
            id=own,
            thread_id=thread,
            parent_id=None,
            root_id=own,
            author_id=author,
            status=Status.PENDING.value,
            version=1,
            published_revision=None,
            latest_revision=1,
            receipt_generation=0,
            staff_id=None,
            moderated_by=None,
            moderated_reason=None,
            rank=urgency.CALM,
            opinion_by=None,
            reported=False,
            avatar=None,
            cluster_id=own,
            created_at=self.now,
        )

    @property
    def id(self) -> UUID:
        found: UUID = self.comment["id"]
        return found

    def answer(self, parent: UUID, root: UUID) -> None:
        self.comment.update(parent_id=parent, root_id=root)

    def write(self, name: str, text: Text, findings: tuple[Seen, ...]) -> None:
        """The comment's next text, with what the checks said of it."""
        number = len(self.rows[Revision]) + 1
        self.comment["avatar"] = self._face(name)
        site, own = str(self.scene.site), self.id
        self._put(
            Revision,
            comment_id=own,
            number=number,
            name=name,
            website=None,
            source=text.source,
            html=text.html,
            sanitiser_version=SANITISER_VERSION,
            language=text.language,
            direction=text.direction,
            text_digest=self.scene.signer.digest("text", site, text.folded),
            name_key=_key_of(name),
            created_at=self.now,
        )
        for seen in findings:
            self._put(
                Finding,
                id=self.dice.id_at(self.now),
                comment_id=own,
                revision=number,
                code=seen.code,
                rule=seen.rule,
                check_version=seen.check_version,
                spans=[list(span) for span in seen.spans],
                outcome=seen.outcome.code,
            )
        self.rows[SearchText] = []
        self._put(SearchText, comment_id=own, words=text.words, names=_words_of(name), fold_version=FOLD_VERSION)
        if self.now > END - LOOK_BACK:
            self._be_compared(text.folded)
        self.comment["rank"] = urgency.rank_of((seen.code, seen.outcome is not Outcome.NOTE) for seen in findings)

    def _face(self, name: str) -> str:
        signer, author = self.scene.signer, self.comment["author_id"]
        return signer.digest("avatar", str(author), _folded(name)).hex()

    def _be_compared(self, folded: str) -> None:
        """What later texts are compared with: of the latest text only."""
        made, own = signature(folded), self.id
        self.rows[Likeness], self.rows[Shingle] = [], []
        self._put(Likeness, comment_id=own, signature=made, fold_version=FOLD_VERSION, at=self.now)
        for band, value in bands(made):
            self._put(Shingle, band=band, value=value, comment_id=own)

    def receive(self, key: str, name: str, address: str, body: str, submission_id: str | None, outcome: Status) -> None:
        """Sent with that address and, by our form, with a submission id."""
        vault, signer, site = self.scene.vault, self.scene.signer, self.scene.site
        sealed, who = vault.seal(address, site=site, comment=self.id), vault.fingerprint(address, site=site)
        raw: Mapping[str, object] = {"thread": key, "name": name, "body": body}
        sent = {field: raw.get(field) for field in FIELDS if field not in ("submission_id", "lang", "email")}
        typed = vault.fingerprint(json.dumps(address), site=UUID(int=0)).hex()
        self._put(Contact, comment_id=self.id, key_id=sealed.key_id, sealed=sealed.data, fingerprint=who)
        self._put(
            ReceivedSubmission,
            comment_id=self.id,
            submission_id=submission_id,
            fingerprint=signer.digest("submission", json.dumps(sent, sort_keys=True), typed),
            repeat_key=signer.digest("repeat", key, who.hex(), body),
            outcome=outcome.value,
            received_at=self.now,
        )
        if self.now > END - HOUR:
            self._arrive()

    def _arrive(self) -> None:
        """From a network of its own, noted as ``usecases.arrival_marks`` does."""
        network = f"10.{self.dice.below(256)}.{self.dice.below(256)}.{self.dice.below(256)}/32"
        day, site = str(self.now.date()), str(self.scene.site)
        near, wider = (self.scene.signer.digest("arrival", day, site, of) for of in (network, around(network)))
        own, thread = self.dice.id_at(self.now), self.comment["thread_id"]
        self._put(Arrival, id=own, thread_id=thread, network=near, wider=wider, at=self.now)

    def wait(self, **by: int) -> None:
        self.now += timedelta(**by)

    def decide(self, action: Action, to: Status, published: int | None, actor: Actor, **more: Any) -> Row:
        """As the one door does it."""
        comment, chain = self.comment, self.rows[Decision]
        row = {
            "id": self.dice.id_at(self.now),
            "site_id": self.scene.site,
            "subject_kind": "comment",
            "subject_id": comment["id"],
            "action": action.value,
            "from_status": comment["status"],
            "to_status": to.value,
            "version": comment["version"],
            "version_after": comment["version"] + 1,
            "revision": comment["latest_revision"],
            "published_before": comment["published_revision"],
            "published_after": published,
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "actor_label": actor.label,
            "reason": None,
            "batch": None,
            "client_id": None,
            "undoes": None,
            "at": self.now,
            "prev_hash": chain[-1]["hash"] if chain else GENESIS,
        } | more
        # As a mapped row it would cost as much as all the rest.
        row["hash"] = chain_hash(cast(Decision, SimpleNamespace(**row)))
        chain.append(row)
        comment.update(status=to.value, published_revision=published, version=comment["version"] + 1)
        self.promise(messages.comment_decided(self.id, row["id"], row["action"], row["from_status"], row["to_status"]))
        if action not in READERS:
            by_hand = actor.kind is ActorKind.MODERATOR and action is not Action.UNDO
            comment["moderated_by"] = actor.id if by_hand else None
            comment["moderated_reason"] = row["reason"] if by_hand else None
            comment["opinion_by"] = None
            self._resolve(self.now)
        return row

    def report(self, network: str) -> None:
        reason = self.dice.pick(REPORT_REASONS)
        self._put(
            Flag,
            id=self.dice.id_at(self.now),
            comment_id=self.id,
            reason=reason,
            reporter=self.scene.signer.digest("report", network, str(self.id)),
            version=self.comment["version"],
            created_at=self.now,
            resolved_at=None,
        )
        self.comment["reported"] = True
        self.comment["rank"] = max(0, self.comment["rank"] - urgency.REPORT)
        self.promise(messages.comment_reported(self.id, reason))

    def erase(self) -> None:
        """What is left of it: places and codes."""
        for revision in self.rows[Revision]:
            revision.update(name="", source="", html="", direction="auto")
            revision.update(website=None, language=None, text_digest=None, name_key=None)
        for received in self.rows[ReceivedSubmission]:
            received.update(fingerprint=GONE, repeat_key=GONE)
        for kind in (Contact, Finding, Flag, SearchText, Likeness, Shingle, Arrival):
            self.rows[kind] = []
        self.comment.update(reported=False, avatar=None, cluster_id=None)

    def promise(self, event: tuple[str, Mapping[str, object]]) -> None:
        kind, payload = event
        self._put(
            OutboxMessage,
            id=self.dice.id_at(self.now),
            kind=kind,
            payload=dict(payload),
            attempts=0,
            created_at=self.now,
            available_at=self.now,
            delivered_at=None,
        )

    def _resolve(self, at: datetime) -> None:
        for flag in self.rows[Flag]:
            flag["resolved_at"] = flag["resolved_at"] or at
        self.comment["reported"] = False

    def _put(self, into: type[Base], /, **values: Any) -> Row:
        row = {**values, "site_id": self.scene.site}
        self.rows[into].append(row)
        return row


@cache
def _words_of(name: str) -> str:
    """There are few names in the stock."""
    return indexed(name, SitePolicy().language)


@cache
def _folded(name: str) -> str:
    return fold(name, SitePolicy().language)


@cache
def _key_of(name: str) -> str:
    return name_key(_folded(name))
