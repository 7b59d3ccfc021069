"""System texts with parameters: a table of how ids in them become words, and which buttons stand under a text of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Say
from bot.core.conversation.session import STOPPED, Note
from bot.core.conversation.triage import answers_that_count

from .answer_words import LIST
from .check_ins import CHECK_ROWS, check_dates
from .country_rows import all_countries
from .drawing import Drawing
from .fixed_screens import emergency_buttons, latched, more_buttons
from .message import Button, Message

NoteParams = dict[str, Any]
Filled = tuple[str, NoteParams]
"""The system text to say, and its parameters as words."""
InWords = Callable[[Drawing, NoteParams], Filled]
Rows = list[tuple[Button, ...]]


def put_notes(d: Drawing, notes: Iterable[Note]) -> None:
    """System texts in the message of the screen that they belong to."""
    for key, params in notes:
        _put(d, key, dict(params), _IN_NOTES)


def draw_say(d: Drawing, effect: Say) -> Message:
    """A system text as a message of its own."""
    _put(d, effect.key, dict(effect.params), _ALONE)
    rows = _ROWS.get(effect.key, _no_rows)(d)
    ends = effect.key in ("stopped", "declined")  # its button begins anew, so it belongs to its turn
    return d.message(rows, turn=d.s.turn if ends else None, urgent=effect.urgent)


def _put(d: Drawing, key: str, params: NoteParams, table: Mapping[str, InWords]) -> None:
    in_words = table.get(key)
    said, known = (key, params) if in_words is None else in_words(d, params)
    d.say(said, **known)


def _example(d: Drawing, params: NoteParams) -> Filled:
    example = d.words.texts.questions[params["question"]].example
    return ("unreadable_choices", {}) if example is None else ("unreadable_example", {"example": example})


def _none_said(d: Drawing, params: NoteParams) -> Filled:
    return "none_said", {"none": d.words.none_of(params["question"])}


def _unclear(d: Drawing, params: NoteParams) -> Filled:
    words, candidates = params["words"], params["candidates"]
    if candidates:
        return "unclear_which", {"words": words, "candidates": " / ".join(_candidates(d, params))}
    return "unclear", {"words": words}


def _candidates(d: Drawing, params: NoteParams) -> list[str]:
    """What words may mean: labels as they are, options of the question by the patient's own answer."""
    name = params.get("question", "")
    options = d.flow.questions[name].option_ids if name in d.flow.questions else ()
    return [d.words.option(name, label) if label in options else label for label in params["candidates"]]


def _lines(key: str) -> InWords:
    """The lines of a list by their names."""

    def lines(d: Drawing, params: NoteParams) -> Filled:
        return key, {"answer": LIST.join(d.words.option(params["question"], o) for o in params["options"])}

    return lines


def _answered(d: Drawing, params: NoteParams) -> Filled:
    return "answered", {"answer": d.words.system(params["answer"])}


def _conflict(d: Drawing, params: NoteParams) -> Filled:
    return "conflict", {"text": d.words.texts.conflicts[params["conflict"]]}


def _short_name(key: str) -> InWords:
    """The question that it is about, by its short name."""

    def short_name(d: Drawing, params: NoteParams) -> Filled:
        return key, {"question": d.words.texts.questions[params["question"]].short}

    return short_name


def _earlier_kept(d: Drawing, params: NoteParams) -> Filled:
    question = d.flow.questions[params["question"]]
    kept = answers_that_count(d.flow, d.s, d.now.date()).get(question.ask, d.s.answers[question.ask])
    answer = d.words.told(d.s, question, kept, d.now)
    return "earlier_kept", {"question": d.words.texts.questions[question.ask].short, "answer": answer}


def _sign(key: str) -> InWords:
    """A sign that was read: in the patient's words, cut, and in ours. One of the same day has a text of its own."""

    def sign(d: Drawing, params: NoteParams) -> Filled:
        option = str(params["answer"])
        words = d.words.option(d.flow.option_home[option], option)
        said = words if params["words"] == option else params["words"]
        text = key if d.flow.signs.get(option) == "emergency" else "sign_plain_today"
        return text, {"words": _short(str(said)), "answer": words}

    return sign


