"""Every way to borrow the trust of somebody else, each of which fails; and none is told that it has."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.bootstrap import Container
from service.domain.moderation import Action
from service.domain.trust import Level, Standing
from service.storage import track_records
from service.usecases.proven_author import REMEMBERED
from service.usecases.submit_comment import Answer, SubmitComment
from tests.newsroom import FIELDS, ORIGIN, Newsroom, SetClock, word

POST = "/v1/sites/demo/comments"
APPROVED = 14


@dataclass
class Regular:
    """A reader whose device was remembered, and whose comments moderators have approved again and again."""

    room: Newsroom
    fields: dict[str, str]
    answers: list[Answer]

    @property
    def device(self) -> str:
        return str(self.answers[-1].device)

    @property
    def author(self) -> UUID:
        return author_of(self.room, self.answers[0])

    @property
    def avatar(self) -> str:
        return str(self.room.sql("SELECT DISTINCT avatar FROM comment WHERE avatar IS NOT NULL")[0][0])

    @property
    def standing(self) -> Standing:
        return standing(self.room, self.author)


def author_of(room: Newsroom, answer: Answer) -> UUID:
    assert answer.comment is not None
    wanted = answer.comment.hex if "sqlite" in room.container.settings.database_url else str(answer.comment)
    return UUID(str(room.sql("SELECT author_id FROM comment WHERE id = :id", id=wanted)[0][0]))


def standing(room: Newsroom, author: UUID) -> Standing:
    site, now = room.site.id, room.clock()
    return room.container.reader.run(lambda s: track_records.standing_of(s, site, author, now, proven=True))


def send(room: Newsroom, **fields: object) -> Answer:
    return room.submit(**{"body": f"تعليق {word()}", **fields})


def regular_of(room: Newsroom, approved: int = APPROVED) -> Regular:
    typed = {"name": "سلمى", "email": "salma@example.org"}
    answers = [send(room, **typed, remember=True)]
    while len(answers) < approved:
        answers.append(send(room, **typed, remember=True, device=answers[-1].device))
    for answer in answers:
        assert answer.comment is not None
        room.decide(answer.comment, Action.APPROVE)
    return Regular(room, typed, answers)


@pytest.fixture
def regular(small_newsroom: Newsroom) -> Regular:
    return regular_of(small_newsroom)


def test_a_remembered_device_is_one_author_and_earns_trust(newsroom: Newsroom) -> None:
    """Otherwise all that follows would prove nothing."""
    regular = regular_of(newsroom)
    assert {author_of(newsroom, a) for a in regular.answers} == {regular.author}
    found = regular.standing
    assert (found.level, found.proof, found.approved, found.by_hand) == (Level.TRUSTED, "device", APPROVED, False)
    late = send(newsroom, device=regular.device, name="باسم آخر")
    assert author_of(newsroom, late) == regular.author, "the name may change; the device is proven"
    assert late.device is None, "who does not ask is given nothing"


def a_flip_of(token: str, bit: int) -> str:
    facts, _, mac = token.partition(".")
    raw = bytearray(base64.urlsafe_b64decode(facts + "==") + base64.urlsafe_b64decode(mac + "=="))
    raw[bit // 8] ^= 1 << bit % 8
    split = len(raw) - 16
    return ".".join(base64.urlsafe_b64encode(bytes(p)).rstrip(b"=").decode() for p in (raw[:split], raw[split:]))


def forged(regular: Regular, *, generation: int = 0, age: timedelta = timedelta(0), site: UUID | None = None) -> str:
    """What only the service itself could sign."""
    room = regular.room
    return room.container.signer.device_token(
        site or room.site.id, regular.author, generation, room.clock() - age
    )


#: What somebody sends who is not this reader, by what they have got hold of.
WAYS: dict[str, Callable[[Regular], dict[str, object]]] = {
    "the same typed name": lambda r: {"name": r.fields["name"]},
    "the same address": lambda r: {"email": r.fields["email"]},
    "both": lambda r: {**r.fields},
    "a name that looks the same": lambda r: {"name": "ســلْـمى"},
    "a name that hides a character": lambda r: {"name": "سل\u200cمى"},
    "the receipt": lambda r: {**r.fields, "device": r.answers[0].receipt},
    "the receipt's address": lambda r: {"device": f"{ORIGIN}/v1/sites/demo/receipts/{r.answers[0].receipt}"},
    "the status token": lambda r: {"device": r.room.container.signer.status_token(UUID(str(r.answers[0].comment)))},
    "an open code": lambda r: {
        "device": r.room.container.signer.open_code(UUID(str(r.answers[0].comment)), 0, r.room.clock())
    },
    "an open code made of the author": lambda r: {
        "device": r.room.container.signer.open_code(r.author, 0, r.room.clock())
    },
    "a form token": lambda r: {"device": r.room.form_token()},
    "another site's token": lambda r: {"device": forged(r, site=UUID(int=7))},
    "a token cut short": lambda r: {"device": r.device[:-1]},
    "a token without its signature": lambda r: {"device": r.device.partition(".")[0]},
    "a token with an empty signature": lambda r: {"device": r.device.partition(".")[0] + "."},
    "a token with something behind it": lambda r: {"device": r.device + "A"},
    "a token with padding": lambda r: {"device": r.device + "=="},
    "a token with a space": lambda r: {"device": r.device + " "},
    "a token in capitals": lambda r: {"device": r.device.upper()},
    "an expired token": lambda r: {"device": forged(r, age=REMEMBERED + timedelta(seconds=2))},
    "a generation that has gone": lambda r: {"device": forged(r, generation=1)},
    "the author's id": lambda r: {"device": str(r.author)},
    "the public face": lambda r: {"device": r.avatar},
    "the public id": lambda r: {"device": str(r.answers[0].comment)},
    "a program's token": lambda r: {"device": r.room.token()["Authorization"].partition(" ")[2]},
    "two tokens in one field": lambda r: {"device": f"{r.device} {r.device}"},
    "two tokens with a comma": lambda r: {"device": f"{r.device},{r.device}"},
    "a list of tokens": lambda r: {"device": [r.device]},
    "an object": lambda r: {"device": {"token": r.device}},
    "true": lambda r: {"device": True},
    "a number": lambda r: {"device": 1},
    "nothing": lambda r: {"device": ""},
    "no text at all": lambda r: {"device": "\x00\ud7ff٠١٢"},
    "very much": lambda r: {"device": r.device * 1_000},
    "a token where the form's belongs": lambda r: {"token": r.device},
    "a token in the name": lambda r: {"name": r.device},
    "a token in the title": lambda r: {"title": r.device},
    "a token where the trap is": lambda r: {"subject": r.device},
    "a field with another name": lambda r: {"Device": r.device, "devices": r.device, "author": str(r.author)},
    "fields of the inside": lambda r: {
        "author_id": str(r.author), "proof": "device", "level": "trusted", "avatar": r.avatar, "generation": 0
    },
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_is_somebody_else_and_is_told_nothing(regular: Regular, way: str) -> None:
    room, client = regular.room, regular.room.client()
    before, stranger = regular.standing, {"name": "غريب", "email": "stranger@example.org"}
    sent = {**FIELDS, **stranger, "token": room.form_token(), "remember": True}
    answers = []
    for more in ({}, WAYS[way](regular)):
        own = {"body": f"نص {word()}", "submission_id": secrets.token_urlsafe(24)}
        answers.append(client.post(POST, json={**sent, **more, **own}))
    anybody, tried = (a.get_json() for a in answers)
    assert [a.status_code for a in answers] == [202, 202]
    assert tried.keys() == anybody.keys()
    assert (tried["status"], len(tried["device"])) == (anybody["status"], len(anybody["device"]))
    theirs = author_of(room, Answer(None, UUID(tried["id"])))
    assert theirs != regular.author
    assert standing(room, theirs) == Standing(proof="device", bound=pytest.approx(0.1, abs=1e-6))  # type: ignore[arg-type]
    assert regular.standing == before
    given = room.container.signer.read_device_token(tried["device"], room.site.id)
    assert given is not None
    assert given[0] == theirs, "what is handed out speaks for whoever asked"


def test_each_flipped_bit_makes_it_noise(regular: Regular) -> None:
    read, site = regular.room.container.signer.read_device_token, regular.room.site.id
    assert read(regular.device, site) is not None
    bits = (28 + 16) * 8
    assert [bit for bit in range(bits) if read(a_flip_of(regular.device, bit), site) is not None] == []
    for bit in (0, 130, 180, 223, 224, bits - 1):
        answer = send(regular.room, device=a_flip_of(regular.device, bit))
        assert author_of(regular.room, answer) != regular.author


def test_the_other_signatures_are_no_device_and_a_device_is_none_of_them(regular: Regular) -> None:
    room, device = regular.room, regular.device
    signer, own, client = room.container.signer, UUID(str(regular.answers[0].comment)), room.client()
    for other in (signer.receipt(own, 0), signer.status_token(own), signer.open_code(own, 0, room.clock()),
                  signer.open_code(regular.author, 0, room.clock()), room.form_token()):  # fmt: skip
        assert signer.read_device_token(other, room.site.id) is None
    assert signer.read_device_token(device, UUID(int=7)) is None
    assert signer.read_status_token(device) is None
    assert signer.read_open_code(device) is None
    assert signer.read_form_token(device, room.site.id, FIELDS["thread"]) is None
    for path in (f"receipts/{device}", f"status/{device}", f"receipts/open?code={device}"):
        assert client.get(f"/v1/sites/demo/{path}").status_code == 404
    for act in ("edit", "withdraw", "erase", "export"):
        assert client.post(f"/v1/sites/demo/receipts/{device}/{act}", json={"body": "x"}).status_code == 404
    bearer = {"Authorization": f"Bearer {device}"}
    assert client.get("/v1/moderation/queue", headers=bearer).status_code == 401


@pytest.mark.parametrize("field", ["parent", "submission_id"])
def test_in_a_field_that_is_read_it_is_an_error_of_that_field(regular: Regular, field: str) -> None:
    answer = regular.room.client().post(POST, json={**FIELDS, field: regular.device})
    assert (answer.status_code, [f["field"] for f in answer.get_json()["fields"]]) == (422, [field])


def test_two_at_once_are_malformed_and_nothing_is_stored(regular: Regular) -> None:
    client, before = regular.room.client(), regular.room.sql("SELECT count(*) FROM comment")
    pair = json.dumps({**FIELDS, "device": regular.device})[:-1] + f', "device": "{regular.device}"}}'
    answers = [
        client.post(POST, data=pair, content_type="application/json"),
        client.post(POST, data={**FIELDS, "device": [regular.device, "x"]}),
    ]
    assert [a.status_code for a in answers] == [400, 400]
    assert regular.room.sql("SELECT count(*) FROM comment") == before


def test_a_form_without_a_script_is_given_nothing_and_sets_no_cookie(regular: Regular) -> None:
    sent = {**FIELDS, "remember": "1", "submission_id": secrets.token_urlsafe(24)}
    answer = regular.room.client().post(POST, data=sent)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert regular.device not in str(answer.headers)
    assert regular.room.sql("SELECT count(*) FROM author WHERE generation IS NOT NULL") == [(1,)]


def test_a_repeat_gets_the_first_answer_and_makes_nobody_new(newsroom: Newsroom) -> None:
    client = newsroom.client()
    sent = {**FIELDS, "remember": "1", "submission_id": secrets.token_urlsafe(24), "token": newsroom.form_token()}
    first = client.post(POST, json=sent, headers={"Origin": ORIGIN})
    newsroom.clock.forward(hours=30)
    again = client.post(POST, json={**sent, "token": newsroom.form_token()}, headers={"Origin": ORIGIN})
    assert (again.data, again.status_code) == (first.data, first.status_code)
    assert newsroom.sql("SELECT count(*) FROM author") == [(1,)]
    # Nor is a repeat a way to a token that was not asked for.
    plain = {**sent, "remember": None, "body": "نص آخر", "submission_id": secrets.token_urlsafe(24)}
    assert "device" not in client.post(POST, json=plain).get_json()
    assert "device" not in client.post(POST, json={**plain, "remember": True}).get_json()


def test_somebody_elses_submission_id_with_another_body_is_refused(regular: Regular) -> None:
    room, client = regular.room, regular.room.client()
    own = secrets.token_urlsafe(24)
    send(room, **regular.fields, submission_id=own, remember=True, device=regular.device, body="نصّها")
    tried = client.post(POST, json={**FIELDS, "submission_id": own, "remember": True, "body": "نص غيرها"})
    assert tried.status_code == 409
    assert "device" not in tried.get_json()


def test_on_another_site_it_is_anybodys(regular: Regular) -> None:
    room = regular.room
    room.container.manage_sites.create("other", "صحيفة أخرى", {"origins": [ORIGIN]})
    there = room.container.submit_comment.submit("other", {**FIELDS, "device": regular.device, "remember": True})
    assert author_of(room, there) != regular.author
    back = send(room, device=there.device)
    assert author_of(room, back) not in {regular.author, author_of(room, there)}


def erase_all(room: Newsroom, answers: list[Answer]) -> None:
    for answer in answers:
        room.container.erase_comment.erase("demo", str(answer.receipt))


def test_with_the_last_comment_the_device_is_forgotten(newsroom: Newsroom) -> None:
    regular = regular_of(newsroom, 3)
    erase_all(newsroom, regular.answers[:2])
    assert author_of(newsroom, send(newsroom, device=regular.device)) == regular.author, "one of them is still there"
    (last,) = newsroom.sql("SELECT id FROM comment WHERE status = 'pending'")
    receipts = [regular.answers[2].receipt, newsroom.container.signer.receipt(UUID(str(last[0])), 0)]
    for receipt in receipts:
        newsroom.container.erase_comment.erase("demo", str(receipt))
    new = send(newsroom, device=regular.device, remember=True)
    assert author_of(newsroom, new) != regular.author
    assert newsroom.sql("SELECT count(*) FROM comment WHERE status = 'erased' AND avatar IS NOT NULL") == [(0,)]
    kept = newsroom.sql("SELECT generation FROM author WHERE proof = 'device'")
    assert kept == [(1,)], "and what was handed out before stays dead"


def test_a_repeat_of_what_was_revoked_brings_it_not_back(regular: Regular) -> None:
    """The first answer again, to the byte, is of the generation it had then."""
    room, own = regular.room, secrets.token_urlsafe(24)
    asked = {**regular.fields, "submission_id": own, "body": "مرة", "remember": True, "device": regular.device}
    first = send(room, **asked)
    engine = room.container.schema.upgrade.args[0]
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE author SET generation = generation + 1 WHERE generation IS NOT NULL")
    again = send(room, **asked)
    assert again.device == first.device
    assert author_of(room, send(room, device=again.device)) != regular.author


class Meanwhile:
    """A signer like the one it is made of. While the text is being judged something else happens, once."""

    def __init__(self, container: Container, happens: Callable[[], object]) -> None:
        self._signer, self._happens = container.signer, happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._signer, name)

    def digest(self, purpose: str, *parts: str) -> bytes:
        if purpose == "repeat":
            self._happens()
        return self._signer.digest(purpose, *parts)


def test_what_is_revoked_while_the_text_is_judged_is_not_proven_at_the_end(newsroom: Newsroom) -> None:
    regular, room = regular_of(newsroom, 2), newsroom.container
    signer = Meanwhile(room, lambda: erase_all(newsroom, regular.answers))
    uow, reader = room.submit_comment._uow, room.reader
    racing = SubmitComment(uow, reader, room.vault, signer, room.new_id, room.clock, lambda *_: None)  # type: ignore[arg-type]
    answer = racing.submit("demo", {**FIELDS, "body": "وسط السباق", "device": regular.device, "remember": True})
    assert author_of(newsroom, answer) != regular.author
    assert answer.device is not None
    assert author_of(newsroom, send(newsroom, device=answer.device)) == author_of(newsroom, answer)


def test_no_automatic_approval_ever_raises_trust(container: Container, clock: SetClock) -> None:
    room = Newsroom(container, clock, mode="publish")
    answers = [send(room, remember=True)]
    for _ in range(20):
        clock.forward(minutes=5)
        answers.append(send(room, remember=True, device=answers[-1].device))
    assert {str(a.status) for a in answers} == {"approved"}
    found = standing(room, author_of(room, answers[0]))
    assert (found.level, found.judged) == (Level.NEW, 0)
    # Nor what a program approves, whoever gave it its token.
    client, token = room.client(), room.token()
    held = send(room, device=answers[-1].device, token=None)
    path = f"/v1/moderation/comments/{held.comment}/approve"
    assert client.post(path, json={"version": 1}, headers=token).status_code == 200
    assert standing(room, author_of(room, held)).judged == 0


def test_an_undo_takes_back_what_it_undoes(regular: Regular) -> None:
    room = regular.room
    assert regular.standing.level is Level.TRUSTED
    comment = UUID(str(regular.answers[0].comment))
    decided = room.decide(comment, Action.SPAM, 2)
    assert (regular.standing.spam, regular.standing.level) == (1, Level.KNOWN)
    undone = room.container.undo_decision.undo(room.principal, decided.id)
    assert (regular.standing.spam, regular.standing.level) == (0, Level.TRUSTED)
    first = [UUID(str(i)) for (i,) in room.sql("SELECT id FROM decision ORDER BY id LIMIT 1")]
    assert undone.undoes == decided.id
    room.container.undo_decision.undo(room.principal, first[0])
    assert regular.standing.approved == APPROVED - 1


def test_the_standing_is_a_replay_of_the_log(newsroom: Newsroom) -> None:
    """Nothing is counted beside it: read from the empty log on, row by row, it comes out the same."""
    regular = regular_of(newsroom, 6)
    steps = ((0, Action.SPAM), (1, Action.REJECT), (2, Action.REOPEN), (0, Action.APPROVE))
    versions = dict.fromkeys(range(6), 2)
    for at, action in steps:
        reason = "insult" if action is Action.REJECT else None
        newsroom.decide(UUID(str(regular.answers[at].comment)), action, versions[at], reason)
        versions[at] += 1
    last: dict[object, str] = {}
    for subject, action, kind in newsroom.sql("SELECT subject_id, action, actor_kind FROM decision ORDER BY id"):
        last[subject] = str(action) if kind == "moderator" else ""
    found = regular.standing
    told = [list(last.values()).count(a) for a in ("approve", "reject", "spam")]
    assert [found.approved, found.rejected, found.spam] == told == [4, 1, 0]


def test_an_edit_by_receipt_lends_no_trust_and_takes_off_no_leash(container: Container, clock: SetClock) -> None:
    """Who has found a receipt can change that comment, as its author could; they come with nothing else."""
    room = Newsroom(container, clock, mode="publish")
    regular = regular_of_published(room)
    site, own = room.site.id, regular.author
    ask = lambda proven: room.container.reader.run(  # noqa: E731
        lambda s: track_records.standing_of(s, site, own, clock(), proven=proven)
    )
    assert (ask(True).level, ask(False).level, ask(False).proof) == (Level.TRUSTED, Level.NEW, "none")
    last = regular.answers[-1]
    assert last.comment is not None
    room.container.set_level.set(room.principal, last.comment, Level.WATCHED, None)
    assert (ask(True).level, ask(False).level) == (Level.WATCHED, Level.WATCHED)
    room.container.amend_comment.amend("demo", str(last.receipt), {"body": "نص معدّل"})
    found = room.sql("SELECT published_revision, latest_revision FROM comment ORDER BY id DESC LIMIT 1")
    assert found == [(1, 2)], "in a mode that publishes, the edit waits"
    assert ("author_watched",) in room.sql("SELECT code FROM finding WHERE revision = 2")


def regular_of_published(room: Newsroom) -> Regular:
    """Published at once, and each confirmed by a moderator."""
    answers = [send(room, remember=True)]
    while len(answers) < APPROVED:
        room.clock.forward(minutes=5)
        answers.append(send(room, remember=True, device=answers[-1].device))
    for answer in answers:
        assert answer.comment is not None
        room.decide(answer.comment, Action.APPROVE, 2)
    return Regular(room, {}, answers)


@pytest.mark.parametrize(
    ("level", "status", "code"),
    [(Level.WATCHED, "pending", "author_watched"), (Level.SLOW, "pending", "author_slow"),
     (Level.BLOCKED, "rejected", "author_blocked")],
)  # fmt: skip
def test_a_level_holds_for_the_device_and_its_reader_is_told_nothing(
    container: Container, clock: SetClock, level: Level, status: str, code: str
) -> None:
    room = Newsroom(container, clock, mode="publish")
    first = send(room, remember=True)
    assert first.comment is not None
    room.container.set_level.set(room.principal, first.comment, level, None)
    held = send(room, remember=True, device=first.device)
    assert held.status == "pending", "whoever is blocked hears what everybody does"
    newest = "SELECT status, rank FROM comment ORDER BY id DESC LIMIT 1"
    (found, rank) = room.sql(newest)[0]
    assert found == status
    assert (code,) in room.sql("SELECT code FROM finding")
    assert (int(str(rank)) > 1000) is (level is Level.SLOW), "the slow come last, the others as always"
    # Taken back, it is as it was; what a rule has rejected is no mark against them.
    room.container.set_level.set(room.principal, first.comment, None, level)
    assert send(room, device=held.device).status == "approved"
    assert standing(room, author_of(room, first)).judged == 0


def test_one_device_under_two_names_has_two_faces(newsroom: Newsroom) -> None:
    first = send(newsroom, remember=True, name="سلمى")
    again = send(newsroom, remember=True, device=first.device, name="سَلمى")
    other = send(newsroom, remember=True, device=first.device, name="ليلى")
    for answer in (first, again, other):
        assert answer.comment is not None
        newsroom.decide(answer.comment, Action.APPROVE)
    shown = newsroom.client().get(f"{POST}?thread=article-1").get_json()["comments"]
    faces = {c["id"]: c["avatar"] for c in shown}
    assert faces[str(first.comment)] == faces[str(again.comment)] != faces[str(other.comment)]
    assert len({author_of(newsroom, a) for a in (first, again, other)}) == 1
    alone = send(newsroom, name="ليلى")
    assert alone.comment is not None
    newsroom.decide(alone.comment, Action.APPROVE)
    shown = newsroom.client().get(f"{POST}?thread=article-1").get_json()["comments"]
    assert len({c["avatar"] for c in shown}) == 3, "who types the same name has another face"


def test_a_known_author_is_one_whom_a_moderator_has_let_through(newsroom: Newsroom) -> None:
    regular = regular_of(newsroom, 1)
    known = lambda: newsroom.container.reader.run(  # noqa: E731
        lambda s: track_records.approved_by_hand(s, newsroom.site.id, regular.author)
    )
    assert known()
    newsroom.decide(UUID(str(regular.answers[0].comment)), Action.REOPEN, 2)
    assert not known()
