"""Texts and claims that differ between two versions, side by side, the most serious first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.core.flow.compiled import Flow
from bot.core.model.files.advice import Section
from bot.core.model.files.parts import Level
from bot.core.model.files.texts import whoever_for

EMERGENCY, SIGN, ADVICE, REASON, ASKED, OTHER, TYPED, CLAIM = range(8)
"""How serious it is that a text is another one, most serious first: what is said in an emergency; how a warning sign is asked
about; what to do, when to get help and what each level is called; why, and what is told; what is asked; all else; what may be
typed; what a claim says."""
_IN_AN_EMERGENCY = ("emergency", "crisis", "stopped", "last_check", "cant_get_there", "outage")
_SERIOUS = frozenset({Section.do, Section.help, Section.again, Section.medicine})


class WordChange(NamedTuple):
    """A text that is another one. `place`: file and line; `key`: which text; `rank`: how serious; None: there is, or was, none."""

    place: str
    key: str
    rank: int
    old: str | None
    new: str | None


def changed_words(old: Flow, new: Flow) -> tuple[WordChange, ...]:
    """All of them, the most serious first."""
    return tuple(sorted(_changed(old, new), key=lambda change: change.rank))


def _changed(old: Flow, new: Flow) -> Iterator[WordChange]:
    for lang in dict.fromkeys([*old.texts, *new.texts]):
        file = f"texts.{lang}.yaml"
        before, now = (_leaves(f.texts[lang].model_dump(mode="json")) if lang in f.texts else {} for f in (old, new))
        for at in dict.fromkeys([*before, *now]):
            if before.get(at) != now.get(at):
                yield _change(old, new, file, at, _rank(new, at), before.get(at), now.get(at))
    claims = ({c.claim: c.model_dump(mode="json") for c in flow.evidence.claims} for flow in (old, new))
    before, now = (_leaves(found) for found in claims)
    for at in dict.fromkeys([*before, *now]):
        if before.get(at) != now.get(at):
            yield _change(old, new, "evidence.yaml", at, CLAIM, before.get(at), now.get(at))


def _change(old: Flow, new: Flow, file: str, at: tuple[str, ...], rank: int, before: Any, now: Any) -> WordChange:
    path: tuple[str | int, ...] = at
    flow = old if now is None else new
    if file == "evidence.yaml":
        path = ("claims", [c.claim for c in flow.evidence.claims].index(at[0]), *at[1:])
    if isinstance(before, list) and isinstance(now, list):
        before, now = ([v for v in one if v not in other] for one, other in ((before, now), (now, before)))
    line = flow.place(file, path).line
    return WordChange(f"{file}:{line}", ".".join(at), rank, _told(before), _told(now))


def _told(value: Any) -> str | None:
    return None if value in (None, []) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in _leaves(inner, (*path, str(key))).items()}
    return {} if value in (None, []) else {path: value}


def _rank(flow: Flow, at: tuple[str, ...]) -> int:
    part, *rest = whoever_for(at)
    name = rest[0] if rest else ""
    if "says" in rest or "none_says" in rest:
        return TYPED
    if part == "levels":
        return EMERGENCY if name == Level.emergency else ADVICE
    if part == "advice":
        return _rank_of_line(flow, name)
    if part == "rules":
        rule = flow.rules_by_id.get(name)
        return EMERGENCY if rule is not None and rule.rule.level is Level.emergency else REASON
    if part == "system":
        return EMERGENCY if name.startswith(_IN_AN_EMERGENCY) else OTHER
    if part == "questions":
        return _rank_of_question(flow, name, rest[1:])
    return REASON if part in ("topics", "conflicts", "sections") else OTHER


def _rank_of_line(flow: Flow, name: str) -> int:
    for known in flow.lines:
        if known.line.line == name:
            serious = known.line.section in _SERIOUS
            return EMERGENCY if Level.emergency in known.line.levels else ADVICE if serious else REASON
    return ADVICE


def _rank_of_question(flow: Flow, name: str, rest: list[str]) -> int:
    """The words of a sign, and of the screen on which it stands, decide who is sent where."""
    question = flow.questions.get(name)
    if question is None or (rest and rest[0] in ("why", "short", "example")):
        return OTHER if question is not None else ASKED
    signs = {option.id for option in question.options if option.sign is not None}
    return SIGN if signs and (not rest or rest[0] == "text" or (len(rest) > 1 and rest[1] in signs)) else ASKED
