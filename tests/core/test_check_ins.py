"""Being asked how it goes: at the hour that was chosen, whatever clocks do; worse opens the emergency screens; one tap ends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.conversation import screens as sc
from bot.core.conversation.afterwards.check_ins import last_check, next_time
from bot.core.conversation.events import CheckedIn, Commanded, Elapsed, Say, Schedule, Tapped
from bot.core.conversation.session import ADVICE, EMERGENCY, STOPPED, Checks, Session
from bot.core.flow.reading import try_flow
from bot.core.model.answers import Since
from bot.core.rendering.answer_words import Places
from bot.core.rendering.check_ins import BOUT
from bot.core.rendering.message import Picture
from bot.core.rendering.render import render
from tests.core.test_coming_back import advised, answers_all
from tests.support.flow_edits import BACK_SPASM, edited_files
from tests.support.talking import Person, listening

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


def taps(person: Person, *choices: str) -> None:
    """Buttons of check-ins, which stand over whatever is on screen."""
    for choice in choices:
        person.does(Tapped(person.session.id, person.session.turn, sc.CHECKS, choice))


def said(person: Person) -> list[str]:
    return [effect.key for effect in person.turn.effects if isinstance(effect, Say)]


def wanting(choice: str = sc.ALL_DAYS, hour: int = 9, now: datetime | None = None) -> Person:
    """Somebody advised, now or then, who wants to be asked."""
    person = advised()
    if now is not None:
        person.now = now
    taps(person, choice, f"hour:{hour}")
    return person


def comes(person: Person) -> None:
    """The next check-in comes at its time."""
    at = next_time(person.session.checks, person.now)
    assert at is not None
    person.now = max(at, person.now)
    person.does(Elapsed("check_in"))


def planned(person: Person) -> datetime:
    """When the turn's schedule says that it comes next."""
    (due,) = (e for e in person.turn.effects if isinstance(e, Schedule) and e.due == "check_in")
    return (person.now.astimezone(UTC) + timedelta(seconds=due.seconds)).astimezone(person.now.tzinfo)


@pytest.mark.parametrize(
    "begun",
    [
        datetime(2026, 3, 28, 19, 30, tzinfo=LONDON),  # the clocks go forward in the night
        datetime(2026, 10, 24, 19, 30, tzinfo=LONDON),  # and back
        datetime(2026, 12, 31, 21, 0, tzinfo=NEW_YORK),
    ],
)
def test_it_comes_at_the_hour_of_the_patients_clock(begun: datetime) -> None:
    at = planned(wanting("day:1", 9, begun))
    assert (at.date(), at.hour, at.minute) == ((begun + timedelta(days=1)).date(), 9, 0)


def test_whoever_lives_by_another_clock_by_then_is_asked_at_its_hour() -> None:
    person = wanting("day:3", 9, datetime(2026, 11, 20, 18, 0, tzinfo=LONDON))
    person.now = datetime(2026, 11, 22, 8, 0, tzinfo=NEW_YORK)
    person.types("thanks")
    assert planned(person).astimezone(NEW_YORK) == datetime(2026, 11, 23, 9, 0, tzinfo=NEW_YORK)


def test_what_is_said_until_then_does_not_put_it_off() -> None:
    person = wanting()
    at = planned(person)
    person.now += timedelta(hours=2)
    person.types("can i drive")
    assert planned(person) == at


def test_it_is_asked_on_each_day_once_and_then_no_more() -> None:
    person = wanting()
    days = []
    for _ in range(3):
        comes(person)
        assert said(person) == ["check_new"]
        days.append(person.now.date().day)
        taps(person, sc.NOTHING_NEW, "pain:4", "managing_some")
        if said(person) == ["check_did"]:
            taps(person, "did_home")
        assert any(isinstance(e, CheckedIn) for e in person.turn.effects)
    assert days == [21, 23, 4]
    assert next_time(person.session.checks, person.now) is None
    assert not [e for e in person.turn.effects if isinstance(e, Schedule) and e.due == "check_in"]
    assert person.session.checks is not None
    assert [one.pain for one in person.session.checks.done] == [4, 4, 4]


def test_what_is_too_old_is_left_out_when_the_bot_was_away() -> None:
    person = wanting()
    person.now += timedelta(days=2, hours=6)
    person.does(Elapsed("check_in"))
    assert said(person) == []
    assert planned(person).date().day == 23
    person.now += timedelta(days=30)
    person.does(Elapsed("check_in"))
    person.does(Elapsed("check_in"))
    assert said(person) == []
    assert next_time(person.session.checks, person.now) is None


def test_nobody_is_asked_in_the_middle_of_an_interview() -> None:
    person = wanting()
    person.types("now my leg is tingling")
    at = person.at
    comes(person)
    assert said(person) == []
    assert person.at == at


@pytest.mark.parametrize("choices", [(sc.SOMETHING_NEW,), (sc.NOTHING_NEW, "pain:7", "managing_some")])
def test_new_or_worse_opens_the_emergency_screens(choices: tuple[str, ...]) -> None:
    person = wanting()
    comes(person)
    taps(person, *choices)
    assert person.at == "nerves"


def test_a_day_that_is_managed_worse_opens_the_emergency_screens() -> None:
    person = wanting()
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:4", "managing_as_usual", "did_home")
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:4", "managing_hardly")
    assert person.at == "nerves"


