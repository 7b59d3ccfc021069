"""What words must say and must never say: patterns, every audience and language, and a rule that guards nothing fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.check.answers.results import Failed
from bot.check.proof.prove import proofs
from bot.check.proof.words import BadPattern, folded, rule_is_kept, word_pattern
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import read_flow
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited, flow_at

RULE = """
words:
  - words: the_rule
    of: ["advice.*"]
    {kind}: {{en: ["{said}"]}}
    because: It is so.
"""


def ruled(rule: str, *edits: tuple[str, str, str]) -> Flow:
    """The small flow with a rule for words."""
    files = dict(edited(SPRAIN, *edits).files)
    files["safety.yaml"] += rule
    return read_flow("sprain", files)


def broken(flow: Flow) -> list[Failed]:
    """What breaks its rules for words."""
    return [failed for rule in flow.safety.words for failed in rule_is_kept(flow, rule)]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("# mg", "At most 400mg now."),
        ("# (tablet*|pills)", "Take 2 Tablets."),
        ("stop .. tablets", "Stop all of your tablets."),
        ("(don't|do not) drive", "Don\u2019t drive."),
        ("call {emergency_number}", "Call {emergency_number}!"),
        ("twice (a|per) day", "twice\na day"),
        ("faint*", "or fainting, or"),
    ],
)
def test_a_pattern_finds_its_words(written: str, text: str) -> None:
    assert word_pattern(written).search(folded(text))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("# mg", "a number of mg"),
        ("stop .. tablets", "Stop. Take the tablets along."),
        ("stop .. tablets", "stop before you think of taking any tablets"),
        ("once (a|per) day", "Ring at once, day or night."),
        ("now", "I don't know, or have known."),
        ("faint", "fainting"),
    ],
)
def test_a_pattern_finds_nothing_else(written: str, text: str) -> None:
    assert word_pattern(written).search(folded(text)) is None


@pytest.mark.parametrize("written", ["(a|b", "a)", "", "..", "a 'b", "[ab]", "(|)"])
def test_a_pattern_that_means_nothing_is_refused(written: str) -> None:
    with pytest.raises(BadPattern):
        word_pattern(written)


def test_what_is_never_said_is_found_at_its_place() -> None:
    flow = ruled(RULE.format(kind="never_says", said="take # tablets"), (
        "texts.en.yaml", "  book: Book an appointment.", "  book: Take 2 tablets and book an appointment."
    ))  # fmt: skip
    (failed,) = broken(flow)
    assert (failed.code, failed.place.file, failed.safety) == ("FLOW064", "texts.en.yaml", True)
    assert "take 2 tablets" in failed.message
    assert not broken(ruled(RULE.format(kind="never_says", said="take # tablets")))


def test_what_must_be_said_is_missed_where_one_text_lacks_it() -> None:
    rule = RULE.format(kind="says", said="appointment").replace("advice.*", "advice.book")
    assert not broken(ruled(rule))
    (failed,) = broken(ruled(rule, ("texts.en.yaml", "  book: Book an appointment.", "  book: Be seen.")))
    assert '"appointment"' in failed.message


def test_together_one_of_the_texts_is_enough() -> None:
    rule = RULE.format(kind="says", said="appointment")
    assert len(broken(ruled(rule))) > 1
    together = rule.replace("    because", "    together: true\n    because")
    assert not broken(ruled(together))
    assert len(broken(ruled(together, ("texts.en.yaml", "  book: Book an appointment.", "  book: Be seen.")))) == 1


def test_harmless_words_are_not_looked_at() -> None:
    edit = ("texts.en.yaml", "  book: Book an appointment.", "  book: Never take 2 tablets at once.")
    rule = RULE.format(kind="never_says", said="take # tablets")
    assert broken(ruled(rule, edit))
    assert not broken(
        ruled(rule.replace("    because", '    but_for: {en: ["never take # tablets"]}\n    because'), edit)
    )


@pytest.mark.parametrize(
    "rule",
    [
        RULE.format(kind="says", said="x").replace("advice.*", "advise.*"),
        RULE.format(kind="says", said="x").replace("{en:", "{de:"),
        RULE.format(kind="never_says", said="(x"),
    ],
)
def test_a_rule_that_guards_nothing_fails(rule: str) -> None:
    (failed,) = broken(ruled(rule))
    assert (failed.code, failed.place.file, failed.safety) == ("FLOW065", "safety.yaml", True)


def test_what_a_claim_says_is_looked_at_where_it_stands() -> None:
    rule = RULE.format(kind="never_says", said="(rest|foot|ankle|leaflet|may|is)").replace("advice.*", "claims.*")
    found = broken(ruled(rule))
    assert found
    assert {failed.place.file for failed in found} == {"evidence.yaml"}
    assert all(failed.place.line > 1 for failed in found)


def test_a_flow_whose_words_break_a_rule_is_not_for_patients() -> None:
    found = proofs(ruled(RULE.format(kind="never_says", said="appointment")), fast=True, walks=0)
    assert not found.safe
    assert {f.code for f in found.failed} == {"FLOW064"}
    assert proofs(ruled(RULE.format(kind="never_says", said="nowhere said")), fast=True, walks=0).safe


DOSE = ("no_dose", "Then take two tablets every four hours.")
SLIPS = [
    ("advice.look_after_it", *DOSE),
    ("topics.painkillers.lines.limits", "no_dose", "At most 400 mg at a time."),
    ("audiences.child.advice.pain_relief", "no_dose", "Give half an adult dose."),
    ("advice.no_medicine_change", "no_medicine_started_or_stopped", "Stop taking the statin until you are seen."),
    ("topics.my_tablets.lines.not_on_my_word", "no_medicine_started_or_stopped", "Leave out the blood thinner today."),
    ("rules.uncomplicated", "no_diagnosis", "This is a pulled muscle."),
    ("topics.something_serious.lines.no_sign", "no_diagnosis", "There is nothing to worry about."),
    ("system.emergency_go", "an_emergency_is_now", "Go to an emergency department when you can."),
    ("audiences.absent.system.emergency_ambulance", "an_emergency_is_now", "Get an ambulance soon."),
    ("levels.emergency", "an_emergency_is_now", "You should be seen"),
    ("audiences.them.system.emergency_go", "somebody_else_drives", "They need an emergency department now."),
    ("advice.help_nerves", "the_help_list_is_whole", "Numb between the legs: go to an emergency department."),
    ("advice.help_danger", "the_danger_list_is_whole", "Chest pain: ring your doctor."),
    ("levels.same_day", "levels_are_said_as_they_are", "Speak to a clinician this week"),
    ("audiences.child.levels.same_day", "levels_are_said_as_they_are", "The child should be seen"),
    ("system.crisis", "somebody_in_despair_gets_a_number", "I am sorry. Tell someone near you."),
    ("sections.until", "guidance_is_said_to_be_that", "What helps"),
    ("audiences.them.system.last_check", "the_bladder_is_asked_about", "Last check. All as usual?"),
]


@pytest.mark.parametrize(("key", "rule", "text"), SLIPS, ids=[key for key, _, _ in SLIPS])
def test_a_slip_in_a_text_of_the_shipped_flow_is_seen(key: str, rule: str, text: str) -> None:
    flow = flow_at(BACK_SPASM)
    plain = flow.texts["en"].model_dump(exclude_none=True, by_alias=True, mode="json")
    *path, last = key.split(".")
    inside = plain
    for name in path:
        inside = inside[name]
    assert last in inside
    inside[last] = text
    texts = type(flow.texts["en"]).model_validate(plain)
    (named,) = [known for known in flow.safety.words if known.words == rule]
    assert not list(rule_is_kept(flow, named))
    assert [failed.name for failed in rule_is_kept(replaced(flow, texts), named)] == [f"{rule}:{key}"]


def replaced(flow: Flow, texts: object) -> Flow:
    return replace(flow, texts={"en": texts})
