"""One turn in the making: the session as it becomes, the effects so far, and the moves that several events share.

What is only asked of a session stands in `judgement.py`. The moves call each other, so they stand together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bot.core.flow.answer_values import choice_span, keep, read_value
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level

from .afterwards.coming_back import opened_anew
from .events import Advise, Ask, Effect, Say, Schedule, Settled, Trace, Turn
from .judgement import Judgement
from .machine import Cursor, alone, machine_of, which
from .session import ADVICE, EMERGENCY, ENDED, EXIT, MISTAKE, REVIEW, SIGN, START, STOPPED, Heard, Note, Session, Step
from .silence import help_question, what_follows
from .triage import conflicts_in, questions_left, shown_to

MOST_ASKED = 40
"""Items asked by themselves that a session remembers: a late tap on one of them may still be a red flag."""


class Making:
    """What a turn's handlers work on. `s`: the session as it becomes; `when`: the moment that the patient's words speak of."""

    def __init__(self, flow: Flow, session: Session, now: datetime) -> None:
        self.flow, self.s, self.now = flow, session, now
        self.when = now
        self.before = session
        self.effects: list[Effect] = []
        self.notes: list[Note] = []
        self.path: list[str] = [session.at]
        self.answered: list[str] = []
        self.remark = ""
        self.silent = False
        self.resumed = False

    @property
    def today(self) -> date:
        """The patient's date."""
        return self.now.date()

    def written(self, seconds: float | None) -> None:
        """Words were written at this moment: what they say of today counts from then, if they came in late."""
        if seconds is not None and 0 < seconds < self.now.timestamp():
            self.when = datetime.fromtimestamp(seconds, self.now.tzinfo)

    def set(self, **changes: Any) -> None:
        """Change the session."""
        self.s = self.s.but(**changes)

    def say(self, key: str, /, urgent: bool = False, **params: Any) -> None:
        """A system text as a message of its own."""
        self.effects.append(Say(key, params, urgent))

    def note(self, key: str, /, **params: Any) -> None:
        """A system text said together with the next screen."""
        self.notes.append((key, params))

    @property
    def judgement(self) -> Judgement:
        """What the session comes to as it is now."""
        return Judgement(self.flow, self.s, self.today)

    @property
    def hidden(self) -> frozenset[str]:
        """Options that are not shown to this person."""
        return shown_to(self.flow, self.judgement.folded).hidden if self.flow.offered else frozenset()

    @property
    def question(self) -> Question | None:
        """The question on screen, if a question is."""
        return self.judgement.question

    def settled(self, choice: str | None = "") -> None:
        """The screen of the last turn is answered: its buttons go."""
        self.effects.append(Settled(self.before, choice))

    def ask(self, state: str, spell_out: bool = False, copy: bool = False) -> None:
        """Show a screen; it becomes the state, and a new turn begins. `copy`: the same screen as before, once more."""
        if state != self.path[-1]:
            self.path.append(state)
        turn, notes = self.s.turn + 1, tuple(self.notes)
        since, shown = (self.s.since, self.s.shown) if copy else (turn, self.now.timestamp())
        self.set(at=state, turn=turn, notes=notes, since=since, shown=shown, opened=self.s.opened if copy else "")
        if self.question is not None and not self.question.consent:
            left = questions_left(self.flow, self.judgement.folded)
            self.set(left=max(1, left if self.s.left is None else min(left, self.s.left)))
        item = self.judgement.asked_for
        if item is not None:
            self.set(asked=(*self.s.asked[1 - MOST_ASKED :], (self.s.turn, item)))
        urgent = state in (SIGN, MISTAKE) or any(key in ("sign_plain", "sign_possible") for key, _ in notes)
        self.effects.append(Ask(state, notes, spell_out, urgent, copy))
        self.notes.clear()

    def again(self, spell_out: bool = False) -> None:
        """The screen as it stands once more; before the first one, that."""
        if self.s.at == START:
            self.begin()
            return
        if self.resumed and self.question is not None and not self.s.signs and self.s.latch is None:
            self._back_to_what_is_due()
            return
        if self.s.at == EMERGENCY:  # its buttons without a word would be an empty message
            self.effects.extend(Say(key, params) for key, params in self.notes)
            self.notes.clear()
            self.emergency_stands()
            return
        if self.s.at == SIGN and self.s.signs:
            self.note_sign(self.s.signs[0])
        elif self.s.at == ADVICE:
            self.note("advice_again")
        self.ask(self.s.at, spell_out, copy=True)

    def _back_to_what_is_due(self) -> None:
        """After a long silence the words on screen are old: what has lapsed comes first, as it was just said."""
        self.notes = [n for n in self.notes if n[0] not in ("unclear", "ticked", "which_none")]
        self.path.append(START)
        self.set(at=START, misread=0)
        self.onward(replay=True)

    def emergency_stands(self) -> None:
        """The advice stands right above: what it was about, and its buttons once more."""
        latch = self.s.latch
        if latch is not None:
            self.say("emergency_stands", urgent=True, answer=latch.option, question=latch.question)
        self.watch()

    def show_sign(self) -> None:
        """A typed (or stale) sign: its advice, if it was plain, and the question whether it is right, at once."""
        if self.s.at == ADVICE:
            self.s = opened_anew(self.flow, self.s)
        elif self.s.at == STOPPED:
            self.resume(ended=True)
        self.set(signs=self.by_urgency(self.s.signs))
        self.note_sign(self.s.signs[0])
        self.ask(SIGN)
        self.remind()

    def by_urgency(self, signs: Iterable[Heard]) -> tuple[Heard, ...]:
        """Signs of an emergency first, plainly stated ones before possible ones."""
        urgent = self.flow.signs
        return tuple(sorted(signs, key=lambda h: (urgent.get(h.option) != "emergency", not h.plain)))

    def note_sign(self, sign: Heard) -> None:
        """What to do if the sign is right, said with the next screen; before consent by itself, for it is not kept."""
        key = "sign_plain" if sign.plain else "sign_possible"
        if self.s.consented:
            self.note(key, words=sign.words, answer=sign.option)
        else:
            self.say(key, urgent=True, words=sign.words, answer=sign.option)

    def begin(self) -> None:
        """The first screen: consent, or, where answers are kept already, the question that is due."""
        if self.s.consented:
            self.set(at=START)
            self.onward(replay=True)
        else:
            self.ask(self.flow.interview.questions[0].ask)

    # --- answers ------------------------------------------------------------------------------------------------------

    def give(self, question: str, value: Any, message: int | None = None) -> None:
        """Put an answer into the session. Answers that no longer apply stay kept; the fold passes over them.

        What was heard of a list stands beside its first answer; a corrected one takes its place.
        """
        before = self.s.answers.get(question)
        if before is not None:
            self._take_back(question, before)
        if self.s.enough and value != before:
            self._reopen()
        answers = dict(self.s.answers)
        answers.pop(question, None)
        answers[question] = value
        trail = (
            *(t for t in self.s.trail if t.question != question),
            Step(self.s.turn, question, message, self.now.timestamp()),
        )
        self.set(
            answers=answers, trail=trail, ticks=(), queue=(), found=None, misread=0, checked=False,
            first=None if self.s.first == question else self.s.first, unplaced=False,
            quotes=self.s.quotes if before is None else tuple(q for q in self.s.quotes if q.question != question),
        )  # fmt: skip
        self.answered.append(question)

    def _take_back(self, question: str, before: Any) -> None:
        """What came with the answer before: signs heard of its list, and what its choice answered besides."""
        heard = _without(self.s.heard, {question}) if question in self.s.heard else self.s.heard
        brought = self._brought(self.flow.questions[question], before)
        if brought or heard is not self.s.heard:
            self.set(heard=heard, answers=_without(self.s.answers, brought))

    def _brought(self, question: Question, answer: Any) -> frozenset[str]:
        """The questions that a ready-made choice answered besides, if one of them gave this answer; not what was told in words."""
        told = {step.question for step in self.s.trail} | {quote.question for quote in self.s.quotes}
        return frozenset(
            other
            for entry in question.choices
            if entry.also and keep(question, choice_span(question, entry), self.today) == answer
            for other, raw in entry.also.items()
            if other not in told and self.s.answers.get(other) == raw
        )

    def _reopen(self) -> None:
        """Something new was said after "tell me now": what follows from it is asked."""
        if self.s.enough:
            self.set(enough=False, exit_offered=False)

    def give_also(self, question: Question, choice: str) -> None:
        """What a ready-made choice answers besides; what is known already gives way only to what is more worrying."""
        for other, raw in self._besides(question, choice, self.s.answers):
            value = read_value(self.flow.questions[other], raw)
            self.set(answers={**self.s.answers, other: keep(self.flow.questions[other], value, self.today)})

    def adds(self, question: Question, choice: str) -> bool:
        """Whether a ready-made choice would change what is known besides, if it took the place of the one that was made."""
        known = self.s.answers
        without = _without(known, self._brought(question, known.get(question.ask)))
        return any(known.get(other) != raw for other, raw in self._besides(question, choice, without))

    def _besides(self, question: Question, choice: str, known: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What a ready-made choice answers besides, as far as it counts: question, answer."""
        also = (entry.also for entry in question.choices if entry.id == choice)
        asked = self.flow.questions
        return [
            (o, raw) for one in also for o, raw in one.items() if o not in known or _outranks(asked[o], raw, known[o])
        ]

    def with_lines(self, question: Question, lines: Iterable[str]) -> Many:
        """The answer to a list with these lines besides: what it said, and what was heard of it, is not taken back."""
        kept, heard = self.s.answers.get(question.ask), self.s.heard.get(question.ask)
        found = kept if isinstance(kept, Many) else Many(frozenset())
        yes = found.yes.union(lines, () if heard is None else heard.yes)
        unsure = found.not_sure if heard is None else found.not_sure | heard.not_sure
        return Many(yes, unsure - yes)

    def hear(self, option: str, unsure: bool = False) -> None:
        """A sign that the patient confirmed, or is `unsure` of: it counts in its list, whatever else that list says."""
        home = self.flow.option_home[option]
        question = self.flow.questions[home]
        if question.kind is not Kind.many:
            self.give(home, option)
            return
        known = self.s.heard.get(home, Many(frozenset(), frozenset(), True))
        heard = {**self.s.heard, home: Many(known.yes | {option}, known.not_sure - {option}, True)}
        doubt = {**self.s.heard, home: Many(known.yes, known.not_sure | {option}, True)}
        told = self.s.but(heard=heard, checked=False, misread=0)
        if unsure and option not in known.yes:  # told as doubt where that is no less urgent
            doubted = told.but(heard=doubt)
            as_yes, as_doubt = (Judgement(self.flow, s, self.today).verdict for s in (told, doubted))
            told = doubted if as_doubt.rank >= as_yes.rank else told
        self.s = told
        self._reopen()
        self.answered.append(home)

    # --- onward -------------------------------------------------------------------------------------------------------

    def onward(self, replay: bool = False) -> None:
        """After an answer: emergency, exit, next question, review or advice, as the machine says.

        `replay`: walk from the start (a correction) instead of from the state on screen; a property test shows that both
        agree.
        """
        judgement = self.judgement
        if judgement.verdict.level is Level.emergency and self.s.latch is None:
            self.set(latch=judgement.latch(self.answered))
        if self.s.anew and self._asks_beside_emergency():
            return
        state = self.s.at if not replay and self.s.at in machine_of(self.flow).machine.states else START
        if judgement.due_before(state):
            state = START
        cursor = Cursor(
            state, judgement.env, self.s.answers,
            emergency=self.s.latch is not None, enough=self.s.enough, checked=self.s.checked,
            offer_exit=judgement.exit_is_due,
        )  # fmt: skip
        first = self.s.first
        waits = first is not None and self.s.latch is None and first not in self.s.answers
        if first is not None and waits and not self.flow.heard_only(first, judgement.env):
            self.ask(first)
            return
        if self.s.signs and self.s.latch is None:  # only its own yes, no or not sure ends a typed sign
            self.show_sign()
            return
        target = machine_of(self.flow).forward(cursor)
        if target in (REVIEW, ADVICE) and self._asks_unknown_again():
            return
        self.arrive(target)

    def _asks_beside_emergency(self) -> bool:
        """The next emergency screen that is asked although an emergency stands; a sign found on one ends them."""
        left = tuple(q for q in self.s.anew if q not in self.s.answers)
        self.set(anew=() if self.judgement.verdict.level is Level.emergency else left)
        if not self.s.anew or self.s.latch is None:
            return False
        self.ask(self.s.anew[0])
        return True

    def _asks_unknown_again(self) -> bool:
        """Before any result: emergency signs whose answers were not understood are asked once more. True if one is now."""
        if not self.s.unknown or self.s.asked_again or self.s.latch is not None:
            return False
        home = self.flow.questions[self.flow.option_home[self.s.unknown[0]]]
        items = tuple(o for o in self.s.unknown if self.flow.option_home[o] == home.ask)
        known = self.s.answers.get(home.ask)
        self.set(asked_again=True, misread=0)
        self.note("still_open")
        self.ask_alone(home, items, known if isinstance(known, Many) else Many(frozenset()))
        return True

    def arrive(self, target: str) -> None:
        """Show the state that the machine came to."""
        if target == EMERGENCY:
            self.emergency()
            return
        if target == ADVICE:
            self.advise()
            return
        if target == EXIT:
            same_day = self.judgement.verdict.level is Level.same_day  # it says so itself
            self.set(exit_offered=True, same_day_said=self.s.same_day_said or same_day)
        elif target not in (REVIEW, SIGN):
            self._mention_same_day()
            self._mention_what_was_heard(target)
        elif target == REVIEW:
            for conflict in conflicts_in(self.flow, self.judgement.env):
                self.note("conflict", conflict=conflict)
        self.ask(target)
        self.remind()

    def _mention_what_was_heard(self, question: str) -> None:
        """Lines of this list that the patient's words named before: they count, and need no tick."""
        heard = self.s.heard.get(question)
        named = () if heard is None else tuple(o for o in self.flow.questions[question].option_ids if o in heard.yes)
        if named:
            self.note("told_already", question=question, options=named)

    def _mention_same_day(self) -> None:
        if not self.s.same_day_said and self.judgement.verdict.level is Level.same_day:
            self.set(same_day_said=True)
            self.note("exit_same_day")

    def remind(self) -> None:
        """What happens if nothing more is said."""
        self._schedule(what_follows(self.judgement))

    def watch(self) -> None:
        """Ask whether help was reached, if nothing more comes: once."""
        self._schedule(help_question(self.judgement))

    def _schedule(self, schedule: Schedule | None) -> None:
        if schedule is not None:
            self.effects.append(schedule)

    # --- results ------------------------------------------------------------------------------------------------------

    def emergency(self) -> None:
        """Say it at once, and ask once whether help was reached if nothing more comes."""
        self._result(self.judgement.advice_at(Level.emergency), EMERGENCY)
        self.watch()

    def advise(self, unplaced: bool = False) -> None:
        """The advice that stands now. `unplaced`: the bot could not place the patient."""
        self._result(self.judgement.advice(unplaced=unplaced), ADVICE)

    def advise_so_far(self, judgement: Judgement) -> None:
        """The advice of what was said so far; the chat goes on."""
        self.effects.append(judgement.advice(so_far=True))
        self.notes.clear()

    def _result(self, advice: Advise, state: str) -> None:
        if state != self.path[-1]:
            self.path.append(state)
        turn = self.s.turn + 1
        self.set(
            at=state, turn=turn, unplaced=advice.unplaced, notes=(), since=turn, shown=self.now.timestamp(), anew=()
        )
        self.effects.append(advice)
        self.notes.clear()

    # --- not sure -----------------------------------------------------------------------------------------------------

    def clear_up(self, question: Question) -> None:
        """ "Not sure" on a list is not an answer: ask which lines, then each alone."""
        self.set(found=Many(frozenset(self.s.ticks)), ticks=())
        self.ask(which(question.ask))

    def ask_alone(self, question: Question, items: tuple[str, ...], found: Many) -> None:
        """Ask items one by one, in list order. `found`: what is known already; each item's own answer decides about it."""
        order = question.option_ids
        heard = self.s.heard.get(question.ask)
        if heard is not None:
            found = Many(found.yes | heard.yes, (found.not_sure | heard.not_sure) - found.yes - heard.yes)
        queue = tuple(sorted(items, key=order.index))
        self.set(queue=queue, found=found, ticks=())
        self.ask(alone(question.ask))

    def resume(self, ended: bool = False) -> bool:
        """After a silence: drop emergency screens that are too old, and dates that have come to straddle a threshold.

        `ended`: also after an end, when the chat goes on from there. True if something was dropped.
        """
        answers, seen = self.s.answers, self.s.seen
        if not self.s.consented or (self.s.at in ENDED and not ended):
            return False
        silence = (self.now - seen).total_seconds()
        gone = {q for q, after in self.flow.lapses.items() if silence > after and q in answers}
        if gone:
            self.note("resumed")
        if seen.date() != self.today:
            for name in self.flow.dated:
                span = self.flow.span_of(name, answers[name], self.today) if name in answers else None
                if span is not None and self.flow.separates(name, span):
                    gone.add(name)
        if not gone:
            return False
        self.set(answers=_without(answers, gone), checked=False, enough=False, exit_offered=False)
        return True

    def _lift(self) -> None:
        """Take the buttons from the screen of before if another has come and it was not answered: taps on it would be
        late. The buttons of an emergency stay for good."""
        before = self.before
        passed = self.s.turn != before.turn or self.s.id != before.id
        if passed and before.at not in (START, EMERGENCY) and not any(isinstance(e, Settled) for e in self.effects):
            self.settled(None)

    def finish(self) -> Turn:
        """The turn as a value."""
        self._lift()
        judgement = self.judgement
        fired = tuple(r.rule.rule for r in judgement.verdict.fired)
        trace = Trace(tuple(self.path), judgement.level, fired, tuple(self.answered), self.remark)
        seen = self.before.seen if self.silent else self.now
        return Turn(self.s.but(seen=seen), tuple(self.effects), trace)


def _outranks(question: Question, new: str, known: Any) -> bool:
    """Whether an answer is more worrying than another one, in the declared order; "not sure" ranks as what it counts for."""
    ranks: Mapping[Any, int | None] = {o.id: o.worry for o in question.options}
    after, before = ranks.get(new), ranks.get(question.unsure_as if known == NOT_SURE else known)
    return after is not None and before is not None and after > before


def _without(answers: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    return {q: a for q, a in answers.items() if q not in gone}
