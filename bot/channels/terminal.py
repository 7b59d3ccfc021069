"""The chat in a terminal: drawn with rich, answered by arrow keys or by typing; plain lines where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

from bot.core.conversation.events import Commanded, Event, Started, Typed
from bot.core.conversation.screens import decode, question_of
from bot.core.conversation.session import MISTAKE, REVIEW, SIGN, Session
from bot.core.model.system_texts import COMMANDS
from bot.service.incoming import Incoming
from bot.service.payload import Payload, Row
from bot.service.service import Service

NAME, YOU = "symptom-bot", "you"
HINT = "type an answer or its number, or \u2191 \u2193"


def event_of_line(line: str) -> Event:
    """A typed line as an event: a command with its argument, or words."""
    said = line.strip()
    if said.startswith("/"):
        name, _, argument = said[1:].partition(" ")
        if name.lower() in COMMANDS:
            return Commanded(name.lower(), argument.strip())
    return Typed(line)


class Screen:
    """Where messages are drawn. `plain`: no colours, no width: for pipes and tests."""

    def __init__(self, out: TextIO, plain: bool) -> None:
        self._out = out
        self._console: Any = None
        if not plain:
            from rich.console import Console

            self._console = Console(file=out, highlight=False, soft_wrap=False)

    def show(self, payload: Payload, numbered: bool) -> None:
        """Draw one message with what can be answered."""
        if payload.edits:
            return
        if self._console is None:
            self._plain(payload, numbered)
        else:
            self._rich(payload, numbered)
        if payload.file is not None:
            self._out.write(payload.file[1] + "\n")
        if payload.paper is not None:
            self._out.write(payload.paper.plain() + "\n")
        self._out.flush()

    def _plain(self, payload: Payload, numbered: bool) -> None:
        lines = [text for _, text in _with_picture(payload)]
        answers = answer_line(payload.rows, numbered)
        body = "\n".join([*lines, *([answers] if answers else [])])
        indented = body.replace("\n", "\n" + " " * (len(NAME) + 2))
        self._out.write(f"{NAME}  {indented}\n")

    def _rich(self, payload: Payload, numbered: bool) -> None:
        from rich.padding import Padding
        from rich.panel import Panel
        from rich.text import Text

        styles = {"title": "bold", "heading": "bold cyan", "note": "dim", "item": "", "text": ""}
        body = Text()
        blocks = _with_picture(payload)
        for i, (kind, text) in enumerate(blocks):
            if i:
                body.append("\n" if kind == "item" or blocks[i - 1][0] == "note" else "\n\n")
            body.append(text, style=styles.get(kind, ""))
        answers = answer_line(payload.rows, numbered)
        if answers:
            body.append("\n\n" + answers, style="cyan")
        border = "red" if payload.urgent else "blue"
        panel = Panel(body, title=NAME, title_align="left", border_style=border, width=min(88, self._console.width))
        self._console.print(Padding(panel, (0, 0)))


def _with_picture(payload: Payload) -> tuple[tuple[str, str], ...]:
    """The blocks, and what a picture shows in words: here nothing is drawn."""
    return payload.blocks if payload.picture is None else (*payload.blocks, ("note", f"[{payload.picture.words}]"))


def answer_line(rows: Sequence[Row], numbered: bool) -> str:
    """The answers as one line: with numbers where a number can be typed for them."""
    labels = [label for row in rows for label, _, style in row if style != "copy"]
    if not numbered:
        return " \u00b7 ".join(labels)
    return "   ".join(f"{i} {label}" for i, label in enumerate(labels, 1))


class Prompt:
    """Reads a line: up and down walk through the answers, anything can be typed."""

    def __init__(self, source: TextIO, out: TextIO) -> None:
        self._source, self._out = source, out
        self._choices: list[str] = []
        self._session: Any = None
        if source is sys.stdin and source.isatty() and out.isatty():
            self._session = self._interactive()

    @property
    def interactive(self) -> bool:
        """Whether a person sits at a terminal."""
        return self._session is not None

    def read(self, choices: Iterable[str]) -> str | None:
        """The next line; None at the end of input."""
        self._choices = list(choices)
        try:
            if self._session is not None:
                hint = [("fg:ansibrightblack", HINT if self._choices else "")]
                return str(self._session.prompt(f"{YOU}  ", placeholder=hint))
            self._out.write(f"{YOU}  ")
            self._out.flush()
            line = self._source.readline()
            if not line:
                self._out.write("\n")
                return None
            self._out.write(line if line.endswith("\n") else line + "\n")
            return line.rstrip("\n")
        except (EOFError, KeyboardInterrupt):
            self._out.write("\n")
            return None

    def _interactive(self) -> Any:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        def walk(buffer: Any, step: int) -> None:
            if not self._choices:
                return
            at = self._choices.index(buffer.text) if buffer.text in self._choices else (-1 if step > 0 else 0)
            buffer.text = self._choices[(at + step) % len(self._choices)]
            buffer.cursor_position = len(buffer.text)

        @keys.add("down")
        def _down(event: Any) -> None:
            walk(event.current_buffer, 1)

        @keys.add("up")
        def _up(event: Any) -> None:
            walk(event.current_buffer, -1)

        return PromptSession(key_bindings=keys)


def chat(
    service: Service,
    chat_id: str,
    flow: str,
    lang: str,
    source: TextIO,
    out: TextIO,
    on_turn: Callable[[Event, Session | None], None] = lambda event, session: None,
    before_answers: Callable[[], None] = lambda: None,
) -> int:
    """Chat until the patient leaves. Everything said is stored, so that the next start goes on from there.

    `before_answers`: called whenever something was typed and before it is handled; may raise.
    """
    prompt = Prompt(source, out)
    screen = Screen(out, plain=not prompt.interactive)
    event: Event = Started()
    while True:
        handled, committed = service.handle([Incoming(chat_id, event, flow=flow, lang=lang)])
        session = handled[0].turn.session if handled[0].turn is not None else None
        rows: tuple[Row, ...] = ()
        for payload in handled[0].messages:
            screen.show(payload, _numbered(service, session, payload.rows))
            rows = payload.rows or rows
        on_turn(event, session)
        _delivered(service, committed.deliveries)
        line = _words(prompt, [label for row in rows for label, _, _ in row])
        if line is None or line.strip().lower() in ("quit", "exit"):
            return 0
        before_answers()
        event = event_of_line(line)


def _words(prompt: Prompt, choices: Sequence[str]) -> str | None:
    """The next line that says something: an empty one is a slip of the finger, not an answer."""
    line = prompt.read(choices)
    while line is not None and not line.strip():
        line = prompt.read(choices)
    return line


def _delivered(service: Service, deliveries: Iterable[Any]) -> None:
    from bot.store import Sent

    outcomes = [Sent(d.chat, d.seq) for d in deliveries]
    if outcomes:
        service.store.settle(outcomes, service.clock())


def _numbered(service: Service, session: Session | None, rows: Sequence[Row]) -> bool:
    """Whether these answers can be given by their number: on lists the numbers stand in the message, and what stands
    over the screen (erasing, the crisis text) is answered in words."""
    flow = None if session is None else service.flows.version(session.version)
    if session is None or flow is None or question_of(flow, session.at) is not None:
        return False
    taps = [decode(flow, data) for row in rows for _, data, _ in row]
    return session.at not in (REVIEW, SIGN, MISTAKE) and all(t is not None and t.screen == session.at for t in taps)
