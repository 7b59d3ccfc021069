"""The outbox at work: who delivers a chat's messages (a lease with a fencing token), how each went, what is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select, tuple_, update

from . import schema as t
from .loading import stored_delivery
from .rows import Blocked, Delivery, Due, Held, KeptMessage, Outcome, Refused, Released, Sent
from .statements import DELIVERY_COLUMNS, IN_ORDER, Statements


def take(connection: Connection, owner: str, now: float, limit: int, lease: float, *, shared: bool) -> list[Delivery]:
    """See `Store.take_deliveries`."""
    waiting = (
        select(
            t.outbox.c.chat,
            func.min(t.outbox.c.priority).label("priority"),
            func.min(t.outbox.c.created).label("created"),
        )
        .where(t.outbox.c.sent.is_(None))
        .group_by(t.outbox.c.chat)
        .subquery()
    )
    # What is leased here is in this process's own queue, however old the lease. In a SQLite file whoever else held
    # one has ended, or this process would not own the file.
    others = t.chats.c.lease_owner != owner
    free = t.chats.c.lease_owner.is_(None) | (others & (t.chats.c.lease_until <= now) if shared else others)
    found = connection.execute(
        select(t.chats.c.chat, t.chats.c.fence)
        .join(waiting, waiting.c.chat == t.chats.c.chat)
        .where(free, t.chats.c.hold_until <= now, t.chats.c.blocked.is_(False))
        .order_by(waiting.c.priority, waiting.c.created, t.chats.c.chat)
        .limit(limit)
        .with_for_update(of=t.chats, skip_locked=True)
    ).all()
    if not found:
        return []
    fences = {chat: fence + 1 for chat, fence in found}
    connection.execute(
        update(t.chats)
        .where(t.chats.c.chat.in_(fences))
        .values(lease_owner=owner, lease_until=now + lease, fence=t.chats.c.fence + 1)
    )
    rows = connection.execute(
        select(*DELIVERY_COLUMNS).where(t.outbox.c.sent.is_(None), t.outbox.c.chat.in_(fences)).order_by(*IN_ORDER)
    )
    taken = [stored_delivery(row, fences[row[0]]) for row in rows]
    return sorted(taken, key=lambda delivery: (delivery.priority, delivery.created, delivery.seq))


def settle(
    connection: Connection, statements: Statements, owner: str, outcomes: Sequence[Outcome], now: float
) -> frozenset[str]:
    """See `Store.settle`. Giving a lease back or making a chat wait takes the fence."""
    record(connection, statements, outcomes, now)
    lost = set()
    # In the order of their names, as turns lock them, so that two workers cannot wait for each other.
    for outcome in sorted((o for o in outcomes if isinstance(o, Held | Released | Blocked)), key=lambda o: o.chat):
        if isinstance(outcome, Blocked):
            connection.execute(
                update(t.chats)
                .where(t.chats.c.chat == outcome.chat)
                .values(blocked=True, lease_owner=None, lease_until=0.0)
            )
            continue
        until = outcome.until if isinstance(outcome, Held) else 0.0
        values = {"b_chat": outcome.chat, "b_fence": outcome.fence, "b_owner": owner, "b_until": until}
        if connection.execute(statements.release, values).rowcount != 1:
            lost.add(outcome.chat)
    return frozenset(lost)


def record(connection: Connection, statements: Statements, outcomes: Sequence[Outcome], now: float) -> None:
    """Write down what became of messages. That one was sent is a fact, whoever holds the chat's lease by now."""
    sent: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    held: list[dict[str, object]] = []
    blocked: list[str] = []
    for outcome in outcomes:
        match outcome:
            case Sent(chat, seq, message_id):
                sent.append({"b_chat": chat, "b_seq": seq, "b_now": now, "b_message": message_id})
            case Refused(chat, seq, reason):
                refused.append({"b_chat": chat, "b_seq": seq, "b_now": now, "b_reason": reason})
            case Held(chat, seq):
                held.append({"b_chat": chat, "b_seq": seq})
            case Blocked(chat):
                blocked.append(chat)
            case Released():
                pass
    if sent:
        statements.mark_sent(connection, sent)
    if refused:
        connection.execute(statements.mark_refused, refused)
    if held:
        connection.execute(statements.count_attempt, held)
    if blocked:
        connection.execute(delete(t.outbox).where(t.outbox.c.chat.in_(blocked), t.outbox.c.sent.is_(None)))
        connection.execute(delete(t.due).where(t.due.c.chat.in_(blocked)))


def renew(connection: Connection, owner: str, fences: Mapping[str, int], until: float) -> frozenset[str]:
    """See `Store.renew`."""
    mine = [
        chat
        for chat, fence in connection.execute(
            select(t.chats.c.chat, t.chats.c.fence)
            .where(t.chats.c.chat.in_(sorted(fences)), t.chats.c.lease_owner == owner)
            .order_by(t.chats.c.chat)
            .with_for_update()
        )
        if fence == fences[chat]
    ]
    if mine:
        connection.execute(update(t.chats).where(t.chats.c.chat.in_(mine)).values(lease_until=until))
    return frozenset(fences) - frozenset(mine)


def message_ids(connection: Connection, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """See `Store.message_ids`."""
    if not wanted:
        return {}
    rows = connection.execute(
        select(t.outbox.c.chat, t.outbox.c.ref, t.outbox.c.message_id)
        .where(
            t.outbox.c.chat.in_({chat for chat, _ in wanted}),
            tuple_(t.outbox.c.chat, t.outbox.c.ref).in_(list(wanted)),
            t.outbox.c.message_id.is_not(None),
        )
        .order_by(t.outbox.c.chat, t.outbox.c.seq)
    )
    return {(chat, ref): message for chat, ref, message in rows}


def messages_of(connection: Connection, chat: str) -> list[KeptMessage]:
    """See `Transaction.messages_of`."""
    rows = connection.execute(
        select(t.outbox.c.seq, t.outbox.c.created, t.outbox.c.sent, t.outbox.c.message_id, t.outbox.c.payload)
        .where(t.outbox.c.chat == chat)
        .order_by(t.outbox.c.seq)
    )
    return [KeptMessage(*row) for row in rows]


def waiting(connection: Connection) -> int:
    """See `Store.waiting`."""
    return connection.execute(select(func.count()).select_from(t.outbox).where(t.outbox.c.sent.is_(None))).scalar_one()


def due(connection: Connection, now: float, limit: int) -> list[Due]:
    """See `Store.due`."""
    rows = connection.execute(
        select(t.due.c.chat, t.due.c.kind, t.due.c.at, t.due.c.session, t.due.c.urgent)
        .where(t.due.c.at <= now)
        .order_by(t.due.c.urgent.desc(), t.due.c.at, t.due.c.chat)
        .limit(limit)
    )
    return [Due(*row) for row in rows]
