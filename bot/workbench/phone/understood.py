"""What the words that were typed last came to: the answer, the button, the sign or the request, told from what the turn changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.conversation.events import (
    Ask,
    Compute,
    Effect,
    Erase,
    Explain,
    Export,
    GiveFeedback,
    Inform,
    Lines,
    Offer,
    Say,
    Settled,
    WriteNote,
)
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, STOPPED
from bot.core.model.answers import Many
from bot.core.rendering.answer_words import Words, words_for
from bot.replay.playing.memory import MemoryTurn, drawn

OPEN_SCREENS: Mapping[str, str] = {
    SIGN: "the question about a sign of danger", EXIT: "the question whether the advice is wanted now",
    REVIEW: "the review of all answers", ADVICE: "the advice", EMERGENCY: "the emergency",
    MISTAKE: "the question which answer was wrong", CHANGE: "the question whether an answer shall change",
    STOPPED: "the chat that was ended",
}  # fmt: skip
"""Screens that are no question of the interview, as something that is answered."""
REQUESTS: Mapping[type[Effect], str] = {
    Explain: "a request to say why", Offer: "a question: what can be asked about is offered",
    Lines: "a request to change an answer", Compute: "a request to say what would change it",
    WriteNote: "a request for the note", Export: "a request for what is kept", Erase: "a request to erase everything",
    GiveFeedback: "what felt wrong",
}  # fmt: skip
"""What goes out -> what was asked for."""


def understood_as(turn: MemoryTurn) -> str:
    """What the words were understood as, in one line."""
    return "; ".join(dict.fromkeys(_parts(turn))) or _nothing(turn)


def settled_by(turn: MemoryTurn) -> str | None:
    """The button that the words stood for, "" if they answered in other words; None if they answered nothing on the screen."""
    return next((e.choice for e in turn.turn.effects if isinstance(e, Settled)), None)


def signs_said(turn: MemoryTurn | None) -> tuple[str, ...]:
    """The signs whose advice went out in a message of its own, which keeps nothing of them."""
    effects = () if turn is None else turn.turn.effects
    return tuple(e.params["answer"] for e in effects if isinstance(e, Say) and e.key == "sign_plain")


def open_screen(turn: MemoryTurn) -> str:
    """The screen that was open when the words came, as something that is answered."""
    name, words = turn.before.at.partition("/")[0], _words(turn)
    item = _item(turn)
    if item is not None:
        return f"\u201c{words.item(turn.flow.option_home[item], item)}\u201d, which was asked by itself"
    if name in turn.flow.questions:
        return f"\u201c{words.texts.questions[name].text}\u201d"
    return OPEN_SCREENS.get(name, name)


def _words(turn: MemoryTurn) -> Words:
    return words_for(turn.flow, turn.turn.session.lang, turn.places.at(turn.turn.session.country))


def _item(turn: MemoryTurn) -> str | None:
    return Judgement(turn.flow, turn.before, turn.now.date()).asked_for


def _parts(turn: MemoryTurn) -> Iterator[str]:
    before, session, words = turn.before, turn.turn.session, _words(turn)
    answered = [q for q, kept in session.answers.items() if before.answers.get(q) != kept]
    choice, asked = settled_by(turn), before.at.partition("/")[0]
    if choice and (asked not in answered or _item(turn) is not None):
        yield f"the button \u201c{_label(turn, choice)}\u201d"
    for name in answered:
        told = words.told(session, turn.flow.questions[name], session.answers[name], turn.now)
        yield f"an answer to \u201c{words.texts.questions[name].short}\u201d: {told}"
    for name, heard in session.heard.items():
        if before.heard.get(name) != heard:
            yield f"told of \u201c{words.texts.questions[name].short}\u201d: {_listed(words, name, heard)}"
    if session.at == before.at and session.ticks != before.ticks:
        ticked = "; ".join(words.option(asked, option) for option in session.ticks)
        yield f"lines of the list: {ticked or 'none is ticked any more'}"
    yield from _signs(turn, words)
    if session.proposal not in (None, before.proposal):
        yield f"another answer to \u201c{words.texts.questions[session.proposal[0]].short}\u201d: whether it shall change is asked"
    if session.lang != before.lang:
        yield f"a wish for another language: {words.texts.name}"
    for effect in turn.turn.effects:
        if isinstance(effect, Inform):
            yield f"a question about \u201c{words.texts.topics[effect.topic].label}\u201d"
        elif type(effect) in REQUESTS:
            yield REQUESTS[type(effect)]


def _signs(turn: MemoryTurn, words: Words) -> Iterator[str]:
    before, session = turn.before, turn.turn.session
    for sign in session.signs:
        if sign not in before.signs:
            told = words.item(turn.flow.option_home[sign.option], sign.option)
            yield f"a sign: \u201c{told}\u201d, which is asked about before anything else"
    for option in signs_said(turn):
        yield f"a sign: \u201c{words.item(turn.flow.option_home[option], option)}\u201d, answered at once"
    if session.latch not in (None, before.latch):
        yield "an emergency, from this answer on"


def _nothing(turn: MemoryTurn) -> str:
    before, session = turn.before, turn.turn.session
    if session.at == STOPPED:
        return "a wish to end the chat"
    if session.queue and before.queue != session.queue:
        alone = any(key == "item_left_open" for e in turn.turn.effects if isinstance(e, Ask) for key, _ in e.notes)
        return (
            "nothing, for the second time: it is left open" if alone else "nothing sure: each line is asked by itself"
        )
    return "nothing: the screen is asked again" if session.at == before.at else "nothing that is kept"


def _listed(words: Words, name: str, kept: Many) -> str:
    said = [words.option(name, option) for option in words.flow.questions[name].option_ids if option in kept.yes]
    return "; ".join(said) or words.none_of(name)


def _label(turn: MemoryTurn, choice: str) -> str:
    """What stands on a button of the screen that was open."""
    shown = drawn(turn.flow, turn.before, Ask(turn.before.at), turn.places, turn.now)
    labels = (button.label for message in shown for row in message.rows for button in row if button.choice == choice)
    return next(labels, choice.replace("_", " "))
