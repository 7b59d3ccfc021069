"""The figures on labelled phrases: how many there are, and the targets on the half that is only measured."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.understanding.report import understand_text
from bot.understanding.scoring import MEASURES, TARGETS, TITLES, fits, measure, read_cases
from tests.support.baselines import compared
from tests.support.places import TESTS
from tests.support.understood import flow, reader

PHRASES = TESTS / "phrases"


def test_there_are_enough_phrases_of_every_kind() -> None:
    cases = list(read_cases(PHRASES))
    stories = [case for case in cases if case.kind == "stories"]
    assert len(cases) - len(stories) >= 600
    assert len(stories) >= 60
    kinds = Counter((case.half, case.kind) for case in cases)
    assert {kind for _, kind in kinds} == set(MEASURES) == set(TITLES)
    assert all(kinds["measured", kind] and kinds["tuning", kind] for kind in MEASURES)


def test_no_measured_phrase_is_a_tuning_phrase() -> None:
    halves: dict[str, set[tuple[str, str]]] = {"measured": set(), "tuning": set()}
    for case in read_cases(PHRASES):
        halves[case.half].add((case.kind, case.text.lower().strip()))
    assert len(halves["measured"] & halves["tuning"]) <= 20  # one-word answers occur in both


@pytest.mark.slow
@pytest.mark.parametrize("half", ["measured", pytest.param("tuning", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_the_targets_are_met(half: str, kind: str) -> None:
    cases = [case for case in read_cases(PHRASES) if (case.half, case.kind) == (half, kind)]
    counts = measure(cases, lambda text, now: understand_text(reader(), flow().interview, text, now))
    share = counts[half, kind].share
    del cases, counts  # pytest would show the texts of the measured half, and nobody may tune on them
    assert share >= TARGETS[kind]


@pytest.fixture(params=["a few", pytest.param("all", marks=pytest.mark.slow)])
def phrases(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The labelled phrases, or the first ones of each file."""
    if request.param == "all":
        return PHRASES
    for file in PHRASES.rglob("*.yaml"):
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
        cases = page["cases"]
        page["cases"] = cases[:4] if isinstance(cases, list) else {name: few[:2] for name, few in cases.items()}
        (tmp_path / file.parent.name).mkdir(exist_ok=True)
        (tmp_path / file.parent.name / file.name).write_text(yaml.safe_dump(page), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_table_stands_beside_the_baselines(phrases: Path) -> None:
    table = compared(phrases, reader(), flow().interview)
    assert "plain red flags found" in table
    assert "keywords" in table
    assert "dateparser" in table
    assert "ConText" in table


def test_a_label_fits() -> None:
    assert fits(3, 3, False)
    assert fits({"min": 14, "max": 21}, [14, 21], False)
    assert not fits({"min": 10, "max": 21}, [14, 21], False)
    assert fits(None, "ask", True)
    assert not fits(3, "ask", True)
    assert fits(3, {"any": [3, "ask"]}, False)


def test_a_folder_without_phrases_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no phrases"):
        list(read_cases(tmp_path))
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "flags.yaml").write_text("just words", encoding="utf-8")
    with pytest.raises(ValueError, match=r"flags\.yaml"):
        list(read_cases(tmp_path))
