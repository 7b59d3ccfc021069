"""What is told of a chat beside the interview: what is kept of it, and what would change its advice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from bot.core.conversation.session import Session
from bot.core.conversation.triage import answers_that_count
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level
from bot.core.rendering.answer_words import Places, words_for
from bot.store import ChatWrite, Due, FeedbackRow, KeptMessage, SessionRow

from .payload import LONGEST_FILE

MOST_SESSIONS, MOST_MESSAGES = 200, 2000
"""The newest ones that are looked at for a file."""


def export_text(
    chat: ChatWrite,
    sessions: Sequence[SessionRow],
    due: Sequence[Due],
    messages: Sequence[KeptMessage],
    felt: Sequence[FeedbackRow],
    version: Callable[[str], Flow | None],
    places: Places,
    local: Callable[[float], datetime],
) -> str:
    """Everything that is kept of a person: each session in words and as it is stored, oldest first, then the rest.

    `version`: the flow of a content hash; `local`: seconds UTC as the patients' time.
    """

    def moment(seconds: float | None) -> str | None:
        return None if seconds is None else f"{local(seconds):%Y-%m-%d %H:%M:%S}"

    said = [f"{_in_words(row, version(row.version), places, local)}\n{row.json}" for row in sessions]
    parts, told = _newest(said, len), _newest(messages, lambda m: 200 + len(m.waiting))
    rest = {
        "chat": chat.chat,
        "language": chat.lang,
        "seen": moment(chat.seen),
        "last_update": chat.last_update,
        "scheduled": [{"kind": d.kind, "at": moment(d.at), "session": d.session} for d in due],
        "felt_wrong": [{"at": moment(f.at), "said": json.loads(f.text)} for f in felt],
        "messages": [m._asdict() | {"created": moment(m.created), "sent": moment(m.sent)} for m in told],
    }
    if len(parts) < len(sessions) or len(told) < len(messages) or len(sessions) >= MOST_SESSIONS:
        rest["older"] = "too much for one file: ask whoever runs this bot for what is older"
    return "\n\n".join([*parts, json.dumps(rest, ensure_ascii=False, indent=1), ""])


T = TypeVar("T")


def _newest(things: Sequence[T], size: Callable[[T], int]) -> list[T]:
    """As many of these, the newest first of all, as half a file may hold. Oldest first."""
    left, kept = LONGEST_FILE * 2 // 5, []
    for thing in reversed(things):
        left -= size(thing)
        if left < 0:
            break
        kept.append(thing)
    return kept[::-1]


def _in_words(row: SessionRow, flow: Flow | None, places: Places, local: Callable[[float], datetime]) -> str:
    """Times, level and answers of a session; without words where its version is gone or it cannot be read."""
    end = row.seen if row.finished is None else row.finished
    lines = [f"{row.flow} {row.version}  {local(row.started):%Y-%m-%d %H:%M} \u2013 {local(end):%Y-%m-%d %H:%M}", ""]
    try:
        session = Session.from_json(row.json)
    except ValueError:
        return "\n".join(lines)
    if flow is None:
        return "\n".join(lines)
    words = words_for(flow, session.lang, places.at(session.country))
    if session.country in flow.countries:
        lines += [words.system("country_is", country=words.country(session.country)), ""]
    if row.level is not None:
        lines += [words.texts.levels[Level(row.level)], ""]
    seen = local(row.seen)
    for name, answer in answers_that_count(flow, session, seen.date()).items():
        lines.append(f"{words.texts.questions[name].short}: {words.told(session, flow.questions[name], answer, seen)}")
    return "\n".join([*lines, ""])
