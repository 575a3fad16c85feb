"""A site where everything a page can show is there once, and the addresses it shows at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from service.domain.desk import VIEWS
from service.domain.moderation import Action
from service.domain.notes import About, Subject
from service.domain.rules import RuleDraft
from service.domain.trust import Level
from service.queries import notes
from service.queries.batches import BATCHES
from service.storage.lanes import LaneChange
from service.usecases.redact_comment import RedactionRequest
from tests.newsroom import ORIGIN, PASSWORD, Newsroom
from tests.raid import copies
from tests.trained import BAD, GOOD, model, store

LANGUAGES = ("ar", "en")
#: Every element a reader's text may hold, and what is only shown as typed.
RICH = (
    'فقرة فيها <b>غليظ</b> و<i>مائل</i> و<a href="https://example.org/a?b=c&d=e">رابط</a>.\n\n'
    "<blockquote>اقتباس</blockquote>\n<ul><li>أول</li><li>ثانٍ</li></ul>\n<ol><li>واحد</li></ol>\n"
    "<pre><code>x = 1 &lt; 2</code></pre>\n<code>y</code> <em>م</em> <strong>ق</strong>\n"
    '<h1>لا</h1><table><tr><td>لا</td></tr></table><img src="https://example.org/x.png">'
)
MIXED = "قرأت تقرير World Bank (2024) عن 35% من المياه، وفيه https://example.org/report?id=7&lang=ar كاملاً."
FULL, EMPTY, CLOSED, CLOSED_EMPTY, LONG = "full", "empty", "closed", "closed-empty", "long"
#: More than two pages of a thread.
MANY = 105
DEPTH = 7


@dataclass(frozen=True)
class Shown:
    """``name`` says which state it is; ``fragment``: a part, to be put into a page."""

    name: str
    path: str
    fragment: bool = False


class Gallery:
    """Fills the newsroom once. ``receipts``: by state. ``home``: the origin of the articles."""

    def __init__(self, newsroom: Newsroom, home: str = ORIGIN) -> None:
        self.newsroom, self.home = newsroom, home
        self.receipts: dict[str, str] = {}
        self._fill_full()
        self._fill_long()
        self._fill_closed()
        self._fill_receipts()
        self._fill_desk()

    def _fill_full(self) -> None:
        room = self.newsroom
        self.first = self._public(FULL, body=RICH, website="https://example.org/~salma")
        above: UUID = self.first
        for depth in range(DEPTH):
            name = "Sara (2)" if depth % 2 else "سلمى «الراوي»"
            above = self._public(FULL, parent=str(above), body=f"{MIXED} {depth}", name=name)
        self.deepest = above
        self._public(FULL, body="Plain words, in English, long enough to be recognised as such.", name="Anna-Lena")
        self._public(FULL, body="<script>alert(1)</script> & \"quoted\" 'single' 👩‍🌾", name="<b>x</b>")
        room.container.reply_as_staff.reply(
            room.principal, self.first, {"body": "شكراً على ملاحظتك."}, "gallery-staff-reply-0001"
        )
        gone = self._send(FULL, body="سيُسحب هذا")
        self._public(FULL, parent=str(gone[0]), body="رد على ما سُحب")
        room.container.withdraw_comment.withdraw("demo", gone[1])
        edited = self._send(FULL, body="نصّ قبل التعديل")
        room.clock.forward(minutes=2)
        room.container.amend_comment.amend("demo", edited[1], {"body": "نصّ بعد التعديل"})
        room.decide(edited[0], Action.APPROVE, self._version(edited[0]))
        self.waiting, _ = self._send(FULL, approve=False, body="ينتظر المراجعة وفيه https://example.org/spam")
        self.redacted = self._public(FULL, body="هاتفي 0501234567، call me at 0501234567")
        room.container.redact_comment.redact(
            room.principal, RedactionRequest(self.redacted, "0501234567", "personal_data", 2)
        )
        for number, note in enumerate(("سطر أول <b>\nsecond line", "الأحدث"), start=1):
            for about, subject in ((About.COMMENT, self.waiting), (About.AUTHOR, self._author(self.waiting))):
                once = f"gallery-note-{about}-000{number}"
                room.container.write_note.write(room.principal, Subject(about, subject), note, once)

    def _fill_long(self) -> None:
        answers = [self._public(LONG, body=f"تعليق رقم {number} في نقاش طويل.") for number in range(MANY)]
        self.far = answers[MANY // 2 + 10]

    def _fill_closed(self) -> None:
        self._public(CLOSED, body="آخر ما قيل")
        headers = self.newsroom.token()
        for key in (CLOSED, CLOSED_EMPTY):
            facts = {"url": self._url(key), "title": "موضوع مغلق", "state": "closed"}
            answer = self.newsroom.client().put(f"/v1/sites/demo/threads/{key}", json=facts, headers=headers)
            assert answer.status_code in (200, 201), answer.data

    def _fill_desk(self) -> None:
        """What gives every view of the desk something to show, and every page about staff more than one of them."""
        room = self.newsroom
        self._send("desk", approve=False, body="فيه \u202eمخفيّ\u202c وكلام آخر", name="كاتب طويل الاسم " * 5)
        doubted, _ = self._send("desk", approve=False, body="رأي يحتاج رأياً ثانياً")
        room.container.ask_opinion.ask(room.principal, doubted)
        for name, phrases in (("قائمة", ("كلام", "شتيمة", "idiot")), ("", ("cheap pills",)), ("", ("أُزيلت",))):
            draft = RuleDraft(name or phrases[0], phrases, exceptions=("كلام جميل",))
            rule = room.container.manage_rules.write(room.principal, draft)
        room.container.manage_rules.remove(room.principal, rule)
        self._send("desk", approve=False, body="هذا الكلام شتيمة، ويا ش ت ي م ة", name="cheap pills")
        for text in copies(3):
            self.copy, _ = self._send("desk", approve=False, body=text)
        for status in (Action.SPAM, Action.REJECT):
            refused, _ = self._send("desk", approve=False, body=f"مرفوض {status}")
            room.decide(refused, status, reason="hate" if status is Action.REJECT else None)
        self._fill_levels()
        self._fill_batches()
        room.container.manage_sites.set_policy("demo", {"mode": "publish"})
        self._send("desk", approve=False, body="نُشر ولم يره أحد", form_token=room.form_token("desk"))
        room.container.manage_sites.set_policy("demo", {"mode": "hold_all"})
        answer = room.client().post(
            f"/v1/sites/demo/comments/{self.deepest}/report", json={"reason": "libel"}, headers={"Origin": self.home}
        )
        assert answer.status_code == 202
        bring = room.container.manage_lists.replace
        bring("demo", "host", "كازينوهات", "spam", ("casino.example", "مثال.إختبار"), "سارة")
        bring("demo", "mail_domain", "throw-away", "hold", ("throw.example",), "taliq")
        self._fill_lane()
        room.container.manage_sites.set_policy("demo", {"cache_seconds": "3600"})
        room.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])

    def _fill_lane(self) -> None:
        """The model's lane was opened and has closed by itself."""
        room, now = self.newsroom, self.newsroom.clock()
        for is_open, wrong, judged, label in ((True, 4, 300, "سارة"), (False, 3, 16, None)):
            facts = {"percent": 5, "audit": 4, "wrong": wrong, "judged": judged, "label": label, "at": now}
            change = LaneChange(id=room.container.new_id(now), site_id=room.site.id, open=is_open, **facts)
            room.container.open_lane._uow.run(lambda s, new=change: s.add(new))

    def _fill_levels(self) -> None:
        """A device that has come back, whose author is watched."""
        room = self.newsroom
        sent = {"url": self._url("desk"), "thread": "desk", "title": "مكتب", "remember": True}
        first = room.submit(**sent, body="أول ما كتب من هذا الجهاز")
        assert first.comment is not None
        room.decide(first.comment, Action.REJECT, reason="insult")
        again = room.submit(**sent, body="وثاني ما كتب منه", device=first.device)
        assert again.comment is not None
        room.container.set_level.set(room.principal, again.comment, Level.WATCHED, None)

    def _fill_batches(self) -> None:
        """What the model offers to decide together."""
        for number in range(3):
            for text in (GOOD, BAD):
                self._send("desk", approve=False, body=f"{text} {number}")
        store(self.newsroom, model())
        self.newsroom.container.rescore_waiting.rescore()

    def _fill_receipts(self) -> None:
        room, container = self.newsroom, self.newsroom.container
        for state in ("pending", "approved", "edit_waiting", "rejected", "withdrawn", "erased"):
            comment, receipt = self._send("receipts", approve=state in ("approved", "edit_waiting"), body=MIXED + state)
            self.receipts[state] = receipt
            if state == "edit_waiting":
                container.amend_comment.amend("demo", receipt, {"body": "نصّ جديد"})
            elif state == "rejected":
                room.decide(comment, Action.REJECT, reason="off_topic")
            elif state == "withdrawn":
                container.withdraw_comment.withdraw("demo", receipt)
            elif state == "erased":
                container.erase_comment.erase("demo", receipt)

    def readers(self, lang: str) -> Iterator[Shown]:
        """Every page and fragment a reader can meet by following links."""
        threads = {
            "full": {"thread": FULL},
            "full, newest first": {"thread": FULL, "order": "newest"},
            "empty": {"thread": EMPTY, "url": self._url(EMPTY), "title": "عنوان جديد"},
            "closed": {"thread": CLOSED},
            "closed and empty": {"thread": CLOSED_EMPTY},
            "first page of many": {"thread": LONG},
            "second page": {"thread": LONG, "cursor": self._next(LONG)},
            "page of one comment": {"thread": LONG, "comment": str(self.far)},
            "page of a comment that is gone": {"thread": LONG, "comment": str(self.waiting)},
        }
        for name, asked in threads.items():
            yield Shown(f"{name} page", _address("page", lang, **asked))
            seen = {key: value for key, value in asked.items() if key not in ("url", "title")}
            yield Shown(f"{name} list", _address("comments.html", lang, **seen), fragment=True)
        for name, asked in {
            "new": {"thread": EMPTY, "url": self._url(EMPTY), "title": "عنوان «جديد» & آخر"},
            "reply": {"thread": FULL, "parent": str(self.first)},
            "closed": {"thread": CLOSED},
        }.items():
            yield Shown(f"{name} form", _address("form", lang, **asked), fragment=True)
        yield Shown("page of a reply", _address("page", lang, thread=FULL, parent=str(self.first)))
        report = f"comments/{self.first}/report"
        yield Shown("report page", _address(report, lang))
        yield Shown("report sent page", _address(report, lang, sent="1"))
        yield Shown("report form", _address(report, lang, fragment="1"), fragment=True)
        yield Shown("report sent", _address(report, lang, fragment="1", sent="1"), fragment=True)
        for state, receipt in self.receipts.items():
            yield Shown(f"receipt {state}", _address(f"receipts/{receipt}", lang))
            for act in ("edit", "withdraw", "erase"):
                yield Shown(f"receipt {state}, {act}", _address(f"receipts/{receipt}/{act}", lang))
        for done in ("sent", "edited", "withdrawn", "erased"):
            yield Shown(f"receipt just {done}", _address(f"receipts/{self.receipts['pending']}", lang, done=done))

    def console(self) -> Iterator[Shown]:
        """What a moderator sees after signing in."""
        for view in VIEWS:
            yield Shown(f"queue {view}", f"/console/?site=demo&view={view}")
        for code in BATCHES:
            yield Shown(f"what is {code}", f"/console/?site=demo&view=pending&finding={code}")
        yield Shown("a search", "/console/?site=demo&view=all&search=نقاش&language=ar&since=2026-01-01")
        yield Shown("a search that finds nothing", "/console/?site=demo&search=لا-شيء-من-هذا")
        staff = ("people", "tokens", "policy", "lane", "lists", "rules", "sessions", "second-factor")
        for page in ("record", "threads", "look-up", *staff):
            yield Shown(page, f"/console/{page}?site=demo")
        yield Shown("a new rule", "/console/rules/rule?site=demo")
        yield Shown("a rule", "/console/rules/rule?site=demo&number=1")
        yield Shown("a rule there is not", "/console/rules?site=demo&word=لا-شيء-من-هذا")
        yield Shown("removed rules", "/console/rules?site=demo&show=removed")
        yield Shown("record of everybody", "/console/record?site=demo&by=all")
        yield Shown("threads with a word", "/console/threads?site=demo&word=مغلق")
        yield Shown("a comment", f"/console/comments/{self.waiting}?site=demo")
        yield Shown("a comment with words taken out", f"/console/comments/{self.redacted}?site=demo")
        yield Shown("a comment with a history", f"/console/comments/{self.first}?site=demo")
        for name, comment in (("an author", self.waiting), ("an author of what is published", self.first)):
            yield Shown(name, f"/console/authors/{comment}?site=demo")
        for scope in ("author", "address"):
            yield Shown(f"a sweep of the {scope}", f"/console/authors/{self.waiting}/sweep?site=demo&scope={scope}")
        yield Shown("a cluster", f"/console/clusters/{self.copy}?site=demo")
        yield Shown("a reply", f"/console/comments/{self.deepest}?site=demo")
        for period in ("day", "week"):
            yield Shown(f"overview of a {period}", f"/console/overview?site=demo&period={period}")
        yield Shown("docs", "/docs")

    def _public(self, thread: str, **fields: object) -> UUID:
        return self._send(thread, **fields)[0]

    def _send(self, thread: str, *, approve: bool = True, **fields: object) -> tuple[UUID, str]:
        facts = {"thread": thread, "url": self._url(thread), "title": "نهر بين سدّين & «ضفّتان»"}
        answer = self.newsroom.submit(**facts, **fields)
        assert answer.comment is not None
        assert answer.receipt is not None
        if approve:
            self.newsroom.decide(answer.comment, Action.APPROVE)
        return answer.comment, str(answer.receipt)

    def _author(self, comment: UUID) -> UUID:
        return self.newsroom.container.reader.run(
            lambda s: notes.written_about(s, self.newsroom.site.id, comment).author
        )

    def _version(self, comment: UUID) -> int:
        ((version,),) = self.newsroom.sql("SELECT version FROM comment WHERE id = :id", id=comment.hex)
        return int(str(version))

    def _next(self, thread: str) -> str:
        answer = self.newsroom.client().get(f"/v1/sites/demo/comments?thread={thread}").get_json()
        return str(answer["next"])

    def _url(self, thread: str) -> str:
        return f"{self.home}/a/{thread}"


def _address(path: str, lang: str, **asked: str) -> str:
    return f"/v1/sites/demo/{path}?{urlencode({**asked, 'lang': lang})}"

