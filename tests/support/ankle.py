"""A twisted ankle in tests: a reader that knows a few sentences, and the way to the review."""

from __future__ import annotations

from datetime import datetime

from bot.core.conversation.session import REVIEW
from bot.core.model.readings import Fact, Reading, Rejected, Sign
from tests.support.talking import Person


def reader(text: str, now: datetime, lang: str, question: str | None) -> Reading:
    """A reader that knows a few sentences, so that these tests are about the engine."""
    table = {
        "my foot is dead cold": Reading(signs=(Sign("cold_pale_foot", "dead cold"),)),
        "foot looks odd": Reading(signs=(Sign("cold_pale_foot", "looks odd", plain=False),)),
        "i have a fever": Reading(signs=(Sign("fever", "a fever"),), facts=(Fact("warning", ("fever",), "a fever"),)),
        "i want to die": Reading(crisis=True),
        "i want to die, my foot is dead cold": Reading(crisis=True, signs=(Sign("cold_pale_foot", "dead cold"),)),
        "his foot is dead cold": Reading(rejected=(Rejected("cold_pale_foot", "dead cold", "other_person"),)),
        "no": Reading(polarity="no"),
        "yes": Reading(polarity="yes"),
        "dunno": Reading(polarity="not_sure"),
        "i am 44, twisted it yesterday": Reading(facts=(Fact("age", 44, "44"), Fact("onset", 1, "yesterday"))),
    }
    return table.get(text.casefold(), Reading())


def to_the_review(person: Person) -> None:
    """Answers like an uncomplicated patient, up to the review."""
    person.tap("no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3", "no_movement")
    assert person.at == REVIEW
