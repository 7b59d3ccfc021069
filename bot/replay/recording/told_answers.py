"""What a stored chat was told, told again: answers as they are asked for or typed early, corrections, signs that were heard.

What a step must lead to is looked at (`holds`): a step that leads elsewhere is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.session import ADVICE, CHANGE, EXIT, REVIEW, START, STOPPED, Session
from bot.core.conversation.triage import fold_session
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.replay.playing.outcome import standing

from .played import Holds, PlayedSteps, moment
from .record import NUMBERS, plain_answer, spoken_words

MOST_WORDS = 12
"""Phrases that are tried to say one thing."""
MOST_STEPS = 80


def plain_answers(flow: Flow, session: Session, now: datetime) -> dict[str, Any]:
    """All answers that stand at that moment, as scripts write them."""
    env = standing(flow, session, now).answers
    return {
        q: plain_answer(flow.questions[q], v, session.answers.get(q), session.answers)
        for q, v in env.items() if v is not None
    }  # fmt: skip


def told_answers(flow: Flow, session: Session) -> dict[str, Any]:
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
        found[question.ask] = plain_answer(question, value, raw, session.answers)
    return found


def _typed_later(session: Session, question: str) -> bool:
    """Whether the emergency is a line of this list that was typed after the list had been answered without it."""
    latch, raw = session.latch, session.answers.get(question)
    if latch is None or latch.question != question or not isinstance(raw, Many):
        return False
    return bool(latch.option) and latch.option not in raw.yes | raw.not_sure


class AnswersTold(PlayedSteps):
    """Steps that give the answers and signs that a chat was given. `target`: where it is to come to."""

    def __init__(self, flow: Flow, target: Session) -> None:
        super().__init__(flow, target.lang)
        self.target = target
        self.answers = told_answers(flow, target)
        self.env = standing(flow, target, target.seen).answers

    @property
    def at(self) -> str:
        return self.session.at

    @property
    def question(self) -> Question | None:
        """The question that the chat is to stand at, if it is to stand at one."""
        return sc.question_of(self.flow, self.target.at)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _answer(self, answers: Mapping[str, Any]) -> None:
        """Give these answers as they are asked for, until something else is asked. What latches comes last of all."""
        for _ in range(MOST_STEPS):
            env = fold_session(self.flow, self.session, self.session.seen.date()).env
            self._heard([name for name in self.flow.for_some if self.flow.heard_only(name, env)])
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
            yield from spoken_words(self.flow, self.lang, name, option)
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

    def _heard(self, names: Iterable[str] | None = None) -> None:
        """What was heard of lists that are not answered yet, or of these: signs that were confirmed, other lines that were
        named. Lists without a line for this patient come before what follows from them is asked."""
        latch = self.target.latch
        for name, many in self.target.heard.items():
            if name in self.answers or (names is not None and name not in names):
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
                    self._says(spoken_words(self.flow, self.lang, name, option), _hears(name, option))

    def _heard_beside_it(self) -> None:
        """Signs that were told once an emergency stood: they count at once."""
        latch = self.target.latch
        for name, many in self.target.heard.items():
            for option in self.flow.questions[name].option_ids:
                known = self.session.heard.get(name)
                new = option in many.yes and (known is None or option not in known.yes)
                if new and option in self.flow.signs and latch is not None and latch.option != option:
                    self._says(spoken_words(self.flow, self.lang, name, option), _hears(name, option))

    def _ticked(self, name: str) -> bool:
        """Whether what was heard of this list is what was ticked on it when the chat ended there."""
        return self.at == name and self.target.at in (STOPPED, ADVICE)

    def _confirm(self, name: str, option: str, answer: str, holds: Holds) -> bool:
        """Type the sign's words and say yes to it, or that one is not sure."""
        kept, words = list(self.steps), spoken_words(self.flow, self.lang, name, option)
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
            self._says(spoken_words(self.flow, self.lang, home, sign.option), _waits_for(sign.option))

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
        if latch.option and self._says(spoken_words(self.flow, self.lang, name, latch.option), latched):
            return  # what was told with others made it, without a question
        if value is not None:
            self._to(name)
            self.does({"answer": {name: value}}, lambda s: s.latch is not None)


def _hears(name: str, option: str) -> Holds:
    return lambda s: not s.signs and name in s.heard and option in s.heard[name].yes


def _waits_for(option: str) -> Holds:
    return lambda s: any(x.option == option for x in s.signs)
