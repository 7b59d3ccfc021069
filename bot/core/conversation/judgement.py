"""What a session comes to on a day: everything that is asked of it and changes nothing. It answers for any session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.conditions.nodes import reads
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level

from .events import Advise
from .machine import alone, machine_of
from .session import SIGN, Latch, Session
from .triage import Folded, Verdict, conflicts_in, lines_for, next_level_up, verdict_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answers of `session`, folded and judged by the rules of `flow` as of `today`."""

    flow: Flow
    session: Session
    today: date

    @property
    def folded(self) -> Folded:
        """The answers as conditions read them, and the question that is due."""
        return verdict_of(self.flow, self.session, self.today)[0]

    @property
    def env(self) -> Mapping[str, Any]:
        """The answers as conditions read them."""
        return self.folded.env

    @property
    def verdict(self) -> Verdict:
        """The rules that fire, and the level without the latch."""
        return verdict_of(self.flow, self.session, self.today)[1]

    # --- what is on screen --------------------------------------------------------------------------------------------

    @property
    def question(self) -> Question | None:
        """The question on screen, if a question is."""
        return self.flow.questions.get(self.session.at.partition("/")[0])

    @property
    def asked_for(self) -> str | None:
        """The one item that the screen asks about by itself, if it is such a screen."""
        s = self.session
        if s.at == SIGN and s.signs:
            return s.signs[0].option
        if s.queue and s.at.endswith(alone("")):
            return s.queue[0]
        return None

    def due_before(self, state: str) -> bool:
        """Whether a question before the one on this screen is due (an answer made it relevant)."""
        due = self.folded.open
        if due is None:
            return False
        order = machine_of(self.flow).order
        return order.get(due, -1) <= order.get(state.partition("/")[0], -1)

    @property
    def exit_is_due(self) -> bool:
        """Whether the advice may be offered now: the patient needs to be seen, and nothing left to ask raises that."""
        s, verdict = self.session, self.verdict
        wanted = not s.exit_offered and not s.enough and self.folded.open is not None
        return wanted and verdict.rank >= Level.see_soon.rank and not verdict.may_rise

    # --- the level ----------------------------------------------------------------------------------------------------

    @property
    def level(self) -> Level | None:
        """max(triage, latch): the level that stands (SEMANTICS 1)."""
        return Level.emergency if self.session.latch is not None else self.verdict.level

    def level_to_say(self, unplaced: bool = False) -> tuple[Level, bool]:
        """The level of the advice that stands now, and whether it is one for somebody who could not be placed."""
        level = self.level
        if self.session.unknown and (level is None or level.rank < Level.same_day.rank):
            return Level.same_day, True
        if not unplaced and level is not None:
            return level, False
        level = next_level_up(level)
        if level is Level.see_soon and self._emergency_screen_open():
            level = Level.same_day
        return level, True

    def _emergency_screen_open(self) -> bool:
        """Whether somebody may have an emergency sign that was never answered: then days are too long."""
        env = self.env
        return any(q.tap == "first" and q.ask not in env for q in self.flow.interview.questions)

    def deciding(self, level: Level) -> tuple[CompiledRule, ...]:
        """The rules behind a level: those that fired at it, and for a latched emergency those that made it one."""
        fired = tuple(r for r in self.verdict.fired if r.rule.level is level)
        latch = self.session.latch
        if level is not Level.emergency or latch is None:
            return fired
        known = {r.rule.rule for r in fired}
        return (
            *fired,
            *(self.flow.rules_by_id[r] for r in latch.rules if r in self.flow.rules_by_id and r not in known),
        )

    def in_doubt(self, rule: CompiledRule) -> tuple[tuple[str, str], ...]:
        """What the patient could not rule out, if that alone made the rule fire: (question, option); option "" for a question
        that has none. () if it fires by what was said."""
        unsure = {q: v for q, v in self.env.items() if v == NOT_SURE or (isinstance(v, Many) and v.not_sure)}
        said = {
            **self.env,
            **{q: Many(v.yes, frozenset(), v.partial) for q, v in unsure.items() if isinstance(v, Many)},
        }
        for question in unsure.keys() - {q for q, v in unsure.items() if isinstance(v, Many)}:
            del said[question]
        if not unsure or rule.check(said) is True:
            return ()
        items = [
            (question.ask, option)
            for question in self.flow.interview.questions
            if question.ask in unsure
            for option in (question.option_ids if isinstance(unsure[question.ask], Many) else ("",))
        ]
        alone = tuple(item for item in items if rule.check(self._with_doubt(said, unsure, item)) is True)
        return alone or tuple(item for item in items if rule.check(self._without(unsure, item)) is not True)

    def _with_doubt(self, said: Mapping[str, Any], unsure: Mapping[str, Any], item: tuple[str, str]) -> dict[str, Any]:
        question, option = item
        value = unsure[question]
        kept = Many(value.yes, value.not_sure & {option}, value.partial) if isinstance(value, Many) else value
        return {**said, question: kept}

    def _without(self, unsure: Mapping[str, Any], item: tuple[str, str]) -> dict[str, Any]:
        question, option = item
        value = unsure[question]
        if isinstance(value, Many):
            return {**self.env, question: Many(value.yes, value.not_sure - {option}, value.partial)}
        return {q: v for q, v in self.env.items() if q != question}

    def advice(self, *, so_far: bool = False, unplaced: bool = False) -> Advise:
        """The advice that stands now. `so_far`: the chat goes on; `unplaced`: the bot could not place the patient."""
        level, unplaced = self.level_to_say(unplaced)
        return self.advice_at(level, so_far=so_far, unplaced=unplaced)

    def advice_at(self, level: Level, *, so_far: bool = False, unplaced: bool = False) -> Advise:
        """The advice of a level: its rules, lines and contradictions."""
        env, deciding = self.env, self.deciding(level)
        return Advise(
            level,
            tuple(r.rule.rule for r in deciding),
            lines_for(self.flow, env, level, deciding),
            conflicts_in(self.flow, env),
            so_far=so_far,
            unplaced=unplaced,
            urgent=level.rank >= Level.same_day.rank,
        )

    def latch(self, answered: Sequence[str]) -> Latch:
        """The emergency as it is kept: the answer that made it. `answered`: questions answered in this turn."""
        verdict = self.verdict
        question = self._deciding_question(answered, verdict)
        value = self.env.get(question)
        option, unsure = "", value == NOT_SURE
        if isinstance(value, Many):
            option, unsure = self._deciding_option(question, value, verdict)
        elif isinstance(value, str):
            option = value
        return Latch(question, option, tuple(r.rule.rule for r in verdict.deciding), unsure)

    def _deciding_question(self, answered: Sequence[str], verdict: Verdict) -> str:
        """The question whose answer came last of those that the emergency rules read; something was said of it."""
        read = frozenset().union(*(reads(rule.node) for rule in verdict.deciding))
        said = [*self.session.answers, *self.session.heard, *answered]
        for question in reversed(said):
            value = self.env.get(question)
            if question in read and (not isinstance(value, Many) or value.yes or value.not_sure):
                return question
        return said[-1] if said else ""

    def _deciding_option(self, question: str, value: Many, verdict: Verdict) -> tuple[str, bool]:
        """The ticked option without which no emergency rule would have fired; the first one if several would do."""
        order = self.flow.questions[question].option_ids
        ticked = [o for o in order if o in value.yes] + [o for o in order if o in value.not_sure]
        env = dict(self.env)
        for option in ticked:
            env[question] = Many(frozenset({option} & value.yes), frozenset({option} & value.not_sure))
            if any(r.check(env) for r in verdict.deciding):
                return option, option not in value.yes
        return (ticked[0], ticked[0] not in value.yes) if ticked else ("", False)

    # --- of a list that is not done ------------------------------------------------------------------------------------

    def unfinished(self) -> Session:
        """The session with what is ticked, or was said alone, on a list that is not done yet, as heard."""
        s, question = self.session, self.question
        if question is None or question.kind is not Kind.many:
            return s
        seen = Many(frozenset(s.ticks)) if s.at == question.ask else s.found
        if seen is None or not (seen.yes or seen.not_sure):
            return s
        known = s.heard.get(question.ask, Many(frozenset()))
        heard = Many(known.yes | seen.yes, known.not_sure | seen.not_sure, True)
        return s.but(heard={**s.heard, question.ask: heard}, ticks=(), queue=(), found=None)

    def so_far(self) -> Judgement:
        """The same for the session as far as its open list went."""
        return Judgement(self.flow, self.unfinished(), self.today)

    def with_heard(self, question: str, found: Many) -> Judgement:
        """The same as if only `found` were known of a list so far."""
        s = self.session
        answers = {q: a for q, a in s.answers.items() if q != question}
        partial = Many(found.yes, found.not_sure, True)
        return Judgement(self.flow, s.but(answers=answers, heard={**s.heard, question: partial}), self.today)

    @property
    def rank_so_far(self) -> int:
        """The rank of what was said so far, the open list included: silence must not hide a same-day sign."""
        rank = self.verdict.rank
        return rank if rank >= Level.same_day.rank else max(rank, self.so_far().verdict.rank)
