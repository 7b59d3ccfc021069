"""What people ask after the advice: told from the flow's topics, as they hold for this person; signs and changes come first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Inform, Offer, Say, Tapped
from bot.core.conversation.session import ADVICE, EMERGENCY, SIGN
from bot.core.conversation.triage import fold_session, told_about
from bot.core.flow.reading import try_flow
from bot.core.model.files.parts import LEVELS, Level
from bot.core.rendering.answer_words import Places
from bot.core.rendering.render import render
from tests.core.test_coming_back import advised
from tests.core.test_laws import Move, event_of, moves
from tests.support.flow_edits import BACK_SPASM, edited_files
from tests.support.talking import Person, back_spasm

DOSE = re.compile(r"\d\s*(mg|milligram|tablets?|pills?|times a day|hours)\b", re.IGNORECASE)


def told(person: Person) -> list[str]:
    """The topics that the last turn told about."""
    return [effect.topic for effect in person.turn.effects if isinstance(effect, Inform)]


def offered(person: Person) -> list[Offer]:
    """What the last turn offered to ask about."""
    return [effect for effect in person.turn.effects if isinstance(effect, Offer)]


def test_a_question_is_answered_and_changes_nothing() -> None:
    person = advised()
    before = person.session
    person.types("can i drive with this")
    assert told(person) == ["driving"]
    assert (person.session.answers, person.session.heard, person.at) == (before.answers, before.heard, ADVICE)


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("is it ok to have a couple of beers with ibuprofen", ["alcohol", "painkillers"]),
        ("can i give my child ibuprofen", ["child"]),
        ("could it be cancer", ["something_serious"]),
        ("should i stop my tablets", ["my_tablets"]),
        ("will it come back", ["coming_back"]),
    ],
)
def test_what_is_asked_is_what_is_told(words: str, topics: list[str]) -> None:
    person = advised()
    person.types(words)
    assert told(person) == topics
    assert person.at == ADVICE


def test_a_sign_in_a_question_comes_first() -> None:
    person = advised()
    person.types("can i drive, also my foot has gone floppy")
    assert person.at == SIGN
    assert not told(person)


def test_words_that_ask_what_helps_tell_no_sign() -> None:
    person = advised()
    person.types("hot or cold??")
    assert told(person) == ["warmth_or_cold"]
    assert person.at == ADVICE


def test_a_change_told_with_a_question_opens_the_interview_again() -> None:
    person = advised()
    person.types("how long will it last? it is getting worse")
    assert told(person) == ["how_long"]
    assert person.at == "nerves"


def test_asking_whether_something_makes_it_worse_tells_no_change() -> None:
    person = advised()
    person.types("would a massage make it worse")
    assert told(person) == ["massage"]
    assert person.at == ADVICE


def test_what_was_not_told_before_and_raises_the_level_is_asked_about() -> None:
    person = advised()
    person.types("i have been on prednisolone for six years. is a heat pad ok")
    assert told(person) == ["warmth_or_cold"]
    assert person.at == "nerves"
    env = fold_session(person.flow, person.session, person.now.date()).env
    assert "steroid" in env["medicines"].yes


def test_what_is_not_covered_is_said_to_be_that() -> None:
    person = advised()
    person.types("which plumber do you recommend round here?")
    assert offered(person) == [Offer(unknown=True)]


def test_thanks_are_no_question() -> None:
    person = advised()
    person.types("ok thanks")
    assert not offered(person)
    assert any(isinstance(effect, Say) and effect.key == "kind_thanks" for effect in person.turn.effects)


def test_topics_are_tapped_by_group_and_back() -> None:
    person = advised()
    person.tap(sc.ASK)
    assert offered(person) == [Offer()]
    person.does(Tapped(person.session.id, person.session.turn, sc.TOPICS, "group:relief"))
    assert offered(person) == [Offer("relief")]
    person.does(Tapped(person.session.id, person.session.turn, sc.TOPICS, "massage"))
    assert told(person) == ["massage"]
    person.does(Tapped(person.session.id, person.session.turn, sc.TOPICS, sc.ALL_TOPICS))
    assert offered(person) == [Offer()]


def test_once_the_advice_does_not_stand_its_topics_are_not_told() -> None:
    person = advised()
    old = person.session
    person.types("now my leg is tingling")
    person.does(Tapped(old.id, old.turn, sc.TOPICS, "sport"))
    assert not told(person)
    assert person.at != ADVICE


def test_in_an_emergency_nothing_is_told_but_that() -> None:
    person = Person(advised().flow)
    person.tap("me")
    person.types("44")
    person.tap("saddle_numbness")
    assert person.at == EMERGENCY
    person.types("can i drive")
    assert not told(person)
    person.does(Tapped(person.session.id, person.session.turn, sc.TOPICS, "driving"))
    assert not told(person)


def test_a_line_is_told_to_whom_it_concerns() -> None:
    flow = back_spasm()
    person = advised()
    env = dict(fold_session(flow, person.session, person.now.date()).env)
    assert "on_blood_thinner" not in [x.line for x in told_about(flow, env, Level.self_care, "painkillers")]
    thinner = env | {"medicines": env["medicines"]._replace(yes=frozenset({"anticoagulant"}))}
    assert "on_blood_thinner" in [x.line for x in told_about(flow, thinner, Level.self_care, "painkillers")]


def test_every_topic_has_something_to_tell_at_every_level() -> None:
    flow = back_spasm()
    for level in LEVELS[:-1]:
        for topic in flow.topics:
            assert told_about(flow, {}, level, topic), (topic, level)


def test_no_line_names_a_dose() -> None:
    for texts in back_spasm().texts.values():
        for topic in texts.topics.values():
            for line in topic.lines.values():
                assert not DOSE.search(line), line


def test_what_does_not_come_from_the_documents_is_said_to_be_guidance() -> None:
    person = advised()
    person.types("should i lie down or keep moving")
    (effect,) = (e for e in person.turn.effects if isinstance(e, Inform))
    (message,) = render(person.flow, person.session, effect, Places(), person.now)
    kinds = [(block.kind, block.text) for block in message.blocks]
    guidance = kinds.index(("heading", person.flow.texts["en"].system["topic_guidance"]))
    keep_going = person.flow.texts["en"].topics["bed_or_moving"].lines["keep_going"]
    assert kinds.index(("item", f"\u2022 {keep_going}")) > guidance


@given(moves, st.sampled_from(sorted(back_spasm().topics)))
def test_no_topic_ever_moves_a_session(walk: list[Move], topic: str) -> None:
    person = Person(back_spasm())
    for kind, value in walk:
        event = event_of(person, kind, value)
        if event is not None:
            person.does(event)
    before = person.session
    person.does(Tapped(before.id, before.turn, sc.TOPICS, topic))
    after = person.session
    assert after.answers.items() <= before.answers.items()  # after a long silence some have lapsed
    assert (after.heard, after.latch, after.signs) == (before.heard, before.latch, before.signs)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "says"),
    [
        ("answers.yaml", "  - topic: massage\n", "  - topic: painkillers\n", "FLOW020", "already a topic"),
        ("answers.yaml", "claims: [g_massage_optional]", "claims: [g_masage_optional]", "FLOW027", "is no claim"),
        ("answers.yaml", "        claims: [g_massage_optional]\n", "", "FLOW027", "names no claim"),
        ("answers.yaml", "- line: not_covered\n", "- line: not_covered\n        when: pregnant\n", "FLOW028", "always told"),
        ("texts.en.yaml", "      unsure_home: ", "      unsure_hom: ", "FLOW022", "unsure_home"),
        ("texts.en.yaml", "      - massage\n", "      - massage\n      - ibuprofen\n", "FLOW020", "already asks about"),
        ("texts.en.yaml", "  relief: ", "  relif: ", "FLOW022", "relief"),
    ],
)  # fmt: skip
def test_a_slip_in_a_topic_is_named_where_it_stands(file: str, old: str, new: str, code: str, says: str) -> None:
    _, findings = try_flow(BACK_SPASM.name, edited_files(BACK_SPASM, (file, old, new)))
    assert [(f.place.file, f.code) for f in findings if says in f.message][:1] == [(file, code)], findings
