"""The telling of one stored chat: steps that lead to where it stands, each played at once, in memory.

What a step must lead to is looked at (`holds`): a step that leads elsewhere is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import (
    ADVICE,
    CHANGE,
    EMERGENCY,
    EXIT,
    MISTAKE,
    REVIEW,
    SIGN,
    START,
    STOPPED,
    Session,
)
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.flow_files import Kind, Question
from bot.replay.playing.outcome import standing

from .played import Holds, Played, moment
from .record import NUMBERS, UNREAD, Step, plain_answer, words_for

MOST_WORDS = 12
"""Phrases that are tried to say one thing."""
MOST_STEPS = 80


def plain_answers(flow: Flow, session: Session, now: datetime) -> dict[str, Any]:
    """All answers that stand at that moment, as scripts write them."""
    env = standing(flow, session, now).answers
    return {q: plain_answer(flow.questions[q], v, session.answers.get(q)) for q, v in env.items() if v is not None}


def answers_of(flow: Flow, session: Session) -> dict[str, Any]:
    """The answers that count, as scripts write them, in the order of the interview."""
    env = standing(flow, session, session.seen).answers
    found: dict[str, Any] = {}
    latch = session.latch
    for question in flow.interview.questions:
        value, raw = env.get(question.ask), session.answers.get(question.ask)
        if value is None or raw is None:
            continue
        if _typed_later(session, question.ask):
            value = raw
        elif (
            isinstance(value, Many) and latch is not None and latch.question == question.ask and question.tap == "first"
        ):
            only = frozenset({latch.option})
            value = Many(frozenset(), only) if latch.unsure else Many(only)
        found[question.ask] = plain_answer(question, value, raw)
    return found


def _typed_later(session: Session, question: str) -> bool:
    """Whether the emergency is a line of this list that was typed after the list had been answered without it."""
    latch, raw = session.latch, session.answers.get(question)
    if latch is None or latch.question != question or not isinstance(raw, Many):
        return False
    return bool(latch.option) and latch.option not in raw.yes | raw.not_sure


class Told(Played):
    """The telling of one chat. `target`: where it is to come to."""

    def __init__(self, flow: Flow, target: Session) -> None:
        super().__init__(flow, target.lang)
        self.target = target
        self.answers = answers_of(flow, target)
        self.env = standing(flow, target, target.seen).answers

    @property
    def at(self) -> str:
        return self.session.at

    @property
    def question(self) -> Question | None:
        """The question that the chat is to stand at, if it is to stand at one."""
        return sc.question_of(self.flow, self.target.at)

    def told(self, way: tuple[str, str]) -> list[Step]:
        """The steps, in this way."""
        consent = self.flow.interview.questions[0].ask
        if not self.target.consented:
            self.does({"bot": consent})
            self._unconsented()
            return self.steps
        if way[0] != "typed" and not _AGAIN[way[0]](self, way[1]):
            return []
        self._answer(self.answers)
        self._early()
        self._answer(self.answers)
        self._correct()
        self._heard()
        if self.target.latch is not None:
            self._latch()
        _ENDS.get(self.target.at, Told._stand_at_question)(self)
        return self.steps

    def _unconsented(self) -> None:
        self._signs()
        if self.target.at == STOPPED:
            consent = self.flow.interview.questions[0]
            declining = [o.id for o in consent.options if o.declines and not self.target.signs]
            self.does({"tap": declining[0]} if declining else {"command": "stop"})

    # --- answers ------------------------------------------------------------------------------------------------------

    def _answer(self, answers: Mapping[str, Any]) -> None:
        """Give these answers as they are asked for, until something else is asked. What latches comes last of all."""
        for _ in range(MOST_STEPS):
            at = self.at
            if at == EXIT and self._goes_on(answers):
                step = {"exit": sc.TELL if self.target.enough else sc.MORE}
            elif at == START and not self.steps:
                consent = self.flow.interview.questions[0].ask
                step = {consent: answers.get(consent, usual_value(self.flow.questions[consent]))}
            elif at in answers and at not in self.session.answers and not self._latches(at):
                step = {at: answers[at]}
            else:
                return
            if not self.does({"answer": step}, lambda s: s.latch is None):
                return

    def _latches(self, name: str) -> bool:
        """Whether the answer to this question made the emergency."""
        latch = self.target.latch
        return latch is not None and latch.question == name and not _typed_later(self.target, name)

    def _goes_on(self, answers: Mapping[str, Any]) -> bool:
        """Whether the chat went on from the exit that was offered."""
        if self.target.enough or self.target.at in (REVIEW, ADVICE, CHANGE):
            return True
        open_question = self.question is not None and self.question.ask not in self.session.answers
        return open_question or bool({*answers, *self.target.heard} - {*self.session.answers})

    def _early(self, names: Iterable[str] | None = None) -> None:
        """Answers that came before their questions: typed, in the words of the options."""
        for name in self.answers if names is None else names:
            if name in self.session.answers:
                continue
            kept, at = self.session, self.at

            def as_wanted(s: Session, name: str = name, kept: Session = kept, at: str = at) -> bool:
                return s.at == at and s.signs == kept.signs and self._given(s, name) and s.answers.keys() <= {*self.env}

            self._says(self._phrases(name), as_wanted)

    def _given(self, session: Session, name: str) -> bool:
        now = moment()
        return name in session.answers and plain_answers(self.flow, session, now).get(name) == self.answers[name]

    def _phrases(self, name: str) -> Iterator[str]:
        """Words that may be read as this answer: of its options, or a number with what it is."""
        question, value = self.flow.questions[name], self.answers[name]
        text = self.flow.text(self.lang).questions[name]
        chosen = value.get("yes", []) if isinstance(value, dict) else value if isinstance(value, list) else [value]
        options = [str(o) for o in chosen if str(o) in text.options]
        for option in options[:1]:
            yield from words_for(self.flow, self.lang, name, option)
        if len(options) > 1:
            yield ", ".join(text.options[o].label for o in options)
        span = as_read(question, self.target.answers[name], self.target.seen.date())
        low = getattr(span, "low", None)
        for number in [] if low is None else dict.fromkeys((f"{low:g}", str(value))):
            for form in NUMBERS.get(question.kind, ()):
                yield form.format(number)
        if text.example:
            yield text.example

    def _says(self, phrases: Iterable[str], holds: Holds) -> bool:
        """Type the first of these phrases that leads to what must hold."""
        tried = [p for _, p in zip(range(MOST_WORDS), phrases, strict=False)]
        return any(self.does({"me": phrase}, holds) for phrase in tried)

    def _correct(self) -> None:
        """Answers that are other ones than the chat has now: changed on the review."""
        latch = self.target.latch
        for name, value in self.answers.items():
            if name not in self.session.answers or self._given(self.session, name):
                continue
            if latch is None or latch.question != name:
                self._to(name)
                self.does({"answer": {name: value}})
                self._answer(self.answers)

    def _to(self, name: str) -> bool:
        """Go to a question: it is on screen, or it is changed on the review."""
        if self.at == name:
            return True
        if self.at != REVIEW and not self.does({"command": "review"}, lambda s: s.at == REVIEW):
            return False
        return self.does({"tap": name}, lambda s: s.at == name)

    # --- signs --------------------------------------------------------------------------------------------------------

    def _heard(self) -> None:
        """What was heard of lists that are not answered yet: signs that were confirmed, other lines that were named."""
        latch = self.target.latch
        for name, many in self.target.heard.items():
            if name in self.answers:
                continue
            for option in self.flow.questions[name].option_ids:
                known = self.session.heard.get(name)
                if option not in many.yes or (known is not None and option in known.yes):
                    continue
                if latch is not None and latch.option == option:
                    continue
                if option in self.flow.signs and not self._ticked(name):
                    self._confirm(name, option, sc.YES, lambda s: s.latch is None)
                elif option not in self.flow.signs and self.at != name:
                    self._says(words_for(self.flow, self.lang, name, option), _hears(name, option))

    def _ticked(self, name: str) -> bool:
        """Whether what was heard of this list is what was ticked on it when the chat ended there."""
        return self.at == name and self.target.at in (STOPPED, ADVICE)

    def _confirm(self, name: str, option: str, answer: str, holds: Holds) -> bool:
        """Type the sign's words and say yes to it, or that one is not sure."""
        kept, words = list(self.steps), words_for(self.flow, self.lang, name, option)
        asked: Holds = lambda s: [x.option for x in s.signs[:1]] == [option]  # noqa: E731
        if not self._says(words, lambda s: asked(s) and len(s.signs) == 1) and not self._says(words, asked):
            return False
        if self.does({"tap": answer}, holds):
            return True
        self.back_to(kept)
        return False

    def _signs(self) -> None:
        """Signs that wait for yes or no."""
        for sign in self.target.signs:
            home = self.flow.option_home[sign.option]
            self._says(words_for(self.flow, self.lang, home, sign.option), _waits_for(sign.option))

    def _latch(self) -> None:
        latch = self.target.latch
        assert latch is not None
        latched: Holds = lambda s: s.latch is not None and s.latch[:2] == latch[:2]  # noqa: E731
        name, value = latch.question, self.answers.get(latch.question)
        if self.at == name and value is not None and self.does({"answer": {name: value}}, latched):
            return
        answer = NOT_SURE if latch.unsure else sc.YES
        if latch.option and self._confirm(name, latch.option, answer, latched):
            return
        if value is not None:
            self._to(name)
            self.does({"answer": {name: value}}, lambda s: s.latch is not None)

    # --- emergency screens that were asked a second time ----------------------------------------------------------------

    def _before(self) -> None:
        """Everything up to what was said already, with nothing on the screens that come again."""
        self._answer({q: usual_value(self.flow.questions[q]) or "none_of_these" for q in self.flow.lapses} | {
            q: a for q, a in self.answers.items() if q not in self.flow.lapses
        })  # fmt: skip

    def _at_first(self, _: str) -> bool:
        """What nothing else asks for, told as soon as the chat has begun."""
        self._answer(self.answers)
        left = [name for name in self.answers if name not in self.session.answers]
        consent = self.flow.interview.questions[0].ask
        self.back_to([])
        self._answer({consent: self.answers[consent]} if consent in self.answers else {})
        self._early(left)
        return bool(left)

    def _after_silence(self, _: str) -> bool:
        self._before()
        hours = int(max(self.flow.lapses.values()) // 3600) + 1
        return self.does({"later": f"{hours} hours"}) and self.does({"command": "start"})

    def _after_mistake(self, name: str) -> bool:
        self._before()
        emergencies = [o for o in self.flow.questions[name].option_ids if self.flow.signs.get(o) == "emergency"]
        return (
            any(self._confirm(name, o, sc.YES, lambda s: s.latch is not None) for o in emergencies)
            and self.does({"tap": sc.BY_MISTAKE}, lambda s: s.at == MISTAKE)
            and self.does({"tap": sc.NO}, lambda s: s.latch is None)
        )

    # --- where it stands ------------------------------------------------------------------------------------------------

    def _stand_at_question(self) -> None:
        question, target = self.question, self.target
        if question is None or not self._to(question.ask):
            return
        if target.at == which(question.ask):
            self._unsure(question, target.found.yes if target.found else (), target.ticks, done=False)
        elif target.at == alone(question.ask):
            self._alone(question, target.found or Many(frozenset()), target.queue)
        elif target.ticks and sc.toggles(question):
            self.does({"tap": [*target.ticks]})

    def _unsure(self, question: Question, sure: Iterable[str], items: Iterable[str], done: bool) -> None:
        """ "Not sure" on a list, with what was ticked before; then which ones."""
        order = question.option_ids
        before = sorted(sure, key=order.index) if sc.toggles(question) else []
        ticks = sorted(items, key=order.index)
        self.does({"tap": [*before, NOT_SURE]}, lambda s: s.at == which(question.ask))
        if ticks or done:
            self.does({"tap": [*ticks, sc.DONE] if done else ticks})

    def _alone(self, question: Question, found: Many, queue: tuple[str, ...]) -> None:
        """Items being asked alone: those answered, and the next one on screen."""
        if not queue:
            return
        order = question.option_ids
        answered = [o for o in order if o in found.yes | found.not_sure and order.index(o) < order.index(queue[0])]
        before = [o for o in found.yes if o not in answered and o not in queue]
        self._unsure(question, before, [*answered, *queue], done=True)
        for option in answered:
            self.does({"tap": sc.YES if option in found.yes else NOT_SURE}, lambda s: s.latch is None)

    def _review(self) -> None:
        self._enough()
        if self.at != REVIEW:
            self.does({"command": "review"})

    def _enough(self) -> None:
        """The patient wanted the advice before everything was asked."""
        if self.target.enough and self.at in self.flow.questions:
            self.does({"tap": sc.STOP_HERE}, lambda s: s.enough)

    def _advice(self) -> None:
        if self.target.unplaced:
            self._left_open()
            for _ in range(3):
                if self.at != ADVICE:
                    self.does({"me": UNREAD})
            return
        self._enough()
        if self.at == REVIEW:
            self.does({"answer": {"review": sc.AS_USUAL}})

    def _left_open(self) -> None:
        """A list on which something was ticked, or said alone, when the chat ended."""
        question = self.flow.questions.get(self.at)
        heard = None if question is None else self.target.heard.get(question.ask)
        if question is None or heard is None or question.kind is not Kind.many:
            return
        known = self.session.heard.get(question.ask, Many(frozenset()))
        yes, order = heard.yes - known.yes, question.option_ids
        if not heard.not_sure:
            self.does({"tap": [o for o in order if o in yes]})
            return
        last = max(order.index(o) for o in heard.not_sure)
        self._alone(question, Many(yes, heard.not_sure), tuple(o for o in order[last + 1 :] if o not in yes)[:1])

    def _stopped(self) -> None:
        if self.target.unplaced:
            self._advice()
        else:
            self._left_open()
        self._signs()
        self.does({"command": "stop"})

    def _mistake(self) -> None:
        self.does({"tap": sc.BY_MISTAKE})

    def _change(self) -> None:
        """An answer that would be changed: by a tap on its old keyboard, or in words."""
        proposal = self.target.proposal
        if proposal is None:
            return
        name, kept = proposal
        question = self.flow.questions[name]
        wanted = plain_answer(question, as_read(question, kept, self.target.seen.date()), kept)

        def proposed(s: Session) -> bool:
            return s.at == CHANGE and s.proposal is not None and s.proposal[0] == name

        known = self.answers.get(name) or ()
        choices = [o for o in wanted if o not in known] if isinstance(wanted, list) else [wanted]
        words = [w for o in choices for w in words_for(self.flow, self.lang, name, str(o))]
        for choice in choices:
            tap = {"old": {"ask": name, "tap": "yes" if choice is True else "no" if choice is False else str(choice)}}
            if self.does(tap, proposed):
                return
        numbers = (form.format(wanted) for form in NUMBERS.get(question.kind, ()))
        self._says((*words, *numbers), proposed)


def _hears(name: str, option: str) -> Holds:
    return lambda s: not s.signs and name in s.heard and option in s.heard[name].yes


def _waits_for(option: str) -> Holds:
    return lambda s: any(x.option == option for x in s.signs)


_AGAIN: Mapping[str, Callable[[Told, str], bool]] = {
    "first": Told._at_first,
    "later": Told._after_silence,
    "mistake": Told._after_mistake,
}
"""How answers may have come before others that come first."""

_ENDS: Mapping[str, Callable[[Told], None]] = {
    SIGN: Told._signs,
    EXIT: lambda told: None,
    EMERGENCY: lambda told: None,
    REVIEW: Told._review,
    ADVICE: Told._advice,
    STOPPED: Told._stopped,
    MISTAKE: Told._mistake,
    CHANGE: Told._change,
}
"""Screen that is no question -> what leads to it."""
