"""Given answers played through `step` itself, tap by tap: what the patient would see, and how the conversation ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Event, Started, Tapped, Turn, Typed
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import ADVICE, EMERGENCY, EXIT, REVIEW, Session
from bot.core.conversation.triage import fold_session
from bot.core.flow.answer_values import choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, NOTHING_SAID, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind, Level

from .space import Axis, Cell, Space

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When played conversations take place: any moment would do, but scripts must be able to name it."""
_MOST_TURNS = 600
UNITS = {Kind.ago: "days", Kind.length: "seconds"}
"""What is typed behind a number, so that it cannot be taken for another one."""


@dataclass(frozen=True)
class PlayedConversation:
    """A conversation as `step` had it. `chat`: (screen, "tap" | "me", what) for each thing the patient did."""

    level: Level | None
    fired: tuple[str, ...]
    asked: tuple[str, ...]
    session: Session
    chat: tuple[tuple[str, str, str], ...]


class Stuck(RuntimeError):
    """`step` came to a screen on which the answers given say nothing: a bug of ours."""


class Player:
    """Answers a flow's screens from chosen answers. `space`: of the flow that is played."""

    def __init__(self, space: Space) -> None:
        self.space, self.flow = space, space.flow

    def play(self, chosen: Mapping[str, Any], now: datetime = NOON) -> PlayedConversation:
        """The whole conversation. `chosen`: question -> case key or `Many`. Raises Stuck where it cannot go on."""
        chat: list[tuple[str, str, str]] = []
        asked: list[str] = []
        for turn in self.turns(chosen, next(iter(self.flow.texts)), now, chat):
            if turn.session.at in self.flow.questions and turn.session.at not in asked:
                asked.append(turn.session.at)
        return PlayedConversation(turn.trace.level, turn.trace.fired, tuple(asked), turn.session, tuple(chat))

    def turns(
        self, chosen: Mapping[str, Any], lang: str, now: datetime = NOON, chat: list[tuple[str, str, str]] | None = None
    ) -> Iterator[Turn]:
        """The same turn by turn, in a language. `chat`: takes down what the patient did."""
        chat = [] if chat is None else chat
        session = start(self.flow, "0123456789ab", lang, now)
        turn = step(self.flow, session, Started(), now)
        yield turn
        while turn.session.at not in (ADVICE, EMERGENCY):
            untold = self._untold(turn.session, chosen)
            if untold is None:
                how, what = self.act(turn.session, chosen)
                chat.append((turn.session.at, how, what))
                session, event = turn.session, event_of(turn.session, how, what)
            else:
                session, event = self._tell(turn.session, untold, chosen[untold])
            turn = step(self.flow, session, event, now)
            yield turn
            if len(chat) > _MOST_TURNS:
                raise Stuck(f"the conversation does not end; it stands at {turn.session.at}")

    def _untold(self, session: Session, chosen: Mapping[str, Any]) -> str | None:
        """A list that has no line for this patient, and of which something is to be said by now: no screen asks for it."""
        env, order = fold_session(self.flow, session, session.started.date()).env, list(self.flow.questions)
        at = session.at.partition("/")[0]
        for name in order[: order.index(at)] if at in order else order:
            unasked = name in env and name not in session.answers and self.flow.heard_only(name, env)
            if unasked and chosen.get(name, NOTHING_SAID) != NOTHING_SAID:
                return name
        return None

    def _tell(self, session: Session, name: str, told: Many) -> tuple[Session, Event]:
        """The same as if the list had been on the screen."""
        heard = {**session.heard, name: told._replace(partial=True)}
        done = sc.DONE if told.yes else str(self.flow.questions[name].none)
        return session.but(at=name, ticks=tuple(told.yes), heard=heard), Tapped(session.id, session.turn, name, done)

    def act(self, session: Session, chosen: Mapping[str, Any]) -> tuple[str, str]:
        """What the patient does on the screen that is open: ("tap", choice) or ("me", words)."""
        at = session.at
        if at == REVIEW:
            return "tap", sc.AS_USUAL
        if at == EXIT:
            return "tap", sc.MORE
        question = sc.question_of(self.flow, at)
        if question is None or question.ask not in chosen:
            raise Stuck(f"nothing is chosen for the screen {at}")
        answer = chosen[question.ask]
        if isinstance(answer, Many):
            return list_act(self.flow, session, question, answer)
        case = self.space.words_of(question.ask, answer)
        if question.kind in NUMERIC and not case.unsure:
            return self._number(question, case, chosen)
        return "tap", case.key

    def _number(self, question: Question, case: Cell, chosen: Mapping[str, Any]) -> tuple[str, str]:
        if question.kind is Kind.scale:
            return "tap", str(case.raw)
        axis = self.space.axes[question.ask]
        assert isinstance(axis, Axis)
        low, high = axis.ends[case.key]
        for choice in question.choices:
            span = choice_span(question, choice)
            if low <= span.low and span.high <= high and not choice.says_otherwise(chosen):
                return "tap", choice.id
        return "me", f"{case.raw} {UNITS.get(question.kind, '')}".rstrip()


def list_act(flow: Flow, session: Session, question: Question, answer: Many) -> tuple[str, str]:
    """What a patient does on the open screen of a list, or on one that clears it up: ("tap", choice) or ("me", words)."""
    name, at, ticks = question.ask, session.at, set(session.ticks)
    if at == alone(name):
        item = session.queue[0]
        return "tap", sc.YES if item in answer.yes else NOT_SURE if item in answer.not_sure else sc.NO
    if at == which(name):
        wanted = answer.not_sure if sc.toggles(question) else answer.not_sure | answer.yes
        missing = [o for o in question.option_ids if o in wanted and o not in ticks]
        return "tap", missing[0] if missing else sc.DONE
    if not answer.yes and not answer.not_sure:
        return "tap", str(question.none)
    if not sc.toggles(question):
        if answer.not_sure:
            return "tap", NOT_SURE
        if len(answer.yes) == 1:
            return "tap", next(iter(answer.yes))
        words = flow.text(session.lang).questions[name].options
        hidden = flow.hidden(fold_session(flow, session, session.started.date()).env)
        named = [(str(n), words[o].label) for n, o in enumerate(question.option_ids, 1) if o in answer.yes]
        if hidden & answer.yes:  # a line that is not on the screen has no number there: it is said in words
            return "me", ", ".join(label for _, label in named)
        return "me", " ".join(number for number, _ in named)
    missing = [o for o in question.option_ids if o in answer.yes and o not in ticks]
    if missing:
        return "tap", missing[0]
    return "tap", NOT_SURE if answer.not_sure else sc.DONE


def event_of(session: Session, how: str, what: str) -> Event:
    """The event of a tap on the open screen, or of typed words."""
    return Tapped(session.id, session.turn, session.at, what) if how == "tap" else Typed(what)


def plain_flow(flow: Flow) -> Flow:
    """The flow without its reader of typed words: plain numbers and labels only, so that nothing else is read into them."""
    from bot.core.model.readings import read_nothing

    return flow.with_reader(read_nothing)
