"""What is searched and what is known of a question or a rule, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.conditions.nodes import reads
from bot.core.flow.compiled import Flow
from bot.workbench.views.details import DetailRow, question_detail, rule_detail
from bot.workbench.views.search import found_in, searched_questions, searched_rules
from bot.workbench.views.sentences import names_in, names_left, sentence
from tests.support.flow_edits import BACK_SPASM, SPRAIN, flow_at


def hits(flow: Flow, words: str) -> tuple[set[str], set[str]]:
    """The questions and the rules that are found."""
    questions = {name for name, ready in searched_questions(flow).items() if found_in(words, ready)}
    return questions, {name for name, ready in searched_rules(flow).items() if found_in(words, ready)}


def section(flow: Flow, kind: str, name: str, heading: str) -> tuple[DetailRow, ...]:
    found = question_detail(flow, name) if kind == "question" else rule_detail(flow, name)
    assert found is not None
    return next(s.rows for s in found.sections if s.heading.startswith(heading))


@pytest.mark.parametrize(
    ("words", "question", "rule"),
    [
        ("night", "warning", "night_pain_soon"),
        ("pain at night", "warning", "night_pain_today"),
        ("fever", "warning", "fever_and_legs"),
        ("NUMB leg", "legs", "numb_leg_soon"),
        ("night_rest_pain", "warning", "night_pain_soon"),
        ("squeezed nerves", "", "pee_or_poo"),
        ("cancer_pattern", "", "cancer_today"),
        ("emergency saddle", "", "numb_between_legs"),
        ("steadily worse", "course", "night_pain_today"),
    ],
)
def test_a_search_finds_what_an_operator_knows(words: str, question: str, rule: str) -> None:
    questions, rules = hits(flow_at(BACK_SPASM), words)
    assert question in questions or not question
    assert rule in rules


def test_a_word_is_found_by_its_beginning_and_not_in_the_middle_of_another() -> None:
    flow = flow_at(SPRAIN)
    assert hits(flow, "feve") == hits(flow, "fever") != (set(), set())
    assert hits(flow, "ever")[0] == set()
    assert hits(flow, "fever zorgly") == (set(), set())
    assert len(hits(flow, "")[1]) == len(flow.rules)


def test_a_rule_says_first_what_it_comes_to_and_when_in_words() -> None:
    flow = flow_at(BACK_SPASM)
    found = rule_detail(flow, "night_pain_today")
    assert found is not None
    assert [s.heading.partition(" (")[0] for s in found.sections] == [
        "What it asks for", "Fires when", "What the names in it mean", "Words", "Questions that it reads", "Claims",
        "As it is written", "Properties that read the same answers",
    ]  # fmt: skip
    assert [s.heading for s in found.sections if s.folded] == [
        f"As it is written ({1 + len(names_in(flow.rules_by_id[found.name].node))})",
        f"Properties that read the same answers ({len(found.sections[-1].rows)})",
    ]
    level = found.sections[0].rows[0]
    assert (level.text, level.says.partition(": Call")[0]) == ("same_day", "how: today")
    assert "{" not in level.says
    said = "".join(piece.text for piece in found.sections[1].rows[0].pieces)
    assert said.startswith("\u201cPain at night\u201d is ticked or unsure and ((full and ")
    assert [row.anchor for row in found.sections[2].rows][:2] == ["full", "course_asked"]


@pytest.mark.parametrize("folder", [BACK_SPASM, SPRAIN])
def test_every_name_that_is_left_in_a_sentence_has_its_meaning_beside_it(folder: Path) -> None:
    flow = flow_at(folder)
    for rule in flow.rules:
        beside = names_left(flow, rule.node)
        shown = [sentence(flow, rule.node), *(sentence(flow, flow.defined[name]) for name in beside)]
        links = [piece.link for said in shown for piece in said if piece.link]
        assert {name for kind, name in links if kind == "name"} == set(beside)
        assert {name for kind, name in links if kind == "question"} == set(reads(rule.node))


def test_a_claim_names_the_document_by_its_title() -> None:
    flow = flow_at(BACK_SPASM)
    said = [row.text for row in section(flow, "rule", "pee_or_poo", "Claims")]
    assert any("\u201cAcute Muscle Spasms of the Back\u201d, section Diagnosis" in words for words in said)
    assert not any(document.file in words for words in said for document in flow.evidence.documents)


def test_the_phrases_by_which_an_answer_is_read_stand_apart_from_it() -> None:
    flow = flow_at(BACK_SPASM)
    assert section(flow, "question", "warning", "What it offers")[0].text.endswith("shivering you can't stop")
    assert "I have a fever; " in section(flow, "question", "warning", "Typed words")[0].text
