"""Notes of people who type, longest first: of a made crowd that takes minutes over its answers, and is asked how it goes."""

from __future__ import annotations

from pathlib import Path

from bot.core.conversation.events import WriteNote
from bot.core.conversation.screens import ACTED, MANAGING
from bot.core.conversation.session import CheckIn, Checks
from bot.core.flow.compiled import Flow
from bot.core.rendering.message import Paper
from bot.core.rendering.render import render
from bot.replay.crowd.making import made_people
from bot.replay.crowd.reading import case_of
from bot.replay.crowd.sayings import all_sayings
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.reading import Scripts

PHRASES = Path(__file__).parents[1] / "phrases"
PACE = 41
"""Seconds between what is typed: so few things fall into one minute."""
DAYS = tuple(CheckIn(day, 10 - n, MANAGING[-1]) for n, day in enumerate((1, 3, 14)))


def notes_of_a_crowd(flow: Flow, people: int, seed: int) -> list[Paper]:
    """The note of each of so many made people, the longest first."""
    words = all_sayings(flow, "en", PHRASES)
    crowd = Scripts([case_of(p, flow) for p in made_people(flow, words, people, seed)], [], {flow.name: flow})
    found = []
    for played in run_all(crowd, [MemoryWay()]):
        last = played.handled[-1]
        quotes = tuple(q._replace(at=q.at + PACE * n) for n, q in enumerate(last.turn.session.quotes))
        checks = Checks(last.now.timestamp(), (), done=DAYS, acted=ACTED[0])
        session = last.turn.session.but(quotes=quotes, checks=checks)
        (message,) = render(flow, session, WriteNote(), last.places, last.now)
        assert message.paper is not None
        found.append(message.paper)
    return sorted(found, key=lambda paper: -len(paper.plain()))
