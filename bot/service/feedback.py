"""What felt wrong, as it is kept for the flow's owner: the version and level, and the answers only if they were sent along."""

from __future__ import annotations

import json
from datetime import datetime

from bot.core.conversation.events import GiveFeedback, WriteNote
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.core.rendering.render import render


def feedback_text(flow: Flow, session: Session, effect: GiveFeedback, places: Places, now: datetime) -> str:
    """As JSON: flow, version, language, level, reason, the patient's words, and the note for a clinician if it goes along."""
    level = Judgement(flow, session, now.date()).level_to_say(session.unplaced)[0]
    kept = {
        "flow": flow.name, "version": flow.version, "language": session.lang, "level": level.value,
        "reason": effect.reason, "words": effect.words,
    }  # fmt: skip
    if effect.share:
        (message,) = render(flow, session, WriteNote(), places, now)
        kept["answers"] = "" if message.paper is None else message.paper.plain()
    return json.dumps(kept, ensure_ascii=False)
