"""What stays in the chat of a screen that is done with: its own words and the answer. And which copies of it can be tapped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import screens
from bot.core.conversation.events import Acknowledge, Event, Received, Tapped, Turn
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, MISTAKE, REVIEW, SIGN, Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.readings import Fact, Reading, Sign
from bot.core.rendering.message import Message
from tests.support.talking import Person, listening, sprain

LONGEST = 4096


class Reader(Person):
    """Somebody who looks back. `shown`: session and turn of a screen -> its message as it now stands in the chat."""

    def __init__(self, flow: Flow) -> None:
        self.shown: dict[tuple[str, int], Message] = {}
        super().__init__(flow)

    def does(self, event: Event) -> Turn:
        before, said = self.session, len(self.messages)
        turn = super().does(event)
        for message in self.messages[said:]:
            if message.turn is None:
                continue
            key = (before.id if message.edits else self.session.id, message.turn)
            if message.edits:
                assert key in self.shown, "an edit of a message that was never shown"
            self.shown[key] = message if message.blocks else Message(self.shown[key].blocks, message.rows)
        return turn

    def chat(self, session: Session) -> str:
        """What stands of the screen of this session's turn."""
        return self.shown[session.id, session.turn].plain()

    def keyboards(self) -> list[tuple[str, int]]:
        """The screens that still have buttons."""
        return [key for key, message in self.shown.items() if message.rows]


@pytest.fixture
def person() -> Reader:
    table = {
        "my foot is dead cold": Reading(signs=(Sign("cold_pale_foot", "dead cold"),)),
        "i am 44": Reading(facts=(Fact("age", 44, "44"),)),
    }
    someone = Reader(sprain().with_reader(lambda text, *_: table.get(text, Reading())))
    someone.tap("for_me")
    return someone


def to_the_review(person: Reader) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3", "no_movement")
    assert person.at == REVIEW


# --- words stay --------------------------------------------------------------------------------------------------------


def test_tapped_by_mistake_leaves_the_emergency_advice_in_the_chat(person: Reader) -> None:
    person.tap("cold_pale_foot")
    emergency, advice = person.session, person.read
    assert person.at == EMERGENCY
    person.tap("mistake")
    assert person.chat(emergency) == advice
    assert not person.shown[emergency.id, emergency.turn].rows
    assert person.read.startswith("Answered Mistake")
    mistake = person.session
    person.tap("no")
    assert person.session.id != mistake.id
    assert person.chat(emergency) == advice
    assert person.chat(mistake).endswith("Answered No")
    assert not person.shown[mistake.id, mistake.turn].rows


def test_an_emergency_text_before_consent_survives_the_first_tap() -> None:
    someone = Reader(sprain().with_reader(lambda *_: Reading(signs=(Sign("cold_pale_foot", "dead cold"),))))
    consent = someone.session
    start = someone.read
    someone.types("my foot is dead cold")
    said = [m.plain() for m in someone.messages]
    assert sum("dead cold" in text for text in said) == 1
    consent = someone.session
    someone.tap("for_me")
    assert someone.chat(consent) == f"{start}\n\nAnswered Me"
    edited = [m for m in someone.messages if m.edits]
    assert not any("dead cold" in m.plain() for m in edited)


def test_the_advice_of_a_sign_stays_above_its_answer(person: Reader) -> None:
    person.tap("no_danger", "no_warning")
    person.types("my foot is dead cold")
    sign, advice = person.session, person.read
    assert person.at == SIGN
    person.tap("no")
    assert person.chat(sign) == f"{advice}\n\nAnswered No"
    removed = person.session
    assert "sign_removed" in person.notes
    person.tap("adult")
    assert "Sign removed" in person.chat(removed)


def test_what_was_denied_stands_in_the_chat(person: Reader) -> None:
    danger, asked = person.session, person.read
    person.tap("no_danger")
    for line in [x for x in asked.splitlines() if x[:2] in ("1.", "2.", "3.")]:
        assert line in person.chat(danger)
    assert person.chat(danger).endswith("Answered None of these")


def test_lines_asked_about_keep_their_question_and_their_answer(person: Reader) -> None:
    person.tap("not_sure")
    person.tap("foot_wont_move", "cold_pale_foot")
    which = person.session
    person.tap("done")
    assert person.chat(which).endswith("Answered a cold or pale foot; a foot that does not obey")
    alone, asked = person.session, person.read.splitlines()[-1]
    person.tap("no")
    assert person.chat(alone) == f"{asked}\n\nAnswered No"


