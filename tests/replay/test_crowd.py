"""People who type: whoever ends at another level than their facts is found, shrunk to the words that did it, and scripted."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import telegram_way
from bot.cli import main
from bot.core.flow.compiled import Flow
from bot.replay.crowd.differing import differing
from bot.replay.crowd.facts import facts_of
from bot.replay.crowd.figures import Figures, apart
from bot.replay.crowd.making import made_people, people_text
from bot.replay.crowd.people import Person
from bot.replay.crowd.playing import CrowdPlayed, play_crowd
from bot.replay.crowd.reading import case_of, read_people
from bot.replay.crowd.sayings import Sayings, all_sayings
from bot.replay.crowd.slips import with_slip
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_text
from bot.replay.playing.ways import MemoryWay, run_case
from bot.replay.script.patient import DENIED, UNREAD, WRONG
from bot.replay.script.reading import Scripts
from tests.support.places import FLOWS, TESTS
from tests.support.scripts import FLOW_FOLDERS

CROWD = TESTS / "crowd"
MOST_KNOWN = 0
"""People of whom it is known that they are misread. May only become fewer."""
MOST_WRONG, MOST_UNREAD = 0.035, 0.015
"""Of the answers that outsiders typed, measured once before anything was tuned on their people: 27 and 10 of 880."""
MOST_TOO_HIGH = 0.05
"""Of the made people whose words have no slips: 2 to 4 in 100, some of whom say more than the facts they were drawn for."""
MOST_TOO_LOW = {300: 1, 20_000: 40}
"""Made people that are still read as less than they have, of so many; the law says none. Known of 5,000: four times a second
figure in the message was taken as the answer ("I am 55 years of age, pain 7 out of 10" as ten years old), once "just unsteady".
May only become fewer."""


def flow() -> Flow:
    found = FLOW_FOLDERS.read(FLOWS / "back_spasm")[0]
    assert found is not None
    return found


def people(folder: Path, text: str) -> Scripts:
    path = folder / "back_spasm" / "people.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_people([path], FLOW_FOLDERS, "back_spasm")


def alone(folder: Path, text: str) -> Played:
    found = people(folder, text)
    assert not found.findings, [str(f) for f in found.findings]
    (case,) = found.cases
    return run_case(MemoryWay(), case, found.flow(case), {})


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "code", "what"),
    [
        ("- person: a\n  fcts: {}\n  facts: {}\n", 2, "SCRIPT006", 'Did you mean "facts"?'),
        ("- person: a\n  facts: {}\n  says: {nervs: none}\n", 3, "SCRIPT011", 'Did you mean "nerves"?'),
        ("- person: a\n  facts: {onsett: 1 day}\n", 2, "SCRIPT011", 'Did you mean "onset"?'),
        ("- person: a\n  facts: {onset: soon}\n", 2, "SCRIPT012", "Mend the fact."),
        ("- person: a\n  facts: {nerves: [nose]}\n", 2, "SCRIPT012", '"nose" is no option of "nerves"'),
        ("- person: a\n  facts: {}\n  level: see_soon\n", 3, "SCRIPT024", "The facts come to self_care"),
        ("- person: a\n  facts: {}\n  level: self_care\n  why: x\n", 4, "SCRIPT024", "Delete `why:`."),
        ("- person: a\n  facts: {}\n  why: x\n", 1, "SCRIPT006", "give the level too"),
        ("- person: a\n  facts: {}\n  taps: all\n", 3, "SCRIPT006", '"all" cannot stand here'),
        ("- person: a\n  facts: {}\n- person: a\n  facts: {}\n", 3, "SCRIPT021", "stands twice"),
        ("- person: a\n  facts: {}\n  earlier: [{tap: nose}]\n", 3, "SCRIPT012", "nose"),
        ("person: a\n", 1, "SCRIPT006", "A file of people is a list"),
        ("- person: a\n  facts: {]\n", 2, "SCRIPT001", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_at_its_line_with_what_to_do(
    tmp_path: Path, text: str, line: int, code: str, what: str
) -> None:
    (finding,) = people(tmp_path, text).findings
    assert (finding.place.line, finding.code) == (line, code)
    assert finding.place.file.endswith("people.yaml")
    assert what in f"{finding.message} {finding.remedy}"
    assert finding.remedy or code == "SCRIPT006"


def test_a_level_for_which_there_is_a_reason_is_expected_instead(tmp_path: Path) -> None:
    outcome = alone(tmp_path, "- person: a\n  facts: {}\n  level: see_soon\n  why: only to see\n")
    assert [d.expected for d in outcome.deviations] == ["level see_soon"]


# --- talking ----------------------------------------------------------------------------------------------------------


def test_words_are_typed_in_order_while_their_question_stands_there_and_the_rest_is_tapped(tmp_path: Path) -> None:
    outcome = alone(
        tmp_path,
        "- person: a\n  facts: {medicines: [statin], pain: 4}\n  opens_with: [hello]\n"
        '  says: {medicines: ["simvastatin", "no others"], conditions: none, pain: "4ish", review: all as usual}\n',
    )
    assert outcome.passed, outcome.deviations
    typed = [(a.question, a.text) for a in outcome.talked.answers]
    assert typed == [
        (None, "hello"), ("medicines", "simvastatin"), ("medicines", "no others"), ("pain", "4ish"), ("review", "all as usual"),
    ]  # fmt: skip
    assert {"tap": "no_nerve_sign"} in outcome.talked.steps


@pytest.mark.parametrize(
    ("facts", "says", "tap"),
    [
        ("nerves: [saddle_numbness]", "numb between my legs", "yes"),
        ("nerves: {yes: [], not_sure: [saddle_numbness]}", "not sure, maybe numb between my legs", "not_sure"),
        ("pain: 3", "numb between my legs", "no"),
    ],
)
def test_whether_a_sign_is_right_is_answered_by_the_facts(tmp_path: Path, facts: str, says: str, tap: str) -> None:
    outcome = alone(tmp_path, f"- person: a\n  facts: {{{facts}}}\n  says: {{age: '{says}'}}\n")
    assert outcome.passed, outcome.deviations
    assert outcome.talked.steps[2] == {"tap": tap}


def test_what_happened_days_before_in_the_same_chat_can_be_told(tmp_path: Path) -> None:
    outcome = alone(
        tmp_path,
        "- person: a\n  earlier:\n  - auto: {onset: 2 days}\n    until: result\n  - later: 3 days\n"
        "  facts: {onset: 5 days, nerves: [bladder_or_bowel_change]}\n  opens_with: [i wet myself this morning]\n",
    )
    assert outcome.passed, outcome.deviations
    assert outcome.standing.level == "emergency"


def test_a_line_that_is_not_on_the_screen_is_said_in_words(tmp_path: Path) -> None:
    outcome = alone(tmp_path, "- person: a\n  facts: {age: 60, health: [pregnant]}\n  taps: rest\n")
    assert {"me": "Pregnant"} in outcome.talked.steps


def test_everybody_comes_to_the_same_through_telegram() -> None:
    found = read_people([CROWD], FLOW_FOLDERS, "back_spasm")
    found.cases = found.cases[::6]
    memory, telegram = (o for o in play_crowd(found, [MemoryWay(), telegram_way()]) if isinstance(o, CrowdPlayed))
    assert memory.figures.as_json() == telegram.figures.as_json()
    assert memory.passed
    assert telegram.passed


# --- the outsiders' people --------------------------------------------------------------------------------------------


def test_what_outsiders_type_is_read_as_well_as_it_was() -> None:
    found = read_people([CROWD], FLOW_FOLDERS, "back_spasm")
    came = next(c for c in play_crowd(found, [MemoryWay()]) if isinstance(c, CrowdPlayed))
    assert came.passed, str(came)
    assert came.figures.typed > 800
    assert came.figures.answers[DENIED] == 0
    assert came.figures.share(WRONG) <= MOST_WRONG
    assert came.figures.share(UNREAD) <= MOST_UNREAD


def test_who_is_known_to_be_misread_becomes_fewer() -> None:
    found = read_people([CROWD], FLOW_FOLDERS, "back_spasm")
    assert sum(bool(case.known) for case in found.cases) <= MOST_KNOWN


# --- who differs ------------------------------------------------------------------------------------------------------

LIAR = (
    "- person: liar\n  facts: {age: 52, onset: 3 days, nerves: [saddle_numbness], pain: 6}\n"
    '  opens_with: [hello there]\n  says: {onset: three days ago, pain: "6", nerves: "no, none of these", where: low back}\n'
)
"""Somebody whose words deny what their facts say: as if they had been misread."""


def test_who_differs_is_shrunk_to_the_words_that_did_it(tmp_path: Path) -> None:
    outcome = alone(tmp_path, LIAR)
    assert apart(outcome) is not None
    assert apart(outcome) != 0
    found = differing(outcome, flow())
    assert found.plainest.says == {"nerves": ["no, none of these"]}
    assert found.plainest.opens_with == []
    assert set(found.plainest.facts) < set(outcome.case.patient.person.facts)  # type: ignore[union-attr]
    (word,) = found.words
    assert (word.outcome, word.read_as) == (DENIED, "nerves: no saddle_numbness")


def test_the_script_of_who_differs_fails_as_they_do(tmp_path: Path) -> None:
    found = differing(alone(tmp_path, LIAR), flow())
    replayed = run_text(found.script, tmp_path / "liar.yaml", flow())
    assert replayed is not None
    (deviation,) = replayed.deviations
    expected = facts_of(flow(), found.plainest.facts).level
    assert deviation.expected == f"level {expected}"
    assert replayed.transcript[-2].text == "[Yes, all as usual]" or replayed.standing.at == "ADVICE"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(a) for a in arguments])
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, out.out + out.err


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWS_DIR", str(FLOWS))


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_says_who_differs_by_which_words_and_where_the_script_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "liar.yaml").write_text(LIAR, encoding="utf-8")
    code, said = run(capsys, "crowd", "liar.yaml", "--through", "memory", "--through", "reload")
    assert code == 1
    assert "memory: 1 people, 5 typed answers:" in said
    assert "1 denied wrongly" in said
    assert 'on "nerves": "no, none of these" was denied wrongly (nerves: no saddle_numbness)' in said
    assert run(capsys, "replay", "build/crowd-1.yaml")[0] == 1


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_as_json_and_used_wrongly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "liar.yaml").write_text(LIAR, encoding="utf-8")
    code, said = run(capsys, "crowd", "liar.yaml", "--json")
    person, figures = (json.loads(line) for line in said.splitlines())
    assert (code, person["kind"], person["right"], figures["kind"], figures["passed"]) == (
        1,
        "person",
        False,
        "figures",
        False,
    )
    assert run(capsys, "crowd")[0] == 2
    assert run(capsys, "crowd", "liar.yaml", "--make", "3")[0] == 2
    assert run(capsys, "crowd", "liar.yaml", "--through", "pigeon")[0] == 2
    assert run(capsys, "crowd", "nowhere.yaml")[0] == 1


@pytest.mark.usefixtures("_elsewhere")
def test_who_is_known_fails_nothing_until_they_are_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "known.yaml").write_text(LIAR + "  known: lies\n", encoding="utf-8")
    assert run(capsys, "crowd", "known.yaml")[0] == 0
    (tmp_path / "over.yaml").write_text("- person: a\n  facts: {}\n  known: was misread\n", encoding="utf-8")
    code, said = run(capsys, "crowd", "over.yaml")
    assert (code, "Delete the line." in said) == (1, True)


@pytest.mark.usefixtures("_elsewhere")
def test_one_person_who_cannot_be_played_does_not_keep_the_others_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two.yaml").write_text(
        "- person: a\n  facts: {onsett: 1 day}\n- person: b\n  facts: {}\n", encoding="utf-8"
    )
    code, said = run(capsys, "crowd", "two.yaml")
    assert code == 1
    assert 'two.yaml:2:11  SCRIPT011  "onsett" is no question of this flow. Did you mean "onset"?' in said
    assert "memory: 1 people" in said
    kinds = [json.loads(line)["kind"] for line in run(capsys, "crowd", "two.yaml", "--json")[1].splitlines()]
    assert kinds == ["finding", "person", "figures"]


# --- made people ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words() -> Sayings:
    return all_sayings(flow(), "en", TESTS / "phrases")


def test_the_same_seed_makes_the_same_people_and_a_file_keeps_them(tmp_path: Path, words: Sayings) -> None:
    made = list(made_people(flow(), words, 12, 5))
    assert made == list(made_people(flow(), words, 12, 5))
    assert made != list(made_people(flow(), words, 12, 6))
    kept = people(tmp_path, people_text(made))
    assert not kept.findings, [str(f) for f in kept.findings]
    assert [case.patient.person for case in kept.cases] == made  # type: ignore[union-attr]


@given(
    text=st.lists(st.sampled_from(["numb", "between", "my", "legs", "since", "yesterday", "a", "b"]), min_size=1).map(
        " ".join
    ),
    seed=st.integers(),
)
def test_a_slip_changes_one_long_word_and_nothing_else(text: str, seed: int) -> None:
    words, slipped = text.split(), with_slip(text, random.Random(seed)).split()
    changed = [(a, b) for a, b in zip(words, slipped, strict=True) if a != b]
    assert len(changed) <= 1
    assert all(len(a) >= 5 and abs(len(a) - len(b)) <= 1 and a[0] == b[0] for a, b in changed)


def test_people_can_be_made_for_any_flow() -> None:
    sprain = FLOW_FOLDERS.read(TESTS / "flows" / "sprain")[0]
    assert sprain is not None
    for person in made_people(sprain, all_sayings(sprain, "en", None), 20, 1):
        assert run_case(MemoryWay(), case_of(person, sprain), sprain, {}).standing.level is not None


@given(seed=st.integers(0, 10**6))
def test_nobody_made_is_read_otherwise_when_the_session_is_saved_between_turns(words: Sayings, seed: int) -> None:
    (person,) = made_people(flow(), words, 1, seed)
    case = case_of(person, flow())
    ways: list[Any] = [run_case(MemoryWay(reload), case, flow(), {}) for reload in (False, True)]
    assert ways[0].talked == ways[1].talked
    assert ways[0].standing == ways[1].standing


@pytest.mark.parametrize(("count", "seed"), [(300, 1), pytest.param(20_000, 2, marks=pytest.mark.slow)])
def test_told_in_any_words_the_level_is_never_lower(words: Sayings, count: int, seed: int) -> None:
    """The law of 18c; words with slips are scored apart."""
    figures, slipping = Figures(), Figures()
    lower: list[Person] = []
    for person in made_people(flow(), words, count, seed):
        outcome = run_case(MemoryWay(), case_of(person, flow()), flow(), {})
        (slipping if person.typos else figures).add(outcome)
        if not person.typos and (apart(outcome) or 0) < 0:
            lower.append(person)
    print(figures, slipping, sep="\n")
    assert len(lower) <= MOST_TOO_LOW[count], people_text(lower)
    assert figures.broken == slipping.broken == 0
    assert figures.share(DENIED) <= MOST_TOO_LOW[count] / count
    assert figures.higher / figures.people <= MOST_TOO_HIGH
    assert figures.share(UNREAD) <= MOST_UNREAD
