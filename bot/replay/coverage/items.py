"""Everything that a script can meet in a flow: questions, options, branches, rules, advice, texts, corrections, with places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.core.conversation import screens as sc
from bot.core.flow.compiled import Flow
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.findings import Place

from .shown_texts import unshown, words_of

KINDS = ("questions", "options", "branches", "rules", "advice", "corrections")
"""Kinds of things to meet; beside these the texts, a kind for each language (`texts en`)."""

CORRECTIONS = {
    "back": "the command /back",
    "review": "a line changed in the review",
    "edit": "an edited message that changes its answer",
    "old_keyboard": "an old keyboard, and the change confirmed",
    "old_keyboard_left": "an old keyboard, and the answer left as it is",
    "mistake": "an emergency sign taken back: tapped by mistake",
    "mistake_none": "an emergency that was no mistake after all",
    "last_check": "something different at the last check",
    "sign_removed": "a sign read from words, and a direct no",
    "answered_again": "a question answered a second time",
}
"""Ways to correct oneself -> what that is."""

_SPOKEN = {
    "back": "command_back", "review": "change_something", "edit": "edit_noted", "old_keyboard": "stale_would_change",
    "old_keyboard_left": "leave_it", "mistake": "mistake_new", "mistake_none": "mistake_ask", "last_check": "different",
    "sign_removed": "sign_removed", "answered_again": "answered", "exit: tell me now": "tell_me_now",
    "exit: some more": "some_more",
}  # fmt: skip
"""What no line of the interview makes -> the system text that offers it, which is its place."""


class Item(NamedTuple):
    """Something that a script can meet. `name`: unique within its kind."""

    kind: str
    name: str
    place: Place


def items_of(flow: Flow) -> Iterator[Item]:
    """All of them, in the order of the flow."""
    for i, question in enumerate(flow.interview.questions):
        path: tuple[str | int, ...] = ("questions", i)
        place = flow.place("interview.yaml", (*path, "ask"))
        yield Item("questions", question.ask, place)
        yield from _options(flow, question, path)
        if question.when is not None:
            when = flow.place("interview.yaml", (*path, "when"))
            yield Item("branches", f"{question.ask}: asked", when)
            yield Item("branches", f"{question.ask}: passed over", when)
        if question.kind is Kind.many and question.unsure:
            yield Item("branches", f"{question.ask}: not sure, which ones", place)
            yield Item("branches", f"{question.ask}: not sure, asked alone", place)
    for name in ("exit: tell me now", "exit: some more"):
        yield Item("branches", name, _spoken(flow, name))
    for i, rule in enumerate(flow.triage.rules):
        yield Item("rules", rule.rule, flow.place("triage.yaml", ("rules", i, "rule")))
    for i, line in enumerate(flow.advice.lines):
        yield Item("advice", line.line, flow.place("advice.yaml", ("lines", i, "line")))
    for name in CORRECTIONS:
        yield Item("corrections", name, _spoken(flow, name))
    for lang, texts in flow.texts.items():
        for text, _ in words_of(texts):
            if not unshown(flow, text):
                yield Item(texts_kind(lang), ".".join(text), flow.place(f"texts.{lang}.yaml", text))


def texts_kind(lang: str) -> str:
    """The kind of the texts of a language."""
    return f"texts {lang}"


def _spoken(flow: Flow, name: str) -> Place:
    return flow.place(f"texts.{next(iter(flow.texts))}.yaml", ("system", _SPOKEN[name]))


def unshown_of(flow: Flow) -> dict[str, list[str]]:
    """Reason -> the texts that no script can show."""
    found: dict[str, list[str]] = {}
    for path, _ in words_of(next(iter(flow.texts.values()))):
        reason = unshown(flow, path)
        if reason:
            found.setdefault(reason, []).append(".".join(path))
    return found


def _options(flow: Flow, question: Question, path: tuple[str | int, ...]) -> Iterator[Item]:
    key = "options" if question.options else "choices"
    for j, option in enumerate(question.option_ids):
        yield Item("options", f"{question.ask}: {option}", flow.place("interview.yaml", (*path, key, j)))
    place = flow.place("interview.yaml", (*path, "ask"))
    if question.kind is Kind.yes_no:
        yield Item("options", f"{question.ask}: yes", place)
        yield Item("options", f"{question.ask}: no", place)
    if question.kind is Kind.scale:
        yield Item("options", f"{question.ask}: a number", place)
    if question.none:
        yield Item("options", f"{question.ask}: {question.none}", flow.place("interview.yaml", (*path, "none")))
    if sc.offers_unsure(question):
        yield Item("options", f"{question.ask}: not sure", place)
