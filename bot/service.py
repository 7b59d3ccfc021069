"""`handle(batch)`: the I/O around `step`. One load, the pure steps, one transaction; delivery is the channel's.

Laws: nothing is confirmed before it is committed; an update counts once; a step that raises affects its own update only.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal

from bot.core.compiled import Flow
from bot.core.engine import start, step
from bot.core.events import Compute, Elapsed, Erase, Event, Export, Schedule, Trace, Turn
from bot.core.render import Block, Message, render
from bot.core.session import ENDED, START, Session
from bot.core.session import SCHEMA as SESSION_SCHEMA
from bot.core.wording import Places, words_for
from bot.exporting import export_text
from bot.store import (
    EMERGENCY,
    ORDINARY,
    Batch,
    ChatRow,
    ChatWrite,
    Committed,
    Due,
    Outgoing,
    SessionRow,
    SetAside,
    Store,
)  # fmt: skip

log = logging.getLogger("symptom_bot.service")

NIGHT = (22, 8)
"""Between these hours (local) only urgent messages go out of their own accord."""

MakeEvent = Callable[[Session, Flow], Event | None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that came in for a chat. `event`: made once the session and its flow are known; None = nothing to do.

    `update`: the channel's number, which counts once; `sent`: when the patient wrote it (seconds, UTC), if known.
    """

    chat: str
    event: Event | MakeEvent
    update: int | None = None
    lang: str = ""
    flow: str | None = None
    sent: float | None = None
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one incoming event: the turn (None: seen before, set aside, or nothing to do) and its messages."""

    incoming: Incoming
    turn: Turn | None
    messages: tuple[Payload, ...] = ()
    why: Literal["", "seen", "poison", "nothing"] = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """One message as the outbox keeps it. `ref`: the name of the screen it shows (session.turn), `edits`: whether it
    replaces that message; `file`: name and text of a document; `ack`: the short text shown with a tap."""

    blocks: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    ref: str = ""
    edits: bool = False
    urgent: bool = False
    file: tuple[str, str] | None = None
    written: float | None = None
    late: str = ""

    def to_json(self) -> str:
        """As text for the outbox."""
        plain = {k: v for k, v in asdict(self).items() if v not in ((), "", False, None)}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Payload:
        """The inverse of `to_json`."""
        plain = json.loads(text)
        return Payload(
            blocks=tuple((k, t) for k, t in plain.get("blocks", ())),
            rows=tuple(tuple((label, data) for label, data in row) for row in plain.get("rows", ())),
            ref=plain.get("ref", ""),
            edits=plain.get("edits", False),
            urgent=plain.get("urgent", False),
            file=tuple(plain["file"]) if plain.get("file") else None,
            written=plain.get("written"),
            late=plain.get("late", ""),
        )

    def message(self) -> Message:
        """The text and buttons as a channel-neutral message."""
        from bot.core.render import Button

        return Message(
            tuple(Block(kind, text) for kind, text in self.blocks),  # type: ignore[arg-type]
            tuple(tuple(Button(label, data, "") for label, data in row) for row in self.rows),
            edits=self.edits,
            urgent=self.urgent,
        )


@dataclass
class _Chat:
    row: ChatRow
    session: Session | None
    flow: Flow | None
    erase: bool = False
    written: dict[str, SessionRow] = field(default_factory=dict)
    due: dict[str, Due] = field(default_factory=dict)
    cancel: bool = False
    last_update: int = 0
    touched: bool = False


class Flows:
    """The flows that new chats begin with, and the versions that running ones began with."""

    def __init__(self, current: Mapping[str, Flow], default: str, stored: Callable[[str], Flow | None]) -> None:
        self.current = dict(current)
        self.default = default
        self._stored = stored
        self._versions: dict[str, Flow] = {f.version: f for f in current.values()}
        self.withdrawn: frozenset[str] = frozenset()

    def named(self, name: str | None) -> Flow:
        """The current flow of a name; the default one for an unknown name."""
        return self.current.get(name or self.default) or self.current[self.default]

    def version(self, version: str) -> Flow | None:
        """A version by its content hash, from memory or the database; None if it is gone."""
        found = self._versions.get(version)
        if found is None:
            found = self._stored(version)
            if found is not None:
                self._versions[version] = found
        return found

    def replace(self, current: Mapping[str, Flow]) -> None:
        """Take edited flows into use; running chats keep theirs."""
        self.current.update(current)
        self._versions.update({f.version: f for f in current.values()})


class Service:
    """What every channel calls. `clock`: seconds UTC, given by app.py."""

    def __init__(
        self,
        store: Store,
        flows: Flows,
        places: Places,
        zone: tzinfo,
        clock: Callable[[], float],
        what_changes: Callable[[Flow, Session, Places, datetime], tuple[Block, ...]],
        new_id: Callable[[], str] = lambda: secrets.token_hex(6),
    ) -> None:
        self.store, self.flows, self.places, self.zone = store, flows, places, zone
        self.clock, self._what_changes, self._new_id = clock, what_changes, new_id
        self.on_turn: Callable[[Trace, Flow], None] = lambda trace, flow: None

    def local(self, seconds: float) -> datetime:
        """Seconds UTC as the patients' local time."""
        return datetime.fromtimestamp(seconds, self.zone)

    def handle(self, batch: Sequence[Incoming]) -> tuple[tuple[Handled, ...], Committed]:
        """Handle a batch: load, step, commit. Returns what became of each event and what may be delivered."""
        now = self.clock()
        chats = {i.chat for i in batch}
        with self.store.transaction(chats) as tx:
            numbers = [i.update for i in batch if i.update is not None]
            seen = set(tx.were_seen(numbers)) if numbers else set()
            dues = [i.due for i in batch if i.due is not None]
            alive = tx.still_due(dues) if dues else frozenset()
            states = {chat: self._open(tx.rows[chat]) for chat in chats}
            handled: list[Handled] = []
            aside: list[SetAside] = []
            outbox: list[Outgoing] = []
            for incoming in batch:
                if (incoming.update is not None and incoming.update in seen) or (
                    incoming.due is not None and incoming.due not in alive
                ):
                    handled.append(Handled(incoming, None, why="seen"))
                    continue
                if incoming.update is not None:
                    seen.add(incoming.update)
                one = self._one(states[incoming.chat], incoming, now, aside)
                handled.append(one)
                outbox.extend(self._outgoing(incoming, p, now) for p in one.messages)
            committed = tx.commit(self._batch(states, batch, handled, outbox, aside, now))
        for one in handled:
            if one.turn is not None:
                flow = states[one.incoming.chat].flow
                if flow is not None:
                    self.on_turn(one.turn.trace, flow)
        return tuple(handled), committed

    # --- one event ----------------------------------------------------------------------------------------------------

    def _open(self, row: ChatRow) -> _Chat:
        session = flow = None
        if row.session is not None:
            session = Session.from_json(row.session.json)
            flow = self.flows.version(session.version)
            current = self.flows.current.get(session.flow)
            if (
                current is not None
                and current is not flow
                and (flow is None or session.version in self.flows.withdrawn)
            ):
                session, flow = moved(session, flow, current), current
            elif flow is None:
                session = None
        return _Chat(row, session, flow, last_update=row.last_update)

    def _one(self, chat: _Chat, incoming: Incoming, now: float, aside: list[SetAside]) -> Handled:
        local = self.local(now)
        try:
            if chat.session is None or chat.flow is None or self._other_flow(chat, incoming):
                chat.flow = self.flows.named(incoming.flow)
                lang = incoming.lang if incoming.lang in chat.flow.texts else next(iter(chat.flow.texts))
                chat.session = start(chat.flow, self._new_id(), lang, local)
            event = incoming.event(chat.session, chat.flow) if callable(incoming.event) else incoming.event
            if event is None:
                return Handled(incoming, None, why="nothing")
            turn = step(chat.flow, chat.session, event, local)
            messages = self._messages(chat, incoming, turn, now)
        except Exception as error:
            log.error("update set aside: %s", type(error).__name__)
            if incoming.update is not None:
                aside.append(SetAside(incoming.update, type(error).__name__, now))
            return Handled(incoming, None, self._sorry(chat), why="poison")
        chat.session = turn.session
        chat.touched = True
        chat.written[turn.session.id] = self._row(incoming.chat, turn, now)
        if not isinstance(event, Elapsed):
            chat.cancel = True
            chat.due.clear()
        for effect in turn.effects:
            if isinstance(effect, Schedule):
                at = self._by_day(now + effect.seconds, effect.urgent)
                chat.due[effect.due] = Due(incoming.chat, effect.due, at, turn.session.id, effect.urgent)
            elif isinstance(effect, Erase):
                chat.erase = True
                chat.written.clear()
                chat.due.clear()
                chat.session = None
        return Handled(incoming, turn, messages)

    def _other_flow(self, chat: _Chat, incoming: Incoming) -> bool:
        return (
            incoming.flow is not None and chat.session is not None and incoming.flow in self.flows.current
            and incoming.flow != chat.session.flow
        )  # fmt: skip

    def _sorry(self, chat: _Chat) -> tuple[Payload, ...]:
        flow = chat.flow or self.flows.named(None)
        words = words_for(flow, chat.session.lang if chat.session else "en", self.places)
        return (Payload((("text", words.system("error")),), urgent=True),)

    def _messages(self, chat: _Chat, incoming: Incoming, turn: Turn, now: float) -> tuple[Payload, ...]:
        flow, session, local = chat.flow, turn.session, self.local(now)
        assert flow is not None
        late = ""
        if incoming.sent is not None and now - incoming.sent > 120:
            late = words_for(flow, session.lang, self.places).system(
                "late", time=self.local(incoming.sent).strftime("%H:%M")
            )
        found: list[Payload] = []
        for effect in turn.effects:
            if isinstance(effect, Erase):
                found.append(self._text(flow, session, "forgotten"))
            elif isinstance(effect, Export):
                words = words_for(flow, session.lang, self.places)
                caption = (("text", words.system("mydata_caption")),)
                found.append(Payload(caption, file=("my-answers.txt", export_text(flow, session, self.places, local))))
            elif isinstance(effect, Compute):
                found.append(
                    Payload(tuple((b.kind, b.text) for b in self._what_changes(flow, session, self.places, local)))
                )
            else:
                message = render(flow, session, effect, self.places, local)
                if message is not None:
                    found.append(_payload(message, session, turn, late if message.urgent else ""))
        return tuple(found)

    def _text(self, flow: Flow, session: Session, key: str) -> Payload:
        return Payload((("text", words_for(flow, session.lang, self.places).system(key)),))

    def _by_day(self, at: float, urgent: bool) -> float:
        """The moment itself, or the next morning if it falls into the night and is not urgent."""
        local = self.local(at)
        if urgent or NIGHT[1] <= local.hour < NIGHT[0]:
            return at
        morning = local.replace(hour=NIGHT[1], minute=0, second=0, microsecond=0)
        return (morning if local.hour < NIGHT[1] else morning + timedelta(days=1)).timestamp()

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _row(self, chat: str, turn: Turn, now: float) -> SessionRow:
        s = turn.session
        ended = s.at in ENDED
        level = turn.trace.level.value if turn.trace.level is not None else None
        return SessionRow(
            s.id, chat, s.flow, s.version, s.to_json(), s.started.timestamp(), now, SESSION_SCHEMA,
            "finished" if ended else "running", level, now if ended else None,
        )  # fmt: skip

    def _outgoing(self, incoming: Incoming, payload: Payload, now: float) -> Outgoing:
        priority = EMERGENCY if payload.urgent else ORDINARY
        return Outgoing(
            incoming.chat, payload.to_json(), now, priority, "" if payload.edits else payload.ref, incoming.update
        )

    def _batch(
        self,
        states: Mapping[str, _Chat],
        batch: Sequence[Incoming],
        handled: Sequence[Handled],
        outbox: Sequence[Outgoing],
        aside: Sequence[SetAside],
        now: float,
    ) -> Batch:
        for one in handled:
            if one.incoming.update is not None:
                chat = states[one.incoming.chat]
                chat.last_update = max(chat.last_update, one.incoming.update)
        return Batch(
            now=now,
            updates=tuple(h.incoming.update for h in handled if h.incoming.update is not None and h.why != "seen"),
            chats=tuple(
                ChatWrite(
                    name,
                    chat.session.id if chat.session is not None else None,
                    chat.last_update,
                    chat.session.lang if chat.session is not None else chat.row.lang,
                    chat.row.state,
                    now,
                )
                for name, chat in states.items()
            ),
            sessions=tuple(row for chat in states.values() for row in chat.written.values()),
            outbox=tuple(outbox),
            due=tuple(due for chat in states.values() for due in chat.due.values()),
            cancel_due=tuple(name for name, chat in states.items() if chat.cancel),
            done_due=tuple(h.incoming.due for h in handled if h.incoming.due is not None and h.why != "seen"),
            set_aside=tuple(aside),
            erase=tuple(name for name, chat in states.items() if chat.erase),
        )


