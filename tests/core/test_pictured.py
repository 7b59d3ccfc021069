"""A list with a picture: its marks are its ticks, its numbers those of its lines, and everything is said in words as well."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from bot.channels.terminal import Screen
from bot.core.conversation.events import Ask
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Span
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Message, Picture
from bot.core.rendering.render import render
from bot.service.payload import payload_of
from tests.support.talking import Person, back_spasm, sprain

TO_PICTURE = ("for_me", "no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3")


def at_picture() -> Person:
    someone = Person(sprain())
    someone.tap(*TO_PICTURE)
    return someone


def shown(message: Message) -> Picture:
    assert message.picture is not None
    return message.picture


def marked(message: Message) -> list[str]:
    return [mark.number for mark in shown(message).marks if mark.marked]


def test_marks_follow_the_ticks_until_it_is_answered() -> None:
    someone = at_picture()
    assert marked(someone.messages[-1]) == []
    someone.tap("twisting")
    assert (someone.messages[-1].edits, marked(someone.messages[-1])) == (True, ["2"])
    someone.tap("walking")
    assert marked(someone.messages[-1]) == ["1", "2"]
    someone.tap("walking", "done")
    settled = next(m for m in reversed(someone.messages) if m.edits)
    assert (marked(settled), settled.rows) == (["2"], ())
    assert settled.plain().endswith("Answered Twisting")


def test_words_that_answer_mark_it() -> None:
    someone = at_picture()
    someone.types("twisting")
    settled = next(m for m in reversed(someone.messages) if m.edits)
    assert marked(settled) == ["2"]


def test_one_line_asked_alone_shows_no_picture() -> None:
    someone = at_picture()
    someone.tap("not_sure")
    assert [m.picture for m in someone.messages if m.turn == someone.session.turn] == [None]


@pytest.mark.parametrize("flow", [sprain, back_spasm])
def test_numbers_are_those_of_the_lines_and_buttons_stand_in_their_order(flow: Callable[[], Flow]) -> None:
    """Telegram puts the numbers on the first buttons: they must be the options, each once."""
    for question in (q for q in flow().interview.questions if q.picture):
        someone = Person(flow())
        someone.session = someone.session.but(at=question.ask, consented=True)
        message = _drawn(someone)
        buttons = [b for row in message.rows for b in row]
        marks = shown(message).marks
        assert [b.choice for b in buttons[: len(marks)]] == list(question.option_ids[: len(marks)])
        lines = re.findall(r"^(\d+)\. ", message.plain(), re.M)
        assert lines == [m.number for m in marks]
        rest = [row for row in message.rows if row[0].choice not in question.option_ids]
        assert all(b.choice not in question.option_ids for row in rest for b in row), "no row has both"


def test_a_child_sees_no_number_of_a_line_that_no_child_is_shown() -> None:
    someone = Person(back_spasm())
    someone.session = someone.session.but(
        at="legs", consented=True, answers={"for_whom": "me", "age": Span(10.0, 10.0)}
    )
    adult = Person(back_spasm())
    adult.session = adult.session.but(at="legs", consented=True, answers={"for_whom": "me", "age": Span(40.0, 40.0)})
    assert [m.number for m in shown(_drawn(someone)).marks] == list("12345")
    assert [m.number for m in shown(_drawn(adult)).marks] == list("1234567")


def _drawn(person: Person) -> Message:
    return render(person.flow, person.session, Ask(person.session.at), Places(), person.now)[-1]


def test_the_terminal_says_what_it_shows_and_all_its_answers_in_words() -> None:
    someone = at_picture()
    out = io.StringIO()
    Screen(out, plain=True).show(payload_of(someone.messages[-1], someone.session), numbered=False)
    assert "[Two pairs of legs with numbers.]" in out.getvalue()
    assert "1. Walking" in out.getvalue()
    assert out.getvalue().rstrip().endswith("Walking · Twisting · No difference · Not sure · Done")
