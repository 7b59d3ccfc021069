"""The outbox at work: who delivers a chat's messages (a lease with a fencing token), how each went, what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_, update

from . import schema as t
from .rows import LONGEST_WAIT, Blocked, Delivery, DeliveryOutcome, Due, Held, Refused, Released, Sent
from .sealing.loading import OpenedChat, due_row, opened, stored_delivery
from .sealing.vault import Vault
from .statements import DELIVERY_COLUMNS, IN_ORDER, KEY_COLUMNS, Statements, database_clock

UNREADABLE = "unreadable"
"""Why a message was refused that cannot be opened: its row is damaged, or its key was destroyed."""
MOST_DUE = 2000
"""Due messages that are opened at once to find the urgent ones among them."""


def take_deliveries(
    connection: Connection,
    statements: Statements,
    vault: Vault,
    owner: str,
    now: float,
    limit: int,
    lease: float,
    *,
    shared: bool,
) -> list[Delivery]:
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
    # In a SQLite file whoever else held a lease has ended, or this process would not own the file. Elsewhere a lease of this
    # process that is over is of a chat that it serves no more, or never began to: the answer to its commit was lost.
    clock, until, hold = database_clock(connection.dialect), t.chats.c.lease_until, t.chats.c.hold_until
    over = (until <= clock) | (until > clock + LONGEST_WAIT)
    free = t.chats.c.lease_owner.is_(None) | (over if shared else t.chats.c.lease_owner != owner)
    due = (hold <= now) | (hold > now + LONGEST_WAIT)
    found = connection.execute(
        select(t.chats.c.chat, t.chats.c.fence)
        .join(waiting, waiting.c.chat == t.chats.c.chat)
        .where(free, due, t.chats.c.blocked.is_(False))
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
        .values(lease_owner=owner, lease_until=clock + lease, fence=t.chats.c.fence + 1)
    )
    chats = {
        row[0]: opened(vault, *row)
        for row in connection.execute(select(*KEY_COLUMNS).where(t.chats.c.chat.in_(fences)))
    }
    rows = connection.execute(
        select(*DELIVERY_COLUMNS).where(t.outbox.c.sent.is_(None), t.outbox.c.chat.in_(fences)).order_by(*IN_ORDER)
    ).all()
    taken, lost = stored_deliveries(chats, rows, fences)
    if lost:
        connection.execute(
            statements.mark_refused,
            [{"b_chat": chat, "b_seq": seq, "b_now": now, "b_reason": UNREADABLE} for chat, seq in lost],
        )
    return sorted(taken, key=lambda delivery: (delivery.priority, delivery.created, delivery.seq))


def stored_deliveries(
    chats: Mapping[str, OpenedChat], rows: Iterable[Sequence[Any]], fences: Mapping[str, int]
) -> tuple[list[Delivery], list[tuple[str, int]]]:
    """Messages of the outbox as deliveries, and (row, seq) of those that cannot be opened. `chats`, `fences`: by row."""
    taken: list[Delivery] = []
    lost: list[tuple[str, int]] = []
    for row in rows:
        found = stored_delivery(chats, row, fences[row[0]])
        if found is None:
            lost.append((row[0], row[1]))
        else:
            taken.append(found)
    return taken, lost


def settle(
    connection: Connection,
    statements: Statements,
    vault: Vault,
    owner: str,
    outcomes: Sequence[DeliveryOutcome],
    now: float,
) -> frozenset[str]:
    """See `Store.settle`. Giving a lease back or making a chat wait takes the fence."""
    record(connection, statements, vault, outcomes, now)
    lost = set()
    # In the order of their rows, as turns lock them, so that two workers cannot wait for each other.
    asked = [(vault.row(o.chat), o) for o in outcomes if isinstance(o, Held | Released | Blocked)]
    for row, outcome in sorted(asked, key=lambda one: one[0]):
        if isinstance(outcome, Blocked):
            connection.execute(
                update(t.chats).where(t.chats.c.chat == row).values(blocked=True, lease_owner=None, lease_until=0.0)
            )
            continue
        until = hold_of(outcome, now)
        values = {"b_chat": row, "b_fence": outcome.fence, "b_owner": owner, "b_until": until}
        if connection.execute(statements.release, values).rowcount != 1:
            lost.add(outcome.chat)
    return frozenset(lost)


def record(
    connection: Connection, statements: Statements, vault: Vault, outcomes: Sequence[DeliveryOutcome], now: float
) -> None:
    """Write down what became of messages. That one was sent is a fact, whoever holds the chat's lease by now."""
    sent: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    held: list[dict[str, object]] = []
    blocked: list[str] = []
    for outcome in outcomes:
        match outcome:
            case Sent(chat, seq, message_id):
                sent.append({"b_chat": vault.row(chat), "b_seq": seq, "b_now": now, "b_message": message_id})
            case Refused(chat, seq, reason):
                refused.append({"b_chat": vault.row(chat), "b_seq": seq, "b_now": now, "b_reason": reason})
            case Held(chat, seq):
                held.append({"b_chat": vault.row(chat), "b_seq": seq})
            case Blocked(chat):
                blocked.append(vault.row(chat))
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
        connection.execute(delete(t.due).where(t.due.c.chat.in_(blocked), t.due.c.at >= 0))