def _payload(message: Message, session: Session, turn: Turn, late: str) -> Payload:
    ref = ""
    if message.turn is not None:
        ref = f"{session.id}.{message.turn}"
    return Payload(
        tuple((b.kind, b.text) for b in message.blocks),
        tuple(tuple((b.label, b.data) for b in row) for row in message.rows),
        ref,
        message.edits,
        message.urgent,
        late=late,
    )


def moved(session: Session, old: Flow | None, new: Flow) -> Session:
    """The session on another version of its flow: unchanged questions keep their answers, others are asked, the latch stays."""
    kept: dict[str, Any] = {}
    for question, value in session.answers.items():
        now = new.questions.get(question)
        before = None if old is None else old.questions.get(question)
        if now is not None and now == before:
            kept[question] = value
    heard = {q: v for q, v in session.heard.items() if old is not None and new.questions.get(q) == old.questions.get(q)}
    known = {*new.machine.machine.states}
    at = session.at if session.at in known and session.at in ENDED else START
    return session.but(
        version=new.version, answers=kept, heard=heard, at=at, ticks=(), queue=(), found=None, proposal=None,
        checked=False, enough=False, exit_offered=False, first=None,
        trail=tuple(t for t in session.trail if t.question in kept),
        signs=tuple(x for x in session.signs if x.option in new.option_home),
    )  # fmt: skip
