"""What is told beside the phone: why this question, why this level, what was read word by word, what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from bot.core.conditions.nodes import Node
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import (
    ADVICE,
    CHANGE,
    EMERGENCY,
    EXIT,
    MISTAKE,
    REVIEW,
    SIGN,
    STOPPED,
)
from bot.core.conversation.triage import answers_that_count
from bot.core.model.files.parts import Level
from bot.core.rendering.answer_words import Places, Words, words_for
from bot.understanding.report import understand_text
from bot.workbench.views.details import DetailRow, DetailSection

from .chat import PhoneChat, typed_last
from .reasons import read_for, reason_words
from .understood import open_screen, settled_by, signs_said, understood_as

SCREENS: Mapping[str, str] = {
    SIGN: "The words may tell of a sign of danger, which is asked about before anything else.",
    EXIT: "Nothing that is left to ask can raise the level: the patient may have the advice now.",
    REVIEW: "All that is asked of this patient is answered: they look at it once more before the advice.",
    ADVICE: "The patient has the advice.",
    EMERGENCY: "A rule for an emergency fired: nothing else is asked first.",
    MISTAKE: "The patient said that the emergency is a mistake: they are asked which answer was wrong.",
    CHANGE: "An answer that was given before would become another one: the patient is asked whether it shall.",
    STOPPED: "The patient ended the chat.",
}
"""Why a screen is there that is no question of the interview."""


def told_beside(chat: PhoneChat) -> tuple[DetailSection, ...]:
    """The sections, those with nothing in them left out."""
    sections = (
        DetailSection("Why this question", tuple(_why_question(chat))),
        DetailSection("Why this level", tuple(_why_level(chat))),
        DetailSection("What was read, word by word", tuple(_read(chat))),
        DetailSection("What stands", tuple(_stands(chat))),
        DetailSection("The last turn", tuple(_turn(chat))),
    )
    return tuple(section for section in sections if section.rows)


def _judged(chat: PhoneChat) -> Judgement:
    return Judgement(chat.flow, chat.session, chat.now.date())


def _words(chat: PhoneChat) -> Words:
    return words_for(chat.flow, chat.session.lang, Places().at(chat.session.country))


def _answers(chat: PhoneChat) -> dict[str, str]:
    """Question -> its answer as it counts, in the words in which the patient reads it."""
    flow, session, words = chat.flow, chat.session, _words(chat)
    counting = answers_that_count(flow, session, chat.now.date())
    return {name: words.told(session, flow.questions[name], kept, chat.now) for name, kept in counting.items()}


def _reason(chat: PhoneChat, node: Node) -> str:
    return reason_words(node, _judged(chat).env, chat.flow.questions)


def _why_question(chat: PhoneChat) -> Iterator[DetailRow]:
    flow, at = chat.flow, chat.session.at
    name = at.partition("/")[0]
    asking = next((a for a in flow.asking if a.question.ask == name), None)
    if asking is None:
        if at in SCREENS:
            yield DetailRow("screen", SCREENS[at])
        return
    why = "Everybody is asked this." if asking.node is None else f"It is asked because {_reason(chat, asking.node)}."
    alone = _judged(chat).asked_for
    if alone is not None:
        why += f" \u201c{_words(chat).item(name, alone)}\u201d was left open there, so it is asked about by itself."
    yield DetailRow("question", name, flow.question_place(name), ("question", name), why)
    answers = _answers(chat)
    because = frozenset[str]() if asking.node is None else read_for(asking.node, _judged(chat).env, flow.questions)
    for read in flow.questions:
        if read in because and read in answers:
            yield DetailRow("answered before", read, None, ("question", read), answers[read])


def _why_level(chat: PhoneChat) -> Iterator[DetailRow]:
    flow, judged = chat.flow, _judged(chat)
    level = judged.level
    waits = "A sign is being asked about; until it is answered it makes no rule fire." if chat.session.signs else ""
    early = (
        ""
        if chat.session.consented or not signs_said(chat.last)
        else "The words told of a sign: its advice went out at once."
    )
    counts = f"{early} Nothing counts before the patient agrees." if early else waits
    yield DetailRow("level now", "none yet: no rule fires" if level is None else level.value, says=counts)
    said, doubtful = judged.level_to_say()
    if chat.session.at == ADVICE and doubtful:
        yield DetailRow("level told", said.value, says="higher, since something was left open or no rule fires")
    latch = chat.session.latch
    if latch is not None:
        answer = _words(chat).item(latch.question, latch.option) if latch.option else _answers(chat).get(latch.question)
        says = f"\u201c{answer}\u201d made it one. An emergency stays one, whatever is said later."
        yield DetailRow(Level.emergency, latch.question, None, ("question", latch.question), says)
    for rule in sorted(judged.verdict.fired, key=lambda r: -r.rank):
        name = rule.rule.rule
        yield DetailRow(
            rule.rule.level, name, flow.rule_place(name), ("rule", name), f"fires because {_reason(chat, rule.node)}."
        )


def _read(chat: PhoneChat) -> Iterator[DetailRow]:
    typed = typed_last(chat)
    if typed is None:
        return
    screen, words = typed
    name = screen.partition("/")[0]
    asked = name if name in chat.flow.questions else None
    turn = chat.last
    if turn is not None:
        yield DetailRow("understood as", understood_as(turn))
        yield DetailRow("the open screen" if settled_by(turn) is None else "read as an answer to", open_screen(turn))
    yield DetailRow("word by word", "what each word is by itself, whatever the screen makes of them:")
    seen = understand_text(chat.flow.reader, chat.flow.interview, words, chat.now, chat.session.lang, asked)
    for (role, about), part in groupby(seen["account"], lambda word: (word[1], word[2])):
        said = " ".join(str(word[0]) for word in part)
        yield DetailRow(said, f"{ROLES.get(role, role)}{f': {about}' if about else ''}")


ROLES: Mapping[str, str] = {
    "filler": "says nothing by itself", "harmless": "of no matter here", "telling": "may say something: taken for no denial",
    "unknown": "not known", "denial": "says that something is not so", "fact": "answers", "sign": "a sign",
}  # fmt: skip
"""Role of a word -> what it is to an operator."""


def _stands(chat: PhoneChat) -> Iterator[DetailRow]:
    for name, answer in _answers(chat).items():
        yield DetailRow("answer", name, None, ("question", name), answer)
    for sign in chat.session.signs:
        home = chat.flow.option_home[sign.option]
        yield DetailRow("still to be confirmed", _words(chat).item(home, sign.option))


def _turn(chat: PhoneChat) -> Iterator[DetailRow]:
    if chat.last is None:
        return
    event, trace = chat.last.event, chat.last.turn.trace
    yield DetailRow("what came in", type(event).__name__.lower())
    yield DetailRow("screens", " \u2192 ".join(trace.path))
    if trace.answered:
        yield DetailRow("answered", ", ".join(trace.answered))
    if trace.note:
        yield DetailRow("note", trace.note)
    yield DetailRow("what went out", ", ".join(type(e).__name__.lower() for e in chat.last.turn.effects))
