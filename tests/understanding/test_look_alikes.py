"""What must not be read as an answer although it looks like one: denied, long past, somebody else's, or only the same word
(`tests/replies/look_alikes`). Few are read wrongly, and each list says how few."""

from __future__ import annotations

import pytest
import yaml

from tests.support.places import TESTS
from tests.support.understood import flow, read

LOOK_ALIKES = TESTS / "replies" / "look_alikes"
MOST_MISREAD = 0.02


def misread(question: str, option: str, text: str) -> bool:
    """Whether the text is read as that option, surely or perhaps."""
    reading = read(text, question)
    if option in ("yes", "no"):
        return reading.said == option
    if option == "none":
        return reading.reply.none
    return option in reading.reply.yes or option in reading.reply.perhaps


@pytest.mark.parametrize("name", sorted(file.name for file in LOOK_ALIKES.glob("*.yaml")))
def test_what_only_looks_like_an_answer_is_none(name: str) -> None:
    book = yaml.safe_load((LOOK_ALIKES / name).read_text(encoding="utf-8"))
    cases = [(q, o, t) for q, options in book["screens"].items() for o, texts in options.items() for t in texts]
    assert all(flow().questions[question] for question, _, _ in cases)
    wrong = [case for case in cases if misread(*case)]
    assert len(cases) >= 200
    assert len(wrong) / len(cases) <= MOST_MISREAD, wrong
