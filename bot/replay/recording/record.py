"""Records a chat as a script: one that is played in a terminal, or one that is stored. Nothing personal goes along.

Typed words are replaced by the option understood, numbers by the ready-made answer that they lie in, unless the words are
to be kept. What the script expects is how the chat came out; it is for a person to judge whether that is right.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.engine import step
from bot.core.conversation.events import Commanded, Event, Started, Tapped, Typed
from bot.core.conversation.machine import alone as alone_state
from bot.core.conversation.machine import which as which_state
from bot.core.conversation.screens import question_of
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, START, Session
from bot.core.flow.answer_values import as_read, bounds, choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.replay.playing.outcome import Standing, standing
from bot.replay.script.model import DEFAULT_LANG
from bot.replay.script.names import NONE
from bot.replay.script.writing import script_text

UNREAD = "something that was not understood"
"""Stands for words that the bot did not understand."""

NUMBERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.age: ("{} years old", "I am {}"),
    Kind.ago: ("it began {} days ago", "{} days ago"),
    Kind.length: ("one spasm lasts {} seconds", "{} seconds"),
    Kind.scale: ("pain {} of 10", "{} out of 10"),
}
"""How a number is typed before it is asked for."""

RecordedStep = dict[str, Any]


@dataclass
class Recording:
    """A chat as it goes. `flow`: the one that is talked to; `keep_words`: leave what was typed as it was."""

    flow: Flow
    now: datetime
    keep_words: bool = False
    steps: list[RecordedStep] = field(default_factory=list)
    last: Session | None = None
    lang: str = DEFAULT_LANG

    def turn(self, event: Event, session: Session | None) -> None:
        """One turn, as a channel tells of it: what came in, and the session after it."""
        before, self.last = self.last, session
        if before is None and session is not None and not self.steps:
            self.lang = session.lang
        if not isinstance(event, Started):
            self.steps += self._said(event, before, session)
        if session is not None and session.at != START and _new_screen(before, session):
            self.steps.append({"bot": shown_name(session.at)})

    def _said(self, event: Event, before: Session | None, after: Session | None) -> Iterator[RecordedStep]:
        if isinstance(event, Commanded):
            meant = event.name == "language" and event.argument in self.flow.texts  # else it is words, or nothing
            yield {"command": f"{event.name} {event.argument}" if meant else event.name}
        elif isinstance(event, Tapped):
            yield {"tap": event.choice.removeprefix(sc.CHANGE_PREFIX)}
        elif isinstance(event, Typed):
            yield from [{"me": event.text}] if self.keep_words else self._instead(before, after)

    def _instead(self, before: Session | None, after: Session | None) -> Iterator[RecordedStep]:
        """What a patient would have tapped instead of typing; the sign's own words for a sign."""
        if before is None or after is None:
            yield {"me": UNREAD}
            return
        tapped = _tapped_instead(self.flow, before, after)
        if tapped is not None:
            yield tapped
            return
        told, before = _told_early(self.flow, before, after)
        yield from told
        tapped = _tapped_instead(self.flow, before, after) if told else None
        if tapped is not None or (told and before.at == after.at and before.answers.keys() == after.answers.keys()):
            yield from [tapped] if tapped is not None else []
            return
        if after.at == CHANGE and after.proposal is not None:
            yield from _proposed(self.flow, after)
        elif len(after.signs) > len(before.signs):
            known = [x.option for x in before.signs]
            for option in (x.option for x in after.signs if x.option not in known):
                yield {"me": spoken_words(self.flow, after.lang, self.flow.option_home[option], option)[0]}
        else:
            yield from self._on_screen(before, after)

    def _on_screen(self, before: Session, after: Session) -> Iterator[RecordedStep]:
        question = question_of(self.flow, before.at)
        if question is None:
            yield from _instead_on_screen(before, after)
        elif before.at == which_state(question.ask):
            yield from _instead_which(before, after, question)
        elif before.at == alone_state(question.ask):
            yield from _instead_alone(before, after, question)
        elif question.ask in after.answers and after.answers[question.ask] != before.answers.get(question.ask):
            value = as_read(question, after.answers[question.ask], after.seen.date())
            yield from answer_steps(question, value, after, before.ticks)
        elif after.opened != before.opened:
            yield {"tap": after.opened or before.opened}
        elif after.ticks != before.ticks:
            yield {"tap": [t for t in after.ticks if t not in before.ticks] or [question.none]}
        elif after.at.startswith(f"{question.ask}/"):
            yield {"tap": NOT_SURE}
        else:
            yield {"me": UNREAD}

    @property
    def said(self) -> bool:
        """Whether the patient said anything at all."""
        return any("bot" not in line for line in self.steps)

    def script(self, title: str) -> str:
        """The recording as a script."""
        stands = standing(self.flow, self.last, self.now)
        return script_text(title, self.flow.name, self.now, self.steps, expected(stands, self.flow), lang=self.lang)


