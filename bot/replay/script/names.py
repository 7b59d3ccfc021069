"""Do the names in a script exist in its flow? Also: names of texts as patterns of the words that the bot would say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.session import EXIT, REVIEW, START
from bot.core.conversation.typed.matching import folded_words
from bot.core.flow.answer_values import BadAnswer, bounds, read_value
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.flow.yaml_places import Loaded
from bot.core.model.answers import Many, Span
from bot.core.model.files.texts import Texts
from bot.core.model.findings import Finding, Place, did_you_mean

from .model import RESULT, Case, ScriptLine
from .tables import TableRow

NONE = "none_of_these"
"""In scripts, every list's answer "none of these" may also be called so."""

_TEXT_NAME = re.compile(r"[a-z][a-z0-9]*([_.][a-z0-9]+)+")
_PLACEHOLDER = re.compile(r"\{[a-z_]*\}")


def screen_named(flow: Flow, name: str) -> str | None:
    """The screen that a script calls `name`: a question, `q/which`, `q/alone`, or a fixed one (`review`)."""
    known = sc.screens(flow)
    return name if name in known else name.upper() if name.upper() in known else None


def templates(flow: Flow, lang: str, name: str) -> tuple[str, ...]:
    """The texts that have this name in a language, for whomever: of a system text, a line, a rule, a level, a question, an
    option, a topic, or a line of one (`topic.line`)."""
    told = [flow.text(lang), *(flow.text(lang, (audience,)) for audience in flow.text(lang).audiences)]
    return tuple(dict.fromkeys(words for texts in told for words in _templates(flow, texts, name)))


def _templates(flow: Flow, texts: Texts, name: str) -> tuple[str, ...]:
    for table in (
        texts.advice,
        texts.rules,
        texts.conflicts,
        texts.system,
        {str(k): v for k, v in texts.levels.items()},
    ):
        if name in table:
            return (table[name],)
    topic, _, line = name.partition(".")
    if topic in texts.topics:
        told = texts.topics[topic]
        return (told.title,) if not line else (told.lines[line],) if line in told.lines else ()
    if name in texts.questions:
        return (texts.questions[name].text,)
    home = flow.option_home.get(name)
    if home is not None:
        entry = texts.questions[home].options.get(name)
        if entry is not None:
            return tuple(t for t in (entry.alone, entry.text, entry.answer, entry.label) if t)
    return ()


def says(flow: Flow, lang: str, wanted: str, text: str, either: bool = False) -> bool:
    """Whether a message says it: any text of that name, whatever fills its placeholders, or else the words themselves.

    `either`: also the words where it is a name, for what must not be said: "pain" is a question and a word.
    """
    said = flat(text)
    found = templates(flow, lang, wanted)
    if any(pattern(t).search(said) for t in found):
        return True
    return (either or not found) and flat(wanted) in said


def flat(text: str) -> str:
    """Words as they are compared: without ticks, white space and case."""
    return " ".join(text.replace("\u2713", " ").casefold().split())


def pattern(template: str) -> re.Pattern[str]:
    """A text in flat words, whatever fills its placeholders."""
    parts = _PLACEHOLDER.split(flat(template))
    return re.compile(".*?".join(re.escape(p) for p in parts), re.DOTALL)


# --- do the names exist? ----------------------------------------------------------------------------------------------


def check_names(case: Case, flow: Flow, here: Loaded | TableRow) -> list[Finding]:
    """Every name in the case that its flow does not have."""
    found = list(_expected(case, flow))
    if case.lang not in flow.texts:
        known = ", ".join(flow.texts)
        found.append(
            Finding(here.place(("lang",)), "SCRIPT011", f'The flow has no language "{case.lang}".', f"It has: {known}.")
        )
        return found
    buttons = _named_buttons(flow)
    for line in case.lines:
        found.extend(_step(line, flow, case.lang, buttons))
    return list(dict.fromkeys(found))


def _step(line: ScriptLine, flow: Flow, lang: str, buttons: frozenset[str]) -> Iterator[Finding]:
    step = line.step
    if step.bot is not None:
        if step.bot.ask is not None and not _several_words(step.bot.ask):
            yield from _screen(flow, lang, step.bot.ask, line.place, texts=True)
        yield from _said(flow, lang, (*step.bot.says, *step.bot.not_said), line.place)
    if step.until is not None and step.until != RESULT:
        yield from _screen(flow, lang, step.until, line.place)
    for name in step.tap or ():
        yield from _button(flow, name, line.place, buttons)
    if step.old is not None:
        yield from _screen(flow, lang, step.old.ask, line.place)
        yield from _button(flow, step.old.tap, line.place, buttons)
    for question, value in {**(step.answer or {}), **(step.auto or {})}.items():
        if question.upper() in (REVIEW, EXIT):
            yield from _button(flow, str(value), line.place, buttons)
        else:
            yield from _value(flow, question, value, line.place)


def _screen(flow: Flow, lang: str, name: str, place: Place, texts: bool = False) -> Iterator[Finding]:
    if screen_named(flow, name) is not None or (texts and templates(flow, lang, name)):
        return
    known = [*flow.questions, *(s.lower() for s in sc.screens(flow) if s.isupper() and s != START)]
    remedy = did_you_mean(name, known) or f"Questions: {', '.join(flow.questions)}."
    yield Finding(place, "SCRIPT011", f'"{name}" is no question or screen of this flow.', remedy)


