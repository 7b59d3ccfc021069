"""The laws under messages built from real words: nothing typed lowers a level, denies a sign beside a telling rest, or ends an
interview; `step` never raises (SEMANTICS 5a, 5e)."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.conversation.session import ADVICE, ENDED, REVIEW, SIGN, STOPPED
from bot.core.model.answers import Many
from tests.support.real_words import CONNECTING, DENIALS, TELLING, flags, messages
from tests.support.talking import Person, listening

SCREENS = ("nerves", "danger", "warning", "medicines", "health", "onset", "where", "legs", "function", "pain")
ENDING = ("stop", "restart", "forget", "quit", "start", "again", "end")
"""Words that are commands as a whole message."""


def person_at(screen: str) -> Person:
    """Somebody who has answered like an uncomplicated patient, up to this screen."""
    person = Person(listening())
    person.tap("me")
    person.types("44")
    while person.at != screen:
        question = person.flow.questions[person.at]
        if question.none is not None:
            person.tap(question.none)
        elif question.choices:
            person.tap(question.choices[0].id)
        else:
            person.tap(next(c for c in person.flow.questions[person.at].option_ids))
            if person.session.ticks:
                person.tap("done")
        assert person.at not in (REVIEW, *ENDED), screen
    return person


@pytest.fixture(scope="module")
def starts() -> dict[str, Person]:
    found = {}
    for screen in SCREENS[:5]:
        found[screen] = person_at(screen)
    return found


def holds_the_laws(person: Person, said: list[str]) -> None:
    for text in said:
        before, rank = person.session, person.turn.trace.level
        turn = person.types(text)
        after = person.session
        if before.at in (*ENDED, SIGN, REVIEW):
            return
        # nothing typed on a question ends the interview, but the word that says so
        if text.strip(" .!?,;:\n/").casefold() not in ENDING:
            assert after.at not in (ADVICE, STOPPED), text
        # nothing typed lowers the level that stood
        if rank is not None and after.id == before.id:
            assert turn.trace.level is not None, text
            assert turn.trace.level.rank >= rank.rank, text
        # no line that was said is lost, and none that counts is denied
        for question, kept in before.answers.items():
            if isinstance(kept, Many) and question in after.answers:
                assert kept.yes <= after.answers[question].yes, text


@given(screen=st.sampled_from(SCREENS[:5]), said=st.lists(messages(), min_size=1, max_size=4))
def test_nothing_typed_lowers_ends_or_raises(starts: dict[str, Person], screen: str, said: list[str]) -> None:
    person = Person(listening())
    person.session, person.turn = starts[screen].session, starts[screen].turn
    holds_the_laws(person, said)


@pytest.mark.slow
@settings(max_examples=5000)
@given(screen=st.sampled_from(SCREENS[:5]), said=st.lists(messages(), min_size=1, max_size=4))
def test_nothing_typed_lowers_ends_or_raises_in_thousands(
    starts: dict[str, Person], screen: str, said: list[str]
) -> None:
    person = Person(listening())
    person.session, person.turn = starts[screen].session, starts[screen].turn
    holds_the_laws(person, said)


@given(
    denial=st.sampled_from(DENIALS),
    telling=st.sampled_from(TELLING),
    flag=st.sampled_from(flags()),
    turned=st.booleans(),
)
@example("no problems", "just a bit of", ("bladder_or_bowel_change", "dont know when i need to go for a wee"), True)
def test_no_denial_beside_a_telling_rest_denies_a_sign(
    starts: dict[str, Person], denial: str, telling: str, flag: tuple[str, str], turned: bool
) -> None:
    option, words = flag
    home = listening().option_home[option]
    if home not in starts:
        return
    person = Person(listening())
    person.session, person.turn = starts[home].session, starts[home].turn
    said = f"{words} {telling} {denial}" if turned else f"{denial} {telling} {words}"
    person.types(said)
    kept = person.session.answers.get(home)
    asked = {s.option for s in person.session.signs} | set(person.session.queue)
    assert kept is None or (isinstance(kept, Many) and option in kept.yes), said
    assert asked or person.at == home or person.session.latch is not None, said


DIRECT = ("no", "never", "0", "nothing")
"""Denials that deny the words right behind them: "no numbness", "never passed out"."""
ANSWERS_ITEMS = (*DIRECT, "nope", "none", "nah")
"""Single words that, right behind a sign, deny it and no other: "chest pain none"."""


def denied_signs(said: str, home: str) -> set[str]:
    """The signs of a list that a message denies; all of them if it denies the list."""
    reading = listening().reader(said, Person(listening()).now, "en", home)
    ids = listening().questions[home].option_ids
    return set(ids) if reading.reply.none else {*reading.reply.no, *(o for f in reading.facts for o in f.denied)}


@pytest.mark.slow
@settings(max_examples=1500)
@given(
    denial=st.sampled_from(DENIALS),
    between=st.sampled_from(CONNECTING),
    flag=st.sampled_from(flags()),
    turned=st.booleans(),
)
def test_no_denial_reaches_a_sign_that_it_does_not_negate(
    denial: str, between: str, flag: tuple[str, str], turned: bool
) -> None:
    """Whatever connects the two, or nothing: a negation reaches a sign directly alone."""
    option, words = flag
    home = listening().option_home[option]
    said = " ".join(filter(None, (words, between, denial) if turned else (denial, between, words)))
    denied = denied_signs(said, home)
    if between == "" and denial in (ANSWERS_ITEMS if turned else DIRECT):
        assert denied != set(listening().questions[home].option_ids), said
    else:
        assert option not in denied, said


@pytest.mark.parametrize("said", ["no numbness down there", "never passed out", "not numb there", "fainting: no"])
def test_a_negation_reaches_a_sign_directly(said: str) -> None:
    reading = listening().reader(said, Person(listening()).now, "en", "nerves")
    assert not reading.signs
    assert reading.rejected


@given(denial=st.sampled_from(DENIALS), telling=st.sampled_from(TELLING), rest=messages())
def test_a_denial_with_a_telling_word_alone_denies_no_sign(
    starts: dict[str, Person], denial: str, telling: str, rest: str
) -> None:
    """Whatever stands behind it: only what is known as a form of denial denies a screen of emergency signs."""
    person = Person(listening())
    person.session, person.turn = starts["nerves"].session, starts["nerves"].turn
    reading = person.flow.reader(f"{denial} {telling} {rest}", person.now, "en", "nerves")
    person.types(f"{denial} {telling} {rest}")
    kept = person.session.answers.get("nerves")
    if kept is not None and not (isinstance(kept, Many) and kept.yes):  # "no but unsteady" counts what it states
        assert not reading.signs
        assert not reading.reply.doubt
        assert all(a.role not in ("telling", "unknown", "sign") for a in reading.account), reading.account
