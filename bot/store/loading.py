"""Rows of the database as values, and values as the parameters of the writing statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .rows import ChatRow, ChatWrite, Delivery, Due, Outgoing, SessionRow
from .statements import CHAT_COLUMNS

_SESSION_AT = len(CHAT_COLUMNS)


def chat_row(row: Sequence[Any]) -> ChatRow:
    """A ChatRow from a row of the `load` statement: the chat's columns, then its session's or nulls."""
    chat, _, lang, state, last_update, blocked, seen, next_seq, fence, owner, until, hold = row[:_SESSION_AT]
    session = session_row(row[_SESSION_AT:]) if row[_SESSION_AT] is not None else None
    return ChatRow(chat, session, lang, state, last_update, blocked, seen, next_seq, fence, owner, until, hold)


def session_row(row: Sequence[Any]) -> SessionRow:
    """A SessionRow from a row of the sessions table."""
    id_, chat, flow, version, schema, json, status, level, started, seen, finished = row
    return SessionRow(id_, chat, flow, version, json, started, seen, schema, status, level, finished)


def unchanged(row: ChatRow) -> ChatWrite:
    """The write that leaves a chat as it was loaded."""
    session = row.session.id if row.session else None
    return ChatWrite(row.chat, session, row.last_update, row.lang, row.state, row.seen, row.blocked)


def chat_values(write: ChatWrite, row: ChatRow, next_seq: int) -> dict[str, Any]:
    """Parameters of `put_chats`: what the turn says of the chat, and what delivery says of it (`row`)."""
    return {
        "chat": write.chat,
        "session": write.session,
        "lang": write.lang,
        "state": write.state,
        "last_update": max(write.last_update, row.last_update),
        "blocked": write.blocked,
        "seen": write.seen,
        "next_seq": next_seq,
        "fence": row.fence,
        "lease_owner": row.lease_owner,
        "lease_until": row.lease_until,
        "hold_until": row.hold_until,
    }


def session_values(session: SessionRow) -> dict[str, Any]:
    """Parameters of `put_sessions`."""
    return {
        "id": session.id,
        "chat": session.chat,
        "flow": session.flow,
        "version": session.version,
        "schema": session.schema,
        "json": session.json,
        "status": session.status,
        "level": session.level,
        "started": session.started,
        "seen": session.seen,
        "finished": session.finished,
    }


def outbox_values(message: Outgoing, seq: int) -> dict[str, Any]:
    """Parameters of `put_outbox`."""
    return {
        "chat": message.chat,
        "seq": seq,
        "priority": message.priority,
        "payload": message.payload,
        "ref": message.ref,
        "created": message.created,
        "attempts": 0,
    }


def due_values(row: Due) -> dict[str, Any]:
    """Parameters of `put_due`."""
    return {"chat": row.chat, "kind": row.kind, "session": row.session, "at": row.at, "urgent": row.urgent}


def stored_delivery(row: Sequence[Any], fence: int = 0) -> Delivery:
    """A Delivery from the DELIVERY_COLUMNS of the outbox."""
    chat, seq, payload, created, priority, ref, attempts = row
    return Delivery(chat, seq, payload, created, priority, ref, attempts, fence)


def delivery(message: Outgoing, seq: int, fence: int) -> Delivery:
    """The delivery that a message just stored asks for."""
    return Delivery(message.chat, seq, message.payload, message.created, message.priority, message.ref, 0, fence)
