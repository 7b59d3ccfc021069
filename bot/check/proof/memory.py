"""What was proved of one version, for the next: of an edited flow only what the edit changed is asked of the solver again.

All versions are written in one context, in which equal formulas are one. A question to a solver is a set of formulas that are given
and one that is looked for; if all of them are the very same as before, and nothing was found then, nothing can be found now.
What is remembered is kept alive, so that the number of a formula never comes to mean another one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

Key = tuple[int, int]


class Terms:
    """The formulas of conditions, by condition and by what it reads. `shape` numbers what a question is: whether it is asked, and
    between which answers; equal ones have the same number."""

    def __init__(self) -> None:
        self._shapes: dict[str, list[tuple[Any, Any]]] = {}
        self._before: dict[Hashable, Any] = {}
        self._now: dict[Hashable, Any] = {}

    def next_version(self) -> None:
        """Another version is to be written: what two on end did not need is forgotten."""
        self._before, self._now = self._now, {}

    def shape(self, question: str, asked: Any, axis: Any) -> int:
        """The number of what a question is."""
        known = self._shapes.setdefault(question, [])
        for number, (was_asked, was_axis) in enumerate(known):
            plain = isinstance(asked, bool) or isinstance(was_asked, bool)
            if (was_asked is asked if plain else asked.eq(was_asked)) and was_axis == axis:
                return number
        known.append((asked, axis))
        return len(known) - 1

    def get(self, key: Hashable) -> Any:
        """The formula of this key, None if there is none."""
        found = self._now.get(key)
        if found is None and (found := self._before.get(key)) is not None:
            self._now[key] = found
        return found

    def put(self, key: Hashable, formula: Any) -> None:
        """Keep a formula."""
        self._now[key] = formula


class ProofMemory:
    """`context`: in which all versions are written. What two versions on end did not ask is forgotten."""

    def __init__(self) -> None:
        import z3

        self.context = z3.Context()
        self.terms = Terms()
        self._given: dict[frozenset[Any], tuple[int, list[Any]]] = {}
        self._before: dict[Key, Any] = {}
        self._now: dict[Key, Any] = {}

    def next_version(self) -> None:
        """Another version is to be proved."""
        self.terms.next_version()
        self._before, self._now = self._now, {}
        used = {number for number, _ in self._before}
        self._given = {ids: kept for ids, kept in self._given.items() if kept[0] in used}

    def given(self, rules: Iterable[Any]) -> int:
        """The number of what a solver is given. What is plainly so, or plainly not so, counts too: with the latter nothing can be
        found, which must not be taken for a proof without it."""
        kept = list(rules)
        ids = frozenset(("plain", rule) if isinstance(rule, bool) else rule.get_id() for rule in kept)
        known = self._given.get(ids)
        if known is None:
            numbers = [number for number, _ in self._given.values()]
            known = self._given[ids] = max(numbers, default=0) + 1, kept
        return known[0]

    def has_none(self, given: int, formula: Any) -> bool:
        """Whether it is known that nothing fulfils the formula with what is given."""
        key = given, formula.get_id()
        if key in self._now:
            return True
        kept = self._before.get(key)
        if kept is None:
            return False
        self._now[key] = kept
        return True

    def found_none(self, given: int, formula: Any) -> None:
        """Nothing fulfils it: the solver has proved it."""
        self._now[given, formula.get_id()] = formula
