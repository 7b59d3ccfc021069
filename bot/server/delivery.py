"""Delivers what was committed: in order within a chat, many chats at a time, emergencies first, until it is taken.

A chat has one message on its way at a time; one that waits (for its turn, its rate, another try) holds no slot. What became
of each message is collected in `outcomes`, which the next transaction records.

Where several workers share the chats, nothing is begun under a lease that may be over: a worker that stood still finds out first
whether another one serves the chat by now. What is urgent goes all the same while the database can tell nobody.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import Literal

from bot.service.payload import Payload
from bot.store import EMERGENCY, Blocked, Delivery, DeliveryOutcome, Held, Refused, Released, Sent

from .rate_limits import AT_ONCE, Limits, Reserved

LONGEST_HOLD = 8.0
"""Seconds that a chat waits in memory, under its lease; if it has to wait longer it is given back to the database."""
CROWDED = 200
"""Messages that may wait for one chat before its next updates are put off."""
FIRST_RETRY, LONGEST_RETRY = 0.5, 60.0
SURE = 1.0
"""Seconds for which the database does not answer before a lease that may be over is no longer asked for."""
REMEMBERED = 10_000
"""Messages that were taken last, so that none is sent again whose record was lost, or is not made yet."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The other side took the message. `message`: its number there, if it said one."""

    message: int | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Try again: after so many seconds if they were asked for; `reason`: a code for logs and figures."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """It will never be taken; the chat goes on without it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The person does not want the bot any more."""


_NONE: Mapping[str, Payload] = {}

DeliveryResult = Taken | Later | Never | Gone
SendPayload = Callable[[Delivery, Payload], Awaitable[DeliveryResult]]


@dataclass(slots=True)
class _Queue:
    """`until`: when the lease is over, by the loop's time, unless it is renewed."""

    fence: int
    until: float = inf
    waiting: list[tuple[int, int, Delivery, Payload]] = field(default_factory=list)
    state: Literal["idle", "ready", "sending", "parked"] = "idle"
    tries: int = 0
    reserved: int = -1
    place: Reserved = AT_ONCE
    urgent: tuple[int, str] = (0, "")
    timer: asyncio.TimerHandle | None = None

    @property
    def waits_for_lease(self) -> bool:
        """Whether the lease was over when something was to go."""
        return self.state == "parked" and self.timer is None

    @property
    def urgent_first(self) -> bool:
        """Whether what goes next is an emergency's."""
        return bool(self.waiting) and self.waiting[0][0] == EMERGENCY


