"""The parts that a condition is made of, as a tree of values, and what can be read off it.

`at` of every node is an offset in the text that was parsed. Inside a defined condition it is the offset of its name: a
defined condition has a text and a place of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class All:
    """True if all parts are."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Any_:
    """True if any part is."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True if at least `count` parts are."""

    count: int
    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True if the part is false."""

    part: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A condition of `define:` in its place."""

    name: str
    part: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ticked:
    """An option of a `many` question is ticked; unless `surely`, "not sure" counts as ticked."""

    question: str
    option: str
    surely: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing of a `many` question is ticked or unsure."""

    question: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A `one` question has this answer ("not sure" counts as the question's `unsure_as`)."""

    question: str
    option: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Says:
    """A `yes_no` question has one of these answers."""

    question: str
    answers: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A numeric question compares so with `value` (base units: days, seconds, years, 0-10)."""

    question: str
    op: str
    value: float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question was asked (`answered`: and answered otherwise than "not sure")."""

    question: str
    answered: bool = False
    at: int = field(default=0, compare=False)


Node = All | Any_ | AtLeast | Not | Named | Ticked | Nothing | Chosen | Says | Compare | Asked
_OF_SEVERAL, _OF_ONE = (All, Any_, AtLeast), (Not, Named)
"""What has parts, for checks that are made of every part of every condition: as a union it would be made anew for each."""
Leaf = Ticked | Nothing | Chosen | Says | Compare | Asked


def shifted(node: Node, at: int) -> tuple[Node, int, int]:
    """The tree with all offsets at `at`, how many answers it reads, and how deep it is."""
    if isinstance(node, All | Any_ | AtLeast):
        inner = [shifted(part, at) for part in node.parts]
        parts = tuple(part for part, _, _ in inner)
        return replace(node, parts=parts, at=at), sum(n for _, n, _ in inner), 1 + max(d for _, _, d in inner)
    if isinstance(node, Not | Named):
        part, size, depth = shifted(node.part, at)
        return replace(node, part=part, at=at), size, depth + 1
    return replace(node, at=at), 1, 1


def parts_of(node: Node) -> tuple[Node, ...]:
    """What a condition is made of, one step down; nothing of a leaf."""
    if isinstance(node, _OF_SEVERAL):
        return node.parts
    return (node.part,) if isinstance(node, _OF_ONE) else ()


def leaves(node: Node) -> tuple[Leaf, ...]:
    """All leaves of a condition in reading order, defined conditions expanded."""
    found: list[Leaf] = []
    _collect(node, found)
    return tuple(found)


def _collect(node: Node, found: list[Leaf]) -> None:
    if isinstance(node, _OF_SEVERAL):
        for part in node.parts:
            _collect(part, found)
    elif isinstance(node, _OF_ONE):
        _collect(node.part, found)
    else:
        found.append(node)


def reads(node: Node) -> frozenset[str]:
    """The questions whose answers the condition reads."""
    return frozenset(leaf.question for leaf in leaves(node))


def defined_in(node: Node) -> frozenset[str]:
    """The names of the defined conditions in a condition, those within others too."""
    own = {node.name} if isinstance(node, Named) else set()
    return frozenset(own).union(*map(defined_in, parts_of(node)))
