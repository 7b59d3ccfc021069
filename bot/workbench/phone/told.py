"""What is told beside the phone: why this question, why this level, what was read word by word, what stands."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.report.counterexample import answer_words
from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import reads
from bot.core.conversation.session import Session
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import Flow
from bot.replay.recording.record import plain_answer
from bot.understanding.report import understand_text
from bot.workbench.views.details import DetailRow, DetailSection

from .chat import PhoneChat, typed_last


def told_beside(chat: PhoneChat) -> tuple[DetailSection, ...]:
    """The sections, those with nothing in them left out."""
    sections = (
        DetailSection("Why this question", tuple(_why_question(chat))),
        DetailSection("Why this level", tuple(_why_level(chat))),
        DetailSection("What was read, word by word", tuple(_read(chat))),
        DetailSection("What stands", tuple(_stands(chat.flow, chat.session))),
        DetailSection("The last turn", tuple(_turn(chat))),
    )
    return tuple(section for section in sections if section.rows)


def _answer(flow: Flow, session: Session, name: str) -> str:
    kept = session.answers.get(name)
    if kept is None:
        return "not answered"
    question = flow.questions[name]
    return answer_words(flow, name, plain_answer(question, as_read(question, kept, session.seen.date()), kept))


def _why_question(chat: PhoneChat) -> Iterator[DetailRow]:
    flow, name = chat.flow, chat.session.at.partition("/")[0]
    asking = next((a for a in flow.asking if a.question.ask == name), None)
    if asking is None:
        return
    place = flow.question_place(name)
    when = "everybody is asked this" if asking.node is None else f"asked when {explain(asking.node, flow.questions)}"
    yield DetailRow(name, when, place, ("question", name))
    for read in () if asking.node is None else (q for q in flow.questions if q in reads(asking.node)):
        yield DetailRow(read, _answer(flow, chat.session, read), None, ("question", read))


def _why_level(chat: PhoneChat) -> Iterator[DetailRow]:
    flow, last = chat.flow, chat.last
    if last is None:
        return
    trace = last.turn.trace
    yield DetailRow("level now", "none yet" if trace.level is None else trace.level.value)
    fired = sorted(trace.fired, key=lambda r: -flow.rules_by_id[r].rank if r in flow.rules_by_id else 0)
    for name in fired:
        rule = flow.rules_by_id.get(name)
        if rule is not None:
            yield DetailRow(rule.rule.level, name, flow.rule_place(name), ("rule", name))


def _read(chat: PhoneChat) -> Iterator[DetailRow]:
    typed = typed_last(chat)
    if typed is None:
        return
    screen, words = typed
    name = screen.partition("/")[0]
    asked = name if name in chat.flow.questions else None
    seen = understand_text(chat.flow.reader, chat.flow.interview, words, chat.now, chat.session.lang, asked)
    for word, role, about in seen["account"]:
        yield DetailRow(str(word), f"{role}{f': {about}' if about else ''}")


def _stands(flow: Flow, session: Session) -> Iterator[DetailRow]:
    for name in session.answers:
        yield DetailRow(name, _answer(flow, session, name), None, ("question", name))
    for sign in session.signs:
        yield DetailRow("a sign to be confirmed", sign.option)
    if session.latch is not None:
        yield DetailRow("emergency that stands", f"{session.latch.question}: {session.latch.option}")


def _turn(chat: PhoneChat) -> Iterator[DetailRow]:
    if chat.last is None:
        return
    event, trace = chat.last.event, chat.last.turn.trace
    yield DetailRow("what came in", type(event).__name__.lower())
    yield DetailRow("states", " \u2192 ".join(trace.path))
    if trace.answered:
        yield DetailRow("answered", ", ".join(trace.answered))
    if trace.note:
        yield DetailRow("note", trace.note)
    yield DetailRow("what went out", ", ".join(type(e).__name__.lower() for e in chat.last.turn.effects))
    yield DetailRow("time in the chat", f"{chat.now:%a %d %b %Y, %H:%M}")
