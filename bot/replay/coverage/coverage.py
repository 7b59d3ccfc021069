"""What no script has met: questions, options, branches, rules, lines of advice, texts, ways to correct oneself; with places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Ask, Commanded, Edited, Say, Tapped
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import CHANGE, EXIT, MISTAKE, REVIEW, SIGN
from bot.core.conversation.triage import fold
from bot.core.flow.answer_values import as_read, choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED, NOT_SURE, Many, Span
from bot.core.model.findings import Place
from bot.core.model.flow_files import Kind, Question
from bot.replay.playing.memory import Handled
from bot.replay.playing.outcome import Outcome

from .shown_texts import shown, unshown, words_of

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
    "back": "command_back", "review": "review_change", "edit": "edit_noted", "old_keyboard": "stale_would_change",
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


@dataclass
class Coverage:
    """What was met in one flow. `passing`, `failing`: (kind, name) met by scripts that passed, that failed; `steps`: ways
    between two screens, by whether the script passed; `unshown`: reason -> the texts that no script can show."""

    flow: Flow
    items: tuple[Item, ...]
    unshown: dict[str, list[str]] = field(default_factory=dict)
    passing: set[tuple[str, str]] = field(default_factory=set)
    failing: set[tuple[str, str]] = field(default_factory=set)
    steps: dict[bool, Counter[tuple[str, str]]] = field(default_factory=lambda: {True: Counter(), False: Counter()})
    scripts: Counter[bool] = field(default_factory=Counter)

    def kinds(self) -> tuple[str, ...]:
        """The kinds of things that there are, each of which has a figure of its own."""
        return (*KINDS, *(_texts(lang) for lang in self.flow.texts))

    def unmet(self, kind: str | None = None) -> list[Item]:
        """Items that no passing script met, in the order of the flow."""
        return [i for i in self.items if (kind is None or i.kind == kind) and (i.kind, i.name) not in self.passing]

    def figures(self, kind: str) -> tuple[int, int, int]:
        """(met by passing scripts, met by failing ones only, all) of a kind."""
        of_kind = [(i.kind, i.name) for i in self.items if i.kind == kind]
        met = sum(1 for i in of_kind if i in self.passing)
        only = sum(1 for i in of_kind if i in self.failing and i not in self.passing)
        return met, only, len(of_kind)

    def whole(self) -> bool:
        """Whether passing scripts met everything."""
        return not self.unmet()

    def as_json(self) -> dict[str, Any]:
        """Figures and what is unmet, as plain values."""
        kinds = {}
        for kind in self.kinds():
            met, only, total = self.figures(kind)
            kinds[kind] = {
                "met": met, "met_by_failing_only": only, "total": total, "percent": percent(met, total),
                "unmet": [{"name": i.name, "place": str(i.place)} for i in self.unmet(kind)],
            }  # fmt: skip
        return {
            "flow": self.flow.name, "version": self.flow.version,
            "scripts": {"passing": self.scripts[True], "failing": self.scripts[False]}, "kinds": kinds,
            "not_by_a_script": self.unshown,
        }  # fmt: skip


def percent(met: int, total: int) -> float:
    """Per cent, one digit, rounded down: 100.0 only if everything was met."""
    return 100.0 if met == total else int(1000 * met / total) / 10


def coverage_of(flow: Flow, outcomes: Iterable[Outcome]) -> Coverage:
    """What these scripts (run in memory) met in this flow."""
    found = Coverage(flow, tuple(_items(flow)), _unshown(flow))
    for outcome in outcomes:
        found.scripts[outcome.passed] += 1
        into = found.passing if outcome.passed else found.failing
        for handled in outcome.handled:
            if handled.flow.name == flow.name:
                into.update(_met(handled))
                found.steps[outcome.passed].update(_steps(handled))
    return found


# --- everything there is ----------------------------------------------------------------------------------------------


def _items(flow: Flow) -> Iterator[Item]:
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
                yield Item(_texts(lang), ".".join(text), flow.place(f"texts.{lang}.yaml", text))


def _texts(lang: str) -> str:
    return f"texts {lang}"


def _spoken(flow: Flow, name: str) -> Place:
    return flow.place(f"texts.{next(iter(flow.texts))}.yaml", ("system", _SPOKEN[name]))


def _unshown(flow: Flow) -> dict[str, list[str]]:
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


# --- what one turn met ------------------------------------------------------------------------------------------------


def _steps(handled: Handled) -> Iterator[tuple[str, str]]:
    path = handled.turn.trace.path
    return pairwise(path)


def _met(handled: Handled) -> Iterator[tuple[str, str]]:
    flow, before, event, turn = handled[:4]
    after = turn.session
    for effect in turn.effects:
        if isinstance(effect, Ask):
            yield from _screen_met(flow, effect.screen)
        elif isinstance(effect, Advise):
            for line in effect.lines:
                yield "advice", line
    for text in shown(handled):
        yield _texts(after.lang), ".".join(text)
    for rule in turn.trace.fired:
        yield "rules", rule
    today = after.seen.date()
    env = fold(flow, after.answers, today, after.heard).env
    for question in flow.interview.questions:
        if question.when is not None and env.get(question.ask) is NOT_ASKED:
            yield "branches", f"{question.ask}: passed over"
    for name, kept in after.answers.items():
        if before.answers.get(name) != kept or after.id != before.id:
            for option in _answered(flow.questions[name], kept, today):
                yield "options", f"{name}: {option}"
    yield from _unsure_tapped(flow, handled)
    yield from _corrected(handled)
    if isinstance(event, Tapped) and event.screen == EXIT and before.at == EXIT:
        yield "branches", "exit: tell me now" if event.choice == sc.TELL else "exit: some more"


def _screen_met(flow: Flow, screen: str) -> Iterator[tuple[str, str]]:
    question = sc.question_of(flow, screen)
    if question is None:
        return
    if screen == question.ask:
        yield "questions", screen
        if question.when is not None:
            yield "branches", f"{screen}: asked"
    elif screen == which(question.ask):
        yield "branches", f"{question.ask}: not sure, which ones"
    elif screen == alone(question.ask):
        yield "branches", f"{question.ask}: not sure, asked alone"


def _unsure_tapped(flow: Flow, handled: Handled) -> Iterator[tuple[str, str]]:
    """A tap that declines to be recorded as an answer: consent refused, "not sure" on a list."""
    event = handled.event
    if not isinstance(event, Tapped) or event.screen != handled.before.at or event.session != handled.before.id:
        return
    question = flow.questions.get(event.screen)
    if question is None:
        return
    if event.choice == NOT_SURE:
        yield "options", f"{question.ask}: not sure"
    elif event.choice in question.option_ids and question.kind is not Kind.many:
        yield "options", f"{question.ask}: {event.choice}"


def _answered(question: Question, kept: Any, today: Any) -> Iterator[str]:
    if isinstance(kept, Many):
        yield from kept.yes
        if not kept.yes and not kept.not_sure and question.none:
            yield question.none
        if kept.not_sure:
            yield "not sure"
        return
    if kept == NOT_SURE:
        yield "not sure"
        return
    value = as_read(question, kept, today)
    if isinstance(value, Span):
        if question.kind is Kind.scale:
            yield "a number"
        for choice in question.choices:
            span = choice_span(question, choice)
            if span.low <= value.low and value.high <= span.high:
                yield choice.id
    elif isinstance(value, str):
        yield value


def _corrected(handled: Handled) -> Iterator[tuple[str, str]]:
    _, before, event, turn = handled[:4]
    after = turn.session
    changed = [q for q in turn.trace.answered if q in before.answers and before.answers[q] != after.answers.get(q)]
    found: list[str] = []
    if changed:
        found.append("answered_again")
    if isinstance(event, Commanded) and event.name == "back" and after.at != before.at:
        found.append("back")
    if isinstance(event, Edited) and changed:
        found.append("edit")
    if isinstance(event, Tapped) and event.session == before.id:
        if event.screen == REVIEW and event.choice.startswith(sc.CHANGE_PREFIX):
            found.append("review")
        if event.screen == REVIEW and event.choice == sc.DIFFERENT:
            found.append("last_check")
        if event.screen == before.at == CHANGE:
            found.append("old_keyboard" if event.choice == sc.CHANGE_IT else "old_keyboard_left")
    if before.at == MISTAKE and after.at != MISTAKE:
        found.append("mistake" if after.id != before.id else "mistake_none")
    if before.at == SIGN and len(after.signs) < len(before.signs) and _says(turn, "sign_removed"):
        found.append("sign_removed")
    for name in found:
        yield "corrections", name


def _says(turn: Any, key: str) -> bool:
    for effect in turn.effects:
        if isinstance(effect, Say) and effect.key == key:
            return True
        if isinstance(effect, Ask) and any(note == key for note, _ in effect.notes):
            return True
    return False


# --- in words ---------------------------------------------------------------------------------------------------------


def table(found: Coverage) -> str:
    """The figures as lines of text, and what no script has met with its place."""
    scripts = f"{found.scripts[True]} passing scripts" + (
        f", {found.scripts[False]} failing (counted apart)" if found.scripts[False] else ""
    )
    lines = [f"{found.flow.name} {found.flow.version}  {scripts}"]
    for kind in found.kinds():
        met, only, total = found.figures(kind)
        failing = f"   {only} more only in failing scripts" if only else ""
        lines.append(f"  {kind:<12} {met:>4} of {total:<4} {percent(met, total):>5} %{failing}")
    for reason, names in found.unshown.items():
        lines.append(f"  not by a script: {len(names)} texts ({reason})")
    for kind in found.kinds():
        for item in found.unmet(kind):
            what = f" ({CORRECTIONS[item.name]})" if kind == "corrections" else ""
            lines.append(f"  {item.place}  {kind}: {item.name}{what}")
    return "\n".join(lines)
