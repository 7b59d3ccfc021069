"""The mutation score: break the flow in each way of the list and see whether some script notices.

A script is run on a broken flow only if it touches the broken place: if some condition, option or line reads otherwise
in one of the moments that the script went through; first those that end in such a moment, for what a script expects is
looked at there. A broken flow that the reader refuses counts for nobody. One that no script notices is looked at by the
proof: if no patient is asked or told anything else it is no fault at all, otherwise the proof names one who is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bot.check.faults.all import all_mutations
from bot.check.faults.mutations import Mutation
from bot.core.conditions.compiler import MEMO, Check
from bot.core.conversation.triage import fold
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.files.interview import Question
from bot.replay.coverage.generate import answers_in_script
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all, versions_of
from bot.replay.playing.ways import MemoryWay, run_case
from bot.replay.script.flows import FlowFolders, with_reader
from bot.replay.script.model import Expect
from bot.replay.script.reading import Scripts, read_scripts

UNHEARD = frozenset({"weaken_property"})
"""Mutations that no conversation can notice: of what the proof is asked to show."""

Fate = Literal["noticed", "survived", "refused", "equal"]
"""noticed by a script; by none; refused by the reader; proved to change nothing for any patient."""


class Noticer(NamedTuple):
    """A patient who would notice. `what`: what is otherwise for them; `answers`: as `auto:` of a script gives them (None: it
    is one of their answers that cannot be given)."""

    what: str
    answers: dict[str, Any] | None


class MutationResult(NamedTuple):
    """What became of one mutation. `by`: the script that noticed, or why it is refused; `tried`: scripts that were run;
    `apart`: of a survivor, a patient who would notice."""

    mutation: Mutation
    fate: Fate
    by: str = ""
    tried: int = 0
    apart: Noticer | None = None


@dataclass
class Score:
    """The results of all mutations of a flow that were tried. `whole`: whether that is all that there are."""

    flow: Flow
    results: list[MutationResult] = field(default_factory=list)
    whole: bool = True

    def count(self, fate: Fate) -> int:
        """How many met this fate."""
        return sum(1 for r in self.results if r.fate == fate)

    @property
    def percent(self) -> float:
        """Noticed of those that could be noticed."""
        able = self.count("noticed") + self.count("survived")
        return 100.0 if not able else int(1000 * self.count("noticed") / able) / 10

    @property
    def survivors(self) -> list[MutationResult]:
        """Faults that no script would notice."""
        return [r for r in self.results if r.fate == "survived"]


class Moment(NamedTuple):
    """One set of answers as conditions read them, the scripts (by number) that went through it, and those that ended in it."""

    env: Mapping[str, Any]
    scripts: set[int]
    ended: set[int]


def moments(flow: Flow, outcomes: Sequence[Played]) -> list[Moment]:
    """Every different set of answers that these scripts (run in memory) went through."""
    found: dict[Any, Moment] = {}
    for number, outcome in enumerate(outcomes):
        for handled in outcome.handled:
            s = handled.turn.session
            env = fold(flow, s.answers, s.seen.date(), s.heard).env
            key = tuple(sorted(((q, repr(v)) for q, v in env.items())))
            moment = found.setdefault(key, Moment(env, set(), set()))
            moment.scripts.add(number)
        moment.ended.add(number)
    return list(found.values())


Differs = Callable[[Flow, Flow], Noticer | None]
"""A patient whom two flows treat otherwise; None: there is none."""


@dataclass
class Trial:
    """Scripts of one flow that pass in memory, ready to be run on broken ones. `differs`: asked about survivors."""

    scripts: Scripts
    flow: Flow
    ran: Sequence[Played]
    differs: Differs

    def __post_init__(self) -> None:
        self.ran = [o for o in self.ran if o.passed and o.handled and self.scripts.flow(o.case) is self.flow]
        self.known = moments(self.flow, self.ran)
        self.before = [{**m.env, MEMO: {}} for m in self.known]

    def of(self, mutation: Mutation) -> MutationResult:
        """Break the flow so and see."""
        broken, findings = mutation.make()
        if broken is None:
            return MutationResult(mutation, "refused", str(findings[0]) if findings else "")
        way, tried = MemoryWay(), 0
        for number in self._touching(broken):
            case, tried = self.ran[number].case, tried + 1
            try:
                outcome = run_case(way, case, broken, versions_of(self.scripts, case))
            except Exception as error:  # a broken flow may break anything; that is noticed too
                return MutationResult(mutation, "noticed", f"{case.title} ({type(error).__name__})", tried)
            if not outcome.passed:
                return MutationResult(mutation, "noticed", case.title, tried)
        apart = self.differs(self.flow, broken)
        return MutationResult(mutation, "equal" if apart is None else "survived", "", tried, apart)

    def _touching(self, broken: Flow) -> Iterator[int]:
        """The scripts that went through a moment in which the two flows differ, those first that are likely to notice."""
        places = list(_differing(self.flow, broken))
        names = {p.name for p in places}

        def differs(number: int) -> bool:
            now = {**self.known[number].env, MEMO: {}}
            return any(place.differs(self.before[number], now) for place in places)

        def likely(number: int) -> tuple[bool, int]:
            return not names & _named(self.ran[number].case.expect), len(self.ran[number].handled)

        at_end = [n for n, m in enumerate(self.known) if m.ended and differs(n)]
        ending = {script for n in at_end for script in self.known[n].ended}
        yield from sorted(ending, key=likely)
        found: set[int] = set(ending)
        for n, moment in enumerate(self.known):
            if not moment.scripts <= found and differs(n):
                found |= moment.scripts
        yield from sorted(found - ending, key=likely)


def _named(expect: Expect) -> set[str]:
    """The rules, lines and questions that a script expects something of."""
    lists = (expect.because, expect.not_because, expect.advice, expect.not_advice, expect.only_advice or ())
    return {name for names in (*lists, expect.asked, expect.not_asked, expect.answers) for name in names}


# --- where two flows differ -------------------------------------------------------------------------------------------


class _Differing(NamedTuple):
    """A rule, line, question or contradiction that is not the same; `differs`: with answers, for the one flow and the other."""

    name: str
    differs: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


def _read(name: str, old: Check, new: Check) -> _Differing:
    return _Differing(name, lambda before, now: old(before) != new(now))


def _differing(flow: Flow, broken: Flow) -> Iterator[_Differing]:
    """Everything that can make a difference."""
    rules = {r.rule.rule: r for r in broken.rules}
    for rule in flow.rules:
        other = rules.get(rule.rule.rule)
        if other is None or other.rank != rule.rank:
            yield _read(rule.rule.rule, rule.check, _never)
        elif other.node != rule.node:
            yield _read(rule.rule.rule, rule.check, other.check)
    lines = {x.line.line: x for x in broken.lines}
    for line in flow.lines:
        name, changed = line.line.line, lines.get(line.line.line)
        if changed is None:
            yield _read(name, line.check or _always, _never)
        elif (changed.line.levels, changed.line.how) != (line.line.levels, line.line.how):
            yield _read(name, line.check or _always, _never)
            yield _read(name, changed.check or _always, _never)
        elif changed.node != line.node:
            yield _read(name, line.check or _always, changed.check or _always)
    asking = {a.question.ask: a for a in broken.asking}
    for before in flow.asking:
        name, after = before.question.ask, asking.get(before.question.ask)
        if after is None or _answers(before.question) != _answers(after.question):
            yield _read(name, before.check or _always, _never)
        elif before.node != after.node:
            yield _read(name, before.check or _always, after.check or _always)
        if after is not None:
            for option in set(before.question.option_ids) - set(after.question.option_ids):
                yield _chosen(name, option)
    conflicts = {name: (node, check) for name, node, check in broken.conflicts}
    for name, node, check in flow.conflicts:
        other_node, other_check = conflicts.get(name, (None, _never))
        if node != other_node:
            yield _read(name, check, other_check)


def _answers(question: Question) -> Any:
    """What of a question, its options apart, decides what comes of it."""
    return question.choices, question.unsure, question.unsure_as, question.min, question.max, question.none


def _always(env: Mapping[str, Any]) -> bool:
    return True


def _never(env: Mapping[str, Any]) -> bool:
    return False


def _chosen(question: str, option: str) -> _Differing:
    """An option that is lost."""

    def chosen(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
        value = before.get(question)
        return option in value.yes or option in value.not_sure if isinstance(value, Many) else value == option

    return _Differing(question, chosen)


def differs(flow: Flow, broken: Flow) -> Noticer | None:
    """A patient whom the broken flow treats otherwise; None: it is proved that there is none. Where that cannot be proved,
    it counts as another flow."""
    from bot.check.answers.ending import outcome
    from bot.check.difference.beside import beside
    from bot.check.difference.formulas import Couple
    from bot.check.proof.solver import NotProved

    both = beside(flow, broken)
    if both.left_out:
        return Noticer(both.left_out[0], None)
    try:
        found = Couple(both).apart()
    except NotProved as reason:
        return Noticer(f"not proved that nobody is treated otherwise: {reason}", None)
    if found is None:
        return None
    space = both.old
    asked = outcome(space, {**space.usual, **found.chosen}).asked
    given = {q: space.raw(q, found.chosen[q]) for q in asked if found.chosen.get(q, space.usual[q]) != space.usual[q]}
    return Noticer(found.what, answers_in_script(flow, given))


# --- all of them ------------------------------------------------------------------------------------------------------


def chosen(flow: Flow, share: float = 1.0, seed: int = 0) -> list[Mutation]:
    """The mutations that a conversation could notice; `share` of them, chosen by the seed."""
    found = [m for m in all_mutations(flow) if m.kind not in UNHEARD]
    if share >= 1.0:
        return found
    kept = set(random.Random(seed).sample(range(len(found)), max(1, round(len(found) * share))))
    return [m for i, m in enumerate(found) if i in kept]


def mutation_score(
    scripts: Scripts, outcomes: Sequence[Played], flow: Flow, *, share: float = 1.0, seed: int = 0,
    differs: Differs = differs, each: Callable[[MutationResult], None] = lambda result: None,
) -> Score:  # fmt: skip
    """The score of the scripts of one flow that passed. `share`: of the mutations, chosen by the seed; `differs`: asked
    about survivors; `each`: told each result."""
    trial, score = Trial(scripts, flow, outcomes, differs), Score(flow, whole=share >= 1.0)
    for mutation in chosen(flow, share, seed):
        result = trial.of(mutation)
        score.results.append(result)
        each(result)
    return score


def score_in_jobs(
    paths: Sequence[Path], flows: FlowFolders, key: str, jobs: int, *, share: float = 1.0, seed: int = 0
) -> Score:
    """The same in several processes, each of which reads the scripts of these paths itself. `key`: the flow's among them."""
    flow = read_scripts(paths, flows).flows[key]
    mutations = chosen(flow, share, seed)
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(list(paths), flows.folders, key, share, seed)) as pool:
        told = pool.map(_result_of, range(len(mutations)), chunksize=4)
        results = [MutationResult(m, *plain) for m, plain in zip(mutations, told, strict=True)]
    return Score(flow, results, share >= 1.0)


_job: tuple[Trial, list[Mutation]] | None = None
"""What a process of `score_in_jobs` works on."""


def _begin(paths: list[Path], folders: tuple[Path, ...], key: str, share: float, seed: int) -> None:
    global _job  # each process works on one flow, and only `_result_of` reads it
    scripts = read_scripts(paths, FlowFolders(folders, with_reader))
    scripts.cases = [case for case in scripts.cases if case.flow == key]
    flow = scripts.flows[key]
    _job = Trial(scripts, flow, list(run_all(scripts, [MemoryWay()])), differs), chosen(flow, share, seed)


def _result_of(number: int) -> tuple[Fate, str, int, Noticer | None]:
    assert _job is not None
    trial, mutations = _job
    result = trial.of(mutations[number])
    return result.fate, result.by, result.tried, result.apart
