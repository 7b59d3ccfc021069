"""A condition as one sentence in the words that patients read: names replaced by what they mean, and links to all that it reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import All, Any_, AtLeast, Named, Node, Not, parts_of
from bot.core.flow.compiled import Flow

LONGEST = 120
"""Characters of a meaning that still stands in the place of its name; a longer one, and one that is needed
twice, stands beside the sentence."""
_IDENTIFIER = re.compile(r"(?<![\d.] )\b[^\W\d]\w*")
"""A word that may be an identifier; `days` behind a number is none."""


class Piece(NamedTuple):
    """A few words of a sentence. `link`: what they lead to, as (kind, name): a question, or a `name` whose meaning stands beside;
    `written`: as they are written in the flow."""

    text: str
    link: tuple[str, str] | None = None
    written: str = ""


def sentence(flow: Flow, node: Node) -> tuple[Piece, ...]:
    """The condition in words, with links."""
    return tuple(_linked(flow, explain(_opened(flow, node, _twice(node)), flow.questions)))


def names_left(flow: Flow, node: Node) -> tuple[str, ...]:
    """The names that still stand in the sentence, or in the meanings of these, in the order in which they are met."""
    found: dict[str, None] = {}
    _collect_left(flow, _opened(flow, node, _twice(node)), found)
    return tuple(found)


def names_in(node: Node) -> tuple[str, ...]:
    """All names in a condition, those within others too: what is written first comes first."""
    own = (node.name,) if isinstance(node, Named) else ()
    return tuple(dict.fromkeys((*own, *(name for part in parts_of(node) for name in names_in(part)))))


def meaning(flow: Flow, name: str) -> tuple[Piece, ...]:
    """What a name means, as a sentence."""
    return sentence(flow, flow.defined[name])


def _twice(node: Node) -> frozenset[str]:
    """The names that stand in a condition more than once."""
    return frozenset(name for name, count in Counter(_all_names(node)).items() if count > 1)


def _all_names(node: Node) -> Iterator[str]:
    if isinstance(node, Named):
        yield node.name
    for part in parts_of(node):
        yield from _all_names(part)


def _opened(flow: Flow, node: Node, kept: frozenset[str], inside: bool = False) -> Node:
    """The condition with short meanings in the place of their names, but for those that are `kept`; a name that is all of it is
    opened in any case."""
    if isinstance(node, Named):
        part = _opened(flow, node.part, kept, inside)
        long = inside and (node.name in kept or len(explain(part, flow.questions)) > LONGEST)
        return node if long else part
    if isinstance(node, Not):
        return replace(node, part=_opened(flow, node.part, kept, True))
    if isinstance(node, All | Any_):
        kind = type(node)
        opened = [_opened(flow, part, kept, True) for part in node.parts]
        flat = (p for part in opened for p in (part.parts if isinstance(part, kind) else (part,)))
        return kind(tuple(dict.fromkeys(flat)), node.at)
    if isinstance(node, AtLeast):
        return replace(node, parts=tuple(_opened(flow, part, kept, True) for part in node.parts))
    return node


def _collect_left(flow: Flow, opened: Node, found: dict[str, None]) -> None:
    if isinstance(opened, Named):
        if opened.name not in found:
            found[opened.name] = None
            means = flow.defined[opened.name]
            _collect_left(flow, _opened(flow, means, _twice(means)), found)
        return
    for part in parts_of(opened):
        _collect_left(flow, part, found)


def _linked(flow: Flow, words: str) -> Iterator[Piece]:
    """The words, cut where something can be linked."""
    done = 0
    for found in _IDENTIFIER.finditer(words):
        piece = _piece(flow, found[0])
        if piece is not None:
            if found.start() > done:
                yield Piece(words[done : found.start()])
            yield piece
            done = found.end()
    if done < len(words):
        yield Piece(words[done:])


def _piece(flow: Flow, name: str) -> Piece | None:
    if name in flow.defined:
        return Piece(name, ("name", name))
    texts = next(iter(flow.texts.values())).questions
    if name in flow.questions:
        return Piece(f"\u201c{texts[name].short}\u201d", ("question", name), name)
    home = flow.option_home.get(name)
    said = None if home is None else texts[home].options.get(name)
    return None if home is None or said is None else Piece(f"\u201c{said.label}\u201d", ("question", home), name)
