"""The store: what a batch of turns loads, commits and delivers, the same on SQLite and PostgreSQL.

A turn's transaction is `with store.transaction(chats) as tx`: its chats are locked (rows in the order of their
names on PostgreSQL, the whole file on SQLite), so that two workers never interleave a chat. Nothing is changed
unless `tx.commit` returned. A store may be used from any thread; each call takes its own connection, so a call that
writes must not be made inside a transaction of the same thread: it would wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from . import deliveries, statistics, versions, workers
from .errors import StoreError, in_plain_words
from .keeping import retention
from .keeping.housekeeping import Housekeeping, all_pieces
from .place.backups import back_up
from .place.erasure import Erasure
from .place.presence import Presence
from .rows import (
    Batch,
    ChatRow,
    Committed,
    Delivery,
    DeliveryOutcome,
    Due,
    FeedbackRow,
    FlowVersion,
    ListedVersion,
    Refused,
    Sent,
    SessionRow,
    SetAside,
    Tallied,
)
from .sealing import rekeying
from .sealing.loading import chat_row
from .sealing.rekeying import KeyChange
from .sealing.vault import ChatKey, Vault
from .statements import statements
from .transaction import Transaction


class Store:
    """An open database. `owner`: this process's name on leases; `shared`: other workers may use it at the same time,
    so leases must be given back when a chat's queue is empty; `lease`: seconds that a lease lasts; `file`: the SQLite file,
    if it is one; `in_pieces`: its long chores, piece by piece."""

    def __init__(
        self,
        engine: Engine,
        where: str,
        owner: str,
        vault: Vault,
        *,
        lease: float = 15.0,
        file: Path | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self.where = where
        self.owner = owner
        self.lease = lease
        self.shared = engine.dialect.name != "sqlite"
        self._engine = engine
        self._writing = engine.execution_options(write=True)
        self._statements = statements(engine.dialect)
        self._vault = vault
        self._erasing = Erasure(engine, vault.keys.path, file)
        self._there = Presence(file)
        self.in_pieces = Housekeeping(vault, self._erasing, self._read, self._write)
        self._on_close = on_close
        self._beats = False

    # Turns

    @contextmanager
    def transaction(self, chats: Collection[str]) -> Iterator[Transaction]:
        """`begin`, ended with the block."""
        tx = self.begin(chats)
        try:
            yield tx
        finally:
            tx.close()

    def begin(self, chats: Collection[str]) -> Transaction:
        """Lock these chats and load them: `rows` of the result has a ChatRow for each, a fresh one where the chat is new.
        The transaction holds its locks until its `close`."""
        wanted = {self._vault.row(chat): chat for chat in chats}
        with in_plain_words(self.where):
            self._there.check()
            connection = self._writing.connect()
        try:
            with in_plain_words(self.where):
                if self.shared and wanted:
                    self._lock(connection, sorted(wanted))
                rows, keys = self._load(connection, wanted)
        except BaseException:
            connection.close()
            raise
        return Transaction(
            connection, self._statements, self._vault, rows, keys, self.owner, self.lease, self.where,
            alone=not self.shared, erasing=self._erasing,
        )  # fmt: skip

    def load(self, chats: Collection[str]) -> dict[str, ChatRow]:
        """The chats with their current sessions, in one query and without locks; a fresh row for each unknown one."""
        with self._read() as connection:
            return self._load(connection, {self._vault.row(chat): chat for chat in chats})[0]

    def commit(self, batch: Batch) -> Committed:
        """Commit a batch that needs nothing loaded first: lock, write, done."""
        outcomes = [o for o in batch.outcomes if not isinstance(o, Sent | Refused)]
        touched = {row.chat for row in (*batch.chats, *batch.sessions, *batch.outbox, *batch.due, *outcomes)}
        with self.transaction(touched) as tx:
            return tx.commit(batch)

    def session(self, session: str) -> SessionRow | None:
        """One session by its id, current or not."""
        with self._read() as connection:
            return retention.session(connection, self._vault, session)

    def sessions_of(self, chat: str) -> list[SessionRow]:
        """All sessions of a chat, oldest first."""
        with self._read() as connection:
            return retention.sessions_of(connection, self._vault, chat)

    # Delivery

    def take_deliveries(self, now: float, limit: int = 100) -> list[Delivery]:
        """Lease up to `limit` chats that wait for delivery and that nobody serves, and return all that waits for
        them: emergencies first, then the oldest; in order within a chat. Chats leased here already are left out."""
        with self._write() as connection:
            return deliveries.take_deliveries(
                connection, self._statements, self._vault, self.owner, now, limit, self.lease, shared=self.shared
            )

    def settle(self, outcomes: Sequence[DeliveryOutcome], now: float) -> frozenset[str]:
        """Record how deliveries went. Returns the chats whose lease another worker holds by now: drop their queue."""
        if not outcomes:
            return frozenset()
        with self._write() as connection:
            return deliveries.settle(connection, self._statements, self._vault, self.owner, outcomes, now)

    def renew(self, fences: Mapping[str, int]) -> frozenset[str]:
        """Make the leases of chats (chat -> fence) last from now. Returns the chats whose lease is lost."""
        if not fences:
            return frozenset()
        with self._write() as connection:
            return deliveries.renew(connection, self._vault, self.owner, fences, self.lease)

    def beat(self) -> int:
        """Say that this worker lives. Returns how many do, this one included: of a SQLite file there is no other."""
        if not self.shared:
            return 1
        with self._write() as connection:
            self._beats = True
            return workers.beat(connection, self.owner, self.lease)

    def message_ids(self, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """(chat, ref) -> id of the latest message that was sent under that name, where there is one."""
        with self._read() as connection:
            return deliveries.message_ids(connection, self._vault, wanted)

    def waiting(self) -> int:
        """How many messages wait in the outbox."""
        with self._read() as connection:
            return deliveries.waiting(connection)

    # Due messages

    def due(self, now: float, limit: int = 100) -> list[Due]:
        """What is due by `now`, the most urgent first. Handle each in a transaction, see `Transaction.still_due`."""
        with self._read() as connection:
            return deliveries.due(connection, self._vault, now, limit)

    def later(self, after: str, limit: int) -> tuple[str, list[Due]]:
        """Up to `limit` updates that were put off, of one chat: of the one whose turn it is after the chat in the row
        `after`. Returns its row too. Handle them as due messages."""
        with self._read() as connection:
            row, found, lost = deliveries.later(connection, self._vault, after, limit)
        if lost:
            with self._write() as connection:
                deliveries.remove_due(connection, row, lost)
        return row, found

    # Flow versions

    def store_flow_version(self, version: FlowVersion) -> None:
        """Keep the files of a version that is taken into use; of one that is there already, only when that was changes."""
        with self._write() as connection:
            versions.put(connection, self._statements, version)

    def flow_version(self, version: str) -> FlowVersion | None:
        """The files of a version by its content hash, or None."""
        with self._read() as connection:
            return versions.get(connection, version)

    def versions_of(self, flow: str, most: int) -> list[str]:
        """The versions of a flow that are not withdrawn, the one that was taken into use last first."""
        with self._read() as connection:
            return versions.of_flow(connection, flow, most)

    def listed_versions(self) -> list[ListedVersion]:
        """All versions that are kept, by flow, the one that was taken into use last first."""
        with self._read() as connection:
            return versions.listed(connection)

    def withdraw(self, version: str, withdrawn: bool = True) -> bool:
        """Mark a version as unsafe, or not so any more; False if it is not known."""
        with self._write() as connection:
            return versions.withdraw(connection, version, withdrawn)

    def withdrawn(self) -> frozenset[str]:
        """The hashes of all withdrawn versions."""
        with self._read() as connection:
            return versions.withdrawn(connection)

    # Retention

    def erase_chat(self, chat: str, now: float = 0.0) -> bool:
        """Erase everything about a chat, for good. False if nothing was known of it. `now`: written down, so that it stays
        erased if a backup of before is put back."""
        row = self._vault.row(chat)
        with self._write() as connection:
            self._erasing.begins(connection, [row], now)
            known = retention.erase_chats(connection, [row])
        self._erasing.ended([row])
        return known > 0

    def erase_finished(self, before: float) -> int:
        """Erase sessions that were finished, or left, before a time, and what hangs on them. Returns how many."""
        return all_pieces(self.in_pieces.erase_finished(before))

    def unreadable(self) -> tuple[int, int]:
        """Of how many chats the wrapping key was destroyed, so that nobody can read them, and how many there are."""
        destroyed = list(self._vault.keys.keys.destroyed)
        with self._read() as connection:
            return rekeying.count_wrapped_by(connection, destroyed), rekeying.count_wrapped_by(connection, None)

    @property
    def key_file(self) -> Path | None:
        """The key file; None for a database in memory."""
        return self._vault.keys.path

    def erase_again(self) -> int:
        """Erase what came back with a backup although it was erased after that was made. Returns how many chats."""
        with self._read() as connection:
            rows = self._erasing.came_back(connection)
        if rows:
            with self._write() as connection:
                rows = self._erasing.came_back(connection, lock=True)  # another worker may be erasing them right now
                retention.erase_chats(connection, rows)
                self._erasing.in_copies(connection, rows)
            self._erasing.ended(rows)
        return len(rows)

    def change_keys(self, now: float, keep: float, at_once: bool = False) -> KeyChange:
        """Give running chats new keys under a new wrapping key, if the newest one is old enough or `at_once`, and destroy
        wrapping keys older than `keep` seconds that nothing is wrapped by any more. Raises StoreError."""
        return all_pieces(self.in_pieces.change_keys(now, keep, at_once))

    def statistics(self) -> dict[Tallied, int]:
        """How often what is counted happened."""
        with self._read() as connection:
            return statistics.all_tallies(connection)

    def feedback(self) -> list[FeedbackRow]:
        """What patients said that felt wrong, oldest first."""
        with self._read() as connection:
            return retention.feedback(connection, self._vault)

    def back_up(self, target: Path) -> None:
        """Copy a SQLite database into a new file, while it is used. Raises StoreError."""
        back_up(self._erasing.file, target)

    def tidy(self, before: float, keep: Collection[str] = ()) -> int:
        """Forget update ids, delivered messages, empty chats and unused flow versions of before a time (Telegram repeats an
        update for a day at most). `keep`: versions that new chats may begin with. Returns the number of rows."""
        return all_pieces(self.in_pieces.tidy(before, keep))

    def set_aside(self) -> list[SetAside]:
        """The updates that could not be handled, oldest first."""
        with self._read() as connection:
            return retention.set_aside(connection)

    def close(self) -> None:
        """Give back connections and the file; a second call does nothing."""
        if self._beats:
            self._beats = False
            with suppress(StoreError), self._write() as connection:
                workers.leave(connection, self.owner)
        self._engine.dispose()
        if self._on_close is not None:
            self._on_close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lock(self, connection: Connection, chats: list[str]) -> None:
        # The lock is a statement of its own: a row that was waited for is read anew, but a row joined to it is not,
        # so that loading in the same statement could return the session of before the wait.
        if len(connection.execute(self._statements.lock, {"many": chats}).all()) == len(chats):
            return
        # New chats are made in a transaction of their own, with nothing locked: locking, then inserting a name that
        # sorts lower, would let two workers wait for each other.
        connection.rollback()
        connection.execute(self._statements.create_chats, [{"chat": chat} for chat in chats])
        connection.commit()
        connection.execute(self._statements.lock, {"many": chats})

    def _load(self, connection: Connection, wanted: Mapping[str, str]) -> tuple[dict[str, ChatRow], dict[str, ChatKey]]:
        """Chats and their keys. `wanted`: row -> chat."""
        rows = {chat: ChatRow(chat) for chat in wanted.values()}
        keys: dict[str, ChatKey] = {}
        for row in connection.execute(self._statements.load, {"many": list(wanted)}) if wanted else ():
            chat = wanted[row[0]]
            rows[chat], key = chat_row(self._vault, chat, row)
            if key is not None:
                keys[chat] = key
        return rows, keys

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with in_plain_words(self.where):
            self._there.check()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with in_plain_words(self.where):
            self._there.check()
            with self._writing.begin() as connection:
                yield connection
