"""Examples played through fold and triage and through `step` before they are shown: a disagreement is our bug, said aloud."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.check.answers.ending import outcome
from bot.check.answers.player import NOON, PlayedConversation, Player, Stuck
from bot.check.answers.results import Example, Failed
from bot.check.answers.space import Space, Ticks
from bot.core.flow.answer_values import read_value
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.files.parts import Level
from bot.core.model.findings import Place


def chosen_in(space: Space, example: Example) -> dict[str, Any]:
    """The answers of an example as case keys and `Many`."""
    found: dict[str, Any] = {}
    for question, raw in example.answers.items():
        value = read_value(space.flow.questions[question], raw)
        found[question] = (
            value if isinstance(value, Many) else "not_sure" if raw == "not_sure" else space.key_of(question, value)
        )
    return found


def play_example(player: Player, example: Example) -> PlayedConversation | str:
    """The example played through `step`, or what went wrong."""
    try:
        return player.play(chosen_in(player.space, example), NOON)
    except Stuck as stuck:
        return str(stuck)


def confirmed(player: Player, example: Example | None) -> Example | None:
    """The example with `agrees` and `note` set by playing it."""
    if example is None:
        return None
    found = play_example(player, example)
    if isinstance(found, str):
        return replace(example, agrees=False, note=found)
    difference = disagreement(player.space.flow, example.level, frozenset(example.fired), found)
    return replace(example, agrees=difference is None, note=difference or "")


def disagreement(flow: Flow, level: str | None, fired: frozenset[str], found: PlayedConversation) -> str | None:
    """How `step` differs from what was computed; None if it agrees. After an emergency the stop may come an item
    earlier than computed, so that fewer rules have fired; and of lower ones, a tap that answers a question ahead (`also:`) may
    have let more fire."""
    got = found.level.value if found.level is not None else None
    if got != level:
        return f"step gives {got or 'no level'}, the proof {level or 'no level'}"
    rules = frozenset(found.fired)
    if level == "emergency":
        urgent = frozenset(r.rule.rule for r in flow.rules if r.rule.level is Level.emergency)
        rules, fired = rules & urgent, fired & urgent
    if rules != fired and (level != "emergency" or not rules <= fired):
        return f"step fires {', '.join(sorted(rules ^ fired))} differently"
    return None


def our_bug(flow_name: str, what: str, answers: Mapping[str, Any]) -> Failed:
    """The finding for a disagreement between the proof and `step`."""
    return Failed(
        "FLOW061", "proof_and_step_disagree", Place("interview.yaml"),
        f"BUG OF SYMPTOM-BOT: the proof and the running bot disagree on {flow_name}: {what}. Nothing above may be trusted.",
        "Please report it with this flow.", example=Example(answers, (), None, (), False, what),
    )  # fmt: skip


def random_choice(space: Space, rng: random.Random) -> dict[str, Any]:
    """Random answers to everything. Lists are mostly short, so that conversations get far."""
    chosen: dict[str, Any] = {}
    for question, axis in space.axes.items():
        if isinstance(axis, Ticks):
            share = rng.choice((0.0, 0.0, 0.0, 0.1, 0.3))
            yes = frozenset(o for o in axis.options if rng.random() < share)
            unsure = frozenset(o for o in axis.options if axis.unsure and o not in yes and rng.random() < share / 2)
            chosen[question] = Many(yes, unsure)
        else:
            chosen[question] = rng.choice(axis.cases).key
    return chosen


def walk(space: Space, count: int, seed: int) -> list[Failed]:
    """So many random conversations, computed and played; the disagreements (at most three)."""
    player, rng = Player(space), random.Random(seed)
    found: list[Failed] = []
    for _ in range(count):
        chosen = random_choice(space, rng)
        expected = outcome(space, chosen)
        fired = frozenset(r.rule.rule for r in expected.fired)
        try:
            got = player.play(chosen)
            what = disagreement(space.flow, expected.level and expected.level.value, fired, got)
        except Stuck as stuck:
            what = str(stuck)
        if what is not None:
            answers = {q: space.raw(q, chosen[q]) for q in expected.asked}
            found.append(our_bug(space.flow.name, what, answers))
            if len(found) == 3:
                break
    return found