def test_a_sign_typed_to_a_check_in_comes_first() -> None:
    person = wanting()
    comes(person)
    person.types("no but i cant feel it when i wipe")
    assert person.at == "SIGN"


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        (("no", "3", "nearly as usual"), "check_did"),
        (("nothing new", "3/10", "with some trouble"), "check_did"),
        (("nope", "its about 3 out of 10", "hardly at all"), "check_did"),
        (("no", "11"), ""),
    ],
)
def test_it_can_be_answered_in_words(typed: tuple[str, ...], then: str) -> None:
    person = wanting()
    comes(person)
    for words in typed:
        person.types(words)
    assert (said(person) or [""])[0] == then


def test_the_advice_is_another_one_once_four_weeks_have_passed() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    for _ in range(30):
        if person.at == "onset":
            break
        question = person.flow.questions[person.at.partition("/")[0]]
        person.tap(question.none or str(question.usual))
    person.types("20 days ago")
    answers_all(person)
    before = person.turn.trace.level
    taps(person, "day:14", "hour:9")
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:3", "managing_as_usual", "did_home")
    after = person.turn.trace.level
    assert before is not None
    assert after is not None
    assert after.rank > before.rank
    assert "check_longer" in said(person)
    assert person.at == ADVICE


def test_one_tap_ends_it_and_so_does_stop() -> None:
    for ends in (Tapped("", 0, sc.CHECKS, sc.STOP_CHECKS), Commanded("stop")):
        person = wanting()
        event = Tapped(person.session.id, 1, sc.CHECKS, sc.STOP_CHECKS) if isinstance(ends, Tapped) else ends
        person.does(event)
        assert person.session.checks is None
        assert not [e for e in person.turn.effects if isinstance(e, Schedule) and e.due == "check_in"]
        assert person.at in (ADVICE, STOPPED)


def test_a_new_interview_does_not_end_it() -> None:
    person = wanting()
    at = planned(person)
    person.does(Commanded("restart"))
    assert planned(person) == at


def test_an_emergency_ends_it_and_no_button_of_it_takes_that_back() -> None:
    person = wanting()
    person.types("i cant feel it when i wipe")
    person.tap("yes")
    assert person.at == EMERGENCY
    comes(person)
    assert person.session.checks is None
    for choice in sc.choices(person.flow, sc.CHECKS):
        taps(person, choice)
        assert person.session.latch is not None
        assert person.at == EMERGENCY


def test_before_the_advice_it_is_not_offered() -> None:
    person = Person(listening())
    taps(person, sc.ALL_DAYS, "hour:9", "pain:3", "managing_some")
    assert person.session.checks is None


def test_how_it_went_is_a_picture_with_the_same_in_words() -> None:
    person = wanting()
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:3", "managing_some", "did_home")
    picture = how_it_went(person, person.session)
    assert "3 on day 1, with some trouble" in picture.words
    assert [mark.number for mark in picture.marks] == ["0", "1"]


def how_it_went(person: Person, session: Session) -> Picture:
    (message,) = render(person.flow, session, CheckedIn(), Places(), person.now)
    assert message.picture is not None
    return message.picture


def test_the_day_on_which_it_began_is_marked_whether_or_not_that_day_was_asked_about() -> None:
    person = wanting()
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:3", "managing_some", "did_home")
    for before, days in ((0, ["0 bout", "1"]), (5, ["-5 bout", "0", "1"])):
        day = date(2026, 11, 20) - timedelta(days=before)
        session = person.session.but(answers={**person.session.answers, "onset": Since(day, day)})
        picture = how_it_went(person, session)
        assert [m.number + " bout" * (BOUT in m.zones) for m in picture.marks] == days
        assert f"Flag: when it began, {day.day} November." in picture.words
    answers = {q: a for q, a in person.session.answers.items() if q != "onset"}
    picture = how_it_went(person, person.session.but(answers=answers))
    assert not any(BOUT in mark.zones for mark in picture.marks)
    assert "Flag" not in picture.words


def test_what_was_said_is_kept_until_the_last_one() -> None:
    person = wanting()
    assert datetime.fromtimestamp(last_check(person.session, person.now), UTC) == datetime(
        2026, 12, 4, 9, 0, tzinfo=UTC
    )
    assert last_check(advised().session, person.now) == 0.0


def test_it_is_stored_and_read_again() -> None:
    person = wanting()
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:3")
    again = Session.from_json(person.session.to_json())
    assert again.checks == person.session.checks
    assert isinstance(again.checks, Checks)


@pytest.mark.parametrize("plan", ["{days: [1], hours: [23]}", "{days: [3, 1], hours: [9]}", "{days: [], hours: [9]}"])
def test_a_plan_that_cannot_be_is_refused(plan: str) -> None:
    edit = ("advice.yaml", "check_in: {days: [1, 3, 14], hours: [9, 13, 18]}", f"check_in: {plan}")
    _, findings = try_flow(BACK_SPASM.name, edited_files(BACK_SPASM, edit))
    assert {f.place.file for f in findings} == {"advice.yaml"}


@pytest.mark.parametrize("choice", [sc.NOTHING_NEW, sc.SOMETHING_NEW, "pain:9", "managing_hardly", "did_home"])
def test_an_answer_that_is_not_asked_for_changes_nothing(choice: str) -> None:
    """An old button, tapped after the check-in was answered: the same screen stands, and no pain is counted twice."""
    person = wanting()
    comes(person)
    taps(person, sc.NOTHING_NEW, "pain:4", "managing_some", "did_home")
    before = person.session
    taps(person, choice)
    assert person.session.checks == before.checks
    assert (person.session.at, person.session.answers) == (before.at, before.answers)
    assert "check_worse" not in said(person)
