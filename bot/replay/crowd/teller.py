"""A person talks: types what they say while a question stands there, and taps the rest as the facts have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.check.answers.player import UNITS, list_act
from bot.core.conversation import screens as sc
from bot.core.conversation.session import CHANGE, ENDED, EXIT, REVIEW, SIGN, Session
from bot.core.conversation.triage import fold_session
from bot.core.flow.answer_values import choice_span
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.replay.playing.outcome import Deviated
from bot.replay.script.patient import ASKED, DENIED, READ, UNREAD, WRONG, Hands, Talked, WordsTyped

from .facts import Facts
from .people import LAST_CHECK, Person

KNOWN_NAMES = "known_names"
"""The text that names what was read on a list and changes nothing there."""
MOST_ACTS = 300
"""A chat that takes more is no interview any more."""


@dataclass(frozen=True)
class Teller:
    """A person, ready to talk, and their facts as the flow has them."""

    person: Person
    facts: Facts

    async def talk(self, hands: Hands) -> Talked:
        """See `Patient`."""
        return await _Talk(self, hands).whole()


class _Talk:
    """One person in one chat."""

    def __init__(self, teller: Teller, hands: Hands) -> None:
        self.facts, self.flow, self._hands = teller.facts, hands.flow, hands
        self._opens_with = teller.person.opens_with
        self._left = {question: list(words) for question, words in teller.person.says.items()}
        self._answers: list[WordsTyped] = []
        self._steps: list[dict[str, Any]] = []

    async def whole(self) -> Talked:
        for text in self._opens_with:
            await self._type(text, None)
        for _ in range(MOST_ACTS):
            session = await self._session()
            if session.at in ENDED:
                return Talked(tuple(self._answers), tuple(self._steps))
            await self._on(session)
        raise Deviated("an end of the questions", f"{MOST_ACTS} answers")

    async def _session(self) -> Session:
        session = await self._hands.session()
        if session is None:
            raise Deviated("a chat that is kept", "nothing is kept of it")
        return session

    # --- on a screen --------------------------------------------------------------------------------------------------

    async def _on(self, session: Session) -> None:
        """The next thing that is typed on the open screen, or else tapped."""
        at = session.at
        question = sc.question_of(self.flow, at)
        name = LAST_CHECK if at == REVIEW else None if question is None else question.ask
        if name is not None and self._left.get(name):
            await self._type(self._left[name].pop(0), name)
        elif question is not None:
            await self._answer(session, question)
        elif at == SIGN:
            await self._press(self.facts.holds(session.signs[0].option))
        elif at in _TAPPED:
            await self._press(_TAPPED[at])
        else:
            raise Deviated("a screen that can be answered", at)

    async def _answer(self, session: Session, question: Question) -> None:
        value = self.facts.values[question.ask]
        ticked = set(session.ticks) - value.yes if isinstance(value, Many) and session.at == question.ask else ()
        if ticked:
            await self._press(min(ticked))  # a tick that is not so is taken back by whoever sees it
            return
        whole = isinstance(value, Many)
        how, what = list_act(self.flow, session, question, value) if whole else _act(question, value, self.facts.values)
        if how == "tap" and what in self.flow.hidden(fold_session(self.flow, session, session.seen.date()).env):
            how, what = "me", self.flow.text(session.lang).questions[question.ask].options[what].label
        if how == "me":
            self._steps.append({"me": what})
            await self._hands.write(what)
        else:
            await self._press(what)

    async def _press(self, choice: str) -> None:
        self._steps.append({"tap": choice})
        await self._hands.press(choice)

    # --- words --------------------------------------------------------------------------------------------------------

    async def _type(self, text: str, question: str | None) -> None:
        before = await self._session()
        self._steps.append({"me": text})
        await self._hands.write(text)
        self._answers.append(self._became(before, await self._session(), text, question))

    def _became(self, before: Session, after: Session, text: str, question: str | None) -> WordsTyped:
        """What the words became: looked up in what the chat holds after them and did not before."""
        new = sorted(self.facts.mistakes(after) - self.facts.mistakes(before))
        if new:
            outcome = DENIED if any(m.denied for m in new) else WRONG
            return WordsTyped(question, text, outcome, "; ".join(f"{m.question}: {m.held}" for m in new))
        held = after.answers.get(question or "")
        doubted = held == NOT_SURE != self.facts.values[question or ""]
        return WordsTyped(question, text, ASKED if doubted else _read(before, after, question))


def _act(question: Question, value: Span | str, others: Mapping[str, Any]) -> tuple[str, str]:
    """What answers a question that is no list: ("tap", choice), or ("me", words) where no button says it. Of buttons that say more,
    the one that says it as it is ("3-7 days ago, getting worse")."""
    if not isinstance(value, Span):
        return "tap", value
    if question.kind is Kind.scale:
        return "tap", f"{value.low:g}"
    spans = ((choice, choice_span(question, choice)) for choice in question.choices)
    fitting = [choice for choice, span in spans if span.low <= value.low and value.high <= span.high]
    if fitting:
        return "tap", next((c for c in fitting if not c.says_otherwise(others)), fitting[0]).id
    end = "" if value.low == value.high else f" to {value.high:g}"
    return "me", f"{value.low:g}{end} {UNITS.get(question.kind, '')}".rstrip()


def _read(before: Session, after: Session, question: str | None) -> str:
    if any(key == KNOWN_NAMES for key, _ in after.notes):
        return READ
    if after.latch != before.latch or len(after.answers) > len(before.answers):
        return READ
    if len(after.signs) > len(before.signs) or (after.at != before.at and after.at.startswith(f"{question}/")):
        return ASKED
    grew = (after.heard, after.ticks, after.found, after.queue, after.answers) != (
        before.heard, before.ticks, before.found, before.queue, before.answers,
    )  # fmt: skip
    if grew or after.at != before.at or question is None:
        return READ
    return UNREAD if after.misread else ASKED


_TAPPED = {EXIT: sc.MORE, REVIEW: sc.AS_USUAL, CHANGE: sc.LEAVE_IT}
"""Fixed screen -> what everybody taps on it who did not come to change anything."""
