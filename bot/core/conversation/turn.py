"""One turn in the making: the session as it becomes, the effects so far, and the moves that several events share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bot.core.flow.answer_values import choice_span, keep, read_value
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.flow_files import Kind, Level, Question

from .events import Advise, Ask, Effect, Say, Schedule, Settled, Trace, Turn
from .machine import Cursor, alone, which
from .session import (
    ADVICE,
    EMERGENCY,
    ENDED,
    EXIT,
    MISTAKE,
    REVIEW,
    SIGN,
    START,
    STOPPED,
    Heard,
    Latch,
    Note,
    Session,
    Step,
)
from .triage import Folded, Verdict, conflicts_in, lines_for, next_level_up, verdict_of

HELP_AFTER, SAME_DAY_AFTER, REMIND_AFTER = 20 * 60, 15 * 60, 2 * 3600
"""Seconds of silence (screens.md): after an emergency, with a same-day sign standing, otherwise."""
MOST_ASKED = 40
"""Items asked by themselves that a session remembers: a late tap on one of them may still be a red flag."""


class Making:
    """What a turn's handlers work on. `s`: the session as it becomes."""

    def __init__(self, flow: Flow, session: Session, now: datetime) -> None:
        self.flow, self.s, self.now = flow, session, now
        self.before = session
        self.effects: list[Effect] = []
        self.notes: list[Note] = []
        self.path: list[str] = [session.at]
        self.answered: list[str] = []
        self.remark = ""
        self.silent = False
        self.resumed = False
        self._verdict: tuple[Session, Folded, Verdict] | None = None

    @property
    def today(self) -> date:
        """The patient's date."""
        return self.now.date()

    def set(self, **changes: Any) -> None:
        """Change the session."""
        self.s = self.s.but(**changes)

    def say(self, key: str, /, urgent: bool = False, **params: Any) -> None:
        """A system text as a message of its own."""
        self.effects.append(Say(key, params, urgent))

    def note(self, key: str, /, **params: Any) -> None:
        """A system text said together with the next screen."""
        self.notes.append((key, params))

    def judged(self) -> tuple[Folded, Verdict]:
        """Fold and triage of the session as it is now (remembered until it changes)."""
        known = self._verdict
        s = self.s
        if known is None or known[0].answers is not s.answers or known[0].heard is not s.heard:
            self._verdict = known = (s, *verdict_of(self.flow, s, self.today))
        return known[1], known[2]

    @property
    def question(self) -> Question | None:
        """The question on screen, if a question is."""
        return self.flow.questions.get(self.s.at.partition("/")[0])

    def settled(self, choice: str | None = "") -> None:
        """The screen of the last turn is answered: its buttons go."""
        self.effects.append(Settled(self.before, choice))

    def ask(self, state: str, spell_out: bool = False, copy: bool = False) -> None:
        """Show a screen; it becomes the state, and a new turn begins. `copy`: the same screen as before, once more."""
        if state != self.path[-1]:
            self.path.append(state)
        turn, notes = self.s.turn + 1, tuple(self.notes)
        self.set(at=state, turn=turn, notes=notes, since=self.s.since if copy else turn)
        item = self.asked_for
        if item is not None:
            self.set(asked=(*self.s.asked[1 - MOST_ASKED :], (self.s.turn, item)))
        urgent = state in (SIGN, MISTAKE) or any(key in ("sign_plain", "sign_possible") for key, _ in notes)
        self.effects.append(Ask(state, notes, spell_out, urgent))
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

    @property
    def asked_for(self) -> str | None:
        """The one item that the screen asks about by itself, if it is such a screen."""
        if self.s.at == SIGN and self.s.signs:
            return self.s.signs[0].option
        if self.s.queue and self.s.at.endswith(alone("")):
            return self.s.queue[0]
        return None

    def show_sign(self) -> None:
        """A typed (or stale) sign: its advice, if it was plain, and the question whether it is right, at once."""
        if self.s.at in (ADVICE, STOPPED):
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
        trail = (*(t for t in self.s.trail if t.question != question), Step(self.s.turn, question, message))
        self.set(
            answers=answers, trail=trail, ticks=(), queue=(), found=None, misread=0, checked=False,
            first=None if self.s.first == question else self.s.first, unplaced=False,
        )  # fmt: skip
        self.answered.append(question)

    def _take_back(self, question: str, before: Any) -> None:
        """What came with the answer before: signs heard of its list, and what its choice answered besides."""
        heard = _without(self.s.heard, {question}) if question in self.s.heard else self.s.heard
        home, asked = self.flow.questions[question], {t.question for t in self.s.trail}
        brought = {
            other
            for entry in home.choices
            if entry.also and keep(home, choice_span(home, entry), self.today) == before
            for other, raw in entry.also.items()
            if other not in asked and self.s.answers.get(other) == raw
        }
        if brought or heard is not self.s.heard:
            self.set(heard=heard, answers=_without(self.s.answers, brought))

    def _reopen(self) -> None:
        """Something new was said after "tell me now": what follows from it is asked."""
        if self.s.enough:
            self.set(enough=False, exit_offered=False)

    def give_also(self, question: Question, choice: str) -> None:
        """What a ready-made choice answers besides."""
        for entry in question.choices:
            if entry.id == choice:
                for other, raw in entry.also.items():
                    if other not in self.s.answers:
                        value = read_value(self.flow.questions[other], raw)
                        self.set(answers={**self.s.answers, other: keep(self.flow.questions[other], value, self.today)})

    def with_lines(self, question: Question, lines: Iterable[str]) -> Many:
        """The answer to a list with these lines besides: what it said, and what was heard of it, is not taken back."""
        kept, heard = self.s.answers.get(question.ask), self.s.heard.get(question.ask)
        found = kept if isinstance(kept, Many) else Many(frozenset())
        yes = found.yes.union(lines, () if heard is None else heard.yes)
        unsure = found.not_sure if heard is None else found.not_sure | heard.not_sure
        return Many(yes, unsure - yes)

    def hear(self, option: str) -> None:
        """A sign that the patient confirmed: ticked in its list, whatever else that list says."""
        home = self.flow.option_home[option]
        question = self.flow.questions[home]
        if question.kind is not Kind.many:
            self.give(home, option)
            return
        known = self.s.heard.get(home, Many(frozenset(), frozenset(), True))
        heard = {**self.s.heard, home: Many(known.yes | {option}, known.not_sure, True)}
        self.set(heard=heard, checked=False, misread=0)
        self._reopen()
        self.answered.append(home)

    # --- onward -------------------------------------------------------------------------------------------------------

    def onward(self, replay: bool = False) -> None:
        """After an answer: emergency, exit, next question, review or advice, as the machine says.

        `replay`: walk from the start (a correction) instead of from the state on screen; a property test shows that both
        agree.
        """
        folded, verdict = self.judged()
        if verdict.level is Level.emergency and self.s.latch is None:
            self._latch(folded, verdict)
        state = self.s.at if not replay and self.s.at in self.flow.machine.machine.states else START
        if folded.open is not None and self._behind(state, folded.open):
            state = START
        cursor = Cursor(
            state, folded.env, self.s.answers,
            emergency=self.s.latch is not None, enough=self.s.enough, checked=self.s.checked,
            offer_exit=self._exit_is_due(folded, verdict),
        )  # fmt: skip
        first = self.s.first
        if first is not None and self.s.latch is None and first not in self.s.answers:
            self.ask(first)
            return
        if self.s.signs and self.s.latch is None:  # only its own yes, no or not sure ends a typed sign
            self.show_sign()
            return
        target = self.flow.machine.forward(cursor)
        self.arrive(target)

    def _behind(self, state: str, due: str) -> bool:
        """Whether a question before the one on screen is due (an answer made it relevant)."""
        order: Mapping[str, int] = self.flow.machine.order
        return order.get(due, -1) <= order.get(state.partition("/")[0], -1)

    def _exit_is_due(self, folded: Folded, verdict: Verdict) -> bool:
        return (
            not self.s.exit_offered and not self.s.enough and folded.open is not None
            and verdict.rank >= Level.see_soon.rank and not verdict.may_rise
        )  # fmt: skip

    def arrive(self, target: str) -> None:
        """Show the state that the machine came to."""
        if target == EMERGENCY:
            self.emergency()
            return
        if target == ADVICE:
            self.advise()
            return
        if target == EXIT:
            self.set(exit_offered=True)
        elif target not in (REVIEW, SIGN):
            self._mention_same_day()
            self._mention_what_was_heard(target)
        elif target == REVIEW:
            for conflict in conflicts_in(self.flow, self.judged()[0].env):
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
        if not self.s.same_day_said and self.judged()[1].level is Level.same_day:
            self.set(same_day_said=True)
            self.note("exit_same_day")

    def remind(self) -> None:
        """What happens if nothing more is said."""
        if self.s.latch is not None and self.s.at != STOPPED:
            self.watch()
            return
        if self.s.at in ENDED or self.s.at == START or not self.s.consented:
            return
        if self.s.signs or self._rank_so_far() >= max(Level.same_day.rank, self.s.rank_told + 1):
            self.effects.append(Schedule("same_day", SAME_DAY_AFTER, urgent=True))
        else:
            self.effects.append(Schedule("reminder", REMIND_AFTER))

    def unfinished(self) -> Session:
        """The session with what is ticked, or was said alone, on a list that is not done yet, as heard."""
        s, question = self.s, self.question
        if question is None or question.kind is not Kind.many:
            return s
        seen = Many(frozenset(s.ticks)) if s.at == question.ask else s.found
        if seen is None or not (seen.yes or seen.not_sure):
            return s
        known = s.heard.get(question.ask, Many(frozenset()))
        heard = Many(known.yes | seen.yes, known.not_sure | seen.not_sure, True)
        return s.but(heard={**s.heard, question.ask: heard}, ticks=(), queue=(), found=None)

    def _rank_so_far(self) -> int:
        s, judged = self.s, self.judged()
        rank, known = judged[1].rank, self._verdict
        if rank < Level.same_day.rank:
            self.s = self.unfinished()
            rank = max(rank, self.judged()[1].rank)
            self.s, self._verdict = s, known
        return rank

    def _latch(self, folded: Folded, verdict: Verdict) -> None:
        question = self.answered[-1] if self.answered else next(reversed(dict(self.s.answers)), "")
        value = folded.env.get(question)
        option, unsure = "", value == NOT_SURE
        if isinstance(value, Many):
            option, unsure = self._deciding_option(question, value, verdict)
        elif isinstance(value, str):
            option = value
        self.set(latch=Latch(question, option, tuple(r.rule.rule for r in verdict.deciding), unsure))

    def _deciding_option(self, question: str, value: Many, verdict: Verdict) -> tuple[str, bool]:
        """The ticked option without which no emergency rule would have fired; the first one if several would do."""
        order = self.flow.questions[question].option_ids
        ticked = [o for o in order if o in value.yes] + [o for o in order if o in value.not_sure]
        env = dict(self.judged()[0].env)
        for option in ticked:
            env[question] = Many(frozenset({option} & value.yes), frozenset({option} & value.not_sure))
            if any(r.check(env) for r in verdict.deciding):
                return option, option not in value.yes
        return (ticked[0], ticked[0] not in value.yes) if ticked else ("", False)

    # --- results ------------------------------------------------------------------------------------------------------

    def emergency(self) -> None:
        """Say it at once, and ask once whether help was reached if nothing more comes."""
        self._result(Level.emergency, EMERGENCY)
        self.watch()

    def watch(self) -> None:
        """Ask whether help was reached, if nothing more comes: once."""
        if not self.s.help:
            self.effects.append(Schedule("help", HELP_AFTER, urgent=True))

    def advise(self, so_far: bool = False, unplaced: bool = False) -> None:
        """The advice that stands now. `so_far`: the chat goes on; `unplaced`: the bot could not place the patient."""
        level, unplaced = self.level_to_say(unplaced)
        self._result(level, None if so_far else ADVICE, unplaced)

    def level_to_say(self, unplaced: bool = False) -> tuple[Level, bool]:
        """The level of the advice that stands now, and whether it is one for somebody who could not be placed."""
        level = self.judged()[1].level
        if self.s.latch is not None:
            level = Level.emergency
        if not unplaced and level is not None:
            return level, False
        level = next_level_up(level)
        if level is Level.see_soon and self._emergency_screen_open():
            level = Level.same_day
        return level, True

    def deciding(self, level: Level) -> tuple[CompiledRule, ...]:
        """The rules behind a level: those that fired at it, or for a latched emergency those that made it one."""
        fired = tuple(r for r in self.judged()[1].fired if r.rule.level is level)
        if fired or level is not Level.emergency or self.s.latch is None:
            return fired
        return tuple(self.flow.rules_by_id[r] for r in self.s.latch.rules if r in self.flow.rules_by_id)

    def _emergency_screen_open(self) -> bool:
        """Whether somebody may have an emergency sign that was never answered: then days are too long."""
        env = self.judged()[0].env
        return any(q.tap == "first" and q.ask not in env for q in self.flow.interview.questions)

    def _result(self, level: Level, state: str | None, unplaced: bool = False) -> None:
        folded, deciding = self.judged()[0], self.deciding(level)
        if state is not None:
            if state != self.path[-1]:
                self.path.append(state)
            turn = self.s.turn + 1
            self.set(at=state, turn=turn, unplaced=unplaced, notes=(), since=turn)
        self.effects.append(
            Advise(
                level,
                tuple(r.rule.rule for r in deciding),
                lines_for(self.flow, folded.env, level, deciding),
                conflicts_in(self.flow, folded.env),
                so_far=state is None,
                unplaced=unplaced,
                urgent=level.rank >= Level.same_day.rank,
            )
        )
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
        _, verdict = self.judged()
        level = Level.emergency if self.s.latch is not None else verdict.level
        trace = Trace(
            tuple(self.path), level, tuple(r.rule.rule for r in verdict.fired), tuple(self.answered), self.remark
        )
        seen = self.before.seen if self.silent else self.now
        return Turn(self.s.but(seen=seen), tuple(self.effects), trace)


def _without(answers: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    return {q: a for q, a in answers.items() if q not in gone}
