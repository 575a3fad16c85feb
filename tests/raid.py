"""A raid: one text sent many times, each time a little different."""

from __future__ import annotations

import random
from collections.abc import Iterator

_TEXT = (
    "يا جماعة لا تصدقوا ما يكتب هنا فهذه الصحيفة تقبض من الخارج وتكذب على الناس كل يوم ومن أراد الحقيقة كاملة فليدخل "
    "إلى قناتنا قبل أن تحذف ولينشر الرابط عند كل من يعرف"
)
_OTHERS = ["بسرعة", "الآن", "اليوم", "إخوتي", "حالًا", "دائمًا", "فعلًا", "صدقوني", "غدًا", "والله"]


def copies(count: int, seed: int = 1) -> Iterator[str]:
    """A word is another, the number counts on, the address is one of many, some letters are stretched."""
    dice = random.Random(seed)
    for number in range(count):
        words = _TEXT.split()
        words[dice.randrange(len(words))] = dice.choice(_OTHERS)
        stretched = dice.randrange(len(words))
        words[stretched] = f"{words[stretched][0]}ـــ{words[stretched][1:]}"
        yield f"{' '.join(words)} {'!' * dice.randrange(4)} https://t{dice.randrange(99)}.example/{number} رقم {number}"
