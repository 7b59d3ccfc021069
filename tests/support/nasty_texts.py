"""Texts that cost a reader of typed words much: repeated to the most that Telegram sends, or to so many words."""

from __future__ import annotations

import random

CAP = 4096
"""Characters of one message of Telegram."""

REPEATED = {
    "a sign, denied behind": "numb legs no, ",
    "a list of denials": "no numbness, ",
    "signs without a mark": "numb bum ",
    "signs of both legs": "both legs numb and weak ",
    "signs of the past": "years ago numb ",
    "somebody else's": "my mum numb ",
    "thoughts": "if numb ",
    "doubts": "maybe numb not sure ",
    "answers": "yes no ",
    "numbers": "12 7 3 40 ",
    "dates": "3/11 ",
    "weekdays": "monday ",
    "times": "3 days ago ",
    "scores": "pain 7 out of 10 ",
    "one letter": "a ",
    "small words": "the ",
    "commas": ",",
    "full stops": ".",
    "lines": "\n",
    "pictures": "\U0001f62d",
    "one sign that folds into 18": "\ufdfa",
    "invisible": "\u200b",
}


def at_the_cap(phrase: str) -> str:
    """The phrase again and again, as long as a message may be."""
    return (phrase * (CAP // len(phrase) + 1))[:CAP]


def unknown_words() -> str:
    """Words that nobody knows, all different."""
    drawn = random.Random(7)
    return " ".join("".join(drawn.choices("bcdfghjklmnpqrstvwxz", k=6)) for _ in range(CAP // 7))


def nasty_texts() -> dict[str, str]:
    """All of them at the cap, by name."""
    return {name: at_the_cap(phrase) for name, phrase in REPEATED.items()} | {"unknown words": unknown_words()}
