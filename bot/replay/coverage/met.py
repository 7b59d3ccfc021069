"""What one turn of a played script met, as (kind, name) of the items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Ask, Commanded, Edited, Say, Tapped
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import CHANGE, EXIT, MISTAKE, REVIEW, SIGN
from bot.core.conversation.triage import fold
from bot.core.flow.answer_values import as_read, choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED, NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.replay.playing.memory import MemoryTurn

from .items import texts_kind
from .shown_texts import shown


def ways_in(handled: MemoryTurn) -> Iterator[tuple[str, str]]:
    """Ways from one screen to the next."""
    return pairwise(handled.turn.trace.path)


def met_in(handled: MemoryTurn) -> Iterator[tuple[str, str]]:
    """Everything that this turn met; a thing may come twice."""
    flow, before, event, turn = handled[:4]
    after = turn.session
    for effect in turn.effects:
        if isinstance(effect, Ask):
            yield from _screen_met(flow, effect.screen)
        elif isinstance(effect, Advise):
            for line in effect.lines:
                yield "advice", line
    for text in shown(handled):
        yield texts_kind(after.lang), ".".join(text)
    for rule in turn.trace.fired:
        yield "rules", rule
    today = after.seen.date()
    env = fold(flow, after.answers, today, after.heard).env
    for question in flow.interview.questions:
        if question.when is not None and env.get(question.ask) is NOT_ASKED:
            yield "branches", f"{question.ask}: passed over"
    for name, kept in after.answers.items():
        if before.answers.get(name) != kept or after.id != before.id:
            for option in _answered(flow.questions[name], kept, today):
                yield "options", f"{name}: {option}"
    yield from _unsure_tapped(flow, handled)
    yield from _corrected(handled)
    if isinstance(event, Tapped) and event.screen == EXIT and before.at == EXIT:
        yield "branches", "exit: tell me now" if event.choice == sc.TELL else "exit: some more"


def _screen_met(flow: Flow, screen: str) -> Iterator[tuple[str, str]]:
    question = sc.question_of(flow, screen)
    if question is None:
        return
    if screen == question.ask:
        yield "questions", screen
        if question.when is not None:
            yield "branches", f"{screen}: asked"
    elif screen == which(question.ask):
        yield "branches", f"{question.ask}: not sure, which ones"
    elif screen == alone(question.ask):
        yield "branches", f"{question.ask}: not sure, asked alone"


def _unsure_tapped(flow: Flow, handled: MemoryTurn) -> Iterator[tuple[str, str]]:
    """A tap that declines to be recorded as an answer: consent refused, "not sure" on a list."""
    event = handled.event
    if not isinstance(event, Tapped) or event.screen != handled.before.at or event.session != handled.before.id:
        return
    question = flow.questions.get(event.screen)
    if question is None:
        return
    if event.choice == NOT_SURE:
        yield "options", f"{question.ask}: not sure"
    elif event.choice in question.option_ids and question.kind is not Kind.many:
        yield "options", f"{question.ask}: {event.choice}"


def _answered(question: Question, kept: Any, today: Any) -> Iterator[str]:
    if isinstance(kept, Many):
        yield from kept.yes
        if not kept.yes and not kept.not_sure and question.none:
            yield question.none
        if kept.not_sure:
            yield "not sure"
        return
    if kept == NOT_SURE:
        yield "not sure"
        return
    value = as_read(question, kept, today)
    if isinstance(value, Span):
        if question.kind is Kind.scale:
            yield "a number"
        for choice in question.choices:
            span = choice_span(question, choice)
            if span.low <= value.low and value.high <= span.high:
                yield choice.id
    elif isinstance(value, str):
        yield value


def _corrected(handled: MemoryTurn) -> Iterator[tuple[str, str]]:
    _, before, event, turn = handled[:4]
    after = turn.session
    changed = [q for q in turn.trace.answered if q in before.answers and before.answers[q] != after.answers.get(q)]
    found: list[str] = []
    if changed:
        found.append("answered_again")
    if isinstance(event, Commanded) and event.name == "back" and after.at != before.at:
        found.append("back")
    if isinstance(event, Edited) and changed:
        found.append("edit")
    if isinstance(event, Tapped) and event.session == before.id:
        if event.screen == REVIEW and event.choice.startswith(sc.CHANGE_PREFIX):
            found.append("review")
        if event.screen == REVIEW and event.choice == sc.DIFFERENT:
            found.append("last_check")
        if event.screen == before.at == CHANGE:
            found.append("old_keyboard" if event.choice == sc.CHANGE_IT else "old_keyboard_left")
    if before.at == MISTAKE and after.at != MISTAKE:
        found.append("mistake" if after.id != before.id else "mistake_none")
    if before.at == SIGN and len(after.signs) < len(before.signs) and _says(turn, "sign_removed"):
        found.append("sign_removed")
    for name in found:
        yield "corrections", name


def _says(turn: Any, key: str) -> bool:
    for effect in turn.effects:
        if isinstance(effect, Say) and effect.key == key:
            return True
        if isinstance(effect, Ask) and any(note == key for note, _ in effect.notes):
            return True
    return False