def _several_words(text: str) -> bool:
    return len(text.split()) > 1


def _said(flow: Flow, lang: str, names: Iterable[str], place: Place) -> Iterator[Finding]:
    """Words that can only be meant as the name of a text, and are none: nobody says `emergency_goo`."""
    for name in names:
        if _TEXT_NAME.fullmatch(name) and not templates(flow, lang, name):
            remedy = did_you_mean(name, _text_names(flow, lang)) or "Write the words themselves, or the name of a text."
            yield Finding(place, "SCRIPT011", f'"{name}" is no text of this flow.', remedy)


def _text_names(flow: Flow, lang: str) -> list[str]:
    texts = flow.text(lang)
    tables = (texts.advice, texts.rules, texts.conflicts, texts.system, texts.levels, texts.questions, flow.option_home)
    return [str(name) for table in tables for name in table]


@per_flow
def _named_buttons(flow: Flow) -> frozenset[str]:
    return frozenset(_buttons(flow))


def _buttons(flow: Flow) -> Iterator[str]:
    """Everything that a button can be called: choices and labels in every language, folded."""
    yield NONE
    for screen in sc.screens(flow):
        yield from sc.choices(flow, screen)
    yield from flow.questions
    for texts in flow.texts.values():
        yield folded_words(texts.name)
        yield from (folded_words(t) for t in texts.system.values())
        button = texts.system["country_button"]
        yield from (folded_words(button.replace("{country}", c.name)) for c in texts.countries.values())
        for question in texts.questions.values():
            yield from (folded_words(t) for t in (question.none, question.unsure, question.short) if t)
            yield from (folded_words(o.label) for o in question.options.values())


def _button(flow: Flow, name: str, place: Place, buttons: frozenset[str]) -> Iterator[Finding]:
    if name in buttons or folded_words(name.lstrip("\u2713 ")) in buttons:
        return
    remedy = did_you_mean(name, sorted(buttons)) or "Use an option's id, or what stands on the button."
    yield Finding(place, "SCRIPT012", f'No button of this flow is called "{name}".', remedy)


def _value(flow: Flow, question: str, value: Any, place: Place) -> Iterator[Finding]:
    asked = flow.questions.get(question)
    if asked is None:
        yield from _unknown("question", question, flow.questions, place, "SCRIPT011")
        return
    if value in ("not_sure", NONE, "not_asked"):
        return
    try:
        read_value(asked, value)
    except BadAnswer as bad:
        yield Finding(place, "SCRIPT012", f"{str(bad)[0].upper()}{str(bad)[1:].rstrip('.')}.", "")


def _unknown(what: str, name: str, known: Iterable[str], place: Place, code: str) -> Iterator[Finding]:
    known = list(known)
    if name not in known:
        shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
        yield Finding(
            place, code, f'"{name}" is no {what} of this flow.', did_you_mean(name, known) or f"It has: {shown}."
        )


def _expected(case: Case, flow: Flow) -> Iterator[Finding]:
    expect, places = case.expect, case.expect_places
    lines, claims = [x.line for x in flow.advice.lines], [c.claim for c in flow.evidence.claims]
    tables = (
        ("because", "rule", expect.because, flow.rules_by_id, "SCRIPT013"),
        ("not_because", "rule", expect.not_because, flow.rules_by_id, "SCRIPT013"),
        ("claims", "claim", expect.claims, claims, "SCRIPT013"),
        ("advice", "line of advice", expect.advice, lines, "SCRIPT013"),
        ("not_advice", "line of advice", expect.not_advice, lines, "SCRIPT013"),
        ("only_advice", "line of advice", expect.only_advice or (), lines, "SCRIPT013"),
        ("asked", "question", expect.asked, flow.questions, "SCRIPT011"),
        ("not_asked", "question", expect.not_asked, flow.questions, "SCRIPT011"),
    )
    for key, what, names, known, code in tables:
        for name in names:
            yield from _unknown(what, name, known, places[key], code)
    yield from _said(flow, case.lang, expect.said, places.get("said", case.place))
    yield from _said(flow, case.lang, expect.not_said, places.get("not_said", case.place))
    for question, value in expect.answers.items():
        yield from _value(flow, question, value, places["answers"])
    if expect.at is not None and screen_named(flow, expect.at) is None:
        yield from _screen(flow, case.lang, expect.at, places["at"])


def same_answer(flow: Flow, question: str, wanted: Any, found: Any) -> bool:
    """Whether an answer as conditions read it (or None) is the one that a script expects.

    A ready-made choice stands for every number in it; a plain list means: these ticked, none unsure.
    """
    asked = flow.questions.get(question)
    if asked is None:  # of another version of the flow
        return bool(wanted == "not_asked")
    if not isinstance(found, Span):
        value = None if wanted == "not_asked" else read_value(asked, None if wanted == NONE else wanted)
        return bool(value == found or (isinstance(found, Many) and isinstance(value, Many) and value[:2] == found[:2]))
    if wanted == "not_asked":
        return False
    value = read_value(asked, wanted)
    if isinstance(value, Span) and wanted in asked.option_ids:
        return bool(value.low <= found.low and (found.high <= value.high or value.high >= bounds(asked)[1]))
    return bool(value == found)
