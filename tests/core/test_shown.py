"""What is shown as said is what counts (SEMANTICS 5c): settled screens, review, /mydata and "why" read the same fold."""

from __future__ import annotations

import re
from datetime import UTC

from hypothesis import given

from bot.core.conversation.events import Explain, Settled
from bot.core.conversation.session import ADVICE, EMERGENCY, ENDED, START
from bot.core.conversation.triage import fold, triage
from bot.core.model.answers import NOT_ASKED, Many
from bot.core.model.files.parts import Level
from bot.core.rendering.answer_words import Places, words_for
from bot.core.rendering.render import render
from bot.service.export import export_text
from bot.store import ChatWrite, SessionRow
from tests.core.test_laws import Move, event_of, moves
from tests.support.talking import Person, listening

LINE = re.compile(r"\d+\. (.+?): (.+)", re.DOTALL)


def counted(person: Person) -> dict[str, tuple[frozenset[str], frozenset[str]] | None]:
    """Short name -> lines that count as said and as not ruled out (None for answers that are no lists), from the fold."""
    env = fold(person.flow, person.session.answers, person.now.date(), person.session.heard).env
    texts, found = person.flow.text("en").questions, {}
    for question in person.flow.interview.questions:
        value = env.get(question.ask)
        if value is None or value is NOT_ASKED or question.consent:
            continue
        if not isinstance(value, Many):
            found[texts[question.ask].short] = None
        elif question.ask in person.session.answers or value.yes or value.not_sure:
            found[texts[question.ask].short] = (value.yes, value.not_sure)
    return found


def says_what_counts(person: Person, short: str, said: str) -> None:
    """The words of one line against the fold: every line that counts is named, and no other; never "none" beside one."""
    words = words_for(person.flow, "en", Places())
    question = next(q for q in person.flow.interview.questions if words.texts.questions[q.ask].short == short)
    value = counted(person)[short]
    if value is None:
        return
    yes, unsure = value
    for option in question.option_ids:
        named = words.option(question.ask, option) in said
        counts = option in yes | unsure or option in person.session.unknown
        assert named or not counts, f"{option} counts and is not shown: {said}"
    none = words.option(question.ask, question.none or "none_of_these")
    if yes or unsure or any(o in person.session.unknown for o in question.option_ids):
        assert said != none
    assert ("not sure:" in said) == bool(unsure)


def review(person: Person) -> dict[str, str]:
    other = Person(person.flow)
    other.session, other.now = person.session, person.now
    other.commands("review")
    lines = [b.text for m in other.latest if not m.edits for b in m.blocks if b.kind == "item"]
    return dict(m.groups() for line in lines if (m := LINE.fullmatch(line)))


def mydata(person: Person) -> dict[str, str]:
    seen = person.now.timestamp()
    row = SessionRow("s", "c", "f", "v", person.session.to_json(), seen, seen)
    text = export_text(
        ChatWrite("c", "s"),
        [row],
        [],
        [],
        [],
        lambda _: person.flow,
        Places(),
        lambda t: person.now.fromtimestamp(t, UTC),
    )
    known = counted(person)
    lines = text.partition("\n{")[0].splitlines()
    return {s: line.removeprefix(f"{s}: ") for s in known for line in lines if line.startswith(f"{s}: ")}


def settles_what_counts(person: Person) -> None:
    """ "You: none of these" stands under no list of which something counts."""
    for effect in person.turn.effects:
        question = person.flow.questions.get(effect.before.at) if isinstance(effect, Settled) else None
        if question is None or effect.choice is None or question.ask not in person.session.answers:  # type: ignore[union-attr]
            continue
        value = counted(person).get(person.flow.text("en").questions[question.ask].short)
        (message,) = render(person.flow, person.session, effect, Places(), person.now)
        if value is not None and (value[0] or value[1]) and message.blocks:
            none = words_for(person.flow, "en", Places()).option(question.ask, question.none or "")
            assert message.blocks[-1].text != f"You: {none}"


def explains_what_decides(person: Person) -> None:
    """ "Why this?" rests on the rules that fire by the fold, and on those of an emergency that stands."""
    if person.at not in (ADVICE, EMERGENCY):
        return
    other = Person(person.flow)
    other.session, other.now = person.session, person.now
    other.commands("why")
    explained = next((e for e in other.turn.effects if isinstance(e, Explain)), None)
    if explained is None:
        return
    env = fold(person.flow, person.session.answers, person.now.date(), person.session.heard).env
    verdict, latch = triage(person.flow, env), person.session.latch
    level = Level.emergency if latch is not None else verdict.level
    fired = {r.rule.rule for r in verdict.fired if r.rule.level is level}
    if not person.session.unplaced:
        assert set(explained.rules) == fired | set(() if latch is None else latch.rules)


@given(moves=moves)
def test_what_is_shown_is_what_counts(moves: list[Move]) -> None:
    person = Person(listening())
    for kind, value in moves:
        event = event_of(person, kind, value)
        if event is None:
            continue
        person.does(event)
        settles_what_counts(person)
        explains_what_decides(person)
    if person.at in (START, EMERGENCY) or not person.session.consented or person.session.latch is not None:
        return
    told, known = mydata(person), counted(person)
    assert set(told) == set(known)
    for short, said in told.items():
        says_what_counts(person, short, said)
    if person.at not in ENDED and not person.session.signs:
        shown = review(person)
        if person.now == person.session.seen:
            assert shown == told


def test_a_list_with_something_heard_never_shows_none_of_these() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("I am 44, on atorvastatin, it began 3 days ago")
    person.tap("no_nerve_sign", "no_danger_sign", "no_warning_sign")
    assert person.at == "medicines"
    person.types("none")
    assert "statin" in review(person)["Medicines"].lower()
    assert any("You: statin" in m.plain() or "You: a statin" in m.plain() for m in person.messages if m.edits)


def test_what_could_not_be_ruled_out_is_told_so() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.types("a bit odd down below when i wipe")
    assert person.at == "SIGN"
    person.tap("not_sure")
    assert person.at == EMERGENCY
    assert "You could not rule out" in person.read
    assert "and: not sure: " in person.read
    assert "You said" not in person.read


def test_a_reason_that_only_comes_from_not_sure_says_so() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.tap("no_nerve_sign", "no_danger_sign", "not_sure", "unexplained_weight_loss", "done", "not_sure")
    person.commands("stop")
    told = mydata(person)["Warning signs"]
    assert told.startswith("not sure:")


def test_an_item_that_was_never_understood_is_not_shown_as_denied() -> None:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.types("qwertz uiop")
    assert person.at == "nerves/alone"
    person.types("asdf")
    person.types("yxcv")
    while person.at == "nerves/alone":
        person.tap("no")
    assert person.session.unknown
    assert review(person)["Nerve signs"].startswith("not answered:")
