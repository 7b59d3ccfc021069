"""This felt wrong: one tap, or words, after any advice; kept apart, without the answers unless the patient sends them along."""

from __future__ import annotations

from bot.core.conversation import screens as sc
from bot.core.conversation.events import GiveFeedback
from bot.core.conversation.session import ADVICE
from bot.core.conversation.turn import Making

ASKING, IN_WORDS = "asking", "in_words"
"""While it is asked what felt wrong; and what it is, told in words."""
LONGEST = 500
"""Characters of the patient's own words that are kept."""


def ask_feedback(m: Making) -> None:
    """What felt wrong."""
    m.set(feedback=ASKING, feedback_words="")
    m.say("felt_ask")


def choose_feedback(m: Making, choice: str) -> None:
    """A reason, or whether the answers go along."""
    if m.s.at == ADVICE and choice in sc.FELT and m.s.feedback:
        _asks_to_share(m, choice, m.s.feedback_words)
    elif m.s.feedback not in ("", ASKING) and choice in (sc.SHARE_ANSWERS, sc.WITHOUT_ANSWERS):
        m.effects.append(GiveFeedback(m.s.feedback, m.s.feedback_words, choice == sc.SHARE_ANSWERS))
        m.set(feedback="", feedback_words="")
        m.say("felt_thanks")
    else:
        m.again()


def take_feedback(m: Making, text: str) -> bool:
    """Words, while it is asked what felt wrong. True if they were taken for that."""
    if m.s.feedback != ASKING or not text.strip():
        return False
    _asks_to_share(m, IN_WORDS, text.strip()[:LONGEST])
    return True


def _asks_to_share(m: Making, reason: str, words: str) -> None:
    m.set(feedback=reason, feedback_words=words)
    m.say("felt_share")
