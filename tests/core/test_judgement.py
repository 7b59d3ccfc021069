"""What a session comes to is asked of a frozen value: for any session, without a turn, and nothing is changed by asking."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, replace

import pytest

from bot.core.conversation.engine import start
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Latch
from bot.core.model.answers import Many
from bot.core.model.files.parts import Level
from tests.support.places import ROOT
from tests.support.talking import NOW, back_spasm

CONVERSATION = ROOT / "bot" / "core" / "conversation"


def fresh() -> Judgement:
    flow = back_spasm()
    session = start(flow, "1", "en", NOW).but(consented=True, answers={"for_whom": "me"})
    return Judgement(flow, session, NOW.date())


def test_only_step_makes_a_turn() -> None:
    """Half of the turn only asks; to ask, three places used to build a second turn or swap its session and back."""
    makers = []
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Making":
                makers.append(path.relative_to(ROOT).as_posix())
    assert makers == ["bot/core/conversation/engine.py"]


def test_no_session_is_swapped_out_and_back() -> None:
    for path in CONVERSATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
                put = {t.attr for t in node.targets[0].elts if isinstance(t, ast.Attribute)}
                read = {n.attr for n in ast.walk(node.value) if isinstance(n, ast.Attribute)}
                assert "s" not in put & read, f"{path.name}:{node.lineno}"


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        fresh().today = NOW.date()  # type: ignore[misc]


def test_a_list_that_is_not_done_counts_as_far_as_it_went() -> None:
    asked = fresh()
    judgement = replace(asked, session=asked.session.but(at="warning", ticks=("fever",)))
    assert judgement.verdict.rank < Level.same_day.rank
    assert judgement.rank_so_far == Level.same_day.rank
    assert judgement.so_far().session.heard["warning"] == Many(frozenset({"fever"}), frozenset(), True)
    assert judgement.session.ticks == ("fever",), "asking changes nothing"


def test_what_would_be_if_only_so_much_of_a_list_were_known() -> None:
    judgement = fresh()
    trial = judgement.with_heard("nerves", Many(frozenset({"saddle_numbness"})))
    assert trial.verdict.level is Level.emergency
    assert judgement.verdict.level is None


def test_a_latched_emergency_stands_whatever_the_answers_say() -> None:
    asked = fresh()
    latch = Latch("nerves", "saddle_numbness", ("saddle_numbness",))
    latched = replace(asked, session=asked.session.but(latch=latch))
    assert latched.verdict.level is None
    assert latched.level is Level.emergency
    assert latched.advice().level is Level.emergency