def _stands(key: str) -> InWords:
    """What an emergency, or a sign, was about: the option, else the question, else what is latched."""

    def stands(d: Drawing, params: NoteParams) -> Filled:
        option = str(params["answer"])
        home = d.flow.option_home.get(option)
        question = d.words.texts.questions.get(str(params.get("question")))
        answer = d.words.option(home, option) if home else question.short if question is not None else latched(d)
        if d.s.latch is not None and d.s.latch.unsure and d.s.latch.option == option:
            answer = d.words.system("unsure_of", items=answer)
        return key, {**params, "answer": answer}

    return stands


def _country(key: str) -> InWords:
    """The country by its name; where the settings name the number, that one stands."""

    def country(d: Drawing, params: NoteParams) -> Filled:
        if not d.places.asks(d.flow):
            return "country_fixed", {}
        return key, {"country": d.words.country(d.s.country)}

    return country


def _short(words: str, most: int = 80) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "\u2026"


_SIGNS: Mapping[str, InWords] = {"sign_plain": _sign("sign_plain"), "sign_possible": _sign("sign_possible")}
_COUNTRY: Mapping[str, InWords] = {k: _country(k) for k in ("country_chosen", "country_other", "country_ask")}
_IN_NOTES: Mapping[str, InWords] = {
    "unreadable_example": _example,
    "none_said": _none_said,
    "unclear": _unclear,
    "ticked": _lines("ticked"),
    "told_already": _lines("told_already"),
    "answered": _answered,
    "conflict": _conflict,
    "edit_noted": _short_name("edit_noted"),
    "reply_unread": _short_name("reply_unread"),
    "earlier_kept": _earlier_kept,
    **_SIGNS,
    **_COUNTRY,
}
_ALONE: Mapping[str, InWords] = {
    "emergency_stands": _stands("emergency_stands"),
    "sign_stands": _stands("sign_stands"),
    "checks_set": check_dates("checks_set"),
    "checks_running": check_dates("checks_running"),
    **_SIGNS,
    **_COUNTRY,
}


def _no_rows(d: Drawing) -> Rows:
    return []


def _crisis(d: Drawing) -> Rows:
    return [(d.system_button(sc.CRISIS, sc.CARRY_ON), d.system_button(sc.CRISIS, sc.STOP))]


def _forget_confirm(d: Drawing) -> Rows:
    return [(d.system_button(sc.FORGETTING, sc.DO_FORGET), d.system_button(sc.FORGETTING, sc.KEEP))]


def _language_ask(d: Drawing) -> Rows:
    return [(d.button(sc.LANGUAGE, lang, texts.name),) for lang, texts in d.flow.texts.items()]


def _felt(d: Drawing) -> Rows:
    return [(d.system_button(sc.FEEDBACK, c),) for c in sc.FELT]


def _share(d: Drawing) -> Rows:
    return [(d.system_button(sc.FEEDBACK, c),) for c in (sc.SHARE_ANSWERS, sc.WITHOUT_ANSWERS)]


def _of_the_emergency(d: Drawing) -> Rows:
    return emergency_buttons(d) if d.s.latch is not None else []


def _again(d: Drawing) -> Rows:
    return [(d.system_button(STOPPED, sc.AGAIN, "again_button"),)]


_ROWS: Mapping[str, Callable[[Drawing], Rows]] = {
    **CHECK_ROWS,
    "felt_ask": _felt,
    "felt_share": _share,
    "crisis": _crisis,
    "more_offers": more_buttons,
    "forget_confirm": _forget_confirm,
    "language_ask": _language_ask,
    "country_ask": all_countries,
    "emergency_stands": _of_the_emergency,
    "silence_help": _of_the_emergency,
    "stopped": _again,
    "declined": _again,
}
