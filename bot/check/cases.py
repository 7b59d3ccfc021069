"""Answer files -> levels: the interview walked with given answers, the usual ones elsewhere (SEMANTICS 8). For operators
and tests; never shown to a patient as advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.conversation.triage import lines_for, next_level_up, triage
from bot.core.flow.answer_values import BadAnswer, choice_span, read_value
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.answers import NOT_ASKED, NOT_SURE, NOTHING_SAID, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level
from bot.core.model.findings import did_you_mean


class BadCase(Exception):
    """An answer set that cannot be used: one line that says what is wrong and what the question takes."""


@dataclass(frozen=True)
class CaseResult:
    """What the interview comes to. `warnings`: names in the file that the flow does not know."""

    level: Level
    rules: tuple[str, ...]
    asked: tuple[str, ...]
    assumed: tuple[str, ...]
    unused: tuple[str, ...]
    advice: tuple[str, ...]
    env: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    unplaced: bool = False

    def as_json(self, flow: Flow) -> dict[str, object]:
        """The outcome as plain JSON values."""
        rules = [flow.rules_by_id[r].rule for r in self.rules]
        return {
            "level": self.level.value,
            "rules": [{"rule": r.rule, "level": r.level.value, "because": list(r.because)} for r in rules],
            "asked": list(self.asked),
            "assumed": list(self.assumed),
            "unused": list(self.unused),
            "advice": list(self.advice),
        }


def run_answers(flow: Flow, case: Mapping[str, Any]) -> CaseResult:
    """Walk the interview with one answer set. Raises BadCase."""
    given = _Given(flow, case)
    env: dict[str, Any] = {}
    asked: list[str] = []
    assumed: list[str] = []
    used: set[str] = set()
    for question, _, check in flow.asking:
        applies = True if check is None else check(env)
        if not applies:
            env[question.ask] = NOT_ASKED
            continue
        if question.ask not in given.values and flow.heard_only(question.ask, env):
            env[question.ask] = NOTHING_SAID
            continue
        asked.append(question.ask)
        if question.ask in given.values:
            env[question.ask] = counted(question, given.values[question.ask])
            used.add(question.ask)
        else:
            env[question.ask] = counted(question, read_value(question, usual_value(question)))
            assumed.append(question.ask)
        if triage(flow, env).level is Level.emergency:
            break
    verdict = triage(flow, env)
    level = verdict.level or next_level_up(None)
    return CaseResult(
        level,
        tuple(r.rule.rule for r in verdict.fired),
        tuple(asked),
        tuple(assumed),
        tuple(sorted(n for n, home in given.homes.items() if home not in used)),
        lines_for(flow, env, level, verdict.deciding),
        env,
        tuple(given.warnings),
        unplaced=verdict.level is None,
    )


def given_answers(flow: Flow, case: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered to each question if it is asked: what the file gives, else the usual answer. Raises BadCase."""
    given = _Given(flow, case).values
    return {q.ask: given[q.ask] if q.ask in given else read_value(q, usual_value(q)) for q in flow.interview.questions}


def counted(question: Question, value: Any) -> Any:
    """ "Not sure" on a number counts as the choice that the flow names. Raises BadCase."""
    if value == NOT_SURE and question.kind not in (Kind.one, Kind.many, Kind.yes_no):
        for choice in question.choices:
            if choice.id == question.unsure_as:
                return choice_span(question, choice)
        raise BadCase(f'"{question.ask}" cannot be answered with not_sure')
    return value


