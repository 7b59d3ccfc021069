"""A slip of an operator's hand is told once, where it stands, with what to do; nothing suggests spreading it."""

from __future__ import annotations

import pytest

from bot.check.structure.characters import characters_belong
from bot.core.flow.reading import try_flow
from tests.support.flow_edits import SPRAIN, Edit, edited, edited_files

RULE = "when: fever\n    level: same_day"
SLIPS: list[tuple[Edit, str, str]] = [
    (("triage.yaml", RULE, RULE.replace("fever", "fever == yes")), "triage.yaml:16:11", "write `fever`, or `not fever`"),
    (("triage.yaml", RULE, RULE.replace("when: ", "when:")), "triage.yaml:16:5", '"when:" has no space behind it'),
    (("triage.yaml", RULE, RULE.replace("    level", "     level")), "triage.yaml:17:6", "indented deeper than the one above"),
    (("triage.yaml", RULE, RULE.replace("fever", "\u201cfever\u201d")), "triage.yaml:16:11", "take the quotation marks out"),
    (("interview.yaml", "      - diabetes\n", "      -diabetes\n"), "interview.yaml:53:7", "The dash has no space behind it"),
    (("interview.yaml", "{id: crooked,", "{id: crookd,"), "interview.yaml:30:9", 'write "crooked" here'),
    (("interview.yaml", "ask: swelling", "ask: sweling"), "interview.yaml:78:10", 'write "swelling" here'),
    (("triage.yaml", f"  - rule: fever_at_all\n    {RULE}\n    because: [g_warning]\n", ""), "texts.en.yaml:138:3",
     "Put it back into triage.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "place", "said"), SLIPS, ids=[said for _, _, said in SLIPS])
def test_a_slip_is_told_once_where_it_stands(edit: Edit, place: str, said: str) -> None:
    flow, findings = try_flow("sprain", edited_files(SPRAIN, edit))
    assert flow is None
    (found,) = findings
    assert str(found.place) == place
    assert said in f"{found.message} {found.remedy}"


def test_a_slip_in_two_names_is_told_twice() -> None:
    edits = (("interview.yaml", "{id: crooked,", "{id: crookd,"), ("interview.yaml", "ask: swelling", "ask: sweling"))
    _, findings = try_flow("sprain", edited_files(SPRAIN, *edits))
    assert [f.place.line for f in findings] == [30, 78]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Book an\u00a0appointment.", "no-break space"),
        ("Book\u200b an appointment.", "zero width space"),
        ("\u201cBook an appointment.\u201d", "typographic quotes"),
    ],
)
def test_characters_that_patients_should_not_meet(words: str, said: str) -> None:
    assert not list(characters_belong(edited(SPRAIN)))
    (found,) = characters_belong(edited(SPRAIN, ("texts.en.yaml", "book: Book an appointment.", f"book: {words}")))
    assert said in found.message


def test_quotes_within_a_text_and_pictures_in_a_text_may_stay() -> None:
    said = 'book: "Say \u201cankle\u201d there \U0001f642"'
    assert not list(characters_belong(edited(SPRAIN, ("texts.en.yaml", "book: Book an appointment.", said))))


def test_a_picture_on_a_button_is_told() -> None:
    (found,) = characters_belong(
        edited(SPRAIN, ("texts.en.yaml", "  onset:\n", "  onset:\n"), ("texts.en.yaml", "Longer ago", "\u23f3 Longer"))
    )
    assert "hourglass" in found.message
