"""Made-up flows of any size for tests and benchmarks: random questions, conditions and rules, whole enough to be read."""

from __future__ import annotations

import random
from typing import Any

import yaml
from flow_edits import SPRAIN, files_of

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import read_flow


def generated(questions: int, rules: int, seed: int, options: int = 3) -> Flow:
    """A flow of so many questions (beside consent) and rules. The same numbers always give the same flow."""
    return read_flow("made_up", generated_files(questions, rules, seed, options))


def generated_files(questions: int, rules: int, seed: int, options: int = 3) -> dict[str, str]:
    """Its files."""
    rng = random.Random(seed)
    asked: list[dict[str, Any]] = [_consent()]
    leaves: list[tuple[str, str]] = []
    """(condition, guard) of each thing that a condition can read."""
    for n in range(questions):
        question = _question(rng, n, options)
        guard = ""
        if n > 1 and rng.random() < 0.35:
            free = [condition for condition, g in leaves if not g]
            guard = rng.choice(free)
            question["when"] = guard
        asked.append(question)
        leaves += [(condition, guard) for condition in _conditions(rng, question)]
    made = [_rule(rng, n, leaves) for n in range(rules)]
    for level in ("self_care", "see_soon", "same_day", "emergency"):
        made.append({"rule": f"always_{level}", "when": leaves[0][0], "level": level, "because": ["g_danger"]})
    made[-4]["when"] = f"not ({leaves[0][0]})"
    advice = [
        {"line": f"do_{level}", "section": "do", "levels": [level], "plain": True}
        for level in ("self_care", "see_soon", "same_day", "emergency")
    ]
    when = _guarded(rng.choice(leaves))
    advice.append({"line": "extra", "section": "say", "levels": ["self_care", "see_soon"], "when": when, "plain": True})
    files = files_of(SPRAIN)
    return {
        "interview.yaml": _dump({"schema": 1, "flow": "made_up", "longest": 200, "questions": asked}),
        "triage.yaml": _dump({"schema": 1, "rules": made}),
        "advice.yaml": _dump({"schema": 1, "lines": advice}),
        "evidence.yaml": files["evidence.yaml"],
        "texts.en.yaml": _dump(_texts(asked, made, advice, yaml.safe_load(files["texts.en.yaml"]))),
    }


def _dump(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, width=1000)


def _consent() -> dict[str, Any]:
    options = ["me", {"id": "no_thanks", "declines": True}]
    return {"ask": "for_whom", "kind": "one", "consent": True, "unsure": False, "options": options, "usual": "me"}


def _question(rng: random.Random, n: int, options: int) -> dict[str, Any]:
    name = f"q{n}"
    kind = "many" if n == 0 else rng.choice(["many", "many", "one", "yes_no", "scale", "ago"])
    if kind == "many":
        ids = [f"{name}_{c}" for c in "abcdefgh"[:options]]
        return {"ask": name, "kind": kind, "none": f"{name}_none", "unsure": rng.random() < 0.7, "options": ids}
    if kind == "one":
        entries = [{"id": f"{name}_{c}", "worry": w} for w, c in enumerate("abc")]
        return {"ask": name, "kind": kind, "options": entries, "unsure_as": f"{name}_b", "usual": f"{name}_a"}
    if kind == "yes_no":
        return {"ask": name, "kind": kind, "usual": "no"}
    if kind == "scale":
        return {"ask": name, "kind": kind, "unsure": False, "worry": "rising", "usual": 2}
    bands = [{"id": f"{name}_new", "max": 6}, {"id": f"{name}_old", "min": 7}]
    return {"ask": name, "kind": kind, "choices": bands, "unsure_as": f"{name}_old", "usual": 1}


def _conditions(rng: random.Random, question: dict[str, Any]) -> list[str]:
    name, kind = question["ask"], question["kind"]
    if kind == "many":
        return [*question["options"], f"surely {question['options'][0]}", f"not {question['none']}"]
    if kind == "one":
        return [f"{name} is {question['options'][-1]['id']}", f"{name} is not {question['options'][0]['id']}"]
    if kind == "yes_no":
        return [name, f"surely {name}"]
    if kind == "scale":
        return [f"{name} >= {rng.choice([3, 5, 7])}"]
    return [f"{name} < 7 days"]


def _guarded(leaf: tuple[str, str]) -> str:
    return f"({leaf[1]} and {leaf[0]})" if leaf[1] else leaf[0]


def _rule(rng: random.Random, n: int, leaves: list[tuple[str, str]]) -> dict[str, Any]:
    parts = [_guarded(rng.choice(leaves)) for _ in range(rng.choice([1, 2, 2, 3]))]
    if rng.random() < 0.2:
        parts[0] = f"not {parts[0]}" if parts[0].startswith("(") else f"not ({parts[0]})"
    level = rng.choice(["self_care", "see_soon", "see_soon", "same_day", "same_day", "emergency"])
    joined = rng.choice([" and ", " and ", " or "]).join(parts)
    return {"rule": f"r{n}", "when": joined, "level": level, "because": [rng.choice(["g_danger", "g_warning"])]}


def _texts(asked: list[dict[str, Any]], rules: list[dict[str, Any]], lines: list[dict[str, Any]], base: Any) -> Any:
    questions = {}
    for question in asked:
        ids = [o if isinstance(o, str) else o["id"] for o in question.get("options", [])]
        ids += [c["id"] for c in question.get("choices", [])]
        words: dict[str, Any] = {"text": f"{question['ask']}?", "short": question["ask"], "why": "It is a test."}
        if ids:
            words["options"] = {i: i for i in ids}
        if "none" in question:
            words["none"] = "None"
        questions[question["ask"]] = words
    return {
        **base, "questions": questions, "rules": {r["rule"]: r["rule"] for r in rules},
        "advice": {x["line"]: x["line"] for x in lines}, "conflicts": {},
    }  # fmt: skip