def _new_screen(before: Session | None, after: Session) -> bool:
    """Whether the bot showed a screen, not only a remark beside the one that is open."""
    return before is None or (before.id, before.turn) != (after.id, after.turn)


def shown_name(screen: str) -> str:
    """A screen as scripts call it."""
    return screen.lower() if screen.isupper() else screen


def spoken_words(flow: Flow, lang: str, question: str, option: str) -> list[str]:
    """Words for an option, the likeliest to be read as it first; [] if it has none."""
    entry = flow.text(lang).questions[question].options.get(option)
    if entry is None:
        return []
    return [w for w in dict.fromkeys((*entry.says, entry.answer, entry.label, entry.text)) if w]


def _tapped_instead(flow: Flow, before: Session, after: Session) -> RecordedStep | None:
    """The button or command that comes to the same as what was typed, if one does."""
    for choice in sc.choices(flow, before.at):
        event = Tapped(before.id, before.turn, before.at, choice)
        if _looks(step(flow, before, event, after.seen).session) == _looks(after):
            return {"tap": choice.removeprefix(sc.CHANGE_PREFIX)}
    for name in ("back", "review", "restart", "stop"):
        if _looks(step(flow, before, Commanded(name), after.seen).session) == _looks(after) != _looks(before):
            return {"command": name}
    return None


def _looks(session: Session) -> tuple[Any, ...]:
    """What a patient's words or taps lead to, whichever of them it was."""
    s = session
    state = (
        s.id, s.at, s.ticks, s.opened, s.queue, s.found, s.signs, s.proposal, s.latch, s.enough, s.checked, s.unplaced,
    )  # fmt: skip
    return (*state, s.consented, dict(s.answers), dict(s.heard), s.misread)


def _told_early(flow: Flow, before: Session, after: Session) -> tuple[list[RecordedStep], Session]:
    """Answers to questions that were not asked yet, typed in words of ours; and the session after them."""
    found: list[RecordedStep] = []
    for name in after.answers:
        if name in before.answers or name == before.at or flow.questions[name].consent:
            continue
        question, kept = flow.questions[name], after.answers[name]
        today = after.seen.date()
        plain = plain_answer(question, as_read(question, kept, today), kept)
        options = plain if isinstance(plain, list) else [plain]
        words = [w for o in options for w in spoken_words(flow, after.lang, name, str(o))]
        low = getattr(as_read(question, kept, today), "low", None)
        numbers = [] if low is None else [form.format(f"{low:g}") for form in NUMBERS.get(question.kind, ())]
        for phrase in (*words, *numbers):
            said = step(flow, before, Typed(phrase), after.seen).session
            value, stays = said.answers.get(name), said.at == before.at and said.signs == before.signs
            if stays and value is not None and plain_answer(question, as_read(question, value, today), value) == plain:
                found.append({"me": phrase})
                before = said
                break
    return found, before


def _proposed(flow: Flow, after: Session) -> Iterator[RecordedStep]:
    """A change that was offered because of what was typed: by a tap on the old keyboard of that question."""
    assert after.proposal is not None
    name, kept = after.proposal
    question = flow.questions[name]
    plain = plain_answer(question, as_read(question, kept, after.seen.date()), kept)
    if question.kind in NUMERIC and after.proposed_choice:
        plain = after.proposed_choice
    if isinstance(plain, list):
        was = after.answers.get(name)
        new = [o for o in plain if not isinstance(was, Many) or o not in was.yes]
        yield {"me": spoken_words(flow, after.lang, name, new[0])[0]} if new else {"me": UNREAD}
    elif isinstance(plain, str) and plain in sc.answers_of(question):
        yield {"old": {"ask": name, "tap": plain}}
    else:
        yield {"me": UNREAD}


