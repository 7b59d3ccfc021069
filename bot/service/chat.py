"""One event of one chat: its session and the flow version that it runs on, the step, and what is to be written of it.

Laws: an update that raises is set aside and its patient told; nothing here is written, `OpenChat` collects it for the batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.core.conversation.afterwards.check_ins import last_check
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Elapsed, Erase, Event, GiveFeedback, Schedule, Tapped, Turn, Typed
from bot.core.conversation.screens import decode, session_of
from bot.core.conversation.session import ENDED, Session
from bot.core.conversation.session import SCHEMA as SESSION_SCHEMA
from bot.core.conversation.silence import HELP_IS_OLD, by_day
from bot.core.flow.compiled import Flow
from bot.store import ChatRow, ChatWrite, Due, FeedbackRow, SessionRow, SetAside, Transaction, of_surroundings

from .counting import counted_of
from .error_place import place_of
from .export import MOST_MESSAGES, MOST_SESSIONS, export_text
from .feedback import feedback_text
from .incoming import NO_SCREEN, Handled, Incoming, Pressed
from .open_chat import LATER, OpenChat
from .payload import Payload, is_file
from .replies import MakeText, Replies
from .session_cache import SessionCache
from .versions import Versions, begun_anew, country_in

log = logging.getLogger("symptom_bot.service")


class UnreadableUpdate(Exception):
    """An update of which only the chat could be read."""


class Chats:
    """Opens chats and handles their events, one at a time. `new_id`: a session id that was never used."""

    def __init__(self, flows: Versions, replies: Replies, new_id: Callable[[], str]) -> None:
        self.flows, self._replies, self._new_id = flows, replies, new_id
        self._sessions = SessionCache()

    def open(self, row: ChatRow) -> OpenChat:
        """The chat as it stands in the database. A session that cannot be read is left, and a new one begins."""
        state, later = ("", True) if row.state == LATER else (row.state, False)
        chat = OpenChat(row, None, None, state, gone=row.blocked, last_update=row.last_update, later=later)
        if row.session is None:
            return chat
        try:
            kept = self._sessions.read(row.session)
            running = self.flows.running(kept)
        except Exception as error:
            if of_surroundings(error):
                raise
            log.error("session cannot be read, a new one begins", extra={"reason": type(error).__name__})
            return chat
        if running is not None:
            chat.session, chat.flow = running
            chat.was_moved = chat.session is not kept
        return chat

    def ahead(self, chat: OpenChat, incoming: Incoming, now: float) -> Incoming | None:
        """An update that should wait as it is handled at once, if it tells a red flag; None: it waits."""
        flow = chat.flow or self.flows.named(None)
        lang = chat.session.lang if chat.session is not None else incoming.lang
        try:
            event = chat.lookout.event(incoming, flow, lang, self._replies.local(now))
        except Exception as error:
            if of_surroundings(error):
                raise
            return None  # what is wrong with it is found when its turn comes
        return None if event is None else incoming._replace(event=event, ahead=True)

    def handle(self, tx: Transaction, chat: OpenChat, incoming: Incoming, now: float, aside: list[SetAside]) -> Handled:
        """Take the event's step. What it changes is kept in `chat`; `aside`: takes an update that cannot be handled."""
        if incoming.notice:
            chat.gone = False
            return self._refuse(chat, incoming)
        if incoming.gone:
            chat.gone, chat.state = True, ""
            return Handled(incoming, why="nothing")
        if incoming.back and chat.gone and chat.session is not None and chat.session.at not in ENDED:
            incoming = incoming._replace(event=NO_SCREEN)
        if incoming.event is None and not incoming.unreadable:
            chat.gone = chat.gone and not incoming.back
            return Handled(incoming, why="nothing")
        missed, chat.gone = chat.gone, False
        if missed and chat.session is not None:
            chat.session = chat.session.but(shown=now)  # what was said last may never have been seen
        if incoming.due is not None and isinstance(incoming.event, Elapsed):
            return self._follow_up(tx, chat, incoming, incoming.due, now)
        local = self._replies.local(now)
        try:
            if incoming.unreadable:
                raise UnreadableUpdate
            elsewhere = self._elsewhere(chat, incoming)
            if chat.session is None or chat.flow is None or (elsewhere is not None and _is_free(chat.session)):
                flow = self.flows.named(incoming.flow)
                if self.flows.unusable(flow.version):
                    return self._pause(incoming, flow, chat.session)
                lang = incoming.lang if incoming.lang in flow.texts else next(iter(flow.texts))
                here = "" if chat.session is None else country_in(flow, chat.session)
                chat.flow = flow
                chat.session = start(flow, self._new_id(), lang, local, incoming.phone).but(country=here)
            elif self.flows.unusable(chat.flow.version):
                return self._pause(incoming, chat.flow, chat.session)
            before_flow = flow = chat.flow
            before = chat.session
            event = self._event(tx, chat, incoming)
            if event is None:
                return Handled(incoming, why="nothing")
            if missed and isinstance(event, Typed):
                event = replace(event, unseen=True)
            turn = step(flow, before, event, local)
            export = partial(self._export, tx, chat, now)
            if turn.session.id == before.id:
                messages = self._replies.messages(flow, incoming, turn, now, export)
            else:
                flow, turn, messages = self._begin_anew(incoming, flow, turn, elsewhere, now, export)
            ack = self._replies.acknowledgement(flow, turn)
        except Exception as error:
            return self._set_aside(chat, incoming, error, now, aside)
        chat.flow = flow
        self._keep(chat, before, turn, now)
        return Handled(
            incoming, turn, messages, "", ack, flow, counts=counted_of(before_flow, before, event, turn, flow)
        )

    def _begin_anew(
        self,
        incoming: Incoming,
        flow: Flow,
        turn: Turn,
        elsewhere: Flow | None,
        now: float,
        export: MakeText,
    ) -> tuple[Flow, Turn, tuple[Payload, ...]]:
        """A turn in which a new session began: with the newest version of its flow, or in the flow that a link named
        (SEMANTICS 13: only a running session keeps its version). A sign that waits is asked where it was read."""
        new = elsewhere if elsewhere is not None and not turn.session.signs else self.flows.newest(flow)
        same = (new.name, new.version) == (flow.name, flow.version)
        parts = ((flow, turn),) if same else begun_anew(turn, flow, new, self._replies.local(now))
        said = [m for words, part in parts for m in self._replies.messages(words, incoming, part, now, export)]
        flow, last = parts[-1]
        effects = tuple(effect for _, part in parts for effect in part.effects)
        return flow, replace(last, effects=effects), tuple(said)

    def _follow_up(self, tx: Transaction, chat: OpenChat, incoming: Incoming, due: Due, now: float) -> Handled:
        """What a silence has made due; unless the patient spoke meanwhile, it has become night, or it is far too late."""
        nothing = Handled(incoming, why="nothing")
        if (
            chat.cancel
            or not isinstance(incoming.event, Elapsed)
            or (due.kind == "help" and now - due.at > HELP_IS_OLD)
        ):
            return nothing
        local = self._replies.local(now)
        at = by_day(local, due.urgent)
        if at > local:
            chat.due[due.kind] = replace(due, at=at.timestamp())
            return nothing
        try:
            found = self._silent(tx, chat, due)
            if found is None:
                return nothing
            session, flow = found
            if self.flows.unusable(flow.version):
                return self._pause(incoming, flow, session) if due.urgent else nothing
            turn = step(flow, session, incoming.event, local)
            messages = self._replies.messages(flow, incoming, turn, now, partial(self._export, tx, chat, now))
        except Exception as error:
            return self._set_aside(chat, incoming, error, now, [])
        if chat.session is session:
            self._keep(chat, session, turn, now, by_patient=False)
        else:
            chat.written[session.id] = self._row(chat.row.chat, turn, now)
        return Handled(incoming, turn, messages, "", "", flow, counts=counted_of(flow, session, incoming.event, turn))

    def _silent(self, tx: Transaction, chat: OpenChat, due: Due) -> tuple[Session, Flow] | None:
        """The session that fell silent: the chat's own, or, after an emergency was left for a new one, that one."""
        if chat.session is not None and chat.flow is not None and due.session in (None, chat.session.id):
            return chat.session, chat.flow
        row = tx.session(due.session) if due.session is not None else None
        return None if row is None or row.chat != chat.row.chat else self.flows.running(self._sessions.read(row))

    def _set_aside(
        self, chat: OpenChat, incoming: Incoming, error: Exception, now: float, aside: list[SetAside]
    ) -> Handled:
        """The update goes, its patient is told. Raises what our surroundings did: the batch is handed in again."""
        if of_surroundings(error):
            raise error
        log.error("update set aside", extra={"reason": type(error).__name__, "place": place_of(error)})
        if incoming.update is not None:
            aside.append(SetAside(incoming.update, type(error).__name__, now))
        lang, country = _spoken(chat.session, incoming)
        sorry = self._replies.sorry(chat.flow or self.flows.named(None), lang, country)
        return Handled(incoming, None, sorry, "poison", flow=chat.flow)

    def _pause(self, incoming: Incoming, flow: Flow, session: Session | None) -> Handled:
        """There is no version that may be used: the patient is told so, with the emergencies; the chat stays as it is."""
        return Handled(incoming, None, self._replies.paused(flow, *_spoken(session, incoming)), "nothing", flow=flow)

    def _keep(self, chat: OpenChat, before: Session, turn: Turn, now: float, by_patient: bool = True) -> None:
        """Take the turn's session and its due messages into what will be written."""
        name = chat.row.chat
        chat.session = turn.session
        chat.state, chat.was_moved = "", False
        chat.written[turn.session.id] = self._row(name, turn, now)
        if by_patient:
            chat.cancel = True
            chat.due.clear()
        for effect in turn.effects:
            if isinstance(effect, Schedule):
                chat.due[effect.due] = self._due(name, before, turn, effect, now)
            elif isinstance(effect, GiveFeedback):
                assert chat.flow is not None
                text = feedback_text(chat.flow, turn.session, effect, self._replies.places, self._replies.local(now))
                chat.feedback.append(FeedbackRow(name, now, text))
            elif isinstance(effect, Erase):
                chat.erase = True
                chat.feedback.clear()
                for session in (*chat.written, turn.session.id):
                    self._sessions.drop(session)
                chat.written.clear()
                chat.due.clear()
                chat.session = None

    def _due(self, chat: str, before: Session, turn: Turn, effect: Schedule, now: float) -> Due:
        """When silence is followed up, and in which session: whether help came is asked in the one of the emergency."""
        session = before if effect.due == "help" and turn.session.latch is None else turn.session
        at = by_day(self._replies.local(now + effect.seconds), effect.urgent)
        return Due(chat, effect.due, at.timestamp(), session.id, effect.urgent)

    def _export(self, tx: Transaction, chat: OpenChat, now: float, turn: Turn) -> str | None:
        """All that is kept of the person once this turn is; None if a file that says so waits already."""
        name = chat.row.chat
        messages = tx.messages_of(name, MOST_MESSAGES)
        if chat.exported or any(is_file(m.waiting) for m in messages):
            return None
        chat.exported = True
        rows = {row.id: row for row in tx.sessions_of(name, MOST_SESSIONS)} | chat.written
        rows[turn.session.id] = self._row(name, turn, now)
        due = [self._due(name, turn.session, turn, e, now) for e in turn.effects if isinstance(e, Schedule)]
        sessions = sorted(rows.values(), key=lambda row: (row.started, row.id))
        about = ChatWrite(name, turn.session.id, chat.last_update, turn.session.lang, "", now)
        felt = [*tx.feedback_of(name), *chat.feedback]
        return export_text(
            about, sessions, due, messages, felt, self.flows.version, self._replies.places, self._replies.local
        )

    def _event(self, tx: Transaction, chat: OpenChat, incoming: Incoming) -> Event | None:
        assert chat.session is not None
        assert chat.flow is not None
        event = incoming.event
        if isinstance(event, Pressed):
            tapped = self._tap(tx, chat, event.data)
            return replace(tapped, session="") if chat.was_moved and tapped.session == chat.session.id else tapped
        if callable(event):
            event = event(chat.session, chat.flow)
        return event

    def _tap(self, tx: Transaction, chat: OpenChat, data: str) -> Tapped:
        """The tap behind a button's data, read with the flow version of the session that drew it."""
        assert chat.session is not None
        assert chat.flow is not None
        drawn_by = session_of(data)
        flow = chat.flow
        if drawn_by != chat.session.id:
            row = tx.session(drawn_by) if drawn_by else None
            if row is not None and row.chat == chat.row.chat:
                flow = self.flows.version(row.version) or flow
        return decode(flow, data) or NO_SCREEN

    def _elsewhere(self, chat: OpenChat, incoming: Incoming) -> Flow | None:
        """The flow that the patient asks for by a link, if it is another one than theirs and may be begun."""
        if incoming.flow is None or chat.session is None or incoming.flow == chat.session.flow:
            return None
        flow = self.flows.current.get(incoming.flow)
        return None if flow is None or self.flows.unusable(flow.version) else flow

    def _refuse(self, chat: OpenChat, incoming: Incoming) -> Handled:
        """Say the notice once and leave; nothing else is ever said there."""
        if chat.state == "refused":
            return Handled(incoming, why="nothing")
        chat.state = "refused"
        refusal = self._replies.refusal(self.flows.named(None), incoming.lang, incoming.notice)
        return Handled(incoming, None, refusal, "nothing")

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _row(self, chat: str, turn: Turn, now: float) -> SessionRow:
        s = turn.session
        ended = s.at in ENDED
        level = turn.trace.level.value if turn.trace.level is not None else None
        finished = max(now, last_check(s, self._replies.local(now))) if ended else None
        return SessionRow(
            s.id, chat, s.flow, s.version, self._sessions.write(s), s.started.timestamp(), now, SESSION_SCHEMA,
            "finished" if ended else "running", level, finished,
        )  # fmt: skip


def _is_free(session: Session) -> bool:
    """Whether the session may be left without a word: no emergency stands, and no sign waits for its yes or no."""
    return session.latch is None and not session.signs


def _spoken(session: Session | None, incoming: Incoming) -> tuple[str, str]:
    """The language and the country of whoever is spoken to."""
    return (incoming.lang, "") if session is None else (session.lang, session.country)
