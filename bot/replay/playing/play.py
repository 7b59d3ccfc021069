"""Plays a case through a driver, line by line, and holds what the patient sees against the script. The same for every way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.files.parts import Kind
from bot.core.model.findings import Place
from bot.core.model.quantities import read_quantity
from bot.replay.script.model import BotSays, Case, Old, ScriptStep
from bot.replay.script.names import screen_named
from bot.replay.script.patient import Talked

from .acts import Act, Driver, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write
from .auto_answers import AutoAnswers
from .chat import SeenChat
from .outcome import Deviated, Deviation, Said, Standing, standing

_QUIET = ("double", "later", "restart", "version")
"""Steps that are often answered by nothing: what the bot said before them may still be named after them."""

SILENT_ACTS = (Press, Wait, Restart, Replace)
"""Acts that may be answered by nothing (a double tap ends in an acknowledgement only)."""


class Play:
    """One case being played. `versions`: folders named by `version:` steps -> their flows."""

    def __init__(self, case: Case, flow: Flow, versions: dict[str, Flow], driver: Driver, zone: tzinfo) -> None:
        self.case, self.driver = case, driver
        self.chat = SeenChat(flow, case.lang)
        self.new_versions = versions
        self.now: datetime = case.now.replace(tzinfo=zone)
        self.said: list[Said] = []
        self.named = False
        self.last_press: Press | None = None
        self.typed = 0
        self.acts = 0
        self.started = False
        self.place = case.place
        self.used: Place | None = None
        self.talked = Talked()

    async def run(self) -> list[Deviation]:
        """Play every line, let the patient talk if there is one, then look at what is expected at the end."""
        for line in self.case.lines:
            self.place, self.used = line.place, line.used
            try:
                await self.line(line.step)
            except Deviated as deviated:
                return [self._deviation(deviated)]
        try:
            self._rest_named()
            await self._talk()
        except Deviated as deviated:
            return [self._deviation(deviated)]
        return await self.expected()

    def _deviation(self, deviated: Deviated) -> Deviation:
        line = max(0, len(self.said) - 1)
        return Deviation(self.place, deviated.expected, deviated.came, line, self.used, deviated.other)

    async def line(self, step: ScriptStep) -> None:
        """One line of the chat. Raises Deviated."""
        if not self.started:
            await self._begin(step)
        if step.act not in ("bot", *_QUIET):
            self._rest_named()
        await _STEPS[step.act](self, step)

    async def _begin(self, step: ScriptStep) -> None:
        """The chat opens by itself; one that does not begin with the consent screen has agreed by itself."""
        self.started = True
        if step.act in ("me", "send", "command"):
            return
        await self._open()
        consent = self.chat.flow.interview.questions[0]
        if not consent.consent:
            return
        about = {
            "bot": step.bot is not None
            and (step.bot.ask in (consent.ask, None) or any(self.chat.is_named(m, step.bot) for m in self.chat.fresh)),
            "tap": bool(step.tap) and step.tap is not None and self.chat.find(step.tap[0]) is not None,
            "auto": step.auto is not None,
            "answer": step.answer is not None and consent.ask in step.answer,
        }
        if not about.get(step.act, step.act not in ("bot", "tap", "answer", "use")):
            await self.press(str(usual_value(consent) or consent.option_ids[0]))
            self.acts = 0

    async def _open(self) -> None:
        self.started = True
        await self.act(Open(), "(opens the chat)")
        self.acts = 0

    async def _talk(self) -> None:
        if self.case.patient is None:
            return
        if not self.started:
            await self._open()
        self.talked = await self.case.patient.talk(self)

    # --- what the patient does ----------------------------------------------------------------------------------------

    async def act(self, act: Act, words: str) -> None:
        """Do it, and keep what the bot shows."""
        self.said.append(Said("time" if isinstance(act, Wait | Restart | Replace) else "you", words, place=self.place))
        shown = await self.driver.do(act)
        await self._follow()
        if not isinstance(act, Wait | Restart | Replace):
            self.acts += 1
        if shown or not isinstance(act, SILENT_ACTS):
            self._rest_named()
        for message in shown:
            if self.chat.show(message):
                self.said.append(Said("bot", message.text, tuple(k.label for k in message.keys)))
        if not shown and not isinstance(act, SILENT_ACTS):
            raise Deviated("an answer of the bot", "silence")

    async def _follow(self) -> None:
        """After a new version was put in place, look at which one the chat runs in."""
        session = await self.driver.session() if len(self.chat.flows) > 1 else None
        if session is not None:
            self.chat.follow(session)

    async def press(self, name: str) -> None:
        """Tap the button of that name; one that stands behind another button, after that one."""
        found = self.chat.find(name)
        opens = self.chat.opener(name) if found is None else None
        if opens is not None:
            await self.act(opens[0], f"[{opens[1]}]")
            found = self.chat.find(name)
        if found is None:
            labels = ", ".join(f"[{k.label}]" for m in self.chat.reachable() for k in m.keys)
            raise Deviated(f'a button "{name}"', labels or "no button")
        self.last_press = found[0]
        await self.act(found[0], f"[{found[1]}]")

    async def write(self, text: str) -> None:
        """Type words."""
        self.typed += 1
        await self.act(Write(text, self.typed), text)

    @property
    def flow(self) -> Flow:
        """The flow in which the chat runs now."""
        return self.chat.flow

    async def session(self) -> Session | None:
        """The chat as the bot keeps it."""
        return await self.driver.session()

    async def _tap(self, step: ScriptStep) -> None:
        for name in step.tap or ():
            await self.press(name)

    async def _me(self, step: ScriptStep) -> None:
        await self.write(step.me or "")

    async def _command(self, step: ScriptStep) -> None:
        name, _, argument = (step.command or "").lstrip("/").partition(" ")
        await self.act(Order(name, argument.strip()), f"/{name} {argument}".strip())

    async def _edit(self, step: ScriptStep) -> None:
        assert step.edit is not None
        number = step.edit.message or self.typed
        if not 1 <= number <= self.typed:
            raise Deviated(f"a typed message number {number} to edit", f"{self.typed} typed so far")
        await self.act(Rewrite(step.edit.text, number), f"(edits message {number}) {step.edit.text}")

    async def _old(self, step: ScriptStep) -> None:
        old: Old | None = step.old
        assert old is not None
        screen = screen_named(self.chat.flow, old.ask)
        now_open = self.chat.open()
        for message in reversed(self.chat.keyboards):
            if self.chat.screen_of(message) != screen or (now_open is not None and message.keys == now_open.keys):
                continue
            found = self.chat.find(old.tap, [message])
            if found is not None:
                self.last_press = found[0]
                await self.act(found[0], f"(old keyboard of {old.ask}) [{found[1]}]")
                return
        raise Deviated(f'an old keyboard of "{old.ask}" with a button "{old.tap}"', "none was shown")

    async def _double(self, step: ScriptStep) -> None:
        if self.last_press is None:
            raise Deviated("a tap that can come twice", "nothing was tapped yet")
        await self.act(self.last_press, "(the same tap once more)")

    async def _send(self, step: ScriptStep) -> None:
        await self.act(Send(str(step.send)), f"({step.send})")

    async def _later(self, step: ScriptStep) -> None:
        seconds = read_quantity(Kind.length, step.later)
        await self.act(Wait(seconds), f"({step.later} later)")
        self.now += timedelta(seconds=seconds)

    async def _restart(self, step: ScriptStep) -> None:
        await self.act(Restart(), "(the bot is restarted)")

    async def _version(self, step: ScriptStep) -> None:
        flow = self.new_versions[step.version or ""]
        self.chat.flows[flow.version] = flow
        await self._follow()
        await self.act(Replace(flow), f"(new version of the flow: {step.version})")

    async def _answer(self, step: ScriptStep) -> None:
        await AutoAnswers(self.chat, self.press, self.write).answer(step)

    async def _auto(self, step: ScriptStep) -> None:
        await AutoAnswers(self.chat, self.press, self.write).auto(step)

    # --- what the bot says --------------------------------------------------------------------------------------------

    async def _bot(self, step: ScriptStep) -> None:
        wanted: BotSays | None = step.bot
        assert wanted is not None
        self.named = True
        passed_over: list[Shown] = []
        came: Shown | None = None
        leading: list[str] = []  # cards of an advice, the list of a review: what belongs to the screen that follows
        while self.chat.fresh:
            message = came = self.chat.fresh.pop(0)
            on_screen = self.chat.screen_of(message) is not None
            if on_screen:
                message = came = replace(message, text="\n".join([*leading, message.text]))
            leading = [] if on_screen else [*leading, message.text]
            if self.chat.is_named(message, wanted):
                if passed_over:
                    raise Deviated(_wanted(wanted), f"before it: {self.chat.brief(passed_over[0])}")
                return
            if on_screen:
                passed_over.append(message)
        edited = self.chat.open()
        if not passed_over and edited is not None and edited.edits and self.chat.is_named(edited, wanted):
            return
        came = passed_over[-1] if passed_over else came
        near = edited if came is None and edited is not None and edited.edits else came
        other = self.chat.in_other_words(near, wanted) if near is not None and len(passed_over) <= 1 else None
        if came is not None:
            raise Deviated(_wanted(wanted), self.chat.brief(came, wanted), other)
        last = next((m for m in reversed(self.chat.messages.values()) if m.text), None)
        before = "" if last is None else f"; the last was {self.chat.brief(last, wanted)}"
        raise Deviated(_wanted(wanted), f"nothing more{before}", other)

    def _rest_named(self) -> None:
        """A script that names what the bot answers names every screen of that answer: a bot must not answer twice."""
        left = [m for m in self.chat.fresh if self.chat.screen_of(m) is not None] if self.named else []
        self.chat.fresh, self.named = [], False
        if left:
            raise Deviated("nothing more from the bot", self.chat.brief(left[0]))

    # --- what is expected at the end ----------------------------------------------------------------------------------

    async def standing(self) -> Standing:
        """Where the chat stands now."""
        session = await self.driver.session()
        flow = self.chat.flow if session is None else self.chat.flows.get(session.version, self.chat.flow)
        return standing(flow, session, self.now)

    async def expected(self) -> list[Deviation]:
        """Everything that is not as expected."""
        from .expected import unmet

        await self._follow()
        stands = await self.standing()
        texts = [s.text for s in self.said if s.who == "bot"]
        chat, versions = self.chat, tuple(self.chat.flows.values())
        found = unmet(self.case.expect, chat.flow, versions, chat.languages(), stands, texts, chat.asked, self.acts)
        places = self.case.expect_places
        return [
            Deviation(places.get(key, self.case.place), wanted, came, max(0, len(self.said) - 1))
            for key, wanted, came in found
        ]


def _wanted(wanted: BotSays) -> str:
    words = wanted.ask is not None and len(wanted.ask.split()) > 1
    parts = [f'a message saying "{wanted.ask}"' if words else f"the bot's {wanted.ask}" if wanted.ask else "a message"]
    parts += [f'saying "{w}"' for w in wanted.says] + [f'not saying "{w}"' for w in wanted.not_said]
    if isinstance(wanted.buttons, int):
        parts.append(f"with {wanted.buttons} buttons")
    elif wanted.buttons:
        parts.append("with the buttons " + ", ".join(f"[{b}]" for b in wanted.buttons))
    return " ".join(parts)


_STEPS: dict[str, Callable[[Play, ScriptStep], Awaitable[None]]] = {
    "bot": Play._bot,
    "tap": Play._tap,
    "me": Play._me,
    "command": Play._command,
    "edit": Play._edit,
    "old": Play._old,
    "send": Play._send,
    "double": Play._double,
    "later": Play._later,
    "restart": Play._restart,
    "version": Play._version,
    "answer": Play._answer,
    "auto": Play._auto,
}
