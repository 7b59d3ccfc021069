"""`symptom-bot stats`: what people did, as a table and as JSON, with small counts hidden."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.app import clock
from bot.cli import main
from bot.store import Batch, Tallied, open_store


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def count(url: str, counts: dict[tuple[str, str, str], int]) -> None:
    with open_store(url, now=clock()) as store:
        store.commit(Batch(now=clock(), counts={Tallied("sprain", *what): n for what, n in counts.items()}))


def test_a_table_for_each_version_and_one_for_all(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    count(
        database,
        {
            ("v1", "danger", "reached"): 120, ("v1", "danger", "continued"): 90, ("v1", "danger", "left"): 3,
            ("v1", "danger", "within_20"): 90, ("v1", "", "level_self_care"): 60, ("v2", "danger", "reached"): 30,
        },
    )  # fmt: skip
    assert main(["stats"]) == 0
    every, first, second = capsys.readouterr().out.split("\n\n")
    assert every.splitlines()[0] == "sprain all versions (2)"
    assert every.splitlines()[2].split() == ["danger", "150", "90", "<5", "0", "0", "0", "10", "to", "20", "s"]
    assert first.splitlines()[0] == "sprain v1"
    assert first.splitlines()[2].split()[:4] == ["danger", "120", "90", "<5"]
    assert "self care" in first
    assert second.splitlines()[0] == "sprain v2"
    assert "advised" not in second


def test_json_has_an_object_for_each_and_hides_what_the_table_hides(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count(database, {("v1", "danger", "reached"): 120, ("v1", "danger", "left"): 3, ("v1", "", "level_emergency"): 2})
    assert main(["stats", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    people = json.loads(line)
    assert people["questions"] == [
        {
            "question": "danger", "reached": 120, "continued": 0, "left": {"least": 1, "most": 4}, "back": 0, "mistap": 0,
            "not_read": 0, "took": None,
        },
    ]  # fmt: skip
    assert people["levels"]["emergency"] == {"least": 1, "most": 4}


def test_before_anybody_came(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    count(database, {})
    assert main(["stats"]) == 1
    assert "Nothing was counted yet." in capsys.readouterr().err
