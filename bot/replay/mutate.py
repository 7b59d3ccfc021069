"""The mutation score: break the flow in each way of the list and see whether some script notices.

A script is run on a broken flow only if it touches the broken place: if some condition, option or line reads otherwise
in one of the moments that the script went through. A broken flow that the reader refuses counts for nobody; one of which
the proof shows that no patient is asked or told anything else is no fault at all.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from bot.check.judging import all_mutations
from bot.check.mutations import KINDS, Mutation
from bot.check.mutations_whole import WAYS
from bot.core.compiled import Flow
from bot.core.evaluation import Check, Many
from bot.core.flow import Question
from bot.core.triage import fold

from .outcome import Outcome
from .reading import Scripts
from .run import versions_of
from .ways import MemoryWay, run_case

UNHEARD = frozenset({"weaken_property"})
"""Mutations that no conversation can notice: of what the proof is asked to show."""

Fate = Literal["noticed", "survived", "refused", "equal"]
"""noticed by a script; by none; refused by the reader; proved to change nothing for any patient."""


class Result(NamedTuple):
    """What became of one mutation. `by`: the script that noticed, or why it is refused; `touched`: scripts that were run."""

    mutation: Mutation
    fate: Fate
    by: str = ""
    touched: int = 0


@dataclass
class Score:
    """The results of all mutations of a flow."""

    flow: Flow
    results: list[Result] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """How many met this fate."""
        return sum(1 for r in self.results if r.fate == fate)

    @property
    def percent(self) -> float:
        """Noticed of those that could be noticed."""
        able = self.count("noticed") + self.count("survived")
        return 100.0 if not able else int(1000 * self.count("noticed") / able) / 10

    @property
    def survivors(self) -> list[Result]:
        """Faults that no script would notice."""
        return [r for r in self.results if r.fate == "survived"]

    def as_json(self) -> dict[str, Any]:
        """The score as plain values."""
        return {
            "flow": self.flow.name, "percent": self.percent,
            **{fate: self.count(fate) for fate in ("noticed", "survived", "refused", "equal")},
            "survivors": [
                {"kind": r.mutation.kind, "what": r.mutation.what, "place": str(r.mutation.place), "scripts_run": r.touched}
                for r in self.survivors
            ],
        }  # fmt: skip


class Moment(NamedTuple):
    """One set of answers as conditions read them, and the scripts (by number) that went through it."""

    env: Mapping[str, Any]
    scripts: set[int]


def moments(flow: Flow, outcomes: Sequence[Outcome]) -> list[Moment]:
    """Every different set of answers that these scripts (run in memory) went through."""
    found: dict[Any, Moment] = {}
    for number, outcome in enumerate(outcomes):
        for handled in outcome.handled:
            s = handled.turn.session
            env = fold(flow, s.answers, s.seen.date(), s.heard).env
            key = tuple(sorted(((q, repr(v)) for q, v in env.items())))
            found.setdefault(key, Moment(env, set())).scripts.add(number)
    return list(found.values())


def mutation_score(
    scripts: Scripts,
    outcomes: Sequence[Outcome],
    flow: Flow,
    *,
    share: float = 1.0,
    seed: int = 0,
    equal: Callable[[Flow, Flow], bool] | None = None,
    each: Callable[[Result], None] = lambda result: None,
) -> Score:
    """The score of passing scripts of one flow. `share`: of the mutations, chosen by the seed; `equal`: the proof that
    two flows ask and tell every patient the same (None: survivors are not looked into)."""
    ran = [o for o in outcomes if o.passed and o.handled and scripts.flow(o.case) is flow]
    known = moments(flow, ran)
    chosen = [m for m in all_mutations(flow) if m.kind not in UNHEARD]
    if share < 1.0:
        count = max(1, round(len(chosen) * share))
        kept = set(random.Random(seed).sample(range(len(chosen)), count))
        chosen = [m for i, m in enumerate(chosen) if i in kept]
    score = Score(flow)
    for mutation in chosen:
        result = _tried(mutation, flow, scripts, ran, known, equal)
        score.results.append(result)
        each(result)
    return score


def _tried(
    mutation: Mutation, flow: Flow, scripts: Scripts, ran: Sequence[Outcome], known: Sequence[Moment],
    equal: Callable[[Flow, Flow], bool] | None,
) -> Result:  # fmt: skip
    broken, findings = mutation.make()
    if broken is None:
        return Result(mutation, "refused", str(findings[0]) if findings else "")
    touching = _touching(flow, broken, known)
    way = MemoryWay()
    for number in sorted(touching, key=lambda n: len(ran[n].handled)):
        case = ran[number].case
        try:
            outcome = run_case(way, case, broken, versions_of(scripts, case))
        except Exception as error:  # a broken flow may break anything; that is noticed too
            return Result(mutation, "noticed", f"{case.title} ({type(error).__name__})", len(touching))
        if not outcome.passed:
            return Result(mutation, "noticed", case.title, len(touching))
    if equal is not None and equal(flow, broken):
        return Result(mutation, "equal", "", len(touching))
    return Result(mutation, "survived", "", len(touching))


def _touching(flow: Flow, broken: Flow, known: Sequence[Moment]) -> set[int]:
    """The scripts that went through a moment in which the two flows differ."""
    pairs = list(_pairs(flow, broken))
    lost = list(_lost_options(flow, broken))
    found: set[int] = set()
    for env, numbers in known:
        if numbers <= found:
            continue
        if any(old(env) != new(env) for old, new in pairs) or any(_chosen(env.get(q), o) for q, o in lost):
            found |= numbers
    return found


def _pairs(flow: Flow, broken: Flow) -> Iterator[tuple[Check, Check]]:
    """Checks that differ between the two flows, before and after."""
    rules = {r.rule.rule: r for r in broken.rules}
    for rule in flow.rules:
        other = rules.get(rule.rule.rule)
        if other is None or other.rank != rule.rank:
            yield rule.check, _never
        elif other.node != rule.node:
            yield rule.check, other.check
    lines = {x.line.line: x for x in broken.lines}
    for line in flow.lines:
        changed = lines.get(line.line.line)
        if changed is None:
            yield line.check or _always, _never
        elif (changed.line.levels, changed.line.how) != (line.line.levels, line.line.how):
            yield line.check or _always, _never
            yield changed.check or _always, _never
        elif changed.node != line.node:
            yield line.check or _always, changed.check or _always
    asking = {a.question.ask: a for a in broken.asking}
    for before in flow.asking:
        after = asking.get(before.question.ask)
        if after is None or _answers(before.question) != _answers(after.question):
            yield before.check or _always, _never
        elif before.node != after.node:
            yield before.check or _always, after.check or _always
    conflicts = {name: (node, check) for name, node, check in broken.conflicts}
    for name, node, check in flow.conflicts:
        other_node, other_check = conflicts.get(name, (None, _never))
        if node != other_node:
            yield check, other_check


def _answers(question: Question) -> Any:
    """What of a question, its options apart, decides what comes of it."""
    return question.choices, question.unsure, question.unsure_as, question.min, question.max, question.none


def _always(env: Mapping[str, Any]) -> bool:
    return True


def _never(env: Mapping[str, Any]) -> bool:
    return False


def _lost_options(flow: Flow, broken: Flow) -> Iterator[tuple[str, str]]:
    for before in flow.interview.questions:
        after = broken.questions.get(before.ask)
        if after is not None and before.options != after.options:
            for option in set(before.option_ids) - set(after.option_ids):
                yield before.ask, option


def _chosen(value: Any, option: str) -> bool:
    if isinstance(value, Many):
        return option in value.yes or option in value.not_sure
    return bool(value == option)


def changes_nothing(flow: Flow, broken: Flow) -> bool:
    """Whether it is proved that no patient is asked or told anything else by the broken flow."""
    from bot.check.diff import compare

    return not compare(flow, broken).moved


# --- in words ---------------------------------------------------------------------------------------------------------


def score_table(score: Score) -> str:
    """The score by kind, and the survivors as what somebody could do unnoticed."""
    lines = [f"{score.flow.name}  mutation score {score.percent} %"]
    fates: Counter[tuple[str, Fate]] = Counter((r.mutation.kind, r.fate) for r in score.results)
    for kind, words in {**KINDS, **WAYS}.items():
        noticed, survived = fates[kind, "noticed"], fates[kind, "survived"]
        refused, equal = fates[kind, "refused"], fates[kind, "equal"]
        if noticed + survived + refused + equal:
            lines.append(
                f"  {kind:<18} {noticed:>4} noticed {survived:>4} not   "
                f"{refused:>4} refused by the reader {equal:>4} change nothing   ({words})"
            )
    if score.survivors:
        lines.append("If somebody did this, no script would notice:")
        for result in score.survivors:
            touched = f"{result.touched} scripts go through it" if result.touched else "no script goes through it"
            lines.append(f"  {result.mutation}  ({touched})")
    return "\n".join(lines)
