"""A chat of a script, driven through the double."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from bot.channels.telegram.updates import chat_name
from bot.core.conversation import screens as sc
from bot.core.conversation.session import Session
from bot.replay.double.chats import DoubleMessage
from bot.replay.double.people import User
from bot.replay.playing.acts import Act, Key, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write
from bot.replay.script.model import Case

from .world import DROPPED, Looks, World


class TelegramDriver:
    """One person's chat with a world's bot. Under faults some taps come twice, and once the bot is dropped in a turn."""

    def __init__(self, world: World, case: Case) -> None:
        self.world = world
        self.person = world.person(case.phone or case.lang)
        self._typed: dict[int, DoubleMessage] = {}
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
