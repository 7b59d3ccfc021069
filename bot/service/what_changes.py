"""What would change the level, in the patient's words."""

from __future__ import annotations

from datetime import datetime

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places, words_for
from bot.core.rendering.message import Block


def explain_changes(flow: Flow, session: Session, places: Places, now: datetime) -> tuple[Block, ...]:
    """What would change the advice, in words (SEMANTICS 11)."""
    from bot.check.counting.what_would_change import changes_for_patient

    words = words_for(flow, session.lang, places.at(session.country))
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
