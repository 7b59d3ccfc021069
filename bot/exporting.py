"""What is told of a chat beside the interview: what is kept of it, and what would change its advice."""

from __future__ import annotations

from datetime import datetime

from bot.core.compiled import Flow
from bot.core.render import Block
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


def explain_changes(flow: Flow, session: Session, places: Places, now: datetime) -> tuple[Block, ...]:
    """What would change the advice, in words (SEMANTICS 11)."""
    from bot.check.what_would_change import changes_for_patient

    words = words_for(flow, session.lang, places)
    found = changes_for_patient(flow, session, now)
    if not found:
        return (Block("text", words.system("what_changes_none")),)
    blocks = [Block("heading", words.system("what_changes"))]
    for change in found:
        key = "would_be" if change.certain else "might_be"
        said = [
            f"{words.texts.questions[q].short}: {words.answer(flow.questions[q], value, now)}"
            for q, value in change.answers.items()
        ]
        text = words.system(key, change=", ".join(said), level=words.texts.levels[change.level])
        blocks.append(Block("item", f"\u2022 {text}"))
    return tuple(blocks)
