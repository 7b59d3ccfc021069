"""A counterexample as people read it: the patient's questions and answers in words, and a script that replays it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.check.answers.player import NOON, UNITS
from bot.check.answers.results import Example, Failed
from bot.core.flow.answer_values import choice_span, read_value
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind

_WIDTH = 26
UNPLACED: Mapping[str, Any] = {"said": ["unplaced"]}
NOT_UNPLACED: Mapping[str, Any] = {"not_said": ["unplaced"]}
"""What a script expects where no rule fires: the bot says that it cannot place the patient (until the gap is closed)."""


def answer_words(flow: Flow, question: str, raw: Any) -> str:
    """An answer (as answer files write it) in the patient's words, in the flow's first language."""
    q = flow.questions[question]
    texts = next(iter(flow.texts.values()))
    words = texts.questions[question]
    if raw == NOT_SURE:
        return words.unsure or texts.system["not_sure"]
    value = read_value(q, raw)

    def label(option: str) -> str:
        entry = words.options.get(option)
        return option if entry is None else entry.answer or entry.label

    if isinstance(value, Many):
        said = [label(o) for o in q.option_ids if o in value.yes]
        said += [f"not sure: {label(o)}" for o in q.option_ids if o in value.not_sure]
        return "; ".join(said) or words.none or texts.system["none_of_these"]
    if isinstance(value, Span):
        return _number(q, value, label)
    return texts.system[value] if value in ("yes", "no") else label(value)


def _number(question: Question, value: Span, label: Any) -> str:
    number = f"{value.low:g}"
    unit = {Kind.ago: "day", Kind.length: "second", Kind.age: "year"}.get(question.kind, "")
    plural = "" if value.low == 1 else "s"
    words = f"{number} {unit}{plural}{' ago' if question.kind is Kind.ago else ''}" if unit else number
    for choice in question.choices:
        span = choice_span(question, choice)
        if span.low <= value.low and value.high <= span.high:
            named = label(choice.id)
            return words if named in (words, number) else f"{words} ({named})"
    return words


def chat_lines(flow: Flow, example: Example, beside: Example | None = None) -> list[str]:
    """The conversation, a line for each answer that is not usual (or differs from the one beside it), then the level."""
    lines = []
    shown = [
        q for q in example.answers if q in example.unusual or (beside is not None and _differs(q, example, beside))
    ]
    for question in shown:
        mark = "*" if beside is not None and _differs(question, example, beside) else " "
        lines.append(f"  {mark} {question:<{_WIDTH}} {answer_words(flow, question, example.answers[question])}")
    rest = len(example.answers) - len(shown)
    if rest:
        else_ = f"{'everything else':<{_WIDTH}} as usual ({rest} answers)"
        lines.append(f"    {else_ if shown else f'all {rest} answers as usual'}")
    fired = f" by {', '.join(example.fired)}" if example.fired else ""
    lines[-1] += f"     -> {example.level or 'no level'}{fired}"
    return lines


def _differs(question: str, example: Example, beside: Example) -> bool:
    return question in beside.answers and example.answers[question] != beside.answers[question]


def script_of(flow: Flow, folder: Path | str, title: str, example: Example, expect: Mapping[str, Any]) -> str:
    """The conversation as a script for `symptom-bot replay`. `folder`: of the flow, as seen from the script.

    Only the answers that are not usual stand there, by question: once the flow is mended, other questions may come
    between them.
    """
    answers = {q: _plain(flow.questions[q], example.answers[q]) for q in example.unusual}
    script: dict[str, Any] = {
        "title": title, "flow": str(folder), "now": NOON.strftime("%Y-%m-%dT%H:%M"),
        "chat": [{"auto": answers, "until": "result"}], "expect": dict(expect),
    }  # fmt: skip
    return yaml.safe_dump(script, sort_keys=False, allow_unicode=True, width=110)


def _plain(question: Question, raw: Any) -> Any:
    """An answer as a script gives it: a plain list where nothing is unsure, a ready-made choice or a number with its unit."""
    if isinstance(raw, dict):
        return raw if raw.get("not_sure") else raw["yes"] or question.none
    if raw == NOT_SURE or question.kind not in NUMERIC or question.kind is Kind.scale:
        return raw
    value = read_value(question, raw)
    if isinstance(value, Span):
        for choice in question.choices:
            span = choice_span(question, choice)
            if span.low <= value.low and value.high <= span.high and not choice.also:
                return choice.id
    return f"{raw} {UNITS[question.kind]}" if question.kind in UNITS else raw


def write_script(
    flow: Flow, folder: Path, build: Path, name: str, title: str, example: Example, expect: Mapping[str, Any]
) -> Path:
    """Write a conversation as a script into `build`; returns the file."""
    build.mkdir(parents=True, exist_ok=True)
    path = build / f"{name.replace(':', '_')}.yaml"
    seen = os.path.relpath(folder.resolve(), path.parent.resolve())
    path.write_text(script_of(flow, seen, title, example, expect), encoding="utf-8")
    return path


def write_counterexample(flow: Flow, folder: Path, build: Path, failed: Failed) -> Path | None:
    """The script of what failed: it fails until the flow is mended. None if there is no conversation to show."""
    example = failed.other or failed.example
    if example is None or not failed.accepted:
        return None
    title = f"{failed.name}: {failed.message.split('. ')[0].rstrip('.')}"
    expect = NOT_UNPLACED if failed.code == "FLOW050" else {"level": failed.accepted[0]}
    return write_script(flow, folder, build, failed.name, title, example, expect)
