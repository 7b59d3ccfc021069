"""Random walks: they break no law, and one that does is shrunk to the steps that matter."""

from __future__ import annotations

import dataclasses

import pytest

from bot.replay.coverage import random_walk as walk
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
