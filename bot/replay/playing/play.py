"""Plays a case through a driver, line by line, and holds what the patient sees against the script. The same for every way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Tapped
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import ADVICE, EMERGENCY, REVIEW, STOPPED
from bot.core.conversation.typed.matching import folded_words
from bot.core.flow.answer_values import choice_span, read_value
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.findings import Place
from bot.core.model.flow_files import NUMERIC, Kind, Question
from bot.core.model.quantities import read_quantity
from bot.replay.script.model import RESULT, BotSays, Case, Old, Step
from bot.replay.script.names import NONE, says, screen_named

from .acts import Act, Driver, Key, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write
from .outcome import Deviation, Said, Standing, standing

LONGEST_AUTO = 80
"""`auto` and `answer` give up after so many screens."""

_RESULTS: tuple[str | None, ...] = (ADVICE, EMERGENCY, STOPPED)

_UNITS = {Kind.ago: " days", Kind.length: " seconds"}
"""What is typed behind a bare number of an answer file, which a person would not leave out."""

_QUIET = ("double", "later", "restart", "version")
"""Steps that are often answered by nothing: what the bot said before them may still be named after them."""

SILENT_ACTS = (Press, Wait, Restart, Replace)
"""Acts that may be answered by nothing (a double tap ends in an acknowledgement only)."""


class Deviated(Exception):
    """The chat went another way: what was expected, what came."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(expected)
        self.expected, self.came = expected, came


