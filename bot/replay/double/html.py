"""Telegram's HTML: which tags it takes, what the reader sees of it, and what it says of broken HTML."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Any

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_TOKEN = re.compile(r"<(/?)([^\s<>/]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|<|&(#x?[0-9a-fA-F]+|[a-zA-Z]+);")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_NAMED = {"lt", "gt", "amp", "quot"}


class BrokenHtml(ValueError):
    """What Telegram says of it."""


@lru_cache(4096)
def read_html(source: str) -> tuple[str, tuple[dict[str, Any], ...]]:
    """(text as it is shown, its entities with offsets in UTF-16 units). Raises BrokenHtml."""
    shown: list[str] = []
    length = 0
    entities: list[dict[str, Any]] = []
    open_: list[tuple[str, int, dict[str, Any]]] = []

    def show(text: str) -> None:
        nonlocal length
        shown.append(text)
        length += html_units(text)

    place = 0
    for token in _TOKEN.finditer(source):
        show(source[place : token.start()])
        place = token.end()
        closing, name, attributes, reference = token.groups()
        at = len(source[: token.start()].encode())
        if reference is not None:
            known = reference.startswith("#") or reference in _NAMED
            show(unescape(token[0]) if known else token[0])
        elif name is None:
            raise BrokenHtml(f"Unclosed start tag at byte offset {at}")
        elif closing:
            if not open_:
                raise BrokenHtml(f"Unexpected end tag at byte offset {at}")
            expected, offset, entity = open_.pop()
            if name.lower() not in (expected, ""):
                raise BrokenHtml(
                    f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name.lower()}>"'
                )
            if length > offset and entity:
                entities.append({**entity, "offset": offset, "length": length - offset})
        else:
            open_.append((name.lower(), length, _entity(name.lower(), attributes, at)))
    show(source[place:])
    if open_:
        at = len(source.encode())
        raise BrokenHtml(f'Can\'t find end tag corresponding to start tag "{open_[-1][0]}" at byte offset {at}')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return _trimmed("".join(shown), entities)


def html_units(text: str) -> int:
    """The length of a text in UTF-16 units, which is how Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _entity(name: str, attributes: str, at: int) -> dict[str, Any]:
    if name not in _SIMPLE:
        raise BrokenHtml(f'Unsupported start tag "{name}" at byte offset {at}')
    given = {key.lower(): unescape(a or b or c or "") for key, a, b, c in _ATTRIBUTE.findall(attributes)}
    entity: dict[str, Any] = {"type": _SIMPLE[name]}
    match name:
        case "a":
            return {**entity, "url": given["href"]} if given.get("href") else {}
        case "span" if given.get("class") != "tg-spoiler":
            raise BrokenHtml(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        case "tg-emoji":
            return {**entity, "custom_emoji_id": given.get("emoji-id", "")}
        case "tg-time":
            if not given.get("unix", "").isdecimal():
                raise BrokenHtml(f'Tag "tg-time" must have attribute "unix" at byte offset {at}')
            return {**entity, "unix_time": int(given["unix"]), "date_time_format": given.get("format", "")}
        case "blockquote" if "expandable" in given:
            return {"type": "expandable_blockquote"}
    return entity


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, tuple[dict[str, Any], ...]]:
    kept = text.rstrip()
    front = len(kept) - len(kept.lstrip())
    if not front and len(kept) == len(text):
        return text, tuple(entities)
    kept = kept.lstrip()
    shift, end = html_units(text[:front]), html_units(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        stop = min(entity["offset"] + entity["length"] - shift, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, tuple(moved)