def test_a_change_keeps_what_was_to_be_changed(person: Reader) -> None:
    person.tap("no_danger", "no_warning")
    age = person.session
    person.tap("adult", "no_health")
    person.does(Tapped(age.id, age.turn, "age", "from_55"))
    change, asked = person.session, person.read
    assert person.at == CHANGE
    person.tap("leave_it")
    assert person.chat(change) == f"{asked}\n\nAnswered Leave it"


@pytest.mark.slow
@pytest.mark.parametrize("flow", [sprain, listening])
@given(taps=st.lists(st.integers(0, 12), min_size=1, max_size=12))
def test_an_answered_screen_says_no_less_than_before_but_where_one_stands(
    flow: Callable[[], Flow], taps: list[int]
) -> None:
    someone = Reader(flow())
    places = someone.flow.text("en").system["progress"].split("{")[0]
    for n in range(40):
        known = screens.choices(someone.flow, someone.at)
        before, shown = someone.session, someone.shown.get((someone.session.id, someone.session.turn))
        someone.tap(known[taps[n % len(taps)] % len(known)])
        if someone.session.turn == before.turn or shown is None:
            continue
        after = someone.chat(before)
        assert len(after) < LONGEST
        assert not someone.shown[before.id, before.turn].rows or before.at == EMERGENCY
        for block in shown.blocks:
            if not block.text.startswith(places):
                assert block.text.replace("\u2713 ", "") in after.replace("\u2713 ", "")


# --- copies ------------------------------------------------------------------------------------------------------------


def test_only_the_last_copy_of_a_screen_has_buttons(person: Reader) -> None:
    to_the_review(person)
    person.tap("as_usual")
    assert person.at == ADVICE
    assert person.keyboards() == [(person.session.id, person.session.turn)]
    for act in ("help", "review", "back", "stop", "restart", "language"):
        person.commands(act)
        person.does(Received("sticker"))
        person.types("what")
        assert person.keyboards() == [(person.session.id, person.session.turn)], act


def test_a_tap_on_an_earlier_copy_of_the_open_question_answers_it(person: Reader) -> None:
    copy = person.session
    person.does(Received("sticker"))
    person.does(Tapped(copy.id, copy.turn, "danger", "no_danger"))
    assert person.session.answers["danger"] == Many(frozenset())
    assert person.at == "warning"


def test_a_tap_on_an_item_asked_before_is_no_answer_to_the_next(person: Reader) -> None:
    person.tap("not_sure", "all_of_them")
    first = person.session
    person.tap("no")
    person.does(Tapped(first.id, first.turn, "danger/alone", "no"))
    assert len(person.session.queue) == 2
    assert person.effects(Acknowledge)
    assert person.at == "danger/alone"


def test_a_line_tapped_late_on_an_answered_list_is_asked_about(person: Reader) -> None:
    person.tap("no_danger", "no_warning", "adult")
    copy = person.session
    person.does(Received("sticker"))
    person.tap("diabetes", "done")
    line = next(o for o in person.flow.questions["health"].option_ids if o != "diabetes")
    person.does(Tapped(copy.id, copy.turn, "health", line))
    assert person.at == CHANGE
    person.tap("change_it")
    assert person.session.answers["health"] == Many(frozenset({"diabetes", line}))


def test_a_second_tap_on_done_without_a_tick_says_nothing_twice(person: Reader) -> None:
    person.tap("no_danger")
    copy, said = person.session, len(person.messages)
    for _ in range(2):
        person.does(Tapped(copy.id, copy.turn, "warning", "done"))
    assert [m.turn for m in person.messages[said:] if not m.edits] == [copy.turn + 1]


def test_drawing_a_list_again_keeps_what_was_said_with_it(person: Reader) -> None:
    person.tap("no_danger")
    copy = person.session
    for _ in range(2):
        person.does(Tapped(copy.id, copy.turn, "warning", "done"))
    asked, again = [m for m in person.messages if not m.edits][-1], person.messages[-1]
    assert again.edits
    assert again.blocks == asked.blocks
    person.tap("crooked")
    assert person.messages[-1].edits
    assert person.messages[-1].blocks[0] == asked.blocks[0]


def test_help_answers_on_the_buttons_of_an_emergency_however_old_they_are(person: Reader) -> None:
    person.tap("cold_pale_foot")
    old = person.session
    person.commands("restart")
    assert person.session.id != old.id
    person.does(Tapped(old.id, old.turn, EMERGENCY, "cant_get_there"))
    assert person.notes == ["cant_get_there_text"]
    person.tap("for_me", "bone_through_skin")
    person.does(Tapped(old.id, old.turn, EMERGENCY, "cant_get_there"))
    assert person.notes == ["cant_get_there_text"]
    assert MISTAKE != person.at == EMERGENCY
