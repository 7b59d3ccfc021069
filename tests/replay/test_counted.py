"""What scripts and a crowd did, in the same form as what patients did, with nothing hidden."""

from __future__ import annotations

from pathlib import Path

from bot.app import open_service
from bot.core.conversation.events import Commanded, Started
from bot.replay.crowd.reading import read_people
from bot.replay.playing.counted import people_of_scripts
from bot.replay.script.reading import read_scripts
from bot.service.counting import TOOK
from bot.service.people.small_counts import ShownCount
from bot.service.people.table import people_of
from bot.store import open_store
from tests.support.places import TESTS
from tests.support.scripts import FLOW_FOLDERS, SHIPPED, script, write
from tests.support.service_chat import Chat
from tests.support.telegram_bot import UNCOMPLICATED, Clock, settings


def test_a_script_is_counted_as_the_same_chat_is(tmp_path: Path, sqlite_url: str) -> None:
    taps = "".join(f'  - tap: "{label}"\n' for label in UNCOMPLICATED[1:])
    chat = f"  - command: back\n  - command: back\n{taps}"
    path = write(tmp_path, script('  - tap: "None of these"\n' + chat))
    (made,) = people_of_scripts(read_scripts([path], FLOW_FOLDERS))
    with open_store(sqlite_url, purpose="test") as store:
        service = open_service(settings(), store, Clock())
        ann = Chat(service)
        asked = ann.taps(ann.taps(ann.does(Started()), "Me"), "None of these")
        ann.does(Commanded("back"))
        asked = ann.does(Commanded("back"))
        for label in UNCOMPLICATED[1:]:
            asked = ann.taps(asked, label)
        counts = {counted: n for counted, n in store.statistics().items() if counted.what not in TOOK}
        flow = service.flows.named(None)
    (patients,) = people_of(counts, {flow.version: tuple(flow.questions)}, hides=False)
    assert made == patients
    assert made.advised == ShownCount(1, 1)
    assert made.questions[1].mistap == ShownCount(1, 1)


def test_all_scripts_of_the_small_flow() -> None:
    scripts = read_scripts([SHIPPED / "sprain"], FLOW_FOLDERS)
    people = people_of_scripts(scripts)
    assert {one.flow for one in people} == {"sprain"}
    assert not any(one.hides for one in people)
    first = people[0].questions[0]
    assert first.reached.exact
    assert first.reached.least >= len(scripts.cases)
    assert {row.took for row in people[0].questions} == {None}
    assert people[0].levels[0].count.least > 0


def test_a_crowd_is_counted_too() -> None:
    crowd = read_people([TESTS / "crowd"], FLOW_FOLDERS, "back_spasm")
    crowd.cases = crowd.cases[:20]
    people = people_of_scripts(crowd)
    assert sum(one.questions[0].reached.least for one in people if one.flow == "back_spasm") >= 20
    assert sum(one.advised.least for one in people) >= 15
