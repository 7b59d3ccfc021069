"""The chat as the patient sees it: messages, the screen that is open, the buttons within reach and what a script calls them."""

from __future__ import annotations

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Tapped
from bot.core.conversation.session import REVIEW, Session
from bot.core.conversation.typed.matching import folded_words
from bot.core.flow.compiled import Flow
from bot.replay.script.model import BotSays
from bot.replay.script.names import NONE, says, screen_named

from .acts import Key, Press, Shown
from .outcome import OtherWords


class SeenChat:
    """What has been shown in one chat. `flow`: the version in which it runs now; `flows`: all that it ran in, by content hash.

    `messages`: number -> message as it stands now; `fresh`: messages that no line of the script has named; `keyboards`: every
    keyboard ever shown, oldest first; `asked`: questions in the order in which they came.
    """

    def __init__(self, flow: Flow, lang: str) -> None:
        self.flow, self.lang = flow, lang
        self.flows = {flow.version: flow}
        self.messages: dict[int, Shown] = {}
        self.keyboards: list[Shown] = []
        self.fresh: list[Shown] = []
        self.asked: list[str] = []
        self._leading: list[int] = []
        self._before_screen: frozenset[int] = frozenset()
        self._drawn_by: dict[str, Flow] = {}
        self._decoded: dict[tuple[str, str], Tapped | None] = {}
        self._called: dict[Key, frozenset[str]] = {}

    def follow(self, session: Session) -> None:
        """Names and words are those of the version in which the chat now runs; a new one begins with a new session."""
        self.flow = self._drawn_by[session.id] = self.flows.get(session.version, self.flow)

    def show(self, message: Shown) -> bool:
        """The bot shows this; whether it is a new message."""
        if message.edits:
            old = self.messages.get(message.message)
            text = message.text or (old.text if old is not None else "")
            message = Shown(message.message, text, message.rows, True)
        self.messages[message.message] = message
        if message.keys:
            self.keyboards.append(message)
        if message.edits:
            return False
        self.fresh.append(message)
        screen = self.screen_of(message)
        if screen is None:
            self._leading.append(message.message)
        else:
            self._before_screen, self._leading = frozenset(self._leading), []
        if screen is not None and screen in self.flow.questions:
            self.asked.append(screen)
        return True

    # --- screens ------------------------------------------------------------------------------------------------------

    def decode(self, data: str) -> Tapped | None:
        """What a button stands for, in the version of the flow that drew it."""
        drawn_by = self._drawn_by.get(sc.session_of(data)) or next(iter(self.flows.values()))
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
        return [self.messages[n] for n in sorted(self.messages, reverse=True) if any(self.messages[n].rows)]

    @property
    def at(self) -> str | None:
        """The screen that is open."""
        message = self.open()
        return None if message is None else self.screen_of(message)

    def reachable(self) -> list[Shown]:
        """Messages whose buttons a patient would press now: what the bot said last, down to the open screen and what came with
        it."""
        reachable: list[Shown] = []
        fresh = {m.message for m in self.fresh} | self._before_screen
        done = False
        for message in self._newest():
            if not done or message.message in fresh:
                reachable.append(message)
            done = done or self.screen_of(message) is not None
        return reachable

    # --- buttons ------------------------------------------------------------------------------------------------------

    def find(self, name: str, among: list[Shown] | None = None) -> tuple[Press, str] | None:
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

    def opener(self, name: str) -> tuple[Press, str] | None:
        """The button behind which the button of that name stands: of the lines of the review, or of a group of choices."""
        if self.names_a_line(name):
            return self.find(sc.OPEN_LINES)
        question = sc.question_of(self.flow, self.at or "")
        if question is None:
            return None
        words, said = self.flow.text(self.lang).questions[question.ask].options, folded_words(name)
        named = [n for n in question.option_ids if said in (n, folded_words(words[n].label))]
        behind = [question.group_of[n] for n in named if n in question.group_of]
        opens = behind or question.groups  # a button of an open group leads back
        return next((found for group in opens if (found := self.find(group)) is not None), None)

    def names_a_line(self, name: str) -> bool:
        """Whether a script means a line of the review by it: a question by its name, or as the review calls it."""
        said = name.removeprefix(sc.CHANGE_PREFIX)
        texts = self.flow.text(self.lang).questions
        return said in texts or any(folded_words(said) == folded_words(words.short) for words in texts.values())

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

    # --- words --------------------------------------------------------------------------------------------------------

    def is_named(self, message: Shown, wanted: BotSays) -> bool:
        """Whether this is the message that the script names: its screen, its words, its buttons."""
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
        return all(self.find(name, [message]) is not None for name in wanted.buttons or ())

    def in_other_words(self, message: Shown, wanted: BotSays) -> OtherWords | None:
        """What this message says instead, if it is the one that the script names but for its wording. None: it is another; or
        it is a screen, and the script names none, so nobody can tell whether the same is asked."""
        words = wanted.ask is not None and len(wanted.ask.split()) > 1
        labels = wanted.buttons if isinstance(wanted.buttons, list) else []
        bare = {"ask": None if words else wanted.ask, "says": [], "buttons": None if labels else wanted.buttons}
        if (bare["ask"] is None and self.screen_of(message) is not None) or not self.is_named(
            message, wanted.model_copy(update=bare)
        ):
            return None
        expected = [*([wanted.ask] if words and wanted.ask is not None else []), *wanted.says]
        return OtherWords(
            message.text, tuple(key.label for key in message.keys),
            tuple(w for w in expected if not self._says(w, message)),
            tuple(name for name in labels if self.find(name, [message]) is None),
        )  # fmt: skip

    def _says(self, wanted: str, message: Shown, either: bool = False) -> bool:
        return any(says(f, x, wanted, message.text, either) for f in self.flows.values() for x in self.languages())

    def languages(self) -> tuple[str, ...]:
        """The languages in which the chat may speak, its own first."""
        return (self.lang, *(x for x in self.flow.texts if x != self.lang))

    def brief(self, message: Shown, wanted: BotSays | None = None) -> str:
        """A message in one line; in full if words or buttons were wanted."""
        screen = self.screen_of(message)
        name = f"{screen_name(screen)}: " if screen is not None else ""
        full = wanted is not None and (wanted.says or wanted.not_said or wanted.buttons is not None)
        text = " ".join(message.text.split())
        keys = f" ({len(message.keys)} buttons)" if full else ""
        return f"{name}{text if full or len(text) < 160 else text[:157] + '...'}{keys}"


def screen_name(screen: str | None) -> str:
    """A screen as scripts write it."""
    return "no screen" if screen is None else screen if screen.islower() else screen.lower()