class Play:
    """One case being played. `versions`: folders named by `version:` steps -> their flows."""

    def __init__(self, case: Case, flow: Flow, versions: dict[str, Flow], driver: Driver, zone: tzinfo) -> None:
        self.case, self.flow, self.driver = case, flow, driver
        self.new_versions = versions
        self.flows = {flow.version: flow}
        self.drawn_by: dict[str, Flow] = {}
        self._decoded: dict[tuple[str, str], Tapped | None] = {}
        self._called: dict[Key, frozenset[str]] = {}
        self.now: datetime = case.now.replace(tzinfo=zone)
        self.said: list[Said] = []
        self.marked: Said | None = None
        self.chat: dict[int, Shown] = {}
        self.keyboards: list[Shown] = []
        self.fresh: list[Shown] = []
        self.named = False
        self.last_press: Press | None = None
        self.typed = 0
        self.acts = 0
        self.started = False
        self.place = case.place
        self.used: Place | None = None
        self.asked: list[str] = []

    async def run(self) -> list[Deviation]:
        """Play every line, then look at what is expected at the end."""
        for line in self.case.lines:
            self.place, self.used = line.place, line.used
            try:
                await self.line(line.step)
            except Deviated as deviated:
                return [self._deviation(deviated)]
        try:
            self._rest_named()
        except Deviated as deviated:
            return [self._deviation(deviated)]
        return await self.expected()

    def _deviation(self, deviated: Deviated) -> Deviation:
        return Deviation(self.place, deviated.expected, deviated.came, max(0, len(self.said) - 1), self.used)

    async def line(self, step: Step) -> None:
        """One line of the chat. Raises Deviated."""
        if not self.started:
            await self._begin(step)
        if step.act not in ("bot", *_QUIET):
            self._rest_named()
        await _STEPS[step.act](self, step)

    async def _begin(self, step: Step) -> None:
        """The chat opens by itself; one that does not begin with the consent screen has agreed by itself."""
        self.started = True
        if step.act in ("me", "send", "command"):
            return
        await self.act(Open(), "(opens the chat)")
        self.acts = 0
        consent = self.flow.interview.questions[0]
        if not consent.consent:
            return
        about = {
            "bot": step.bot is not None
            and (step.bot.ask in (consent.ask, None) or any(self._is(m, step.bot) for m in self.fresh)),
            "tap": bool(step.tap) and step.tap is not None and self._find(step.tap[0]) is not None,
            "auto": step.auto is not None,
            "answer": step.answer is not None and consent.ask in step.answer,
        }
        if not about.get(step.act, step.act not in ("bot", "tap", "answer", "use")):
            await self.press(str(usual_value(consent) or consent.option_ids[0]))
            self.acts = 0

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
            self._show(message)
        if not shown and not isinstance(act, SILENT_ACTS):
            raise Deviated("an answer of the bot", "silence")

    async def _follow(self) -> None:
        """Names and words are those of the version in which the chat now runs; a new one begins with a new session."""
        session = await self.driver.session() if len(self.flows) > 1 else None
        if session is not None:
            self.flow = self.drawn_by[session.id] = self.flows.get(session.version, self.flow)

    def _show(self, message: Shown) -> None:
        if message.edits:
            old = self.chat.get(message.message)
            text = message.text or (old.text if old is not None else "")
            message = Shown(message.message, text, message.rows, True)
            self.chat[message.message] = message
            if message.keys:
                self.keyboards.append(message)
            return
        self.chat[message.message] = message
        self.fresh.append(message)
        if message.keys:
            self.keyboards.append(message)
        screen = self.screen_of(message)
        if screen is not None and screen in self.flow.questions:
            self.asked.append(screen)
        self.said.append(Said("bot", message.text, tuple(k.label for k in message.keys)))

    def decode(self, data: str) -> Tapped | None:
        """What a button stands for, in the version of the flow that drew it."""
        drawn_by = self.drawn_by.get(sc.session_of(data)) or next(iter(self.flows.values()))
        known = self._decoded.get((drawn_by.version, data))
        if known is None:
            known = self._decoded[drawn_by.version, data] = sc.decode(drawn_by, data)
        return known

    def screen_of(self, message: Shown) -> str | None:
        """The screen that a message shows; None for a message that is none (a remark, advice so far)."""
        for row in message.rows:
            for key in row:
                tapped = self.decode(key.data)
                if tapped is None or tapped.screen in sc.OVERLAYS:
                    return None
                if tapped.screen == REVIEW and tapped.choice.startswith(sc.CHANGE_PREFIX):
                    continue
                return tapped.screen
        return None

    def open(self) -> Shown | None:
        """The message with the screen that is open: the newest that still has its keyboard."""
        return next((m for m in self._newest() if self.screen_of(m) is not None), None)

    def _newest(self) -> list[Shown]:
        return [self.chat[n] for n in sorted(self.chat, reverse=True) if any(self.chat[n].rows)]

    @property
    def at(self) -> str | None:
        """The screen that is open."""
        message = self.open()
        return None if message is None else self.screen_of(message)

    def reachable(self) -> list[Shown]:
        """Messages whose buttons a patient would press now: what the bot said last, down to the open screen."""
        reachable: list[Shown] = []
        fresh = {m.message for m in self.fresh}
        done = False
        for message in self._newest():
            if not done or message.message in fresh:
                reachable.append(message)
            done = done or self.screen_of(message) is not None
        return reachable

    def _find(self, name: str, among: list[Shown] | None = None) -> tuple[Press, str] | None:
        """The button of that name: a choice's id, what stands on it, or on the review the question that it changes."""
        said = folded_words(name.lstrip("\u2713 "))
        for message in self.reachable() if among is None else among:
            for key in message.keys:
                names = self._called.get(key)
                if names is None:
                    names = self._called[key] = self._names_of(key)
                if name in names or said in names:
                    return Press(key.data, message.message), key.label
        return None

    def _names_of(self, key: Key) -> frozenset[str]:
        """Everything that a script may call this button."""
        label = folded_words(key.label.lstrip("\u2713 "))
        tapped = self.decode(key.data)
        if tapped is None:
            return frozenset((key.data, label))
        names = {label, tapped.choice, tapped.choice.removeprefix(sc.CHANGE_PREFIX)}
        question = sc.question_of(self.flow, tapped.screen)
        if question is not None and question.none == tapped.choice:
            names.add(NONE)
        return frozenset(names)

    async def press(self, name: str) -> None:
        """Tap the button of that name."""
        found = self._find(name)
        if found is None:
            labels = ", ".join(f"[{k.label}]" for m in self.reachable() for k in m.keys)
            raise Deviated(f'a button "{name}"', labels or "no button")
        self.last_press = found[0]
        await self.act(found[0], f"[{found[1]}]")

    async def write(self, text: str) -> None:
        """Type words."""
        self.typed += 1
        await self.act(Write(text, self.typed), text)

    async def _tap(self, step: Step) -> None:
        for name in step.tap or ():
            await self.press(name)

    async def _me(self, step: Step) -> None:
        await self.write(step.me or "")

    async def _command(self, step: Step) -> None:
        name, _, argument = (step.command or "").lstrip("/").partition(" ")
        await self.act(Order(name, argument.strip()), f"/{name} {argument}".strip())

    async def _edit(self, step: Step) -> None:
        assert step.edit is not None
        number = step.edit.message or self.typed
        if not 1 <= number <= self.typed:
            raise Deviated(f"a typed message number {number} to edit", f"{self.typed} typed so far")
        await self.act(Rewrite(step.edit.text, number), f"(edits message {number}) {step.edit.text}")

    async def _old(self, step: Step) -> None:
        old: Old | None = step.old
        assert old is not None
        screen = screen_named(self.flow, old.ask)
        now_open = self.open()
        for message in reversed(self.keyboards):
            if self.screen_of(message) != screen or (now_open is not None and message.keys == now_open.keys):
                continue
            found = self._find(old.tap, [message])
            if found is not None:
                self.last_press = found[0]
                await self.act(found[0], f"(old keyboard of {old.ask}) [{found[1]}]")
                return
        raise Deviated(f'an old keyboard of "{old.ask}" with a button "{old.tap}"', "none was shown")

    async def _double(self, step: Step) -> None:
        if self.last_press is None:
            raise Deviated("a tap that can come twice", "nothing was tapped yet")
        await self.act(self.last_press, "(the same tap once more)")

    async def _send(self, step: Step) -> None:
        await self.act(Send(str(step.send)), f"({step.send})")

    async def _later(self, step: Step) -> None:
        seconds = read_quantity(Kind.length, step.later)
        await self.act(Wait(seconds), f"({step.later} later)")
        self.now += timedelta(seconds=seconds)

    async def _restart(self, step: Step) -> None:
        await self.act(Restart(), "(the bot is restarted)")

    async def _version(self, step: Step) -> None:
        flow = self.new_versions[step.version or ""]
        self.flows[flow.version] = flow
        await self._follow()
        await self.act(Replace(flow), f"(new version of the flow: {step.version})")

    # --- answering by itself ------------------------------------------------------------------------------------------

    async def _answer(self, step: Step) -> None:
        left = dict(step.answer or {})
        for _ in range(LONGEST_AUTO):
            name = self._answerable(left)
            if not left or name is None:
                break
            await self.give(name, left.pop(name))
        if left:
            raise Deviated(f"that these were asked: {', '.join(left)}", f'the screen "{_shown(self.at)}"')

    async def _auto(self, step: Step) -> None:
        given = dict(step.auto or {})
        until = _RESULTS if step.until == RESULT else (screen_named(self.flow, step.until or ""),)
        if until == _RESULTS:
            given = {"exit": sc.MORE, "review": sc.AS_USUAL, **given}
        used = {"exit", "review"}
        for _ in range(LONGEST_AUTO):
            at = self.at
            if at is None or at in until:
                break
            name = self._answerable(given)
            if name is not None:
                used.add(name)
                await self.give(name, given[name])
                continue
            question = self.flow.questions.get(at)
            if question is None:
                break
            await self.give(at, usual_value(question), exact=False)
        else:
            raise Deviated("an end of the questions", f"{LONGEST_AUTO} screens")
        unused = [n for n in given if n not in used]
        if unused:
            raise Deviated(f"that these were asked: {', '.join(unused)}", f'the screen "{_shown(self.at)}"')
        if step.until is not None and self.at not in until:
            raise Deviated(f'the screen "{step.until}"', f'the screen "{_shown(self.at)}"')

    def _answerable(self, given: dict[str, Any]) -> str | None:
        """The name under which the open screen is answered, if it is."""
        at = self.at
        return None if at is None else next((n for n in (at, at.lower()) if n in given), None)

    async def give(self, name: str, value: Any, exact: bool = True) -> None:
        """Answer the open screen by taps, or by typing where no button says it. `exact`: a number is given as it is."""
        question = self.flow.questions.get(name)
        if question is None or value == NOT_SURE:
            await self.press(str(value))
        elif question.kind is Kind.many:
            await self._give_list(question, value)
        elif question.kind in NUMERIC and question.kind is not Kind.scale:
            await self._give_number(question, value, exact)
        elif isinstance(value, bool):
            await self.press("yes" if value else "no")
        else:
            await self.press(f"{value:g}" if isinstance(value, float) else str(value))

    async def _give_list(self, question: Question, value: Any) -> None:
        many = read_value(question, None if value in (NONE, question.none) else value)
        assert isinstance(many, Many)
        order = question.option_ids
        if not many.yes and not many.not_sure:
            await self.press(NONE)
            return
        if sc.toggles(question):
            for option in sorted(many.yes, key=order.index):
                await self.press(option)
            if not many.not_sure:
                await self.press(sc.DONE)
                return
        elif len(many.yes) == 1 and not many.not_sure:
            await self.press(*many.yes)
            return
        await self._clear_up(question, many)

    async def _clear_up(self, question: Question, many: Many) -> None:
        """Through "not sure": which ones, then each alone. On a list whose first tap answers also what is sure."""
        order = question.option_ids
        items = many.not_sure if sc.toggles(question) else many.yes | many.not_sure
        left = sorted(items, key=order.index)
        await self.press(NOT_SURE)
        if len(order) - (len(many.yes) if sc.toggles(question) else 0) > len(left):
            for option in left:
                await self.press(option)
            await self.press(sc.DONE)
        elif self.at == which(question.ask):
            await self.press(sc.ALL)
        while self.at == alone(question.ask) and left:
            await self.press(sc.YES if left.pop(0) in many.yes else NOT_SURE)

    async def _give_number(self, question: Question, value: Any, exact: bool) -> None:
        if value in question.option_ids:
            await self.press(str(value))
            return
        wanted = read_value(question, value)
        assert isinstance(wanted, Span)
        for choice in question.choices:
            span = choice_span(question, choice)
            if span == wanted or (not exact and span.low <= wanted.low and wanted.high <= span.high):
                await self.press(choice.id)
                return
        unit = _UNITS.get(question.kind, "") if isinstance(value, int | float) else ""
        await self.write(f"{value}{unit}")
        if self.at == question.ask and value != NOT_SURE:
            raise Deviated(f'that "{value}{unit}" answers "{question.ask}"', self._brief(self.fresh[-1]))

    # --- what the bot says --------------------------------------------------------------------------------------------

    async def _bot(self, step: Step) -> None:
        wanted: BotSays | None = step.bot
        assert wanted is not None
        self.named = True
        passed_over: list[Shown] = []
        came: Shown | None = None
        while self.fresh:
            message = came = self.fresh.pop(0)
            if self._is(message, wanted):
                if passed_over:
                    raise Deviated(_wanted(wanted), f"before it: {self._brief(passed_over[0])}")
                return
            if self.screen_of(message) is not None:
                passed_over.append(message)
        edited = self.open()
        if not passed_over and edited is not None and edited.edits and self._is(edited, wanted):
            return
        came = passed_over[-1] if passed_over else came
        if came is not None:
            raise Deviated(_wanted(wanted), self._brief(came, wanted))
        last = next((m for m in reversed(self.chat.values()) if m.text), None)
        before = "" if last is None else f"; the last was {self._brief(last, wanted)}"
        raise Deviated(_wanted(wanted), f"nothing more{before}")

    def _is(self, message: Shown, wanted: BotSays) -> bool:
        if wanted.ask is not None:
            screen = screen_named(self.flow, wanted.ask)
            if screen in sc.OVERLAYS:
                if all((t := self.decode(k.data)) is None or t.screen != screen for k in message.keys):
                    return False
            elif screen is not None:
                if self.screen_of(message) != screen:
                    return False
            elif not self._says(wanted.ask, message):
                return False
        if not all(self._says(w, message) for w in wanted.says) or any(
            self._says(w, message, either=True) for w in wanted.not_said
        ):
            return False
        if isinstance(wanted.buttons, int):
            return len(message.keys) == wanted.buttons
        return all(self._find(name, [message]) is not None for name in wanted.buttons or ())

    def _says(self, wanted: str, message: Shown, either: bool = False) -> bool:
        return any(says(f, x, wanted, message.text, either) for f in self.flows.values() for x in self._languages())

    def _languages(self) -> tuple[str, ...]:
        return (self.case.lang, *(x for x in self.flow.texts if x != self.case.lang))

    def _brief(self, message: Shown, wanted: BotSays | None = None) -> str:
        screen = self.screen_of(message)
        name = f"{_shown(screen)}: " if screen is not None else ""
        full = wanted is not None and (wanted.says or wanted.not_said or wanted.buttons is not None)
        text = " ".join(message.text.split())
        keys = f" ({len(message.keys)} buttons)" if full else ""
        return f"{name}{text if full or len(text) < 160 else text[:157] + '...'}{keys}"

    def _rest_named(self) -> None:
        """A script that names what the bot answers names every screen of that answer: a bot must not answer twice."""
        left = [m for m in self.fresh if self.screen_of(m) is not None] if self.named else []
        self.fresh, self.named = [], False
        if left:
            raise Deviated("nothing more from the bot", self._brief(left[0]))

    # --- what is expected at the end ----------------------------------------------------------------------------------

    async def standing(self) -> Standing:
        """Where the chat stands now."""
        session = await self.driver.session()
        flow = self.flow if session is None else self.flows.get(session.version, self.flow)
        return standing(flow, session, self.now)

    async def expected(self) -> list[Deviation]:
        """Everything that is not as expected."""
        from .expected import unmet

        await self._follow()
        stands = await self.standing()
        texts = [s.text for s in self.said if s.who == "bot"]
        found = unmet(
            self.case.expect, self.flow, (*self.flows.values(),), self._languages(), stands, texts, self.asked, self.acts
        )  # fmt: skip
        places = self.case.expect_places
        return [
            Deviation(places.get(key, self.case.place), wanted, came, max(0, len(self.said) - 1))
            for key, wanted, came in found
        ]


def _shown(screen: str | None) -> str:
    return "no screen" if screen is None else screen if screen.islower() else screen.lower()


def _wanted(wanted: BotSays) -> str:
    words = wanted.ask is not None and len(wanted.ask.split()) > 1
    parts = [f'a message saying "{wanted.ask}"' if words else f"the bot's {wanted.ask}" if wanted.ask else "a message"]
    parts += [f'saying "{w}"' for w in wanted.says] + [f'not saying "{w}"' for w in wanted.not_said]
    if isinstance(wanted.buttons, int):
        parts.append(f"with {wanted.buttons} buttons")
    elif wanted.buttons:
        parts.append("with the buttons " + ", ".join(f"[{b}]" for b in wanted.buttons))
    return " ".join(parts)


_STEPS: dict[str, Callable[[Play, Step], Awaitable[None]]] = {
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
