"""What scripts count as met: only what was shown in a message, of everything that a patient can read."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.replaying import replay_command
from bot.core.rendering.answer_words import Places, words_for
from bot.replay.coverage.coverage import Coverage, coverage_of, table
from bot.replay.coverage.page import MARKS, page
from bot.replay.coverage.shown_texts import unshown, words_of
from bot.replay.playing.acts import Open
from bot.replay.playing.memory import MemoryDriver
from bot.replay.playing.outcome import NOWHERE, Played
from bot.replay.playing.run import failure, run_all
from bot.replay.playing.ways import MemoryWay, known_ways
from bot.replay.script.reading import read_scripts
from tests.support.flow_edits import BACK_SPASM
from tests.support.places import TESTS
from tests.support.scripts import FLOW_FOLDERS
from tests.support.talking import NOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for scripts of the whole flow."""
    place = tmp_path / "back_spasm"
    place.mkdir()
    return place


def covered(folder: Path, text: str) -> Coverage:
    """What a script meets; it must pass."""
    (folder / "a.yaml").write_text(text)
    scripts = read_scripts([folder], FLOW_FOLDERS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    outcomes = list(run_all(scripts, [MemoryWay()]))
    assert all(o.passed for o in outcomes), failure(outcomes[0])
    return coverage_of(next(iter(scripts.flows.values())), outcomes)


def texts_met(coverage: Coverage) -> set[str]:
    return {name for kind, name in coverage.passing if kind == "texts en"}


def test_a_text_is_met_only_if_it_was_shown(folder: Path) -> None:
    met = texts_met(
        covered(folder, "title: A\nchat:\n  - tap: from_16\n  - tap: saddle_numbness\nexpect: {level: emergency}\n")
    )
    assert {"questions.nerves.options.saddle_numbness.label", "levels.emergency", "system.foot"} <= met
    elsewhere = {
        "questions.course.options.same.label",
        "questions.muscle_aches.options.no_aches.label",
        "system.hours",
        "system.days",
        "levels.self_care",
    }
    assert not elsewhere & met
    assert not {m for m in met if m.startswith("rules.")}, "read for an emergency, and not said in one"


def test_what_is_said_of_a_question_beside_its_text_counts_apart(folder: Path) -> None:
    chat = "chat:\n  - tap: from_16\n  - bot: nerves\n  - command: why\n"
    coverage = covered(folder, f"title: A\n{chat}expect: {{at: nerves}}\n")
    met = texts_met(coverage)
    assert {"questions.nerves.why", "questions.nerves.text"} <= met
    assert "questions.danger.why" not in met
    unmet = {i.name: str(i.place) for i in coverage.unmet("texts en")}
    assert {"questions.pain.example", "questions.age.short", "sections.help", "claims.serious_trio"} <= set(unmet)
    lines = (BACK_SPASM / "texts.en.yaml").read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("    why: Heart, lungs"))
    assert unmet["questions.danger.why"] == f"texts.en.yaml:{at}:10"


def test_what_would_change_is_met_where_it_is_asked(folder: Path) -> None:
    chat = "chat:\n  - auto: {}\n    until: result\n  - tap: What if?\n"
    met = texts_met(covered(folder, f"title: A\n{chat}expect: {{level: self_care}}\n"))
    assert {"system.what_changes", "system.would_be"} <= met
    assert "system.what_changes_none" not in met


def test_what_no_script_can_show_is_named_with_the_reason(folder: Path) -> None:
    coverage = covered(folder, "title: A\nchat:\n  - tap: from_16\n  - bot: nerves\nexpect: {at: nerves}\n")
    names = [n for names in coverage.unshown.values() for n in names]
    assert "system.bot_description" in names
    assert "rules.fever_and_legs" in names
    counted = {i.name for i in coverage.items if i.kind == "texts en"}
    assert not counted & set(names)
    flow = coverage.flow
    assert {".".join(p) for p, _ in words_of(flow.texts["en"])} == counted | set(names)
    assert "not by a script: 14 texts (what Telegram shows beside a chat" in table(coverage)
    assert not unshown(flow, ("system", "what_changes"))
    assert coverage.as_json()["not_by_a_script"] == coverage.unshown


