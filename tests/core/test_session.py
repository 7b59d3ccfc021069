"""A session is text and comes back as it was, also from an older release; damaged ones are said to be so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation.session import SIGN, CheckIn, Checks, Heard, Latch, Quote, Session, Step, Told, new_session
from bot.core.model.answers import Many, Since, Span

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

words = st.text(max_size=8).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t))
options = st.frozensets(words, max_size=3)
many = st.builds(Many, options, options, st.booleans())
moments = st.floats(0, 4e9)
"""Seconds, UTC: what a clock can say."""
answers = st.one_of(
    many,
    words,
    st.builds(Span, st.integers(0, 99), st.integers(0, 99)),
    st.builds(Since, st.none() | st.dates(), st.dates()),
)
sessions = st.builds(
    Session,
    id=words, flow=words, version=words, lang=words,
    started=st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=30)))),
    seen=st.datetimes(timezones=st.just(UTC)),
    turn=st.integers(0, 999),
    answers=st.dictionaries(words, answers, max_size=4),
    heard=st.dictionaries(words, many, max_size=2),
    ticks=st.lists(words, max_size=3).map(tuple), queue=st.lists(words, max_size=3).map(tuple),
    found=st.none() | many,
    signs=st.lists(st.builds(Heard, words, words, st.booleans()), max_size=2).map(tuple),
    proposal=st.none() | st.tuples(words, answers), proposed_choice=words,
    latch=st.none() | st.builds(Latch, words, words, st.lists(words, max_size=2).map(tuple), st.booleans()),
    trail=st.lists(
        st.builds(Step, st.integers(0, 9), words, st.none() | st.integers(0, 9), st.none() | moments), max_size=3
    ).map(tuple),
    checks=st.none() | st.builds(
        Checks, moments, st.lists(st.integers(0, 28), max_size=3).map(tuple), st.none() | st.integers(0, 23), words,
        st.integers(0, 28), st.integers(-1, 3),
        st.lists(st.builds(CheckIn, st.integers(0, 28), st.integers(0, 10), words), max_size=3).map(tuple), words,
    ),
    feedback=words, feedback_words=words, country=words, phone=words, shown=st.none() | moments,
    quotes=st.lists(st.builds(Quote, words, words, moments), max_size=2).map(tuple),
    asked=st.lists(st.tuples(st.integers(0, 9), words), max_size=3).map(tuple),
    notes=st.lists(
        st.tuples(words, st.dictionaries(words, words | st.lists(words, max_size=2).map(tuple), max_size=2)), max_size=2
    ).map(tuple),
    since=st.none() | st.integers(0, 9),
    told=st.lists(st.builds(Told, st.integers(0, 9), words, st.lists(words, max_size=2).map(tuple)), max_size=2).map(tuple),
    help=words, rank_told=st.integers(-1, 3),
)  # fmt: skip


@given(sessions)
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    back = Session.from_json(session.to_json())
    assert back == session
    assert list(back.answers) == list(session.answers)


def session() -> Session:
    return new_session("abcdef123456", "sprain", "0" * 16, "en", NOW).but(
        answers={"age": Span(44, 44)}, at=SIGN, signs=(Heard("fever", "hot", True),),
        latch=Latch("danger", "cold_pale_foot", ("danger_sign",), True),
    )  # fmt: skip


def test_a_session_of_an_older_release_has_defaults_for_what_that_did_not_know() -> None:
    plain = json.loads(session().to_json())
    for name in ("asked", "heard", "found", "signs", "proposal", "proposed_choice", "trail", "queue", "forgetting", "notes",
                 "since", "told", "help", "rank_told"):  # fmt: skip
        del plain[name]
    plain["latch"] = plain["latch"][:3]
    back = Session.from_json(json.dumps(plain))
    assert back.latch == Latch("danger", "cold_pale_foot", ("danger_sign",), False)
    assert back.answers == {"age": Span(44, 44)}
    assert (back.signs, back.asked, back.heard) == ((), (), {})


def test_fields_of_a_later_release_are_passed_over() -> None:
    plain = json.loads(session().to_json()) | {"mood": "fine"}
    assert Session.from_json(json.dumps(plain)) == session()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"schema": "1"}',
        '{"schema": 1}',
        '{"schema": 1, "started": 5}',
        '{"schema": 1, "latch": 3}',
    ],
)
def test_what_is_no_session_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (json's own among them)
        Session.from_json(text)


def test_a_damaged_session_quotes_no_answer() -> None:
    plain = json.loads(session().to_json()) | {"signs": [["I can't pee"]]}
    with pytest.raises(ValueError, match="damaged") as error:
        Session.from_json(json.dumps(plain))
    assert "pee" not in str(error.value)


def test_the_next_session_has_another_id_and_always_the_same() -> None:
    one = session()
    assert one.child_id() == session().child_id()
    assert one.child_id() not in (one.id, one.but(turn=one.turn + 1).child_id())
    assert len(one.child_id()) == 12


def test_a_changed_session_is_a_new_one_and_the_old_one_stays() -> None:
    one = session()
    two = one.but(turn=7, at="age")
    assert (two.turn, two.at, two.answers) == (7, "age", one.answers)
    assert two == replace(one, turn=7, at="age")
    assert (one.turn, one.at) == (0, SIGN)
    with pytest.raises(TypeError):
        one.but(mood="fine")
