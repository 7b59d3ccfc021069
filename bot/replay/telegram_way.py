"""Scripts through Telegram: a whole bot, its channel, service and store, against the Telegram double over HTTP.

The app hands in how a service is made. One world (double, store, bot) serves many cases at the same time, each with a person
of its own; a case that lets time pass or restarts the bot has a world to itself. Under faults the double misbehaves, taps
come twice, and the bot is dropped uncommitted in the middle of a turn and opened again on the same store.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.updates import chat_name
from bot.channels.webhook.server import App, Hook, Web
from bot.core.conversation import screens as sc
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.server.chores import Every
from bot.server.metrics import Metrics
from bot.server.rate_limits import Limits
from bot.server.startup import CannotStart, listen
from bot.service.service import Service
from bot.store import Store, open_store

from .acts import Act, Key, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write
from .outcome import Outcome
from .script import Case
from .telegram import TelegramDouble
from .telegram_chats import Message
from .telegram_faults import Faults
from .telegram_user import User
from .ways import played

T = TypeVar("T")
MakeService = Callable[[Store, Flow, Callable[[], float]], Service]
"""(store, flow, clock in seconds UTC) -> the service that a running bot has."""

PATIENCE = 30.0
LOOK = 0.002
"""Seconds between two looks at who has come to rest."""
AT_ONCE = 120
"""Cases in one world at the same time."""
WORLDS = 4
"""Worlds at the same time."""
DROPPED = 0.3
"""Share of the cases in which, under faults, the bot is dropped in the middle of a turn: each drop hits all who chat then."""
NEVER = 10.0**6
QUIET = Every(due=NEVER, left_behind=0.5, retention=NEVER, flows=NEVER, withdrawn=NEVER)
"""Chores that replay does itself, when the script says that time passes."""
SECRET = "replay-secret"


def faults_of(seed: int | None) -> Faults:
    """What the double does wrong under this seed."""
    if seed is None:
        return Faults()
    return Faults(seed, reset=0.01, reset_after=0.01, server_error=0.005, duplicate=0.2, reorder=0.5, conflict=0.01)


class TelegramWay:
    """`webhook`: updates are posted to the bot instead of polled."""

    def __init__(self, make_service: MakeService, webhook: bool = False) -> None:
        self.name = "webhook" if webhook else "telegram"
        self._make, self._webhook = make_service, webhook

    async def run(self, case: Case, flow: Flow, versions: Mapping[str, Flow], faults: int | None = None) -> Outcome:
        """See `Way`."""
        return (await self.run_many([(case, flow, versions)], faults))[0]

    async def run_many(
        self, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], faults: int | None = None
    ) -> list[Outcome]:
        """Many cases, in several worlds at a time: while one waits for another try, or for its disk, others go on.
        Outcomes in the order of the cases."""
        found: dict[int, Outcome] = {}
        room = asyncio.Semaphore(WORLDS)

        async def one_world(number: int, group: Sequence[Numbered]) -> None:
            _, (first, flow, _) = group[0]
            seed = None if faults is None else faults * 1000 + number
            async with room, World(self._make, flow, seed, self._webhook) as world:
                world.clock.now = first.now.replace(tzinfo=UTC).timestamp()
                done = await asyncio.gather(*(self._one(world, case, versions) for _, (case, _, versions) in group))
                found.update({at: outcome for (at, _), outcome in zip(group, done, strict=True)})

        async with asyncio.TaskGroup() as tasks:
            for number, group in enumerate(_together(list(enumerate(cases)))):
                tasks.create_task(one_world(number, group))
        return [found[i] for i in range(len(cases))]

    async def load(self, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], chats: int) -> Load:
        """The cases played over and over by so many people at the same time, each until all cases were played once by
        somebody and everybody has played one.

        Cases that move the clock or the bot, which all share, are left out, and those of another flow than the first.
        """
        still = [c for c in cases if not _moves_the_bot(c[0])]
        fitting = [c for c in still if c[1] is still[0][1]]
        found = Load(left_out=len(cases) - len(fitting))
        if not fitting:
            return found
        flow = fitting[0][1]
        left = list(fitting) * max(1, -(-chats // len(fitting)))
        async with World(self._make, flow, None, self._webhook) as world:
            world.clock.now = fitting[0][0].now.replace(tzinfo=UTC).timestamp()

            async def person() -> None:
                while left:
                    case, _, versions = left.pop()
                    driver = TelegramDriver(world, case)
                    outcome = await played(self.name, case, flow, versions, driver, UTC)
                    found.turns += outcome.acts
                    found.failed += not outcome.passed
                    found.waits += driver.waits

            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(person() for _ in range(chats)))
            found.seconds, found.cpu = time.perf_counter() - began, time.process_time() - cpu
        return found

    async def _one(self, world: World, case: Case, versions: Mapping[str, Flow]) -> Outcome:
        driver = TelegramDriver(world, case)
        return await played(self.name, case, world.flow, versions, driver, UTC)


@dataclass
class Load:
    """What a load came to. `waits`: seconds from each thing that a patient did until the bot was at rest again; `cpu`:
    seconds of this process, the double's and the patients' share included; `left_out`: cases that were not played."""

    left_out: int = 0
    turns: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waits: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        waits = sorted(self.waits) or [0.0]
        middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        return (
            f"{self.turns} turns in {self.seconds:.1f} s: {self.turns / self.seconds:.0f} turns/s, answered after "
            f"{middle * 1000:.0f} ms (median) and {late * 1000:.0f} ms (99 in 100), "
            f"{self.cpu / max(1, self.turns) * 1000:.2f} ms of CPU a turn with the double's share, {self.failed} scripts failed"
        )


Numbered = tuple[int, tuple[Case, Flow, Mapping[str, Flow]]]


def _together(cases: Sequence[Numbered]) -> list[list[Numbered]]:
    """Groups that share a world: they have one flow, begin at the same time and do nothing to the bot that others notice."""
    groups: dict[tuple[str, datetime], list[Numbered]] = {}
    alone: list[list[Numbered]] = []
    for numbered in cases:
        case, flow, _ = numbered[1]
        if _moves_the_bot(case):
            alone.append([numbered])
        else:
            groups.setdefault((flow.version, case.now), []).append(numbered)
    return [g[i : i + AT_ONCE] for g in groups.values() for i in range(0, len(g), AT_ONCE)] + alone


def _moves_the_bot(case: Case) -> bool:
    """Whether the case moves the bot's clock or version, or restarts it: others would notice."""
    return any(line.step.act in ("later", "version", "restart") for line in case.lines)


