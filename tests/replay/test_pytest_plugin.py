"""The pytest plugin, in repositories of its own: what it collects, and how an item fails."""

from __future__ import annotations

import pytest

from tests.support.places import TESTS

pytest_plugins = ["pytester"]


def test_pytest_collects_one_item_for_each_case_and_way_from_configured_folders_only(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\nconversations = talks\nconversation_flows = {TESTS / 'flows'}\n")
    for place in ("talks/sprain", "other/sprain"):
        (pytester.path / place).mkdir(parents=True)
        (pytester.path / place / "a.yaml").write_text(
            "title: Cold foot\nchat:\n  - tap: cold_pale_foot\nexpect: {level: $level}\ncases: {level: [emergency, see_soon]}\n"
        )
    (pytester.path / "talks" / "sprain" / "broken.yaml").write_text("title: Broken\n")
    result = pytester.runpytest_inprocess("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=3)
    text = result.stdout.str()
    assert "Cold foot: emergency [memory] PASSED" in text
    assert "Cold foot: see_soon [reload] FAILED" in text
    assert "expected  level see_soon" in text
    assert "SCRIPT006" in text
    assert "other/sprain" not in text


def test_a_repository_without_flows_takes_those_that_ship(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOWS_DIR", raising=False)
    pytester.makeini("[pytest]\nconversations = .\nconversation_ways = memory\n")
    (pytester.path / "a.yaml").write_text(
        "title: Bladder\nflow: back_spasm\nchat:\n  - tap: from_16\n  - tap: bladder_or_bowel_change\nexpect: {level: emergency}\n"
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    monkeypatch.setenv("FLOWS_DIR", str(pytester.path / "nowhere"))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    assert "conversation_flows" in result.stdout.str() + result.stderr.str()


def test_two_files_of_one_title_fail_in_pytest_too(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        f"[pytest]\nconversations = .\nconversation_flows = {TESTS / 'flows'}\nconversation_ways = memory\n"
    )
    (pytester.path / "sprain").mkdir()
    for name in ("a", "b"):
        (pytester.path / "sprain" / f"{name}.yaml").write_text(
            "title: Same\nchat:\n  - bot: danger\nexpect: {at: danger}\n"
        )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    assert "SCRIPT021" in result.stdout.str()


def test_people_are_collected_too_and_who_is_known_fails_once_they_are_right(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\ncrowds = crowd\nconversation_flows = {TESTS / 'flows'}\nconversation_ways = memory\n")
    (pytester.path / "crowd" / "sprain").mkdir(parents=True)
    lies = "  facts: {danger: [cold_pale_foot]}\n  says: {danger: none of these}\n"
    (pytester.path / "crowd" / "sprain" / "people.yaml").write_text(
        f"- person: honest\n  facts: {{danger: [cold_pale_foot]}}\n- person: liar\n{lies}"
        f"- person: known liar\n{lies}  known: lies\n- person: over\n  facts: {{}}\n  known: lied once\n"
    )
    (pytester.path / "crowd" / "sprain" / "broken.yaml").write_text("- persn: x\n  facts: {}\n")
    result = pytester.runpytest_inprocess("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=3, xfailed=1)
    text = result.stdout.str()
    assert "honest [memory] PASSED" in text
    assert "expected  level emergency" in text
    assert "XPASS(strict)" in text
    assert 'Did you mean "person"?' in text


@pytest.mark.slow
def test_several_processes_play_what_is_given_to_them_by_whichever_way(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\nconversations = .\nconversation_flows = {TESTS / 'flows'}\n")
    (pytester.path / "sprain").mkdir()
    for name in ("a", "b", "c"):
        (pytester.path / "sprain" / f"{name}.yaml").write_text(
            f"title: Foot {name}\nchat:\n  - tap: $sign\nexpect: {{level: emergency}}\n"
            "cases: {sign: [cold_pale_foot, foot_wont_move]}\n"
        )
    result = pytester.runpytest_subprocess(
        "-n2", "--through", "telegram", "--through", "reload", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(passed=12)
