"""Five programs that send comments, each as such programs do it, against the real service over its HTTP interface.

None of them holds back: every post comes from a network of its own and under a name and an address of its own, as a
rented crowd of machines would send them, so that no count of posts from one place gives them away.
"""

from __future__ import annotations

import random
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from tests.newsroom import FIELDS, Newsroom

_STOCK = (
    "الماء الصيف القرية الحقل الجسر الخبر المقال الكاتب السؤال المدينة الطريق المطر القناة الموسم القمح الزيتون الشاطئ",
    "الوادي الجبل اليوم كثيرا قليلا بعيدا قريبا رأيت سمعت قرأت يعرف ينتظر يزرع يبني يعود يسأل يجيب يذكر واضح صعب جميل",
    "water summer village field bridge article writer question city road rain season wheat harvest beach valley today",
    "little much far near because after before around heard read wrote knows waits plants builds returns answers clear",
)
_WORDS = " ".join(_STOCK).split()
_NAMES = ("سلمى", "عمر", "ليلى", "كريم", "هالة", "يوسف", "نور", "طارق", "رنا", "Zoe", "Adam", "Clara", "Hugh", "Iris")
_GOODS = ("watches", "loans", "pills", "casino", "followers", "essays", "vouchers", "tickets", "visas", "keys")


@dataclass
class Tally:
    """What became of one program's posts. ``codes``: how many posts each finding was made of."""

    sent: int = 0
    published: int = 0
    refused: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    marked: int = 0


@dataclass(frozen=True)
class Bot:
    """``wait``: seconds between asking for the form and sending it; ``None`` for who never asks. ``right``: the
    findings that say what gives it away.
    """

    name: str
    right: frozenset[str]
    text: Callable[[random.Random, int], str]
    wait: float | None = 12
    more: Mapping[str, str] = field(default_factory=dict)


def sentence(dice: random.Random, words: int = 24) -> str:
    return " ".join(dice.choices(_WORDS, k=words))


def _plain(dice: random.Random, _: int) -> str:
    return sentence(dice)


#: What the raid says: one text, of which every copy changes a word or two and the number in it.
_RAID = sentence(random.Random(7), 30)


def _copy(dice: random.Random, number: int) -> str:
    words = _RAID.split()
    words[dice.randrange(len(words))] = dice.choice(_WORDS)
    return f"{' '.join(words)} {number}"


def _advert(dice: random.Random, number: int) -> str:
    goods, host = dice.choice(_GOODS), f"{dice.choice(_GOODS)}-{number}.example"
    return f"{sentence(dice, 9)} best {goods} https://{host}/a https://{host}/b www.{host} {sentence(dice, 6)}"


def _listed(dice: random.Random, number: int) -> str:
    return f"{sentence(dice, 14)} https://shop{number % 40}.spam-host.example/{number} {sentence(dice, 4)}"


BOTS = (
    # Knows the address to post to, and nothing of the form.
    Bot("posts without a form", frozenset({"form_missing"}), _plain, wait=None),
    # Reads the form's source and fills in whatever has a name.
    Bot("fills in every field", frozenset({"trap_filled"}), _plain, more={"subject": "hello"}),
    # Opens the page and sends it back at once.
    Bot("sends in a second", frozenset({"form_too_fast"}), _plain, wait=1),
    # Patient, with a real form; says one thing a thousand times.
    Bot("raids with one text", frozenset({"near_duplicate", "duplicate_text"}), _copy),
    # Patient too, and every text is new; but it has something to sell.
    Bot("advertises", frozenset({"too_many_links", "listed_host"}), lambda d, n: (_advert, _listed)[n % 2](d, n)),
)


def unleash(room: Newsroom, client: FlaskClient, bot: Bot, posts: int, seed: int = 1) -> Tally:
    """Lets it send so many, a quarter of a minute apart, to forty threads."""
    dice, tally = random.Random(f"{bot.name}{seed}"), Tally()
    for number, fields in enumerate(_posts(room, client, bot, posts, dice)):
        # As far apart as rented machines are: no two in one neighbourhood.
        address = f"{1 + number % 9}.{number // 9 % 250}.{number * 7 % 250}.{1 + number % 250}"
        answer = client.post("/v1/sites/demo/comments", json=fields, headers={"X-Forwarded-For": address})
        tally.sent += 1
        tally.published += answer.status_code == 201
        tally.refused += answer.status_code not in (201, 202)
        if answer.status_code in (201, 202):
            codes = _codes(room, answer.get_json()["id"])
            tally.codes.update(codes)
            tally.marked += bool(codes & bot.right)
    return tally


def _posts(
    room: Newsroom, client: FlaskClient, bot: Bot, posts: int, dice: random.Random
) -> Iterator[dict[str, str]]:
    for number in range(posts):
        room.clock.forward(seconds=15)
        thread = f"article-{1 + number % 40}"
        fields = {
            **FIELDS,
            **bot.more,
            "thread": thread,
            "url": f"{FIELDS['url']}{number % 40}",
            "name": f"{dice.choice(_NAMES)} {secrets.token_hex(3)}",
            "email": f"{secrets.token_hex(6)}@mail{number % 7}.example",
            "body": bot.text(dice, number),
        }
        if bot.wait is not None:
            fields |= _form(client, thread, str(fields["url"]))
            room.clock.forward(seconds=bot.wait)
        yield fields


def _form(client: FlaskClient, thread: str, url: str) -> dict[str, str]:
    page = client.get("/v1/sites/demo/form", query_string={"thread": thread, "url": url}).get_data(as_text=True)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {name: hidden[name] for name in ("token", "submission_id")}


def _codes(room: Newsroom, comment: str) -> set[str]:
    bound = comment if room.container.reader.engine.dialect.name == "postgresql" else comment.replace("-", "")
    rows = room.sql("SELECT code FROM finding WHERE comment_id = :id", id=bound)
    return {str(code) for (code,) in rows}
