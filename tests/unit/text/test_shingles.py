"""Nearly the same: one changed word in thirty is found, and two texts without anything in common are not."""

from __future__ import annotations

import csv
import json
import os
import random
import string
import time
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest
from timing import growth

from service.text import shingles
from service.text.fold import fold

CORPUS = os.environ.get("CORPUS")
needs_corpus = pytest.mark.skipif(CORPUS is None, reason="CORPUS is not set to a folder of text collections")

LONG = (
    "رفعت البلدية أسعار المواقف في وسط المدينة للمرة الثالثة هذا العام، ولم تسأل أصحاب المتاجر ولا السكان عن رأيهم، "
    "والنتيجة أن الشوارع صارت أكثر ازدحامًا والناس أقل رغبة في النزول إلى السوق يوم الجمعة",
    "The council promised us a new library before the last election and what we got instead is a fence around an empty "
    "lot, a sign with the names of four ministers on it, and a parking meter that takes no cards",
    "كنت أعمل في هذا المصنع عشرين سنة وأعرف كل عامل فيه باسمه، وما قيل في المؤتمر الصحفي عن الأرباح والخسائر لا يشبه "
    "ما رأيناه بأعيننا كل صباح عند البوابة حين كان المدير يعدنا بالزيادة",
    "My daughter takes that bus every morning and it has been late on eleven of the last fourteen days, so I would "
    "like to know who counted these trains and buses that are supposed to be on time",
)
OTHERS = (
    "شكرًا على هذا التحليل المتوازن، تعلمت منه الكثير",
    "لا أتفق مع الكاتب في الفقرة الأخيرة ولكن أسلوبه جميل",
    "Finally somebody says it out loud, thank you for this piece",
    "الصورة في أعلى المقال قديمة، التقطت قبل خمس سنوات على الأقل",
    "I grew up on that street and nothing in this article is exaggerated",
    "هل من مصدر لهذه الأرقام؟ بحثت في موقع الوزارة ولم أجد شيئًا",
    "Will there be a second part about the schools in the north?",
    "المشكلة ليست في القانون بل فيمن يطبقه على الضعيف وحده",
)
#: Advertisements without a space, ours: glued by stretching, and in a script that has none.
GLUED = "اربحـمالاـكثيراـفيـيومـواحدـمنـالبيتـواكتبـلناـعلىـالرقمـ٠٥٥٥٠٠١١٢٢ـقبلـنهايةـالأسبوعـفالعددـمحدودـجدا"
CHINESE = "本店今天全部商品特价优惠数量有限先到先得请马上添加微信号码一二三四五六七八九联系我们的客服人员索取价格表"


def of(text: str) -> bytes:
    return shingles.signature(fold(text, "ar"))


def found(one: str, other: str) -> bool:
    """As a site finds it: looked up by a band, then compared."""
    a, b = of(one), of(other)
    return bool(set(shingles.bands(a)) & set(shingles.bands(b))) and shingles.alike(a, b)


def words_of(texts: Sequence[str], least: int) -> list[list[str]]:
    split = (shingles._WORD.findall(fold(text, "ar")) for text in texts)
    return [words for words in split if len(words) >= least]


def changed(texts: Sequence[str], times: int, words: int = 1) -> float:
    """The share that is found of 30-word texts in which so many words were put for others."""
    dice, hits = random.Random(5), 0
    long = words_of(texts, 30)
    for _ in range(times):
        before = dice.choice(long)[:30]
        after = list(before)
        for at in dice.sample(range(30), words):
            after[at] = "".join(dice.choices(string.ascii_lowercase, k=7))
        hits += found(" ".join(before), " ".join(after))
    return hits / times


def unrelated(texts: Sequence[str]) -> float:
    """The share of all pairs of different texts that count as nearly the same."""
    made = [of(text) for text in {fold(text, "ar"): text for text in texts}.values()]
    by_band: dict[tuple[int, int], list[int]] = {}
    for at, one in enumerate(made):
        for band in shingles.bands(one):
            by_band.setdefault(band, []).append(at)
    candidates = {pair for together in by_band.values() for pair in combinations(together, 2)}
    near = sum(shingles.alike(made[a], made[b]) for a, b in candidates)
    return near / (len(made) * (len(made) - 1) / 2)