class _Given:
    """What a file gives: values by question, and for each name in the file the question that uses it."""

    def __init__(self, flow: Flow, case: Mapping[str, Any]) -> None:
        self.flow = flow
        self.values: dict[str, Any] = {}
        self.homes: dict[str, str] = {}
        self.warnings: list[str] = []
        self._denied: set[str] = set()
        self._brought: set[str] = set()
        answers, facts = _parts(case)
        for name, raw in answers.items():
            self._answer(str(name), raw)
        held = {str(name) for name, raw in facts.items() if self._fact(str(name), raw)}
        for short in flow.interview.shorthand:  # in the flow's order: where two facts differ, the first one there holds
            if short.fact in held:
                self._bring(short.fact, short.answers, short.facts)
        self._open_followed()
        for question in flow.interview.questions:
            value = self.values.get(question.ask)
            if isinstance(value, Span) and flow.separates(question.ask, value):
                raise BadCase(
                    f'the range {value.low:g} to {value.high:g} of "{question.ask}" is told apart by a condition: '
                    "give a narrower one"
                )

    def _answer(self, name: str, raw: Any) -> None:
        question = self.flow.questions.get(name)
        self.homes[name] = name
        if question is None:
            self._unknown(name, self.flow.questions)
            return
        try:
            self.values[name] = read_value(question, raw)
        except BadAnswer as bad:
            raise BadCase(str(bad)) from None

    def _unknown(self, name: str, known: Mapping[str, Any] | list[str]) -> None:
        self.warnings.append(f'"{name}" is unknown in this flow and was left out. {did_you_mean(name, known)}'.rstrip())

    def _fact(self, name: str, raw: Any) -> bool:
        """Take one fact; whether it holds (or may), so that its shorthand applies."""
        if not isinstance(raw, bool) and raw not in ("yes", "no", NOT_SURE):
            raise BadCase(f'the fact "{name}" is true, false or not_sure, not {raw!r}')
        truth = ("yes" if raw else "no") if isinstance(raw, bool) else str(raw)
        question = self.flow.questions.get(name)
        told = question is not None and question.kind is Kind.yes_no
        if (
            not told
            and name not in self.flow.option_home
            and all(s.fact != name for s in self.flow.interview.shorthand)
        ):
            self.homes[name] = name
            self._unknown(name, [*self.flow.option_home, *self.flow.questions])
            return False
        if name in self.flow.option_home:
            self._option(name, truth, given=True)
        elif told:
            self.homes[name] = name
            self.values.setdefault(name, truth)
        return truth != "no"

    def _bring(self, name: str, answers: Mapping[str, Any], facts: list[str]) -> None:
        for question, raw in answers.items():
            if question not in self.values:
                self.values[question] = read_value(self.flow.questions[question], raw)
                self._brought.add(question)
            self.homes.setdefault(name, question)
        for fact in facts:
            if fact in self.flow.option_home:
                self._option(fact, "yes", given=False)
                self.homes.setdefault(name, self.flow.option_home[fact])
            elif fact in self.flow.questions:
                self.values.setdefault(fact, "yes")
                self.homes.setdefault(name, fact)

    def _option(self, option: str, truth: str, given: bool) -> None:
        home = self.flow.option_home[option]
        question = self.flow.questions[home]
        if given:
            self.homes[option] = home
        if question.kind is Kind.one:
            if truth != "no" and (
                home not in self.values or home in self._brought or _more_worrying(question, option, self.values[home])
            ):
                self.values[home] = option if truth == "yes" else NOT_SURE
            return
        value = self.values.get(home, Many(frozenset()))
        if truth == "no":
            self._denied.add(option)
            self.values[home] = value
        elif truth == "yes":
            self.values[home] = Many(value.yes | {option}, value.not_sure - {option})
        else:
            self.values[home] = Many(value.yes, value.not_sure | ({option} - value.yes))

    def _open_followed(self) -> None:
        """A fact of a question that an option opens means that the option was ticked."""
        changed = True
        while changed:
            changed = False
            for question in self.flow.interview.questions:
                for option in question.options:
                    if option.opens is None or option.id in self._denied or not self._said(option.opens):
                        continue
                    value = self.values.get(question.ask)
                    if isinstance(value, Many) and option.id in value.yes | value.not_sure:
                        continue
                    if question.kind is Kind.one and value is not None:
                        continue
                    self._option(option.id, "yes", given=False)
                    changed = True

    def _said(self, question: str) -> bool:
        """Whether the file says something of this question that an uncomplicated patient would not."""
        value = self.values.get(question)
        if value is None:
            return False
        return bool(value != read_value(self.flow.questions[question], usual_value(self.flow.questions[question])))


def _more_worrying(question: Question, option: str, than: Any) -> bool:
    """Of two options of one question the more worrying one holds (SEMANTICS 5), where the flow ranks both."""
    ranks = {o.id: o.worry for o in question.options}
    new, old = ranks.get(option), ranks.get(than)
    return new is not None and old is not None and new > old


def _parts(case: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if not isinstance(case, Mapping):
        raise BadCase("an answer set is a mapping with `answers` and `facts`")
    if "answers" not in case and "facts" not in case:
        return case, {}
    answers, facts = case.get("answers") or {}, case.get("facts") or {}
    if isinstance(facts, list):
        facts = dict.fromkeys(facts, True)
    if not isinstance(answers, Mapping) or not isinstance(facts, Mapping):
        raise BadCase("`answers` and `facts` are mappings: question: value, option: true or false")
    return answers, facts
