"""What a script expects at its end, held against what came: one small check for each key of `expect`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.core.flow.answer_values import choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.replay.script.model import Expect
from bot.replay.script.names import NONE, same_answer, says, screen_named

from .outcome import Standing

Unmet = tuple[str, str, str]
"""(key of `expect`, what was expected, what came)."""


def unmet(
    expect: Expect, flow: Flow, versions: Sequence[Flow], languages: Sequence[str], found: Standing, texts: Sequence[str],
    asked: Sequence[str], acts: int,
) -> list[Unmet]:  # fmt: skip
    """Everything that is not as expected. `flow`: in which the chat ends; `versions`: all in which it ran; `texts`: all that
    the bot said; `acts`: what the patient did, counted."""
    return [
        *_level(expect, found),
        *_members("because", expect.because, found.fired, "the rule"),
        *_absent("not_because", expect.not_because, found.fired, "the rule"),
        *_members("claims", expect.claims, found.claims, "the claim"),
        *_members("advice", expect.advice, found.lines, "the advice"),
        *_absent("not_advice", expect.not_advice, found.lines, "the advice"),
        *_exactly("only_advice", expect.only_advice, found.lines, "the advice"),
        *_members("asked", expect.asked, asked, "the question"),
        *_absent("not_asked", expect.not_asked, asked, "the question"),
        *_at(expect, flow, found),
        *_words(expect, versions, languages, texts),
        *_answers(expect, flow, found),
        *_turns(expect, acts),
    ]


def _level(expect: Expect, found: Standing) -> Iterator[Unmet]:
    if expect.level is not None and expect.level is not found.level:
        why = f" (rules: {', '.join(found.fired)})" if found.fired else ""
        yield "level", f"level {expect.level}", f"level {found.level or 'not reached yet'}{why}"


def _members(key: str, wanted: Sequence[str], found: Sequence[str], what: str) -> Iterator[Unmet]:
    missing = [w for w in wanted if w not in found]
    if missing:
        yield key, f"{what} {', '.join(missing)}", ", ".join(dict.fromkeys(found)) or "none"


def _exactly(key: str, wanted: Sequence[str] | None, found: Sequence[str], what: str) -> Iterator[Unmet]:
    if wanted is not None and set(wanted) != set(found):
        more = [f for f in found if f not in wanted]
        less = [w for w in wanted if w not in found]
        parts = [f"also {', '.join(more)}"] * bool(more) + [f"not {', '.join(less)}"] * bool(less)
        yield key, f"{what} {', '.join(wanted)}", "; ".join(parts)


def _absent(key: str, wanted: Sequence[str], found: Sequence[str], what: str) -> Iterator[Unmet]:
    there = [w for w in wanted if w in found]
    if there:
        yield key, f"not {what} {', '.join(there)}", ", ".join(dict.fromkeys(found))


def _at(expect: Expect, flow: Flow, found: Standing) -> Iterator[Unmet]:
    if expect.at is not None and screen_named(flow, expect.at) != found.at:
        yield "at", f'an end at "{expect.at}"', f'the end at "{found.at.lower() or "nothing"}"'


def _words(expect: Expect, flows: Sequence[Flow], languages: Sequence[str], texts: Sequence[str]) -> Iterator[Unmet]:
    for wanted in expect.said:
        if not any(says(f, lang, wanted, t) for t in texts for f in flows for lang in languages):
            yield "said", f'that the bot said "{wanted}"', "it never did"
    for wanted in expect.not_said:
        saying = (t for t in texts for f in flows for lang in languages if says(f, lang, wanted, t, either=True))
        text = next(saying, None)
        if text is not None:
            yield "not_said", f'that the bot never said "{wanted}"', " ".join(text.split())[:200]


def _answers(expect: Expect, flow: Flow, found: Standing) -> Iterator[Unmet]:
    for question, wanted in expect.answers.items():
        value = found.answers.get(question)
        if wanted == NOT_SURE:
            unsure = isinstance(value, Many) and bool(value.not_sure)
            same = unsure or found.kept.get(question) == NOT_SURE
        else:
            same = same_answer(flow, question, wanted, value)
        if not same:
            yield "answers", f"{question}: {_written(wanted)}", f"{question}: {_came(flow, question, found)}"


def _came(flow: Flow, question: str, found: Standing) -> str:
    """The answer that came, as a script would expect it."""
    value = found.answers.get(question)
    if value is None:
        return "no answer"
    if isinstance(value, Many) and not value.not_sure:
        return _written(sorted(value.yes)) if value.yes else NONE
    if isinstance(value, Span):
        asked = flow.questions[question]
        choice = next((c.id for c in asked.choices if choice_span(asked, c) == value), None)
        return choice or (f"{value.low:g}" if value.low == value.high else f"{value.low:g} to {value.high:g}")
    return _written(found.kept.get(question, value))


def _written(value: Any) -> str:
    """A value as it stands in a script."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {_written(v)}' for k, v in value.items())}}}"
    return str(value)


def _turns(expect: Expect, acts: int) -> Iterator[Unmet]:
    wanted = expect.turns
    if wanted is not None and not wanted.min <= acts <= wanted.max:
        number = str(wanted.min) if wanted.min == wanted.max else f"{wanted.min} to {wanted.max}"
        yield "turns", f"{number} turns of the patient", f"{acts} turns"
