"""The proofs: what holds for every conversation of a flow, and the smallest conversation for what does not.

Each proof is a function of the `Prover` that yields what fails; the tables below list them in plain sight. A verdict is
one of three: it holds, it fails, or it is not proved (a limit or an error of the solver), which counts as failing: it
fails closed. z3 is imported only when a proof is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from bot.check.answers.conditions_of import property_nodes
from bot.check.answers.player import Player, plain_flow
from bot.check.answers.results import Failed, Proofs
from bot.check.counting.counting import count_conversations
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Place

from .confirm import confirmed, our_bug, walk
from .dead import lines_live, questions_live, rules_live
from .laws import (
    exit_is_sound,
    low_level_is_earned,
    monotone,
    no_gap,
    nothing_undecided,
    signs_count_alike,
    something_to_do,
    unsure_never_lower,
)
from .lengths import lengths, no_longer_than_stated
from .memory import ProofMemory
from .properties import one_property
from .settings_kept import setting_is_kept
from .solver import LIMITS, NotProved, Prover
from .words import rule_is_kept

Proof = Callable[[Prover], Iterator[Failed]]

SAFETY: tuple[tuple[str, Proof], ...] = (
    ("every conversation ends in advice", no_gap),
    ("every rule is decided at the end", nothing_undecided),
    ("worse answers never lower the level", monotone),
    ('"not sure" never gives a lower level than "no"', unsure_never_lower),
    ("the exit is offered only if nothing can raise the level", exit_is_sound),
    ("self_care and see_soon only after the emergency and warning screens", low_level_is_earned),
    ("a sign that is typed counts for as much as one that is tapped", signs_count_alike),
    ("whoever is given a level is told what to do", something_to_do),
)
"""Proofs without which a flow is not for patients; the safety rules of its own come on top."""

BUILD: tuple[tuple[str, Proof], ...] = (
    ("every question is asked by some conversation", questions_live),
    ("every rule decides some conversation", rules_live),
    ("every line of advice is said at each of its levels", lines_live),
)
"""Proofs that nothing in the flow is dead."""

LENGTH: tuple[tuple[str, Proof], ...] = (("no conversation is longer than stated", no_longer_than_stated),)


def get_ready() -> None:
    """Import the solver ahead of the first proof."""
    import z3  # noqa: F401


def proofs(
    flow: Flow,
    fast: bool = False,
    walks: int | None = None,
    seed: int = 0,
    limits: Mapping[str, int] = LIMITS,
    known: Proofs | None = None,
    memory: ProofMemory | None = None,
) -> Proofs:
    """Everything proved of a flow. `fast`: only what decides whether patients may see it (safety), as at every load.

    Each counterexample is played through `step`; `walks` random conversations (20 if fast, else 200) are compared too.
    `limits`: the solver's own bounds on one question. `known`: the proofs of a version that asks and decides by the very same
    files, so that only its words are others: what the solver proved of it is not proved again.
    `memory`: of the version before; what the edit did not change is not asked of the solver again.
    """
    if known is not None:
        return _of_other_words(flow, known)
    flow = plain_flow(flow)
    began = perf_counter()
    memory = memory or ProofMemory()
    memory.next_version()
    p = Prover(flow, limits, memory)
    seconds = {"translation": perf_counter() - began}
    held: list[str] = []
    failed: list[Failed] = []
    own: list[tuple[str, Proof]] = [(e.property.property, partial(one_property, entry=e)) for e in property_nodes(flow)]
    began = perf_counter()
    p.foresee(proof for _, proof in (*SAFETY, *own))
    seconds["together"] = perf_counter() - began
    own += [(name, partial(_without_solver, check=check)) for name, check in _read_off(flow)]
    parts: tuple[tuple[str, Sequence[tuple[str, Proof]]], ...] = (("safety", (*SAFETY, *own)),)
    if not fast:
        parts += (("build", BUILD), ("length", LENGTH))
    for part, table in parts:
        began = perf_counter()
        for words, proof in table:
            found = list(_tried(words, proof, p, part == "safety"))
            failed += found
            if not found:
                held.append(words)
        seconds[part] = perf_counter() - began
    began = perf_counter()
    player = Player(p.space)
    failed = [replace(f, example=confirmed(player, f.example), other=confirmed(player, f.other)) for f in failed]
    for shown in [e for f in failed for e in (f.example, f.other) if e is not None and not e.agrees]:
        failed.append(our_bug(flow.name, shown.note, shown.answers))
    walks = walks if walks is not None else 20 if fast else 200
    failed += walk(p.space, walks, seed)
    seconds["step"] = perf_counter() - began
    figures: dict[str, Any] = {"properties": len(SAFETY) + len(own), "failing": _failing(failed), "walks": walks}
    reached: list[str] = []
    if not fast:
        began = perf_counter()
        try:
            figures |= lengths(p)
        except NotProved as reason:
            reached.append(f"the shortest and the longest conversation were not found: {reason}")
        counted = count_conversations(p.space)
        figures["conversations"], figures["conversations_exact"] = counted.total, counted.exact
        figures["by_level"] = counted.by_level
        reached += counted.limits
        seconds["figures"] = perf_counter() - began
    return Proofs(flow.name, flow.version, tuple(held), tuple(failed), tuple(reached), figures, seconds, fast)


def _read_off(flow: Flow) -> Iterator[tuple[str, Callable[[Flow], Iterator[Failed]]]]:
    """The safety rules that are read off the files, no solver needed: of words and of settings."""
    for rule in flow.safety.words:
        yield rule.words, partial(rule_is_kept, rule=rule)
    for setting in flow.safety.settings:
        yield setting.setting, partial(setting_is_kept, rule=setting)


def _without_solver(p: Prover, check: Callable[[Flow], Iterator[Failed]]) -> Iterator[Failed]:
    return check(p.flow)


def _of_other_words(flow: Flow, known: Proofs) -> Proofs:
    """The proofs of a version of which only the words are others than those of the known one."""
    began = perf_counter()
    checks = dict(_read_off(flow))
    found = {name: list(check(flow)) for name, check in checks.items()}
    held = [name for name in known.held if name not in found] + [name for name, failed in found.items() if not failed]
    failed = [f for f in known.failed if f.name.partition(":")[0] not in found] + [
        f for fs in found.values() for f in fs
    ]
    figures = {**known.figures, "failing": _failing(failed)}
    seconds = {"safety": perf_counter() - began}
    return replace(
        known, version=flow.version, held=tuple(held), failed=tuple(failed), figures=figures, seconds=seconds
    )


def _tried(words: str, proof: Proof, p: Prover, safety: bool) -> Iterator[Failed]:
    """What fails of one proof, or that it could not be made."""
    try:
        yield from proof(p)
    except (NotProved, p.z3.Z3Exception) as reason:
        yield Failed(
            "FLOW062", words, Place("safety.yaml" if safety else "interview.yaml"), f"NOT PROVED: {reason}.",
            "Nobody knows whether it holds, so the flow is not served. Check it on a faster or less busy machine, or "
            "make the conditions simpler.", safety=safety,
        )  # fmt: skip


def _failing(failed: list[Failed]) -> int:
    """How many of the safety properties fail (a property may fail in several ways)."""
    return len({f.name.partition(":")[0] for f in failed if f.safety and f.code != "FLOW061"})
