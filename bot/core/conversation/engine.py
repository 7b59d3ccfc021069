"""`step`: the bot as one pure function. An event comes in; the session after it, the effects and the reason come out.

Laws: nothing is discarded before the red-flag look; a level never falls by a later message; once an emergency, always one;
every turn has an effect. Handlers stand in the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.conversation.typed.edits import edited
from bot.core.conversation.typed.words import received_any, typed
from bot.core.flow.compiled import Flow

from . import screens as sc
from .afterwards.check_ins import check_in_due, schedule
from .chat_commands import command, started
from .events import (
    Acknowledge,
    Commanded,
    Edited,
    Elapsed,
    Erase,
    Event,
    Received,
    Redraw,
    Schedule,
    Started,
    Tapped,
    Turn,
    Typed,
)
from .session import EMERGENCY, ENDED, EXIT, REVIEW, Session, new_session
from .stale_taps import changes_a_line, late_tap, overlay_tapped, twice
from .taps import open_to_change, tap, tap_in_emergency
from .turn import Making


def step(flow: Flow, session: Session, event: Event, now: datetime) -> Turn:
    """Handle one event. Pure; `now` is the patient's local time, aware of its zone; raises only on our own bugs."""
    said = session.forgetting or session.placing
    m = Making(flow, session.but(forgetting=False, placing=False) if said else session, now)
    m.before = session
    if not isinstance(event, Elapsed):
        m.resumed = m.resume()
    _EVENTS[type(event)](m, event)
    if not m.effects:
        m.effects.append(Acknowledge())
    if not isinstance(event, Elapsed) and not any(isinstance(e, Schedule | Erase) for e in m.effects):
        m.remind()  # whatever the patient did last, silence after it is followed up
    check_in = None if m.s.checks is None else schedule(m.s, now)
    if check_in is not None and not any(isinstance(e, Erase) for e in m.effects):
        m.effects.append(check_in)
    return m.finish()


def start(flow: Flow, id: str, lang: str, now: datetime, phone: str = "") -> Session:
    """A new session of this flow, before its first event. `phone`: the language of the phone, with its region if it has one."""
    return new_session(id, flow.name, flow.version, lang, now, flow.unsafe).but(phone=phone or lang)


def _tapped(m: Making, event: Tapped) -> None:
    fresh = _is_open(m, event)
    if event.screen in sc.OVERLAYS and event.session == m.s.id:
        overlay_tapped(m, event)
        return
    if changes_a_line(m, event):
        if fresh:
            m.settled(event.choice)
        open_to_change(m, m.flow.questions[event.choice.removeprefix(sc.CHANGE_PREFIX)])
        return
    if event.screen == EMERGENCY and event.choice in (sc.HELPED, sc.CANT_GET_THERE, sc.NOTE):
        tap_in_emergency(m, event.choice)
        return
    if not fresh:
        late_tap(m, event)
        return
    if event.choice not in sc.choices(m.flow, event.screen):
        m.effects.append(Acknowledge("stale_tap"))
        m.again()
        return
    if twice(m, event):
        m.effects.append(Redraw(m.s.at, m.s.turn))
        return
    if m.s.misread:
        m.set(misread=0)
    if m.resumed:
        m.set(first=None)
        if event.screen in (REVIEW, EXIT):
            m.onward(replay=True)
            return
    tap(m, event.choice)


def _is_open(m: Making, event: Tapped) -> bool:
    """Whether the tapped screen is the one that is open: its last copy, or an earlier one with nothing answered since."""
    if event.session != m.s.id or event.screen != m.s.at:
        return False
    since = m.s.turn if m.s.since is None else m.s.since
    return event.turn <= m.s.turn and (event.turn >= since or event.screen == EMERGENCY)


def _typed(m: Making, event: Typed) -> None:
    m.written(event.written)
    typed(m, event)


def _elapsed(m: Making, event: Elapsed) -> None:
    if event.due == "help" and m.s.latch is not None:
        m.say("silence_help", urgent=True)
        m.set(help="asked")
    elif event.due == "same_day" and m.s.at not in ENDED:
        if m.s.signs:
            m.say("sign_stands", urgent=True, answer=m.s.signs[0].option)
        else:
            m.say("silence_same_day", urgent=True)
            so_far = m.judgement.so_far()
            m.advise_so_far(so_far)
            m.set(rank_told=so_far.level_to_say()[0].rank)
    elif event.due == "reminder" and m.s.at not in ENDED:
        m.say("silence_reminder")
    elif event.due == "check_in":
        check_in_due(m)
    m.silent = True


_EVENTS: dict[type, Callable[[Making, Any], None]] = {
    Started: lambda m, event: started(m),
    Tapped: _tapped,
    Typed: _typed,
    Edited: edited,
    Commanded: lambda m, event: command(m, event.name, event.argument),
    Received: received_any,
    Elapsed: _elapsed,
}