class Deliverer:
    """`send`: brings one message to its chat; `slots`: messages on their way at once; `lease`: seconds that a lease lasts, if
    chats are shared: then it is given back when a chat's queue is empty; `report`: told of each result, for figures and logs;
    `changed`: there are outcomes."""

    def __init__(
        self,
        send: SendPayload,
        limits: Limits,
        clock: Callable[[], float],
        *,
        slots: int = 256,
        lease: float = inf,
        report: Callable[[Delivery, DeliveryResult], None] = lambda delivery, result: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._send, self._limits, self._clock = send, limits, clock
        self._slots, self._lease, self._shared = slots, lease, lease < inf
        self._report, self.changed = report, changed
        self._queues: dict[str, _Queue] = {}
        self._ready: list[tuple[int, int, str]] = []
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning = 0
        self._stopping = False
        self._outcomes: list[DeliveryOutcome] = []
        self._farewells: dict[str, int] = {}
        self._sent: OrderedDict[tuple[str, int, float], Sent] = OrderedDict()
        self._unanswered: float | None = None
        self._cut_off = False

    # What others ask

    @property
    def waiting(self) -> int:
        """Messages in memory that are not delivered yet."""
        return sum(len(q.waiting) + (q.state == "sending") for q in self._queues.values())

    def crowded(self, chat: str) -> bool:
        """Whether so much waits for this chat that what it says next may wait too."""
        queue = self._queues.get(chat)
        return queue is not None and len(queue.waiting) >= CROWDED

    def warned(self, chat: str) -> bool:
        """Whether something urgent waits for this chat."""
        queue = self._queues.get(chat)
        return queue is not None and bool(queue.waiting) and queue.waiting[0][0] == EMERGENCY

    @property
    def leases(self) -> dict[str, int]:
        """chat -> fence of all chats served here."""
        return {chat: queue.fence for chat, queue in self._queues.items()}

    @property
    def has_outcomes(self) -> bool:
        """Whether there is something to record."""
        return bool(self._outcomes)

    def take_outcomes(self, busy: Collection[str] = ()) -> list[DeliveryOutcome]:
        """What is to be recorded now. `busy`: chats whose next turn is under way, so that their lease is kept."""
        taken: list[DeliveryOutcome] = []
        kept: list[DeliveryOutcome] = []
        for outcome in self._outcomes:
            if not isinstance(outcome, Released):
                taken.append(outcome)
            elif outcome.chat in busy:
                kept.append(outcome)
            elif outcome.chat not in self._queues:
                taken.append(outcome)
        self._outcomes = kept
        return taken

    def give_back(self, outcomes: Iterable[DeliveryOutcome]) -> None:
        """They could not be recorded: once more later."""
        self._outcomes[:0] = outcomes

    def farewells(self, recorded: Iterable[DeliveryOutcome]) -> list[str]:
        """Chats of which nothing is to be kept now that what became of their last message is recorded."""
        found = [
            o.chat
            for o in recorded
            if o.chat in self._farewells
            and (isinstance(o, Blocked) or (isinstance(o, Sent | Refused) and o.seq == self._farewells[o.chat]))
        ]
        for chat in found:
            del self._farewells[chat]
        return found

    # What comes in

    def lose(self, chats: Iterable[str], outcomes: Iterable[DeliveryOutcome]) -> None:
        """These chats' leases were not ours when the outcomes were recorded: forget their queues, but not those that
        were leased anew since."""
        fences = {o.chat: o.fence for o in outcomes if isinstance(o, Held | Released)}
        for chat in chats:
            queue = self._queues.get(chat)
            if queue is not None and queue.fence == fences.get(chat, queue.fence):
                self.drop(chat)

    def take(
        self, deliveries: Iterable[Delivery], known: Mapping[str, Payload] = _NONE, since: float | None = None
    ) -> None:
        """Take over messages of chats that are leased here. `known`: payloads whose text need not be read again; `since`: a
        moment of the loop's time before the leases began, now if it is not said."""
        since = asyncio.get_running_loop().time() if since is None else since
        for delivery in deliveries:
            payload = known.get(delivery.payload) or _payload(delivery)
            if payload is None and delivery.priority == EMERGENCY:
                payload = Payload(urgent=True)  # the channel says something in its place
            if payload is None:
                self._record(Refused(delivery.chat, delivery.seq, "unreadable"))
                continue
            queue = self._queues.get(delivery.chat)
            if queue is None:
                queue = self._queues[delivery.chat] = _Queue(delivery.fence)
            queue.fence, queue.until = delivery.fence, since + self._lease
            heappush(queue.waiting, (delivery.priority, delivery.seq, delivery, payload))
            if delivery.priority == EMERGENCY and _is_screen(payload):
                queue.urgent = max(queue.urgent, (delivery.seq, payload.ref))
            if queue.urgent[0]:
                self._supersede(queue)
            if (
                queue.state == "idle"
                or queue.waits_for_lease
                or (queue.state == "parked" and delivery.priority == EMERGENCY and not queue.tries)
            ):
                self._make_ready(delivery.chat, queue)
        self._start()

    def _supersede(self, queue: _Queue) -> None:
        """Drop ordinary screens that an urgent one, which goes first, was to follow: the last one that the patient sees must
        be the one that stands. (Advice given while the chat goes on bears the name of the question on screen.)"""
        last, name = queue.urgent
        for entry in list(queue.waiting):
            priority, seq, delivery, payload = entry
            if priority != EMERGENCY and seq < last and _is_screen(payload) and payload.ref != name:
                queue.waiting.remove(entry)
                self._record(Refused(delivery.chat, seq, "superseded"))
        heapify(queue.waiting)

    def renewed(self, chats: Iterable[str], since: float) -> None:
        """The leases of these chats last from a moment after `since`."""
        self._cut_off, self._unanswered = False, None
        for chat in chats:
            queue = self._queues.get(chat)
            if queue is not None:
                queue.until = since + self._lease
                if queue.waits_for_lease:
                    self._make_ready(chat, queue)
        self._start()

    def cannot_renew(self) -> None:
        """The database does not answer. Once that is sure, what is urgent waits for no lease; a call that failed when this
        process went on after a stop says nothing yet."""
        now = asyncio.get_running_loop().time()
        self._unanswered = now if self._unanswered is None else self._unanswered
        if now - self._unanswered < SURE:
            return
        self._cut_off = True
        for chat, queue in self._queues.items():
            if queue.waits_for_lease and queue.urgent_first:
                self._make_ready(chat, queue)
        self._start()

    def share_rate(self, workers: int, known_in: float = 0.0) -> None:
        """So many workers send by now. What waits for its place looks again when that is."""
        if self._limits.share(workers, asyncio.get_running_loop().time(), known_in):
            for chat, queue in self._queues.items():
                if queue.state == "parked" and queue.timer is not None and not queue.tries:
                    self._make_ready(chat, queue)
            self._start()

    def drop(self, chat: str) -> None:
        """Another worker serves the chat now, or nobody any more: forget what waits here."""
        queue = self._queues.pop(chat, None)
        if queue is not None:
            queue.waiting.clear()
            if queue.timer is not None:
                queue.timer.cancel()

    async def stop(self, seconds: float) -> None:
        """Start nothing more; wait that long for what is on its way."""
        self._stopping = True
        for queue in self._queues.values():
            if queue.timer is not None:
                queue.timer.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        if self._shared:
            self._outcomes.extend(Released(chat, queue.fence) for chat, queue in self._queues.items())
        self._queues.clear()

    # The work

    def _make_ready(self, chat: str, queue: _Queue) -> None:
        if queue.timer is not None:
            queue.timer.cancel()
            queue.timer = None
        queue.state = "ready"
        self._number += 1
        heappush(self._ready, (queue.waiting[0][0] if queue.waiting else 0, self._number, chat))

    def _start(self) -> None:
        while self._beginning < len(self._ready) and len(self._tasks) < self._slots and not self._stopping:
            self._beginning += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        self._beginning -= 1
        while self._ready and not self._stopping:
            _, _, chat = heappop(self._ready)
            queue = self._queues.get(chat)
            if queue is None or queue.state != "ready":
                continue
            if not queue.waiting:
                self._empty(chat, queue)
                continue
            await self._one(chat, queue)

    def _may_begin(self, chat: str, queue: _Queue) -> bool:
        """Whether the first of what waits may go now; otherwise what becomes of it is seen to."""
        _, seq, delivery, payload = queue.waiting[0]
        if queue.until <= asyncio.get_running_loop().time() and not (self._cut_off and queue.urgent_first):
            queue.state = "parked"  # until the lease is renewed, or lost
            return False
        known = self._sent.get((chat, seq, delivery.created))
        if known is not None:
            heappop(queue.waiting)
            self._record(known)
            self._next(chat, queue)
            return False
        wait = self._wait(queue, delivery, payload)
        if wait > 0:
            self._park(chat, queue, wait)
        return wait <= 0

    async def _one(self, chat: str, queue: _Queue) -> None:
        if not self._may_begin(chat, queue):
            return
        _, seq, delivery, payload = entry = heappop(queue.waiting)
        queue.state = "sending"
        try:
            result = await self._send(delivery, payload)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            result = Never(f"error {type(error).__name__}")
        self._report(delivery, result)
        self._remember(delivery, result)
        if self._queues.get(chat) is not queue:
            if isinstance(result, Taken):  # the lease was lost meanwhile, but sent is sent
                self._record(Sent(chat, seq, result.message))
            return
        if payload.last and not isinstance(result, Later):
            self._farewells[chat] = seq
        match result:
            case Later(_, seconds):
                heappush(queue.waiting, entry)
                if queue.urgent[0]:
                    self._supersede(queue)
                self._again(chat, queue, delivery, seconds)
                return
            case Taken(message):
                self._record(Sent(chat, seq, message))
            case Never(reason):
                self._record(Refused(chat, seq, reason))
            case Gone():
                for _, number, _, later in queue.waiting:
                    if later.last:
                        self._farewells[chat] = number
                self.drop(chat)
                self._record(Blocked(chat))
                return
        queue.tries = 0
        self._next(chat, queue)

    def _next(self, chat: str, queue: _Queue) -> None:
        if queue.waiting:
            self._make_ready(chat, queue)
        else:
            self._empty(chat, queue)

    def _remember(self, delivery: Delivery, result: DeliveryResult) -> None:
        if self._shared and isinstance(result, Taken):
            key = (delivery.chat, delivery.seq, delivery.created)
            self._sent[key] = Sent(delivery.chat, delivery.seq, result.message)
            if len(self._sent) > REMEMBERED:
                self._sent.popitem(last=False)

    def _wait(self, queue: _Queue, delivery: Delivery, payload: Payload) -> float:
        """Seconds until the rates allow this message; edits of what is there already are not counted."""
        now = asyncio.get_running_loop().time()
        if payload.edits or queue.tries:
            return self._limits.paused(now)
        if queue.reserved != delivery.seq:
            queue.reserved = delivery.seq
            queue.place = self._limits.reserve(delivery.chat, delivery.priority == EMERGENCY, now)
        return self._limits.wait(queue.place, now)

    def _again(self, chat: str, queue: _Queue, delivery: Delivery, seconds: float | None) -> None:
        queue.tries += 1
        if seconds is None:
            seconds = min(FIRST_RETRY * 2.0 ** (queue.tries - 1), LONGEST_RETRY) * random.uniform(0.8, 1.2)
        if seconds > LONGEST_HOLD:
            self.drop(chat)
            self._record(Held(chat, delivery.seq, delivery.fence, self._clock() + seconds))
            return
        self._park(chat, queue, seconds)

    def _park(self, chat: str, queue: _Queue, seconds: float) -> None:
        def wake() -> None:
            queue.timer = None
            if self._queues.get(chat) is queue and not self._stopping:
                self._make_ready(chat, queue)
                self._start()

        queue.state = "parked"
        queue.timer = asyncio.get_running_loop().call_later(seconds, wake)

    def _empty(self, chat: str, queue: _Queue) -> None:
        del self._queues[chat]
        if self._shared:
            self._record(Released(chat, queue.fence))

    def _record(self, outcome: DeliveryOutcome) -> None:
        self._outcomes.append(outcome)
        self.changed()


def _is_screen(payload: Payload) -> bool:
    return bool(payload.ref) and not payload.edits


def _payload(delivery: Delivery) -> Payload | None:
    """The stored message, or None if this release cannot read it."""
    try:
        return Payload.from_json(delivery.payload)
    except (ValueError, TypeError, AttributeError):
        return None
