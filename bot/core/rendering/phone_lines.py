"""How many lines a text makes on a phone, and a long result cut into cards that a phone shows whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from unicodedata import combining, east_asian_width

from .message import Block, BlockKind, Message

FOLD: BlockKind = "fold"
"""The kind of a block that unfolds: it is read by who wants to."""


def wrapped(text: str, width: int) -> list[str]:
    """The lines in which a text stands on a screen of that width, empty ones between paragraphs included."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, width)]


def _paragraph(text: str, width: int) -> Iterable[str]:
    short = len(text) <= width and text.isascii()
    return (" ".join(text.split()),) if short else _wrapped(text, width)


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for word in paragraph.split():
        long = text_columns(word)
        if line and used + 1 + long <= width:
            line, used = f"{line} {word}", used + 1 + long
            continue
        if line:
            yield line
        while text_columns(word) > width:  # a word that is longer than the screen is broken
            cut = next(n for n in range(len(word), 0, -1) if n == 1 or text_columns(word[:n]) <= width)
            yield word[:cut]
            word = word[cut:]
        line, used = word, text_columns(word)
    yield line


def text_columns(text: str) -> int:
    """How wide a text is, in characters: wide ones count two, marks on letters none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def before_unfolding(message: Message) -> Message:
    """The message without what unfolds."""
    blocks = tuple([block for block in message.blocks if block.kind != FOLD])
    return message if len(blocks) == len(message.blocks) else replace(message, blocks=blocks)


def screen_lines(message: Message, width: int) -> int:
    """The lines of a message before what unfolds."""
    text = before_unfolding(message).plain()
    return len(wrapped(text, width)) if text else 0


def phone_cards(blocks: Sequence[Block], most: int, width: int) -> list[list[Block]]:
    """The blocks of a card in cards of at most so many lines. A part that fits on one stays whole; one that does not goes on
    under its heading, once more. What unfolds, and the title at the end, stay with what is above them."""
    cards: list[list[Block]] = []

    def fits(*blocks: Block) -> bool:
        return screen_lines(Message(blocks), width) <= most

    def add(blocks: list[Block], heading: list[Block]) -> None:
        if cards and fits(*cards[-1], *blocks):
            cards[-1] += blocks
        else:
            cards.append([*heading, *blocks])

    for part in _parts(blocks):
        if fits(*part):
            add(part, [])
            continue
        heading = part[:1] if part[0].kind == "heading" else []
        for place, block in enumerate(part[len(heading) :]):
            add([block] if place else [*heading, block], heading if place and block.kind != "title" else [])
    return cards or [[]]


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks that belong together: a heading and what is under it, the lines of a list; what unfolds, or ends a card, with what
    is above it."""
    parts: list[list[Block]] = []
    for block in blocks:
        above = block.kind in (FOLD, "title") or (bool(parts) and _goes_on(parts[-1][0], block))
        if parts and above and block.kind != "heading":
            parts[-1].append(block)
        else:
            parts.append([block])
    return parts


def _goes_on(first: Block, block: Block) -> bool:
    return first.kind == "heading" or (first.kind == block.kind == "item")
