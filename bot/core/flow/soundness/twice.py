"""Names that stand for two things: one way to find them, whatever they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bot.core.flow.yaml_places import Path

Owner = TypeVar("Owner")


def met_before(
    names: Iterable[tuple[str, Owner, Path]], fold: Callable[[str], str] = str
) -> Iterator[tuple[str, Owner, Path]]:
    """Names, to whom they belong and where they stand -> those that belong to another already: the name, to whom, and where it
    stands again. `fold`: names that are one (`str.casefold`: whatever their capitals)."""
    first: dict[str, Owner] = {}
    for name, owner, path in names:
        other = first.setdefault(fold(name), owner)
        if other != owner:
            yield name, other, path