def test_each_language_has_a_figure_of_its_own() -> None:
    folder = FLOW_FOLDERS.folder("sprain")
    assert folder is not None
    flow, _ = FLOW_FOLDERS.read(folder)
    assert flow is not None
    german = flow.texts["en"].model_copy(update={"language": "de"})
    both = replace(flow, texts={**flow.texts, "de": german})
    driver = MemoryDriver(both, "de", NOW, Places())
    asyncio.run(driver.do(Open()))
    case = read_scripts([TESTS / "conversations" / "sprain"], FLOW_FOLDERS).cases[0]
    outcome = Played(case, "memory", (), (), NOWHERE, 1, handled=tuple(driver.turns))
    coverage = coverage_of(both, [outcome])
    assert coverage.kinds()[-2:] == ("texts en", "texts de")
    assert coverage.figures("texts en")[0] == 0
    assert coverage.figures("texts de")[0] > 5
    assert "texts de" in table(coverage)


@pytest.mark.parametrize("level", ["self_care", "emergency"])
def test_the_graph_keeps_passing_and_failing_apart_and_draws_what_none_went(folder: Path, level: str) -> None:
    chat = "chat:\n  - auto: {}\n    until: result\n"
    (folder / "a.yaml").write_text(f"title: A\n{chat}expect: {{level: {level}}}\n")
    scripts = read_scripts([folder], FLOW_FOLDERS)
    coverage = coverage_of(next(iter(scripts.flows.values())), run_all(scripts, [MemoryWay()]))
    text = page(coverage)
    style, other = ("met", "failing") if level == "self_care" else ("failing", "met")
    assert f'<path class="{style}"' in text
    assert f'<path class="{other}"' not in text
    assert '<path class="unmet"' in text, "a way that no script went is drawn too"
    assert f">review {MARKS[style]}<" in text
    assert f">emergency {MARKS['unmet']}<" in text


def test_corrections_and_the_offered_exit_have_places(folder: Path) -> None:
    coverage = covered(folder, "title: A\nchat:\n  - tap: from_16\n  - bot: nerves\nexpect: {at: nerves}\n")
    for item in coverage.items:
        assert item.place.line > 1, item


def test_the_account_is_kept_beside_the_words_that_people_are_shown(folder: Path) -> None:
    coverage = covered(folder, "title: A\nchat:\n  - tap: from_16\n  - bot: nerves\nexpect: {at: nerves}\n")
    words = words_for(coverage.flow, "en", Places())
    assert words.texts is coverage.flow.texts["en"]


def test_in_json_each_object_says_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "sprain"
    folder.mkdir()
    (folder / "a.yaml").write_text(
        "title: A\nchat:\n  - auto: {danger: [cold_pale_foot]}\n    until: result\nexpect: {level: emergency}\n"
    )
    out = io.StringIO()
    ways = {"memory": MemoryWay()}
    wrong = replay_command([folder], FLOW_FOLDERS, ways, out, json=True, coverage=True, mutate=True, share=0.05)
    assert wrong == 1  # one script notices little, and nobody has said why that is enough
    assert [json.loads(line)["kind"] for line in out.getvalue().splitlines()] == ["outcome", "coverage", "mutations"]


def test_coverage_of_a_way_that_shows_no_turns_is_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text("title: A\nchat:\n  - tap: from_16\n  - bot: nerves\nexpect: {at: nerves}\n")
    out = io.StringIO()
    assert (
        replay_command(
            [folder], FLOW_FOLDERS, {"telegram": known_ways()["telegram"]()}, out, through=["telegram"], coverage=True
        )
        == 2
    )
    assert "add --through memory" in out.getvalue()


def test_faults_in_memory_are_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text("title: A\nchat:\n  - tap: from_16\n  - bot: nerves\nexpect: {at: nerves}\n")
    out = io.StringIO()
    assert replay_command([folder], FLOW_FOLDERS, {"memory": MemoryWay()}, out, seeds=[3]) == 2
    assert "--through telegram" in out.getvalue()
