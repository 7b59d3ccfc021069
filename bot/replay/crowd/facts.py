"""What is so of a person, and where a chat holds something else: this is how a misread word is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.check.cases import counted, given_answers, run_answers
from bot.core.conversation import screens as sc
from bot.core.conversation.machine import alone
from bot.core.conversation.session import Session
from bot.core.conversation.triage import fold_session
from bot.core.flow.answer_values import as_read, to_json
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED, NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level

LOOSE = (Kind.ago, Kind.length)
"""Kinds of numbers that nobody tells exactly: near enough is right, as long as no condition tells the two apart."""


class Mistake(NamedTuple):
    """Something that a chat holds and that is not so. `denied`: it is something worrying that the chat takes as absent."""

    question: str
    held: str
    denied: bool


@dataclass(frozen=True)
class Facts:
    """The facts of a person in a flow. `told`: as written; `values`: each question's answer, as written or usual;
    `level`: what they come to; `all_told`: the facts are all that there is, what they do not name is as usual."""

    flow: Flow
    told: Mapping[str, Any]
    values: Mapping[str, Any]
    level: Level
    all_told: bool = False

    def holds(self, option: str) -> str:
        """Whether this line of a list (or choice) is so: "yes", "no" or "not_sure"."""
        value = self.values[self.flow.option_home[option]]
        if isinstance(value, Many):
            return sc.YES if option in value.yes else NOT_SURE if option in value.not_sure else sc.NO
        return sc.YES if value == option else NOT_SURE if value == NOT_SURE else sc.NO

    def mistakes(self, session: Session) -> frozenset[Mistake]:
        """Everything that the chat takes as said and that is not so: of questions that the facts name, and of signs."""
        today = session.seen.date()
        env = fold_session(self.flow, session, today).env
        found: set[Mistake] = set()
        for name in {**session.answers, **session.heard}:
            question = self.flow.questions[name]
            value = env.get(name) or session.heard.get(name) or as_read(question, session.answers.get(name), today)
            if value is NOT_ASKED or not self._is_told(question):
                continue
            if isinstance(value, Many):
                found.update(self._of_list(question, value, name in session.answers and not value.partial, session))
            else:
                found.update(self._of_one(question, value))
        return frozenset({*found, *self._on_screen(session)})

    def _is_told(self, question: Question) -> bool:
        """Whether the facts say something of it: a sign that nobody names is not there."""
        return self.all_told or question.ask in self.told or sc.has_signs(question)

    def _of_list(self, question: Question, held: Many, whole: bool, session: Session) -> Iterator[Mistake]:
        fact = self.values[question.ask]
        assert isinstance(fact, Many)
        for option in held.yes - fact.yes - fact.not_sure:
            yield Mistake(question.ask, option, False)
        waiting = {h.option for h in session.signs} | set(session.unknown)
        missing = (fact.yes | fact.not_sure) - held.yes - held.not_sure - waiting if whole else ()
        for option in missing:
            yield Mistake(question.ask, f"no {option}", True)

    def _of_one(self, question: Question, held: Any) -> Iterator[Mistake]:
        fact = counted(question, self.values[question.ask])
        if isinstance(held, Span) and isinstance(fact, Span):
            apart = held.high < fact.low or fact.high < held.low
            both = Span(min(held.low, fact.low), max(held.high, fact.high))
            if apart and (question.kind not in LOOSE or self.flow.separates(question.ask, both)):
                yield Mistake(question.ask, f"{held.low:g}" if held.low == held.high else str(to_json(held)), False)
        elif held not in (fact, NOT_SURE):  # what is taken as unsure is told as unsure, and never counts lower
            yield Mistake(question.ask, str(held), question.kind is Kind.yes_no and held == sc.NO)

    def _on_screen(self, session: Session) -> Iterator[Mistake]:
        """On the list that is open: lines that are ticked, and lines asked alone that were denied."""
        question = sc.question_of(self.flow, session.at)
        fact = None if question is None else self.values.get(question.ask)
        if question is None or not isinstance(fact, Many):
            return
        if session.at == question.ask and self._is_told(question):
            for option in set(session.ticks) - fact.yes - fact.not_sure:
                yield Mistake(question.ask, option, False)
        if session.at == alone(question.ask) and session.found is not None:
            left = {*session.queue, *session.unknown, *(h.option for h in session.signs)}
            for option in (fact.yes | fact.not_sure) - session.found.yes - session.found.not_sure - left:
                yield Mistake(question.ask, f"no {option}", True)


def facts_of(flow: Flow, told: Mapping[str, Any], all_told: bool = False) -> Facts:
    """The facts as the flow has them. Raises BadCase."""
    case = {"answers": dict(told), "facts": {}}
    return Facts(flow, told, given_answers(flow, case), run_answers(flow, case).level, all_told)
