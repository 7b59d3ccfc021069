"""Rows of the database as values, and values as the parameters of the writing statements: here they are opened and sealed.

What cannot be opened (a damaged row, a key that was destroyed) is given as one that says nothing, never as an error: the others
of its batch go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import urandom
from typing import Any

from bot.store.rows import ChatRow, ChatWrite, Delivery, Due, FeedbackRow, KeptMessage, Outgoing, SessionRow
from bot.store.statements import CHAT_COLUMNS

from .vault import ChatKey, Unreadable, Vault

_SESSION_AT = len(CHAT_COLUMNS)


@dataclass(frozen=True, slots=True)
class OpenedChat:
    """A chat's name and key, as its row keeps them. `key`: None if there is none yet, or none that can be used."""

    key: ChatKey | None = None
    chat: str = ""
    lang: str = ""
    state: str = ""


def opened(vault: Vault, row: str, key_by: str | None, wrapped: bytes | None, about: bytes | None) -> OpenedChat:
    """What the columns `key_by`, `key` and `about` of the chat in this row say."""
    if key_by is None or wrapped is None or about is None:
        return OpenedChat()
    try:
        key = vault.chat_key(row, key_by, wrapped)
        lang, chat, state = key.open("chats", about).split("\0", 2)
    except (Unreadable, ValueError):
        return OpenedChat()
    return OpenedChat(key, chat, lang, state)


def chat_row(vault: Vault, name: str, row: Sequence[Any]) -> tuple[ChatRow, ChatKey | None]:
    """A ChatRow from a row of the `load` statement (the chat's columns, then its session's or nulls), and its key."""
    id_, _, _, about, by, wrapped, last_update, blocked, seen, next_seq, fence, owner, left, hold = row[:_SESSION_AT]
    known = opened(vault, id_, by, wrapped, about)
    session = None
    if row[_SESSION_AT] is not None and known.key is not None:
        session = session_row(known.key, name, row[_SESSION_AT:])
    left = left if owner is not None else 0.0
    found = ChatRow(
        name, session, known.lang, known.state, last_update, blocked, seen, next_seq, fence, owner, left, hold
    )
    return found, known.key


def session_row(key: ChatKey, chat: str, row: Sequence[Any]) -> SessionRow:
    """A SessionRow from a row of the sessions table; without level and answers if they cannot be opened."""
    id_, _, flow, version, schema, sealed, status, started, seen, finished = row
    try:
        level, _, json = key.open(f"sessions {id_}", sealed).partition("\0")
    except Unreadable:
        level, json = "", ""
    return SessionRow(id_, chat, flow, version, json, started, seen, schema, status, level or None, finished)


def unchanged(row: ChatRow) -> ChatWrite:
    """The write that leaves a chat as it was loaded."""
    session = row.session.id if row.session else None
    return ChatWrite(row.chat, session, row.last_update, row.lang, row.state, row.seen, row.blocked)


def chat_values(key: ChatKey, write: ChatWrite, row: ChatRow, next_seq: int) -> dict[str, Any]:
    """Parameters of `put_chats`: what the turn says of the chat, and what delivery says of it (`row`)."""
    return {
        "chat": key.row,
        "session": write.session,
        "born": urandom(8).hex(),  # counts if the row is new
        "about": about(key, OpenedChat(key, write.chat, write.lang, write.state)),
        "key_by": key.by,
        "key": key.wrapped,
        "last_update": max(write.last_update, row.last_update),
        "blocked": write.blocked,
        "seen": write.seen,
        "next_seq": next_seq,
        "fence": row.fence,
        "lease_owner": row.lease_owner,
        "lease_left": row.lease_left,
        "hold_until": row.hold_until,
    }


def about(key: ChatKey, chat: OpenedChat) -> bytes:
    """A chat's name, language and state, sealed."""
    return key.seal("chats", f"{chat.lang}\0{chat.chat}\0{chat.state}")


def session_values(key: ChatKey, session: SessionRow) -> dict[str, Any]:
    """Parameters of `put_sessions`."""
    return {
        "id": session.id,
        "chat": key.row,
        "flow": session.flow,
        "version": session.version,
        "schema": session.schema,
        "sealed": key.seal(f"sessions {session.id}", f"{session.level or ''}\0{session.json}"),
        "status": session.status,
        "started": session.started,
        "seen": session.seen,
        "finished": session.finished,
    }


def outbox_values(key: ChatKey, message: Outgoing, seq: int) -> dict[str, Any]:
    """Parameters of `put_outbox`."""
    return {
        "chat": key.row,
        "seq": seq,
        "priority": message.priority,
        "payload": key.seal(f"outbox {seq}", message.payload),
        "ref": message.ref,
        "created": message.created,
        "attempts": 0,
    }


def due_values(vault: Vault, key: ChatKey, row: Due) -> dict[str, Any]:
    """Parameters of `put_due`."""
    kind = vault.kind(key.row, row.kind)
    sealed = key.seal(f"due {kind}", f"{row.kind}\0{row.session or ''}\0{'1' if row.urgent else ''}")
    return {"chat": key.row, "kind": kind, "at": row.at, "sealed": sealed}


def feedback_values(key: ChatKey, row: FeedbackRow) -> dict[str, Any]:
    """Parameters of an insert into `feedback`."""
    id_ = urandom(8).hex()
    return {"id": id_, "chat": key.row, "at": row.at, "sealed": key.seal(f"feedback {id_}", row.text)}


def feedback_row(chat: OpenedChat, id_: str, at: float, sealed: bytes) -> FeedbackRow | None:
    """A FeedbackRow from its row; None if it cannot be opened."""
    if chat.key is None:
        return None
    try:
        return FeedbackRow(chat.chat, at, chat.key.open(f"feedback {id_}", sealed))
    except Unreadable:
        return None


def due_row(chat: OpenedChat, kind: str, at: float, sealed: bytes) -> Due | None:
    """A Due from its row; None if it cannot be opened."""
    if chat.key is None:
        return None
    try:
        name, session, urgent = chat.key.open(f"due {kind}", sealed).split("\0")
    except (Unreadable, ValueError):
        return None
    return Due(chat.chat, name, at, session or None, bool(urgent))


def kept_message(
    key: ChatKey, seq: int, created: float, sent: float | None, number: int | None, payload: bytes
) -> KeptMessage:
    """A KeptMessage from its row."""
    return KeptMessage(seq, created, sent, number, message_text(key, seq, payload) or "")


def message_text(key: ChatKey, seq: int, payload: bytes) -> str | None:
    """The text of a message in the outbox: "" once it was sent; None if it cannot be opened."""
    if not payload:
        return ""
    try:
        return key.open(f"outbox {seq}", payload)
    except Unreadable:
        return None


def stored_delivery(chats: Mapping[str, OpenedChat], row: Sequence[Any], fence: int = 0) -> Delivery | None:
    """A Delivery from the DELIVERY_COLUMNS of the outbox; None if it cannot be opened. `chats`: by their rows."""
    id_, seq, payload, created, priority, ref, attempts = row
    chat = chats[id_]
    text = message_text(chat.key, seq, payload) if chat.key is not None else None
    return None if text is None else Delivery(chat.chat, seq, text, created, priority, ref, attempts, fence)


def delivery(message: Outgoing, seq: int, fence: int) -> Delivery:
    """The delivery that a message just stored asks for."""
    return Delivery(message.chat, seq, message.payload, message.created, message.priority, message.ref, 0, fence)