def hold_of(outcome: Held | Released, now: float) -> float:
    """Until when the chat waits after this."""
    return min(outcome.until, now + LONGEST_WAIT) if isinstance(outcome, Held) else 0.0


def renew(connection: Connection, vault: Vault, owner: str, fences: Mapping[str, int], lease: float) -> frozenset[str]:
    """See `Store.renew`."""
    asked = {vault.row(chat): chat for chat in fences}
    mine = [
        row
        for row, fence in connection.execute(
            select(t.chats.c.chat, t.chats.c.fence)
            .where(t.chats.c.chat.in_(sorted(asked)), t.chats.c.lease_owner == owner)
            .order_by(t.chats.c.chat)
            .with_for_update()
        )
        if fence == fences[asked[row]]
    ]
    if mine:
        connection.execute(
            update(t.chats)
            .where(t.chats.c.chat.in_(mine))
            .values(lease_until=database_clock(connection.dialect) + lease)
        )
    return frozenset(fences) - {asked[row] for row in mine}


def message_ids(
    connection: Connection, vault: Vault, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """See `Store.message_ids`."""
    if not wanted:
        return {}
    asked = {vault.row(chat): chat for chat, _ in wanted}
    rows = connection.execute(
        select(t.outbox.c.chat, t.outbox.c.ref, t.outbox.c.message_id)
        .where(
            t.outbox.c.chat.in_(asked),
            tuple_(t.outbox.c.chat, t.outbox.c.ref).in_([(vault.row(chat), ref) for chat, ref in wanted]),
            t.outbox.c.message_id.is_not(None),
        )
        .order_by(t.outbox.c.chat, t.outbox.c.seq)
    )
    return {(asked[row], ref): message for row, ref, message in rows}


def waiting(connection: Connection) -> int:
    """See `Store.waiting`."""
    return connection.execute(select(func.count()).select_from(t.outbox).where(t.outbox.c.sent.is_(None))).scalar_one()


def due(connection: Connection, vault: Vault, now: float, limit: int) -> list[Due]:
    """See `Store.due`. Which ones are urgent is sealed: some more are opened than are asked for."""
    rows = connection.execute(
        select(*KEY_COLUMNS, t.due.c.kind, t.due.c.at, t.due.c.sealed)
        .join(t.chats, t.chats.c.chat == t.due.c.chat)
        .where(t.due.c.at <= now, t.due.c.at >= 0)
        .order_by(t.due.c.at, t.due.c.chat)
        .limit(max(limit, MOST_DUE))
    )
    found = [due_row(opened(vault, *row[:4]), *row[4:]) for row in rows]
    return sorted((d for d in found if d is not None), key=lambda d: not d.urgent)[:limit]


def later(connection: Connection, vault: Vault, after: str, limit: int) -> tuple[str, list[Due], list[str]]:
    """See `Store.later`: the chat's row, what waits there, and the kinds of what cannot be opened."""
    turn = select(func.min(t.due.c.chat)).where(t.due.c.at < 0)
    row = connection.execute(turn.where(t.due.c.chat > after)).scalar() or connection.execute(turn).scalar()
    if row is None:
        return "", [], []
    chat = connection.execute(select(*KEY_COLUMNS).where(t.chats.c.chat == row)).first()
    return (row, *later_of(connection, OpenedChat() if chat is None else opened(vault, *chat), row, limit))


def later_of(connection: Connection, chat: OpenedChat, row: str, limit: int) -> tuple[list[Due], list[str]]:
    """What waits for the next turns of a chat, first things first, and the kinds of what cannot be opened."""
    stored = connection.execute(
        select(t.due.c.kind, t.due.c.at, t.due.c.sealed)
        .where(t.due.c.chat == row, t.due.c.at < 0)
        .order_by(t.due.c.at)
        .limit(limit)
    ).all()
    found = [(kind, due_row(chat, kind, at, sealed)) for kind, at, sealed in stored]
    return [due for _, due in found if due is not None], [kind for kind, due in found if due is None]


def remove_due(connection: Connection, row: str, kinds: Sequence[str]) -> None:
    """Remove what cannot be opened."""
    connection.execute(delete(t.due).where(t.due.c.chat == row, t.due.c.kind.in_(kinds)))