def _instead_on_screen(before: Session, after: Session) -> Iterator[RecordedStep]:
    if before.at == REVIEW and after.at in (ADVICE, EMERGENCY):
        yield {"tap": sc.AS_USUAL}
    elif before.at == REVIEW and after.at != REVIEW:
        yield {"tap": after.at}
    elif before.at == EXIT and after.at != EXIT:
        yield {"tap": sc.TELL if after.enough else sc.MORE}
    elif len(after.signs) < len(before.signs) or before.at == MISTAKE:
        kept = after.latch is not None or any(before.signs[0].option in h.yes for h in after.heard.values())
        yield {"tap": sc.YES if kept else sc.NO}
    else:
        yield {"me": UNREAD}


def _instead_which(before: Session, after: Session, question: Question) -> Iterator[RecordedStep]:
    """Which lines of a list somebody is unsure of: ticked or not any more, done, or all of them."""
    order = question.option_ids
    if after.at == before.at:
        if after.opened != before.opened:
            yield {"tap": after.opened or before.opened}
            return
        toggled = [o for o in order if (o in after.ticks) != (o in before.ticks)]
        yield {"tap": toggled} if toggled else {"me": UNREAD}
    elif after.at == alone_state(question.ask):
        everything = {*after.queue} == {*order} - (after.found.yes if after.found else frozenset())
        more = [o for o in after.queue if o not in before.ticks]
        yield {"tap": sc.ALL} if everything and more else {"tap": [*more, sc.DONE]}
    else:
        yield {"me": UNREAD}


def _instead_alone(before: Session, after: Session, question: Question) -> Iterator[RecordedStep]:
    item = before.queue[0] if before.queue else ""
    value = after.found or after.answers.get(question.ask)
    if not isinstance(value, Many) or (after.at, after.queue) == (before.at, before.queue):
        yield {"me": UNREAD}
    else:
        yield {"tap": sc.YES if item in value.yes else NOT_SURE if item in value.not_sure else sc.NO}


def answer_steps(
    question: Question, value: Any, session: Session, ticks: Collection[str] = ()
) -> Iterator[RecordedStep]:
    """The taps that give this answer (as conditions read it). `ticks`: what was ticked before."""
    plain = plain_answer(question, value, session.answers.get(question.ask), session.answers)
    if isinstance(plain, list):
        news = [option for option in plain if option not in ticks]
        yield {"tap": [*news, sc.DONE]} if sc.toggles(question) else {"tap": news[0]}
    elif isinstance(plain, dict) or (isinstance(value, Span) and plain not in (*question.option_ids, NOT_SURE)):
        yield {"tap": plain} if question.kind is Kind.scale else {"answer": {question.ask: plain}}
    else:
        yield {"tap": plain}


def plain_answer(question: Question, value: Any, kept: Any, answers: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """An answer as scripts write it: ids; for a number the ready-made answer that it lies in, where there is one, and one
    that says nothing else than the other `answers`."""
    if kept == NOT_SURE:
        return NOT_SURE
    if isinstance(value, Many):
        order = question.option_ids
        yes = [o for o in order if o in value.yes]
        unsure = [o for o in order if o in value.not_sure]
        return {"yes": yes, "not_sure": unsure} if unsure else yes or NONE
    if isinstance(value, Span):
        lying_in = [
            c for c in question.choices
            for span in (choice_span(question, c),)
            if span.low <= value.low and (value.high <= span.high or span.high >= bounds(question)[1])
        ]  # fmt: skip
        if lying_in:
            said = (c for c in lying_in if not c.says_otherwise(answers))
            return next(said, lying_in[0]).id
        if value.low == value.high:
            return int(value.low)
        return {"min": value.low} if value.high == math.inf else {"min": value.low, "max": value.high}
    return value


def expected(stands: Standing, flow: Flow) -> dict[str, Any]:
    """What the script expects: how the chat came out."""
    found: dict[str, Any] = {}
    if stands.level is not None:
        found["level"] = stands.level.value
    if stands.deciding:
        found["because"] = list(stands.deciding)
    found["at"] = shown_name(stands.at) or "for_whom"
    return found
