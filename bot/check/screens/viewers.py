"""The kinds of people whom a flow tells apart in what it shows: by its audiences, hidden lines and who is spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, NamedTuple

from bot.check.answers.player import NOON
from bot.check.answers.space import Space, Ticks
from bot.core.conditions.nodes import Ticked, leaves
from bot.core.conversation.engine import start
from bot.core.conversation.session import Session
from bot.core.conversation.triage import fold
from bot.core.flow.answer_values import keep
from bot.core.model.answers import NOT_ASKED, NOT_SURE, Many

MOST = 5_000
"""Combinations of answers that are gone through; beyond, one answer at a time changes."""
ID = "0123456789ab"


class Viewer(NamedTuple):
    """Somebody on a screen. `audiences`, `hidden`, `other`: to whom they belong, what is not shown to them, whether they answer
    for others."""

    session: Session
    audiences: tuple[str, ...]
    hidden: frozenset[str]
    other: bool

    @property
    def named(self) -> str:
        """Who it is, for a finding."""
        return said_of(self.audiences)


def said_of(audiences: tuple[str, ...]) -> str:
    """Those people, for a finding."""
    return ", ".join(audiences) or "everybody else"


class Viewers:
    """Everybody whom screens can tell apart. `space`: of the flow."""

    def __init__(self, space: Space) -> None:
        self.space, self.flow = space, space.flow
        self.order = {q.ask: i for i, q in enumerate(self.flow.interview.questions)}
        self.combinations = list(self._combinations())

    def on(self, question: str, lang: str) -> list[Viewer]:
        """One of each kind who can come to the question, with the answers that they gave before it."""
        found: dict[tuple[Any, ...], Viewer] = {}
        for answers in self.combinations:
            earlier = {q: a for q, a in answers.items() if self.order[q] < self.order[question]}
            env = fold(self.flow, earlier, NOON.date()).env
            if env.get(question) is NOT_ASKED or self.flow.heard_only(question, env):
                continue
            viewer = self._person(earlier, env, lang)
            hidden = viewer.hidden.intersection(self.flow.questions[question].option_ids)
            found.setdefault((viewer.audiences, hidden, viewer.other), viewer._replace(hidden=hidden))
        return list(found.values())

    def at_the_end(self, lang: str) -> list[Viewer]:
        """One of each kind who answered all that tells them apart."""
        found: dict[tuple[Any, ...], Viewer] = {}
        for answers in self.combinations:
            viewer = self._person(answers, fold(self.flow, answers, NOON.date()).env, lang)
            found.setdefault((viewer.audiences, viewer.other), viewer)
        return list(found.values())

    def _person(self, answers: Mapping[str, Any], env: Mapping[str, Any], lang: str) -> Viewer:
        session = start(self.flow, ID, lang, NOON).but(answers=dict(answers), consented=bool(answers), turn=1)
        other = answers.get(self.flow.interview.questions[0].ask) in self.flow.others
        return Viewer(session, self.flow.spoken_to(env), self.flow.hidden(env), other)

    def _combinations(self) -> Iterator[dict[str, Any]]:
        """Answers, as sessions keep them, to the questions by which people are told apart."""
        flow = self.flow
        nodes = [*(node for _, node, _ in flow.audiences), *(node for node, _ in flow.offered.values())]
        asked = {leaf.question for node in nodes for leaf in leaves(node)}
        asked |= {q.ask for q in flow.interview.questions if any(o.other for o in q.options)}
        ticked = {leaf.option for node in nodes for leaf in leaves(node) if isinstance(leaf, Ticked)}
        names = sorted(asked, key=self.order.__getitem__)
        cases = [self._kept(name, ticked) for name in names]
        size = 1
        for kept in cases:
            size *= len(kept)
        if size <= MOST:
            for values in product(*cases):
                yield dict(zip(names, values, strict=True))
            return
        for name, kept in zip(names, cases, strict=True):
            for value in kept:
                yield {n: value if n == name else first[0] for n, first in zip(names, cases, strict=True)}

    def _kept(self, name: str, ticked: set[str]) -> list[Any]:
        axis, question = self.space.axes[name], self.flow.questions[name]
        if isinstance(axis, Ticks):
            options = [o for o in axis.options if o in ticked]
            sets = [frozenset(c) for n in range(min(len(options), 2) + 1) for c in combinations(options, n)]
            return [Many(s) for s in sets]
        return [NOT_SURE if c.unsure else keep(question, c.value, NOON.date()) for c in axis.cases]
