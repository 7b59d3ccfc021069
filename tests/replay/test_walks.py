"""Random walks: they break no law, and one that does is shrunk to the steps that matter."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.check.answers.results import WalkReport
from bot.check.report.report import check_command
from bot.core.flow.compiled import Flow
from bot.replay.script.flows import with_reader
from bot.replay.walks import walking as walk
from bot.replay.walks.own_process import WalkProcess, WalkProcesses
from bot.replay.walks.tally import Tally
from bot.replay.walks.together import walk_through, walked_along
from tests.support.flow_edits import TODAY
from tests.support.places import ROOT
from tests.support.scripts import FLOW_FOLDERS
from tests.support.talking import sprain


def test_random_walks_break_no_law() -> None:
    for name in ("sprain", "back_spasm"):
        place = FLOW_FOLDERS.folder(name)
        assert place is not None
        flow, _ = FLOW_FOLDERS.read(place)
        assert flow is not None
        walked = walk.walks(flow, 60, seed=20)
        assert not walked.broken, walk.as_script(flow, walked.broken[0], "A walk")
        assert walked.turns > 500


@pytest.mark.slow
def test_a_million_turns_at_random_break_no_law() -> None:
    flow, _ = FLOW_FOLDERS.read(ROOT / "flows" / "back_spasm")
    assert flow is not None
    turns = seed = 0
    while turns < 1_000_000:
        seed += 1
        walked = walk.walks(flow, 1000, seed)
        assert not walked.broken, walk.as_script(flow, walked.broken[0], f"A walk of seed {seed}")
        turns += walked.turns


def test_a_broken_law_is_shrunk_to_the_steps_that_matter() -> None:
    flow = sprain()
    words = flow.texts["en"]
    spoiled = words.model_copy(update={"system": {**words.system, "cant_read": "{0.nothing}"}})
    broken_flow = dataclasses.replace(flow, texts={"en": spoiled})
    walked = walk.walks(broken_flow, 200, seed=3, most_broken=1)
    (broken,) = walked.broken
    assert broken.law == "step never raises"
    assert len(broken.steps) == 1
    assert "send" in broken.steps[0]
    again = walk.again(broken_flow, broken.steps)
    assert again is not None
    assert again.law == broken.law
    assert walk.again(flow, broken.steps) is None
    assert "Found by a random walk" in walk.as_script(broken_flow, broken, "A walk")


def test_the_same_seed_walks_the_same_way() -> None:
    assert walk.walks(sprain(), 10, 5).turns == walk.walks(sprain(), 10, 5).turns


def test_a_walk_keeps_to_its_budget_and_says_what_it_reached() -> None:
    flow = sprain()
    walked = walk.explored(flow, taps=400, typed=30, seed=11)
    assert not walked.broken
    assert 400 <= walked.taps < 400 + 10 * walk.LONGEST
    assert 20 <= walked.typed <= 31
    assert {"danger", "warning", "age"} <= walked.asked <= flow.questions.keys()
    assert "danger_sign" in walked.fired
    assert walked == walk.explored(flow, taps=400, typed=30, seed=11)
    assert walked != walk.explored(flow, taps=400, typed=30, seed=12)


def test_a_walk_goes_everywhere_that_words_corrections_and_versions_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    done: set[str] = set()
    line = walk.Play.line

    async def watched(self: walk.Play, step: walk.ScriptStep) -> None:
        done.add(step.act)
        await line(self, step)

    monkeypatch.setattr(walk.Play, "line", watched)
    walk.explored(sprain(), taps=1500, typed=200, seed=3)
    assert done >= {"tap", "me", "command", "old", "double", "later", "send", "edit", "restart", "version", "auto"}


def test_check_walks_beside_the_proofs_and_names_what_it_missed(tmp_path: Path) -> None:
    out = io.StringIO()
    place = FLOW_FOLDERS.folder("sprain")
    assert place is not None
    began: list[Path] = []

    def begin(flow: Flow, folder: Path, build: Path) -> Callable[[], WalkReport]:
        began.append(folder)
        return lambda: walk_through(flow, build, taps=150, typed=10)

    assert check_command([place], as_json=False, build=tmp_path, out=out, today=TODAY, begin_walk=begin) == 0
    assert began == [place]
    assert "walk          no law broken in " in out.getvalue()
    assert "not reached: " in out.getvalue()


def test_a_law_that_a_walk_breaks_fails_the_check_with_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        walk.LAWS, "nobody is asked for an age", lambda handled: "Asked." * (handled.turn.session.at == "age")
    )
    place = FLOW_FOLDERS.folder("sprain")
    assert place is not None
    out = io.StringIO()
    begin = lambda flow, folder, build: lambda: walk_through(flow, build, taps=200, typed=0)  # noqa: E731
    assert check_command([place], as_json=True, build=tmp_path, out=out, today=TODAY, begin_walk=begin) == 1
    (found,) = json.loads(out.getvalue())
    assert not found["ok"]
    law, detail, script = found["walk"]["broken"][0]
    assert (law, detail) == ("nobody is asked for an age", "Asked.")
    assert "Found by a random walk" in Path(script).read_text(encoding="utf-8")


def sprain_folder() -> Path:
    place = FLOW_FOLDERS.folder("sprain")
    assert place is not None
    return place


def test_a_walk_of_its_own_process_and_its_copy_comes_to_the_same(tmp_path: Path) -> None:
    flow = sprain()
    here = walk_through(flow, tmp_path, taps=300, typed=20)
    process = WalkProcess()
    try:
        elsewhere = process.walk(flow, sprain_folder(), tmp_path, taps=300, typed=20)()
    finally:
        process.stop()
    assert elsewhere._replace(seconds=0) == here._replace(seconds=0)


def test_what_was_read_ahead_is_walked_only_if_it_is_what_shall_be_walked(tmp_path: Path) -> None:
    flow, process = sprain(), WalkProcess()
    older = tmp_path / "sprain"
    shutil.copytree(sprain_folder(), older)
    texts = older / "texts.en.yaml"
    texts.write_text(texts.read_text(encoding="utf-8") + "\n# another version\n", encoding="utf-8")
    try:
        process.read(tmp_path / "nothing")
        process.read(older)
        walked = process.walk(flow, sprain_folder(), tmp_path, taps=60, typed=5)()
    finally:
        process.stop()
    assert walked._replace(seconds=0) == walk_through(flow, tmp_path, taps=60, typed=5)._replace(seconds=0)


def test_a_walk_whose_process_dies_is_made_all_the_same(tmp_path: Path) -> None:
    flow, process = sprain(), WalkProcess()
    process.stop()
    walked = process.walk(flow, sprain_folder(), tmp_path, taps=60, typed=5)()
    assert walked._replace(seconds=0) == walk_through(flow, tmp_path, taps=60, typed=5)._replace(seconds=0)


def test_a_process_that_is_told_nothing_ends_with_the_block() -> None:
    with WalkProcesses():
        pass


@pytest.mark.parametrize("copies", [False, True])
def test_walks_made_by_two_are_put_together_as_if_one_had_made_them(copies: bool) -> None:
    flow, tally = with_reader(sprain()), Tally()
    tally.want(True)
    made = walked_along(flow, tally, 300, 20, copies)
    assert tally.wanted is not copies
    assert sorted(made) == list(range(len(made)))
    seed = int(flow.version, 16)
    alone = walk.explored(flow, 300, 20, seed)
    assert walk.explored(flow, 300, 20, seed, made=made) == alone
    assert walk.explored(flow, 300, 20, seed, made={n: one for n, one in made.items() if n % 2}) == alone


def test_a_walk_made_with_other_words_left_is_made_again_only_where_that_matters() -> None:
    flow = sprain()
    seed = next(walk.walk_seeds(7))
    plenty = walk.one_walk(flow, seed, walk.LONGEST)
    assert plenty.wanted > 1
    for words in range(-1, walk.LONGEST + 2):
        again = walk.one_walk(flow, seed, words)
        if plenty.same_with(words):
            assert again._replace(words=0) == plenty._replace(words=0)
        else:
            assert words <= plenty.wanted
    none = walk.one_walk(flow, seed, 0)
    assert none.same_with(-3)
    assert not none.same_with(1)
    wrong = {0: plenty}
    assert walk.explored(flow, 30, 1, 7, made=wrong) == walk.explored(flow, 30, 1, 7)
