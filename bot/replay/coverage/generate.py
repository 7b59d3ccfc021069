"""Proposes scripts: the fewest that reach what no script reaches. What they expect is what the bot says today, to be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.check.proof.covering import Conversation, Target, covering
from bot.core.flow.compiled import Flow
from bot.replay.script.writing import script_text

from .coverage import Coverage, Item

JUDGE = "Proposed, not judged: what it expects is what the bot says today. Keep it only if that is right."


class Proposal(NamedTuple):
    """A script that reaches what none reached. `name`: of its file."""

    name: str
    text: str
    reaches: tuple[str, ...]


class Proposed(NamedTuple):
    """The proposals; what no conversation can reach; what is not reached by answers alone (texts, corrections)."""

    proposals: tuple[Proposal, ...]
    unreachable: tuple[str, ...]
    by_hand: tuple[str, ...]


def propose(found: Coverage) -> Proposed:
    """Scripts for everything that no passing script has met."""
    flow = found.flow
    targets = [(item, target_of(flow, item)) for item in found.unmet()]
    wanted = list(dict.fromkeys(t for _, t in targets if t is not None))
    conversations, unreachable = covering(flow, wanted)
    proposals = [_proposal(flow, c, i) for i, c in enumerate(conversations, 1)]
    by_hand = [f"{item.kind}: {item.name}" for item, target in targets if target is None]
    return Proposed(tuple(proposals), tuple(_words(t) for t in unreachable), tuple(by_hand))


def target_of(flow: Flow, item: Item) -> Target | None:
    """The item as something that answers can reach; None if they cannot."""
    question, _, what = item.name.partition(": ")
    if item.kind == "questions":
        return Target("question", item.name)
    if item.kind == "rules":
        return Target("rule", item.name)
    if item.kind == "advice":
        return Target("line", item.name)
    if item.kind == "options":
        return Target("not_sure", question) if what == "not sure" else Target("option", what, question)
    if item.kind == "branches" and question in flow.questions:
        kind = {"asked": "question", "passed over": "passed_over"}.get(what, "not_sure")
        return Target(kind, question)
    return None


def _words(target: Target) -> str:
    return f"{target.kind}: {target.of + ': ' if target.of else ''}{target.name}"


def _proposal(flow: Flow, conversation: Conversation, number: int) -> Proposal:
    reached = tuple(_words(t) for t in conversation.reached)
    first = conversation.reached[0].name.replace("_", " ")
    expect: dict[str, Any] = {"level": conversation.level or "self_care"}
    rules = [t.name for t in conversation.reached if t.kind == "rule"]
    lines = [t.name for t in conversation.reached if t.kind == "line"]
    if rules:
        expect["because"] = rules
    if lines:
        expect["advice"] = lines
    comment = f"{JUDGE}\nReaches {_several(reached)}."
    text = script_text(
        f"Proposed {number}: {first}", flow.name, None,
        [{"auto": answers_in_script(flow, conversation.answers), "until": "result"}], expect, comment,
    )  # fmt: skip
    return Proposal(f"proposed_{number:02d}.yaml", text, reached)


def answers_in_script(flow: Flow, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers (as answer files write them) that are not the usual ones, as a script gives them."""
    from bot.core.flow.answer_values import BadAnswer, read_value
    from bot.core.flow.compiled import usual_value

    given: dict[str, Any] = {}
    for name, raw in answers.items():
        question = flow.questions[name]
        try:
            usual = read_value(question, usual_value(question))
        except BadAnswer:
            usual = None
        if read_value(question, raw) != usual:
            given[name] = _in_script(raw)
    return given


def _in_script(raw: Any) -> Any:
    """An answer file's answer as scripts write it."""
    if isinstance(raw, Mapping) and "not_sure" in raw:
        raw = {key: options for key, options in raw.items() if options} if raw["not_sure"] else raw["yes"]
    return raw if raw != [] else "none_of_these"


def _several(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
