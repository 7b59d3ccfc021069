"""Effects and texts -> channel-neutral messages: blocks of text and rows of buttons. The only place where ids become words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import (
    Advise,
    Ask,
    CheckedIn,
    Effect,
    Explain,
    Inform,
    Lines,
    Offer,
    Redraw,
    Say,
    Settled,
    Understood,
    WriteNote,
)
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import REVIEW, Session
from bot.core.conversation.triage import answers_that_count
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.files.interview import Question

from .advice import draw_advice, draw_reasons
from .answer_words import LIST, Places
from .check_ins import draw_checked_in
from .drawing import Drawing
from .fixed_screens import FIXED_SCREENS, line_rows, lines_shown, review_list
from .message import Message
from .note import draw_note
from .notes import draw_say, put_notes
from .questions import (
    alone_screen,
    picture_of,
    put_alone_title,
    put_beginning,
    put_question,
    question_screen,
    which_screen,
)
from .topics import draw_offer, draw_told


def render(flow: Flow, session: Session, effect: Effect, places: Places, now: datetime) -> tuple[Message, ...]:
    """The messages of an effect, in words; none for effects that are no messages. `session`: as it is after the turn."""
    drawing = Drawing(flow, session, places, now)
    draw = _DRAWINGS.get(type(effect))
    if draw is None:
        return ()
    drawn: Message | tuple[Message, ...] = draw(drawing, effect)
    return (drawn,) if isinstance(drawn, Message) else drawn


def _ask(d: Drawing, effect: Ask) -> tuple[Message, ...]:
    listed = (review_list(d),) if effect.screen == REVIEW and not effect.copy else ()
    put_notes(d, effect.notes)
    return (*listed, _screen(d, effect.screen, effect.spell_out, urgent=effect.urgent))


def _redraw(d: Drawing, effect: Redraw) -> Message:
    put_notes(d, d.s.notes)  # what was said with the screen stays above it
    return _screen(d, effect.screen, edits=True)


def _screen(d: Drawing, screen: str, spell_out: bool = False, edits: bool = False, urgent: bool = False) -> Message:
    question, picture = sc.question_of(d.flow, screen), None
    if question is None:
        rows = FIXED_SCREENS[screen](d)
    elif screen == which(question.ask):
        rows = which_screen(d, question)
    elif screen == alone(question.ask):
        rows = alone_screen(d, question)
    else:
        rows, picture = question_screen(d, question, spell_out), picture_of(d, question, d.s.ticks)
    return d.message(rows, turn=d.s.turn, edits=edits, urgent=urgent, picture=picture)


def _settled(d: Drawing, effect: Settled) -> Message:
    """The screen as it stood, without its buttons and its place in the interview, and what was answered on it."""
    before, choice = effect.before, effect.choice
    if choice is None:
        return Message((), turn=before.turn, edits=True)
    was = Drawing(d.flow, before, d.places, d.now)
    put_notes(was, before.notes)
    question, said, picture = sc.question_of(d.flow, before.at), "", None
    if question is None:
        FIXED_SCREENS[before.at](was)
    elif before.at == which(question.ask):
        which_screen(was, question)
        if choice == sc.DONE and before.ticks:
            said = LIST.join(d.words.option(question.ask, o) for o in question.option_ids if o in before.ticks)
        elif choice == sc.DONE:
            choice = sc.ALL
    elif before.at == alone(question.ask):
        put_alone_title(was, question, before.queue[0])
    else:
        told = answers_that_count(d.flow, d.s, d.now.date())
        kept = None if choice in (sc.NOT_SURE, sc.STOP_HERE) else told.get(question.ask)
        put_beginning(was, question)
        spelled_out = any(key == "unreadable_choices" for key, _ in before.notes)
        ticked = kept.yes if isinstance(kept, Many) else before.ticks
        put_question(was, question, spelled_out, ticked)
        picture = picture_of(was, question, {kept} if isinstance(kept, str) else ticked)
        if kept is not None:
            said = d.words.told(d.s, question, kept, d.now, none=d.words.none_of(question.ask))
    said = said or (_choice_words(d, question, choice) if choice else "")
    if said:
        was.put("text", d.words.system("answered", answer=said))
    return was.message((), turn=before.turn, edits=True, picture=picture)


def _choice_words(d: Drawing, question: Question | None, choice: str) -> str:
    if choice.startswith(sc.CHANGE_PREFIX):
        return d.words.texts.questions[choice.removeprefix(sc.CHANGE_PREFIX)].short
    if question is not None and choice in (*question.option_ids, question.none):
        return d.words.option(question.ask, choice)
    return d.words.texts.system.get(choice, "")


def _understood(d: Drawing, effect: Understood) -> Message:
    d.put("heading", d.words.system("understood_title"))
    told = answers_that_count(d.flow, d.s, d.now.date())
    for name in effect.questions:
        question = d.flow.questions[name]
        kept = told.get(name, d.s.answers.get(name, d.s.heard.get(name)))  # its question may not have come up yet
        d.put("item", f"\u2022 {d.words.texts.questions[name].short}: {d.words.told(d.s, question, kept, d.now)}")
    return d.message(line_rows(d, effect.questions))


def _lines(d: Drawing, effect: Lines) -> Message:
    d.put("title", d.words.system("which_line"))
    return d.message(line_rows(d, lines_shown(d)))


_DRAWINGS: dict[type, Callable[[Drawing, Any], Message | tuple[Message, ...]]] = {
    Ask: _ask,
    Redraw: _redraw,
    Say: draw_say,
    Settled: _settled,
    Understood: _understood,
    Lines: _lines,
    Advise: draw_advice,
    Explain: draw_reasons,
    Offer: draw_offer,
    Inform: draw_told,
    WriteNote: draw_note,
    CheckedIn: draw_checked_in,
}
