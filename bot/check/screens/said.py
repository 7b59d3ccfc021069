"""What the bot says beside questions and results: each system text as a message of its own, or above a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.check.answers.player import NOON
from bot.core.conversation import screens as sc
from bot.core.conversation.events import Say
from bot.core.conversation.session import Checks, Session
from bot.core.flow.answer_values import keep, read_value
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.files.parts import Kind, Level
from bot.core.rendering.answer_words import Places
from bot.core.rendering.check_ins import CHECK_ROWS
from bot.core.rendering.drawing import Drawing
from bot.core.rendering.message import Message
from bot.core.rendering.notes import put_notes

from .drawn import ANY_WORDS, ShownScreen, Sort, drawn_messages, text_place
from .viewers import Viewer, Viewers

ALONE = (
    "declined", "stopped", "privacy", "cant_read", "error", "group_refused", "forget_confirm", "forgotten", "language_changed",
    "language_ask", "why_nothing", "paused", "cut_short", "cut_short_today", "outage", "poison", "ask_ambulance", "ask_human",
    "ask_stop_medicine", "ask_diagnosis", "kind_fear", "kind_anger", "kind_thanks", "sign_stands", "sign_plain_today",
    "emergency_stands", "getting_help_text", "cant_get_there_text", "crisis", "silence_help", "silence_same_day",
    "silence_reminder", "country_ask", "what_changes_none", "mydata_caption", "more_offers", "topic_unknown",
    *CHECK_ROWS, "checks_stopped", "check_longer", "felt_ask", "felt_share", "felt_thanks", "late", "late_day",
)  # fmt: skip
"""System texts that are messages of their own."""

ABOVE = (
    "start_test_version", "agree_first", "greeting", "restarted", "resumed", "help", "which_none", "ticked", "told_already",
    "answered", "unreadable_example", "unreadable_choices", "none_said", "unclear", "unclear_which", "edit_noted", "stale_tap",
    "conflict", "one_by_one", "nearest", "ask_name", "nearest_to", "item_again", "item_left_open", "still_open", "unknown_name",
    "known_names", "which_of_them", "coming_back", "written_before", "reply_to_what", "reply_unread", "earlier_kept",
    "not_typed", "language_changed", "country_chosen", "country_other", "sign_removed", "mistake_new", "advice_again",
    "check_worse",
)  # fmt: skip
"""System texts that stand above a question, in its message."""

TICKED = 3
"""Lines of a list that a message names at once: what is repeated of more is the patient's own doing."""


def said_screens(flow: Flow, viewers: Viewers) -> Iterator[ShownScreen]:
    """Each of them, with what it may name."""
    for lang in flow.texts:
        for viewer in viewers.at_the_end(lang):
            for key in ALONE:
                yield from _said(flow, key, "card", lang, viewer)
            for key in ABOVE:
                yield from _said(flow, key, "note", lang, viewer)


def _said(flow: Flow, key: str, sort: Sort, lang: str, viewer: Viewer) -> Iterator[ShownScreen]:
    if key not in flow.texts[lang].system:
        return
    usual = {
        q.ask: keep(q, read_value(q, usual_value(q)), NOON.date()) for q in flow.interview.questions if not q.consent
    }
    session = viewer.session.but(answers={**usual, **viewer.session.answers})
    if key in _WITH_COUNTRY:
        if not flow.countries:
            return
        session = session.but(country=_WITH_COUNTRY[key] or next(iter(flow.countries)))
    if key in CHECK_ROWS:
        if flow.advice.check_in is None:
            return
        plan = flow.advice.check_in
        session = session.but(checks=Checks(NOON.timestamp(), tuple(plan.days), plan.hours[-1]))
    path = ("conflicts",) if key == "conflict" else ("system", key)
    params = _PARAMS.get(_KINDS.get(key, ""), _nothing)
    for about, named in params(flow):
        alone = sort == "card"
        place = text_place(flow, lang, viewer.audiences, path if len(path) > 1 else (*path, about))
        messages = drawn_messages(flow, session, Say(key, named)) if alone else _above(flow, session, key, named)
        for message in messages:
            yield ShownScreen(
                "card" if key in ALONE else "note",
                f"{key} {about}".strip(),
                lang,
                viewer.named,
                place,
                message,
                scale=key == "check_pain",
            )


def _above(flow: Flow, session: Session, key: str, params: Mapping[str, Any]) -> tuple[Message, ...]:
    drawing = Drawing(flow, session, Places(), NOON)
    put_notes(drawing, ((key, params),))
    return (drawing.message(),)


_WITH_COUNTRY = {"country_chosen": "", "country_other": sc.OTHER_COUNTRY, "country_ask": sc.OTHER_COUNTRY}
"""System texts about the country, and which is chosen then: the first one, where any would do."""

Params = Iterator[tuple[str, Mapping[str, Any]]]


def _nothing(flow: Flow) -> Params:
    yield "", {"time": "12:00", "date": "28 September", "languages": tuple(flow.texts), "words": ANY_WORDS}


def _signs(flow: Flow) -> Params:
    for option, sign in flow.signs.items():
        if sign == Level.emergency.value:
            yield option, {"answer": option, "question": flow.option_home[option], "words": ANY_WORDS}


def _questions(flow: Flow) -> Params:
    for question in flow.interview.questions:
        if not question.consent:
            yield question.ask, {"question": question.ask}


def _lines(flow: Flow) -> Params:
    for question in flow.interview.questions:
        if question.kind is Kind.many:
            yield question.ask, {"question": question.ask, "options": question.option_ids[:TICKED]}


def _conflicts(flow: Flow) -> Params:
    for conflict in flow.interview.conflicts:
        yield conflict.conflict, {"conflict": conflict.conflict}


def _unclear(flow: Flow) -> Params:
    yield "", {"words": ANY_WORDS, "candidates": ()}
    for question in flow.interview.questions:
        if question.kind is Kind.many:
            yield question.ask, {"words": ANY_WORDS, "question": question.ask, "candidates": question.option_ids[:2]}


def _answered(flow: Flow) -> Params:
    yield "", {"answer": sc.BY_MISTAKE}


def _names(flow: Flow) -> Params:
    yield "", {"words": "candesartan, ibuprofen"}


_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("sign_stands", "emergency_stands"), "signs"),
    **dict.fromkeys(("unreadable_example", "none_said", "edit_noted", "reply_unread", "earlier_kept"), "questions"),
    **dict.fromkeys(("ticked", "told_already"), "lines"),
    **dict.fromkeys(("ask_name", "nearest_to", "unknown_name", "known_names"), "names"),
    "conflict": "conflicts", "unclear": "unclear", "answered": "answered",
}  # fmt: skip
_PARAMS: Mapping[str, Callable[[Flow], Params]] = {
    "signs": _signs, "questions": _questions, "lines": _lines, "names": _names, "conflicts": _conflicts,
    "unclear": _unclear, "answered": _answered,
}  # fmt: skip
