"""What made people did, counted as the bot counts patients, in the same form. They are nobody, so nothing is hidden.

Nobody waits while a script is played, so no time is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.replay.script.reading import Scripts
from bot.service.counting import TOOK, counted_of
from bot.service.people.table import PeopleTable, people_of
from bot.store import Tallied

from .outcome import Played
from .run import versions_of
from .ways import MemoryWay, run_cases


def people_of_scripts(scripts: Scripts) -> tuple[PeopleTable, ...]:
    """What the people of scripts, or of a crowd, do: played in memory, whether or not they come to what is expected of them."""
    cases = [(case, scripts.flow(case), versions_of(scripts, case)) for case in scripts.cases]
    return people_of_played(run_cases(MemoryWay(), cases))


def people_of_played(outcomes: Iterable[Played]) -> tuple[PeopleTable, ...]:
    """What people did who were played already, in memory (another way does not bring back what was handled)."""
    counts: Counter[Tallied] = Counter()
    asked: dict[str, tuple[str, ...]] = {}
    for outcome in outcomes:
        counts.update(tallied_in(outcome))
        asked |= asked_in(outcome)
    return people_of(counts, asked, hides=False)


def asked_in(outcome: Played) -> dict[str, tuple[str, ...]]:
    """Version in which one of them chatted -> its questions in asking order."""
    return {handled.flow.version: tuple(handled.flow.questions) for handled in outcome.handled}


def tallied_in(outcome: Played) -> Counter[Tallied]:
    """What one of them adds to each counter."""
    return Counter(
        one
        for flow, before, event, turn, _, _ in outcome.handled
        for one in counted_of(flow, before, event, turn)
        if one.what not in TOOK
    )