Looks = tuple[str, tuple[tuple[Key, ...], ...]]
"""What a message shows: its text and its buttons."""


@dataclass
class Clock:
    """The time of a world, in seconds UTC."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class World:
    """A double, a store on disk and a bot that can be dropped and opened again. `faults`: seed, None = none."""

    def __init__(self, make: MakeService, flow: Flow, faults: int | None, webhook: bool) -> None:
        self._make, self.flow, self.seed, self._webhook = make, flow, faults, webhook
        self.clock = Clock()
        self._people = 0
        self._whole = asyncio.Lock()
        self._recovering = False
        self._resting: list[tuple[User, asyncio.Future[None]]] = []

    async def __aenter__(self) -> World:
        logging.getLogger("symptom_bot").addHandler(logging.NullHandler())  # what goes wrong here is meant to
        self._folder = tempfile.TemporaryDirectory(prefix="replay-", ignore_cleanup_errors=True)
        self.double = TelegramDouble(clock=self.clock, record=0, webhook_retry=0.02)
        self.double.faults = faults_of(self.seed)
        await self.double.start()
        await self._open()
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        await self._close()
        await self.double.stop()
        self._folder.cleanup()

    async def _open(self) -> None:
        path = Path(self._folder.name) / "bot.db"
        self.store = open_store(f"sqlite:///{path}", purpose="replay")
        self.service = self._make(self.store, self.flow, self.clock)
        self.channel = Telegram(self.service, self.double.token, self.double.url, Limits(10.0**6, 10.0**6), every=QUIET)
        self._stop = asyncio.Event()
        self._web: Web | None = None
        await self._reach()
        self.channel.begin()
        if self._webhook:
            bound = listen("127.0.0.1:0")
            url = f"http://127.0.0.1:{bound.getsockname()[1]}/hook"
            hook = Hook(urlsplit(url).path, SECRET, self.channel.handle_one)
            metrics = Metrics(self.clock, lambda: 0, lambda: 0)
            self._web = Web(App(lambda: True, metrics, hook), bound)
            await self._web.start()
            self._serving = asyncio.create_task(self.channel.hook(url, SECRET, self._stop))
        else:
            self._serving = asyncio.create_task(self.channel.poll(self._stop))

    async def _reach(self) -> None:
        """On a machine that is busy with other things the first call may take longer than a bot would wait for it."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                await self.channel.reach()
                return
            except CannotStart:
                if asyncio.get_running_loop().time() > end:
                    raise

    async def _close(self) -> None:
        self._stop.set()
        with contextlib.suppress(Exception):
            await self._serving
        if self._web is not None:
            await self._web.stop()
        await self.channel.end()

    async def restart(self) -> None:
        """Drop the bot as it is, nothing finished, nothing more recorded; open it again on the same store."""
        async with self._whole:
            if self._web is not None:
                await self._web.drop()
            self._stop.set()
            with contextlib.suppress(Exception):
                await self._serving
            await self.channel.drop()
            self._recovering = True
            await self._open()

    async def ask(self, question: Callable[[Store], T]) -> T:
        """What the store answers, in its thread and while no bot is being dropped."""
        async with self._whole:
            return await self.channel.thread(question)

    def person(self, lang: str) -> User:
        """A new person with a private chat."""
        self._people += 1
        return self.double.user(10_000 + self._people, lang=lang)

    async def rest(self, person: User) -> None:
        """Until everything that this person did is confirmed, committed and delivered."""
        if not self._unrest(person, self.channel.deliverer.leases):
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resting.append((person, future))
        try:
            async with asyncio.timeout(PATIENCE):
                await future
        except TimeoutError:
            why = self._unrest(person, self.channel.deliverer.leases)
            said = person.history()
            raise AssertionError(f"the bot did not come to rest within {PATIENCE:g} s ({why}):\n{said}") from None

    async def _watch(self) -> None:
        """Wakes those whose chat has come to rest: one look at all of them now and then, instead of one each."""
        while True:
            await asyncio.sleep(LOOK)
            if self._recovering:
                self._recovering = await self.ask(Store.waiting) > 0
            busy = self.channel.deliverer.leases
            still: list[tuple[User, asyncio.Future[None]]] = []
            for waiting in self._resting:
                person, future = waiting
                if self._unrest(person, busy):
                    still.append(waiting)
                elif not future.done():
                    future.set_result(None)
            self._resting = [waiting for waiting in still if not waiting[1].done()]

    async def recorded(self) -> None:
        """Until the store knows of everything that was delivered: a bot that is dropped earlier says it once more."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while await self.ask(Store.waiting) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.002)

    def _unrest(self, person: User, busy: Mapping[str, int]) -> str:
        """What this person still waits for; "" for nothing. `busy`: chats that have messages on their way."""
        if self._whole.locked() or self._recovering:
            return "the bot is being restarted"
        if self.double.updates.unconfirmed(person.chat.id, person.last_update):
            return "an update is not confirmed"
        if chat_name(person.chat.id) in busy:
            return "a message is not delivered"
        # The end of a tap's spinner is best effort: a bot that is dropped may owe it for ever.
        return "a tap is not answered" if self.seed is None and person.chat.spinning else ""


class TelegramDriver:
    """One person's chat with a world's bot. Under faults some taps come twice, and once the bot is dropped in a turn."""

    def __init__(self, world: World, case: Case) -> None:
        self.world = world
        self.person = world.person(case.lang)
        self._typed: dict[int, Message] = {}
        self._edits: dict[int, int] = {}
        self._seen: dict[int, Looks] = {}
        self._ever: set[Looks] = set()
        self.waits: list[float] = []
        self._random = None if world.seed is None else random.Random(f"{world.seed}:{case.title}")
        self._acts = 0
        self._drop_at = -1
        if self._random is not None and self._random.random() < DROPPED:
            self._drop_at = self._random.randrange(1, 2 * len(case.lines) + 2)

    @property
    def _chat(self) -> str:
        return chat_name(self.person.chat.id)

    async def session(self) -> Session | None:
        """See `Driver`."""
        row = (await self.world.ask(lambda store: store.load([self._chat])))[self._chat]
        return None if row.session is None else Session.from_json(row.session.json)

    async def close(self) -> None:
        """See `Driver`. The chat goes with its world."""

    async def do(self, act: Act) -> tuple[Shown, ...]:
        """See `Driver`."""
        if isinstance(act, Wait):
            await self._wait(act.seconds)
        elif isinstance(act, Restart):
            if self._random is None:
                await self.world.recorded()
            await self.world.restart()
        elif isinstance(act, Replace):
            self.world.service.flows.replace({act.flow.name: act.flow})
        else:
            self._acts += 1
            began = time.perf_counter()
            self._act(act)
            if self._acts == self._drop_at and self._random is not None:
                await asyncio.sleep(self._random.random() * 0.02)
                await self.world.restart()
            await self.world.rest(self.person)
            self.waits.append(time.perf_counter() - began)
        await self.world.rest(self.person)
        return self._shown()

    def _act(self, act: Act) -> None:
        person = self.person
        match act:
            case Open():
                person.start()
            case Press(data, message):
                person.press(person.chat.messages[message], data)
                if self._twice(data):
                    person.tap_again()
            case Write(text, number):
                self._typed[number] = person.send(text)
            case Rewrite(text, number):
                person.edit(text, self._typed[number])
            case Order(name, argument):
                person.send(f"/{name} {argument}".strip())
            case Send(kind):
                _OTHER.get(kind, User.document)(person)

    def _twice(self, data: str) -> bool:
        """Whether this tap comes twice: one that answers a screen, since two taps on a toggle are two."""
        if self._random is None or self._random.random() > 0.3:
            return False
        tapped = sc.decode(self.world.flow, data)
        if tapped is None or tapped.screen in sc.OVERLAYS:
            return False
        question = sc.question_of(self.world.flow, tapped.screen)
        if question is None or tapped.screen != question.ask:
            return False
        return not sc.toggles(question) or tapped.choice == sc.DONE

    async def _wait(self, seconds: float) -> None:
        """Time passes; what is due on the way is sent at its own moment."""
        world, end = self.world, self.world.clock.now + seconds
        while True:
            found = await world.ask(lambda store: store.due(end))
            due = min((d.at for d in found if d.chat == self._chat), default=None)
            if due is None:
                break
            world.clock.now = max(world.clock.now, due)
            await world.channel.chores.due()
            await world.rest(self.person)
        world.clock.now = end

    def _shown(self) -> tuple[Shown, ...]:
        """What is new or changed on the screen since the last look. A message that a fault made come twice counts once."""
        shown: list[Shown] = []
        again: list[Shown] = []
        for message in self.person.messages:
            if self._edits.get(message.id) == message.edits:
                continue
            self._edits[message.id] = message.edits
            rows = tuple(tuple(Key(b.label, b.data) for b in row if b.data is not None) for row in message.buttons)
            looks = (message.text, rows)
            before = self._seen.get(message.id)
            if before == looks:
                continue
            self._seen[message.id] = looks
            found = Shown(message.id, message.text, rows, before is not None)
            known = before is None and self._random is not None and looks in self._ever
            (again if known else shown).append(found)
            self._ever.add(looks)
        return tuple(shown or again[-1:])


_OTHER: dict[str, Callable[[User], object]] = {
    "sticker": User.sticker,
    "voice": User.voice,
    "photo": User.photo,
    "video": User.video,
    "location": User.location,
    "contact": User.contact,
    "poll": User.poll,
    "forwarded": lambda person: person.forward("Somebody's words"),
}
