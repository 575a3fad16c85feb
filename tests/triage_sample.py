"""Comments of our own writing for the model: polite ones and rude ones, in Arabic and in English."""

from __future__ import annotations

import csv
import json
from itertools import product
from pathlib import Path

OPENINGS = ("شكرا", "يا جماعة", "بصراحة", "والله", "Honestly", "Well", "Dear editors", "")
FINE = (
    "المقال ممتاز ومفيد جدا",
    "تحليل عميق للوضع الاقتصادي",
    "أتمنى لكم التوفيق والنجاح",
    "هل من مصادر أخرى لهذه الأرقام؟",
    "a careful report, I learnt something",
    "could you add the sources for the figures?",
    "I disagree with the second paragraph, but well written",
    "the photographs are lovely",
)
RUDE = (
    "أنت كلب حقير ولا تفهم شيئا",
    "كاتب تافه وغبي مثل صحيفتكم",
    "اخرس يا حمار",
    "تابعوا قناتي واربحوا المال https://win.example",
    "you are a stupid idiot, shut up",
    "cheap pills here www.pills.example click now",
    "what a pathetic moron wrote this garbage",
    "subscribe to my channel and earn money fast",
)
CLOSINGS = ("", " اليوم", " كل يوم", " today", " again", "!", " 2024", " ...")

#: Text, and whether it is a rude one; the two kinds in turn.
COMMENTS = [
    (f"{opening} {text}{closing}".strip(), text in RUDE)
    for opening, closing, pair in product(OPENINGS, CLOSINGS, zip(FINE, RUDE, strict=True))
    for text in pair
]


def write_csv(path: Path, head: tuple[str, str] = ("CONTENT", "CLASS"), labels: tuple[str, str] = ("0", "1")) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        rows.writerows((text, labels[bad]) for text, bad in COMMENTS)
    return path


def write_jsonl(path: Path) -> Path:
    labels = ("Non-Offensive", "Offensive")
    path.write_text("\n".join(json.dumps({"text": text, "label": labels[bad]}) for text, bad in COMMENTS), "utf-8")
    return path