def corpora() -> Iterator[tuple[str, list[str]]]:
    root = Path(CORPUS or ".")
    lines = (root / "abuse/mpold-ar.jsonl").read_text("utf-8").splitlines()
    yield "mpold-ar", [json.loads(line)["text"] for line in lines]
    with (root / "abuse/surge-en.csv").open(newline="", encoding="utf-8") as file:
        yield "surge-en", [row["text"] for row in csv.DictReader(file)]
    spam: list[str] = []
    for path in sorted((root / "spam").glob("Youtube*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            spam += [row["CONTENT"] for row in csv.DictReader(file)]
    yield "youtube", spam


def test_of_thirty_words_one_may_change() -> None:
    assert changed(LONG, 2_000) >= 0.99


def test_what_has_nothing_in_common_is_not_alike() -> None:
    assert unrelated([*LONG, *OTHERS]) == 0


@needs_corpus
def test_the_same_holds_for_what_people_have_written() -> None:
    print()
    for name, texts in corpora():
        one, two, pairs = changed(texts, 2_000), changed(texts, 2_000, 2), unrelated(texts)
        start = time.process_time()
        for text in texts:
            shingles.signature(text)
        each = (time.process_time() - start) / len(texts) * 1e6
        thirty = " ".join(words_of(texts, 30)[0][:30])
        start = time.process_time()
        for _ in range(1_000):
            shingles.signature(thirty)
        at_thirty = (time.process_time() - start) * 1e3
        print(
            f"{name}: {len(texts)} texts; one word of 30 changed: {one:.2%} found, two: {two:.2%}; pairs taken for"
            f" nearly the same: {pairs:.5%}; {each:.0f} µs a text, {at_thirty:.0f} µs for 30 words"
        )
        assert one >= 0.99
        assert pairs <= 0.001


def test_spelling_addresses_and_numbers_make_no_difference() -> None:
    plain = "اربحوا معنا الآن خمسين دينارًا يوميًا من البيت https://win.example/a?x=17 واتصلوا على 0770123456"
    copy = "إربحـــوا معنا الان خمسين ديناراً يومياً، من البيت!! www.other.example/zz واتصلوا على ٠٧٨٠٩٩٩"
    assert of(plain) == of(copy)


def test_a_few_words_are_like_the_very_same_words_only() -> None:
    assert found("الله يرحمه", "اللّه يَرحمه..")
    assert not found("الله يرحمه", "الله يرحمها")
    assert not found("10 من 10", "0 من 10")
    assert found("😂😂", "😂 😂")
    assert not found("😂", "👍")
    assert not found("", "👍")


def test_a_few_words_with_an_address_or_a_number_are_alike_whatever_it_is() -> None:
    assert found("شاهد الآن http://win.example/1", "شاهد الآن http://other.example/27")
    assert found("راسلني 0770123456", "راسلني ٠٧٨٠٩٩٩")
    assert not found("شاهد الآن http://win.example/1", "اقرأ هنا http://win.example/1")
    assert not found("راسلني 0770123456", "راسلني 10")
    assert not found("http://win.example/1", "http://other.example/27")


@pytest.mark.parametrize("text", [GLUED, CHINESE])
def test_a_long_text_without_spaces_is_compared_by_its_letters(text: str) -> None:
    assert found(text, text)
    assert found(text, f"{text[:30]}{text[31:]}")
    assert found(text, f"{text} abc xyz")
    assert not any(found(text, other) for other in (*LONG, *OTHERS, text[::-1]))
    assert len(of(text)) == 64


def test_words_of_ordinary_length_are_compared_as_words() -> None:
    for text in LONG:
        assert shingles._pairs(fold(text, "ar").split()) == {
            " ".join(pair) for pair in pairwise(fold(text, "ar").split())
        }


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("الله يرحمه", True),
        ("مبروك يا بطل", True),
        ("👍", True),
        ("الله يرحمه ويغفر له", False),
        ("اربح https://win.example/1", False),
        ("visit win.example", False),
        ("واتساب ٠٧٧٠١٢٣٤٥٦", False),
        ("10 من 10", True),
        (GLUED, False),
        (CHINESE, False),
        (CHINESE[:8], True),
    ],
)
def test_short_is_what_many_say_and_sells_nothing(text: str, short: bool) -> None:
    assert shingles.is_short(fold(text, "ar")) is short


def test_the_signature_is_the_same_everywhere() -> None:
    """It is stored: a release that makes another one finds nothing of the last three days."""
    assert of("one two three four five").hex()[:24] == "db82ccf054037143f17c81ba"
    assert len(of(LONG[0])) == 64
    assert len(of("الله يرحمه")) == 6


def test_bands_fit_a_signed_number_of_64_bits() -> None:
    for text in (*LONG, "نعم", ""):
        assert all(0 <= value < 2**48 and 0 <= band <= shingles.WHOLE for band, value in shingles.bands(of(text)))


def test_of_a_very_long_text_the_beginning_counts() -> None:
    letters = product("ابتثجحخدذر", repeat=3)
    beginning = " ".join(f"كلمة{''.join(three)}" for three in letters)
    assert of(beginning) == of(f"{beginning} {LONG[0]}")


@pytest.mark.parametrize("part", ["a", "a-", "a.", "-.", "www", "a.b ", "١", "(", "ab ", "abcdefghijkl "])
def test_time_grows_with_the_length(part: str) -> None:
    def make(n: int) -> str:
        return part * (n // len(part))

    assert growth(shingles.signature, make, 20_000) < 3
    assert growth(shingles.is_short, make, 20_000) < 3
