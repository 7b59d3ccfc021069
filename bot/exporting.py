"""What is known of a chat, as a text that the patient can keep or show."""

from __future__ import annotations

from datetime import datetime

from bot.core.compiled import Flow
from bot.core.session import Session
from bot.core.wording import Places, words_for


def export_text(flow: Flow, session: Session, places: Places, now: datetime) -> str:
    """Everything that is kept of a session in words, followed by the stored form itself."""
    words = words_for(flow, session.lang, places)
    lines = [f"{flow.name} {flow.version}  {now:%Y-%m-%d %H:%M}", ""]
    for question in flow.interview.questions:
        kept = session.answers.get(question.ask, session.heard.get(question.ask))
        if kept is not None:
            short = words.texts.questions[question.ask].short
            lines.append(f"{short}: {words.answer(question, kept, now)}")
    return "\n".join([*lines, "", session.to_json(), ""])
