"""The note for whoever examines the patient: what was told, denied and not asked; equal sessions make equal notes."""

from __future__ import annotations

from datetime import timedelta

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Tapped, WriteNote
from bot.core.conversation.session import ADVICE, EMERGENCY, Session
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Message, Paper
from bot.core.rendering.note import LONGEST_LINE
from bot.core.rendering.render import render
from bot.service.payload import Payload, payload_of
from tests.core.test_coming_back import advised, answers_all
from tests.support.talking import Person, listening


def noted(person: Person) -> Message:
    """The message with the note, as the last turn's session has it."""
    (message,) = render(person.flow, person.session, WriteNote(), Places(), person.now)
    return message


def paper(person: Person) -> Paper:
    found = noted(person).paper
    assert found is not None
    return found


def row(person: Person, heading: str, label: str) -> str:
    """The words of a row."""
    (part,) = (p for p in paper(person).parts if p.heading == heading)
    return next(r.text for r in part.rows if r.label == label)


def in_emergency() -> Person:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.types("i cant feel it when i wipe since this morning")
    person.tap("yes")
    assert person.at == EMERGENCY
    return person


def test_the_note_is_given_at_a_tap_and_changes_nothing() -> None:
    person = advised()
    before = person.session
    person.tap(sc.NOTE)
    assert any(isinstance(effect, WriteNote) for effect in person.turn.effects)
    assert (person.session.answers, person.at) == (before.answers, ADVICE)


def test_signs_that_were_denied_are_named_with_when() -> None:
    person = advised()
    said = row(person, "Warning signs", "Nerve signs")
    assert said.startswith("Denied (lines of one list, 20 November, 18:00): ")
    assert "numbness or odd feeling between the legs" in said


def test_what_was_not_asked_is_not_denied() -> None:
    person = in_emergency()
    said = row(person, "Warning signs", "Nerve signs")
    assert said.startswith("YES: numbness or odd feeling between the legs.")
    assert "Denied" not in said
    assert "NOT ASKED, or not understood: trouble with peeing or pooing" in said
    assert "Danger signs" in row(person, "Warning signs", "NOT ASKED (stopped for the emergency)")


def test_words_that_decided_stand_in_the_note_and_those_that_were_taken_back_do_not() -> None:
    person = in_emergency()
    assert "18:00 “i cant feel it when i wipe" in row(person, "In the patient's own words", "20 November")
    other = Person(listening())
    other.tap("me")
    other.types("44")
    other.types("i cant feel it when i wipe since this morning")
    other.tap("no")
    assert not any("wipe" in quote.words for quote in other.session.quotes)


def test_what_was_not_sure_is_told_as_that() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.tap("not_sure")
    person.tap("saddle_numbness")
    person.tap("done")
    person.tap("not_sure")
    assert "Patient NOT SURE: numbness or odd feeling between the legs." in paper(person).plain()


def test_the_level_has_its_rules_and_what_they_rest_on() -> None:
    assert "no warning sign" in row(advised(), "", "Because")
    assert "No appointment needed" in row(advised(), "", "And to do this")
    said = row(advised(), "Rules that decided, and what they rest on", "uncomplicated")
    assert "D1 Demographics" in said
    assert "NG59 (read)" in said


def test_who_stopped_half_way_is_not_told_to_have_something() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.commands("stop")
    assert "This is no finding." in row(person, "", "Because")
    assert "Nerve signs" in row(person, "Warning signs", "NOT ASKED")


def test_of_a_list_of_which_nothing_is_so_it_says_what_stood_on_it() -> None:
    assert "Bending; Lifting" in row(advised(), "Pain", "Worse with")


def test_it_says_that_nobody_examined_which_content_and_that_nobody_signed_it() -> None:
    person = advised()
    foot = paper(person).foot
    assert "Nobody examined the patient" in foot
    assert person.flow.version in foot
    assert "not yet checked by a clinician" in foot


def test_the_same_session_makes_the_same_note_however_late() -> None:
    person = advised()
    first = paper(person)
    person.now += timedelta(days=3)
    person.session = Session.from_json(person.session.to_json())
    assert paper(person) == first


def test_one_line_can_be_copied() -> None:
    for person in (advised(), in_emergency()):
        (button,) = (b for r in noted(person).rows for b in r)
        assert button.style == "copy"
        assert len(button.data.encode("utf-16-le")) // 2 <= LONGEST_LINE
        assert button.data.split(".")[0] in paper(person).level


def test_a_page_is_stored_as_words_and_read_again() -> None:
    message = noted(advised())
    payload = payload_of(message, advised().session)
    assert Payload.from_json(payload.to_json()) == payload


def test_it_warns_who_else_can_read_it() -> None:
    assert "who else can read this chat" in noted(advised()).plain()


def test_in_an_emergency_it_is_given_however_old_the_button_is() -> None:
    person = in_emergency()
    person.does(Tapped(person.session.id, 1, EMERGENCY, sc.NOTE))
    assert any(isinstance(effect, WriteNote) for effect in person.turn.effects)
    assert person.at == EMERGENCY


def test_where_it_hurts_is_drawn() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    answers_all(person)
    (picture,) = paper(person).pictures
    assert [mark.marked for mark in picture.marks][:2] == [True, False]
