"""A turn's effects as messages for the outbox, and as the times at which silence is followed up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from bot.core.conversation.events import (
    Acknowledge,
    Advise,
    Compute,
    Effect,
    Erase,
    Export,
    Say,
    Schedule,
    Settled,
    Turn,
)
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level
from bot.core.rendering.answer_words import Places, Words, words_for
from bot.core.rendering.message import Block, Message
from bot.core.rendering.render import render

from .incoming import Incoming, Pressed
from .payload import Payload, payload_of

LATE = 120.0
"""Seconds after which an urgent answer says when the patient wrote."""
DAY = timedelta(days=1)
TODAY = frozenset({"silence_same_day", "sign_plain_today", "sign_stands"})
"""Urgent words that may be about a sign that is none of an emergency."""

MakeText = Callable[[Turn], str | None]
WhatChanges = Callable[[Flow, Session, Places, datetime], tuple[Block, ...]]


class Replies:
    """`places`, `zone`: of the patients; `what_changes`: computes what would change the advice."""

    def __init__(self, places: Places, zone: tzinfo, what_changes: WhatChanges) -> None:
        self.places, self.zone, self._what_changes = places, zone, what_changes

    def local(self, seconds: float) -> datetime:
        """Seconds UTC as the patients' local time."""
        return datetime.fromtimestamp(seconds, self.zone)

    def sorry(self, flow: Flow, lang: str, country: str = "") -> tuple[Payload, ...]:
        """For an update that could not be handled; the text names the emergencies."""
        return (Payload((("text", words_for(flow, lang, self.places.at(country)).system("error")),), urgent=True),)

    def paused(self, flow: Flow, lang: str, country: str = "") -> tuple[Payload, ...]:
        """While no version of the flow may be used; the text names the emergencies."""
        return (Payload((("text", words_for(flow, lang, self.places.at(country)).system("paused")),), urgent=True),)

    def outage(self, flow: Flow, lang: str) -> Payload:
        """While nothing can be kept: the emergencies, said to be a fixed list."""
        return Payload((("text", words_for(flow, lang, self.places).system("outage")),), urgent=True)

    def cut_short(self, flow: Flow, lang: str) -> str:
        """In place of something urgent of which nothing can be sent."""
        return words_for(flow, lang, self.places).system("cut_short")

    def refusal(self, flow: Flow, lang: str, key: str) -> tuple[Payload, ...]:
        """Said once in a chat that is none of ours, before leaving it."""
        return (Payload((("text", words_for(flow, lang, self.places).system(key)),), leave=True),)

    def _words(self, flow: Flow, session: Session) -> Words:
        return words_for(flow, session.lang, self.places.at(session.country))

    def acknowledgement(self, flow: Flow, turn: Turn) -> str:
        """The short text to show with a tap, or ""."""
        for effect in turn.effects:
            if isinstance(effect, Acknowledge) and effect.key is not None:
                return self._words(flow, turn.session).system(effect.key)
        return ""

    def messages(self, flow: Flow, incoming: Incoming, turn: Turn, now: float, export: MakeText) -> tuple[Payload, ...]:
        """The turn's messages: new ones first, so that the patient need not wait for the old keyboard to be tidied.
        `export`: the turn -> all that is kept of the person, as text; None if it is on its way already."""
        local = self.local(now)
        said: list[Payload] = []
        edits: list[Payload] = []
        for effect in turn.effects:
            for payload in self._payloads(flow, incoming, turn, effect, local, export):
                (edits if payload.edits else said).append(payload)
        return (*said, *edits)

    def _payloads(
        self, flow: Flow, incoming: Incoming, turn: Turn, effect: Effect, local: datetime, export: MakeText
    ) -> tuple[Payload, ...]:
        session = turn.session
        if isinstance(effect, Acknowledge | Schedule):
            return ()
        words = self._words(flow, session)
        if isinstance(effect, Erase):
            return (Payload((("text", words.system("forgotten")),), last=True),)
        if isinstance(effect, Export):
            text = export(turn)
            caption = (("text", words.system("mydata_caption")),)
            return () if text is None else (Payload(caption, file=("my-answers.txt", text)),)
        if isinstance(effect, Compute):
            blocks = self._what_changes(flow, session, self.places, local)
            return (Payload(tuple((b.kind, b.text) for b in blocks)),)
        messages = render(flow, session, effect, self.places, local)
        first, *others = (
            (self._of(flow, incoming, session, effect, message) for message in messages) if messages else (None,)
        )
        # of several messages only the first says that it is late
        return () if first is None else (first, *(p._replace(late="", late_day="") for p in others))

    def _of(self, flow: Flow, incoming: Incoming, session: Session, effect: Effect, message: Message) -> Payload:
        words = self._words(flow, session)
        if message.edits:
            drawn_by = effect.before if isinstance(effect, Settled) else session
            return payload_of(message, drawn_by, known=_known(incoming, drawn_by, message.turn))
        if not message.urgent:
            return payload_of(message, session)
        cut_short = words.system(_cut_short(flow, session, effect))
        if incoming.sent is None:
            return payload_of(message, session, cut_short=cut_short)
        wrote = self.local(incoming.sent)
        time = wrote.strftime("%H:%M")
        return payload_of(
            message,
            session,
            written=incoming.sent,
            late=words.system("late", time=time),
            late_day=words.system("late_day", time=time, date=words.day(wrote.date())),
            midnight=datetime.combine(wrote.date() + DAY, datetime.min.time(), wrote.tzinfo).timestamp(),
            cut_short=cut_short,
        )


def _known(incoming: Incoming, session: Session, turn: int | None) -> int | None:
    """The channel's number of the message that showed the screen of this turn, if it is the one that was tapped."""
    event = incoming.event
    if isinstance(event, Pressed) and event.data.startswith(f"{session.id}.{turn}."):
        return event.message
    return None


def _cut_short(flow: Flow, session: Session, effect: Effect) -> str:
    """Which words stand in for an urgent message: an emergency's, unless it is surely about the same day only."""
    signs = [flow.signs.get(sign.option) for sign in session.signs]
    if session.latch is not None or Level.emergency.value in signs:
        return "cut_short"
    if isinstance(effect, Advise):
        today = effect.level is not Level.emergency
    elif isinstance(effect, Say):
        today = effect.key in TODAY
    else:
        today = bool(signs)
    return "cut_short_today" if today else "cut_short"
