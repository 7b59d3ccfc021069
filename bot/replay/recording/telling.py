"""The telling of one stored chat: steps that lead to where it stands, each played at once, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, STOPPED, Session
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import usual_value
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind

from .record import NUMBERS, UNREAD, RecordedStep, plain_answer, spoken_words
from .told_answers import AnswersTold


class Telling(AnswersTold):
    """The telling of one chat: what it was told, and then the screen at which it stands."""

    def told(self, way: tuple[str, str]) -> list[RecordedStep]:
        """The steps, in this way."""
        consent = self.flow.interview.questions[0].ask
        if not self.target.consented:
            self.does({"bot": consent})
            self._unconsented()
            return self.steps
        if way[0] != "typed" and not _AGAIN[way[0]](self, way[1]):
            return []
        self._not_understood()
        self._answer(self.answers)
        self._early()
        self._answer(self.answers)
        self._correct()
        self._heard()
        if self.target.latch is not None:
            self._latch()
            self._heard_beside_it()
        _ENDS.get(self.target.at, Telling._stand_at_question)(self)
        return self.steps

    def _unconsented(self) -> None:
        self._signs()
        if self.target.at == STOPPED:
            consent = self.flow.interview.questions[0]
            declining = [o.id for o in consent.options if o.declines and not self.target.signs]
            self.does({"tap": declining[0]} if declining else {"command": "stop"})

    # --- lines that were not understood ---------------------------------------------------------------------------------

    def _not_understood(self) -> None:
        """Lines of lists that were not understood, twice, and then once more before the end: they are left open."""
        lists = [q for q in self.flow.interview.questions if {*q.option_ids} & {*self.target.unknown}]
        others = {name: a for name, a in self.answers.items() if name not in {q.ask for q in lists}}
        for question in lists:
            self._answer(others)
            if self.does({"me": UNREAD}):
                self._line_by_line(question)
        if lists:
            self._answer(others)
        for question in lists:
            self._line_by_line(question)

    def _line_by_line(self, question: Question) -> None:
        """Every line that is asked alone, answered as it stands or left open."""
        found = as_read(question, self.target.answers.get(question.ask), self.target.seen.date())
        said = found if isinstance(found, Many) else Many(frozenset())
        for _ in question.option_ids:
            if self.at != alone(question.ask):
                return
            option = self.session.queue[0]
            if option not in self.target.unknown:
                self.does({"tap": sc.YES if option in said.yes else NOT_SURE if option in said.not_sure else sc.NO})
                continue
            while self.at == alone(question.ask) and self.session.queue[0] == option and self.does({"me": UNREAD}):
                pass

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
        if self.target.unplaced and not self.target.unknown:
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
        wanted: Any = plain_answer(question, as_read(question, kept, self.target.seen.date()), kept)
        if question.kind in NUMERIC and self.target.proposed_choice:
            wanted = self.target.proposed_choice

        def proposed(s: Session) -> bool:
            return s.at == CHANGE and s.proposal is not None and s.proposal[0] == name

        known = self.answers.get(name) or ()
        choices = [o for o in wanted if o not in known] if isinstance(wanted, list) else [wanted]
        words = [w for o in choices for w in spoken_words(self.flow, self.lang, name, str(o))]
        for choice in choices:
            tap = {"old": {"ask": name, "tap": "yes" if choice is True else "no" if choice is False else str(choice)}}
            if self.does(tap, proposed):
                return
        numbers = (form.format(wanted) for form in NUMBERS.get(question.kind, ()))
        self._says((*words, *numbers), proposed)


_AGAIN: Mapping[str, Callable[[Telling, str], bool]] = {
    "first": Telling._at_first,
    "later": Telling._after_silence,
    "mistake": Telling._after_mistake,
}
"""How answers may have come before others that come first."""

_ENDS: Mapping[str, Callable[[Telling], None]] = {
    SIGN: Telling._signs,
    EXIT: lambda told: None,
    EMERGENCY: lambda told: None,
    REVIEW: Telling._review,
    ADVICE: Telling._advice,
    STOPPED: Telling._stopped,
    MISTAKE: Telling._mistake,
    CHANGE: Telling._change,
}
"""Screen that is no question -> what leads to it."""
