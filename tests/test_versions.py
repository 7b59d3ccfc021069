"""A chat on a withdrawn version: what it keeps, what is asked again, and that an emergency stays one."""

from __future__ import annotations

import pytest

from bot.core.conversation.events import Tapped
from bot.core.conversation.session import ADVICE, EMERGENCY, REVIEW, SIGN, STOPPED
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import content_hash, read_flow, read_stored
from bot.core.model.findings import FlowError
from bot.service.versions import Flows, moved
from tests.support.flow_edits import SPRAIN, edited, files_of, flow_at
from tests.support.talking import Person

ANOTHER = edited(
    SPRAIN,
    ("interview.yaml", "{id: from_55, min: 55}", "{id: from_55, min: 55, max: 89}\n      - {id: very_old, min: 90}"),
    ("texts.en.yaml", "      from_55: 55 or older", "      from_55: 55 to 89\n      very_old: 90 or older"),
)
"""The flow with one more line for the age."""

TO_THE_REVIEW = (
    "for_me", "no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3", "no_movement",
)  # fmt: skip


@pytest.fixture
def person() -> Person:
    return Person(flow_at(SPRAIN))


def moves(person: Person, to: Flow) -> None:
    person.session, person.flow = moved(person.session, person.flow, to), to


def test_unchanged_questions_keep_their_answers_and_the_changed_one_is_asked(person: Person) -> None:
    person.tap(*TO_THE_REVIEW[:6])
    moves(person, ANOTHER)
    person.types("hello")
    assert person.at == "age"
    person.tap("adult")
    assert person.at == "spasm_length"


def test_a_question_with_other_words_is_another_question(person: Person) -> None:
    person.tap(*TO_THE_REVIEW[:4])
    moves(person, edited(SPRAIN, ("texts.en.yaml", "The foot is cold or pale", "The foot is cold, pale or blue")))
    person.types("hello")
    assert person.at == "danger"


def test_an_emergency_stays_one(person: Person) -> None:
    person.tap("for_me", "cold_pale_foot")
    moves(person, ANOTHER)
    person.commands("back")
    assert person.at == EMERGENCY
    assert person.level == "emergency"
    assert "a cold or pale foot" in person.read


def test_an_emergency_that_was_to_be_taken_back_stays_one(person: Person) -> None:
    person.tap("for_me", "cold_pale_foot", "mistake")
    moves(person, ANOTHER)
    person.types("no")
    assert person.at == EMERGENCY


def test_a_sign_that_waits_is_asked_in_the_new_version(person: Person) -> None:
    person.tap("for_me", "not_sure", "all_of_them")
    late = person.session
    person.tap("no")
    person.does(Tapped(late.id, late.turn, late.at, "yes"))
    assert person.at == SIGN
    moves(person, ANOTHER)
    person.types("hello")
    assert person.at == SIGN


def test_advice_of_a_withdrawn_version_no_longer_stands(person: Person) -> None:
    person.tap(*TO_THE_REVIEW, "as_usual")
    assert person.at == ADVICE
    moves(person, ANOTHER)
    person.types("thanks")
    assert person.at == "age"
    person.tap("adult")
    assert person.at == REVIEW


def test_what_was_said_with_the_screen_of_the_old_version_is_left_behind(person: Person) -> None:
    person.tap(*TO_THE_REVIEW[:3])
    person.commands("help")
    assert person.session.notes
    moves(person, ANOTHER)
    assert (person.session.notes, person.session.since) == ((), None)
    person.types("hello")
    assert person.at == "age"


def test_a_stopped_chat_stays_stopped(person: Person) -> None:
    person.tap("for_me")
    person.commands("stop")
    moves(person, ANOTHER)
    person.types("hello")
    assert person.at == STOPPED


def test_where_the_old_version_is_gone_everything_is_asked(person: Person) -> None:
    person.tap(*TO_THE_REVIEW[:6])
    person.session, person.flow = moved(person.session, None, ANOTHER), ANOTHER
    person.types("hello")
    assert person.at == "for_whom"


def test_running_chats_keep_their_version_until_it_is_withdrawn(person: Person) -> None:
    old = person.flow
    flows = Flows({"sprain": old}, "sprain", lambda version: None)
    flows.replace({"sprain": ANOTHER})
    assert flows.running(person.session) == (person.session, old)
    flows.withdrawn = frozenset({old.version})
    running = flows.running(person.session)
    assert running is not None
    assert running[1] is ANOTHER
    assert running[0].version == ANOTHER.version


# --- versions that an earlier release stored ---------------------------------------------------------------------------


def test_a_version_that_lacks_a_word_of_today_is_read_with_todays_word() -> None:
    files = files_of(SPRAIN)
    lines = files["texts.en.yaml"].splitlines(keepends=True)
    files["texts.en.yaml"] = "".join(line for line in lines if not line.startswith("  told_already:"))
    assert files != files_of(SPRAIN)
    files["texts.en.yaml"] = files["texts.en.yaml"].replace("system:\n", "system:\n  word_of_old: Gone since\n")
    with pytest.raises(FlowError):
        read_flow("sprain", files)
    today = flow_at(SPRAIN)
    old = read_stored("sprain", files, {"en": today.texts["en"].system})
    assert old.texts["en"].system["told_already"] == today.texts["en"].system["told_already"]
    assert old.version == content_hash(files)
    person = Person(old)
    person.tap("for_me", "no_danger")
    assert person.at == "warning"


def test_a_version_that_cannot_be_read_at_all_says_so() -> None:
    with pytest.raises(FlowError):
        read_stored("sprain", {**files_of(SPRAIN), "triage.yaml": "rules: ["}, {})
