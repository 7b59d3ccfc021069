"""Every word of a message is accounted for: signs are read openly, denials narrowly (SEMANTICS 5e)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.language import FOLDER
from bot.understanding.lists.reading import read_lists
from bot.understanding.patterns.phrases import PatternError
from tests.support.understood import flow, read

SIGN_LISTS = ("nerves", "danger", "warning")

CLEAR_DENIALS = [
    ("nerves", "No, I went to the toilet as usual and it all feels normal"),
    ("nerves", "everything works down below thanks"),
    ("nerves", "waterworks grand, legs grand, feeling grand"),
    ("danger", "nah, I'd have rung somebody"),
    ("danger", "no, just my back"),
    ("warning", "none of those, thank you"),
    ("warning", "not a sausage"),
    ("medicines", "never touch tablets"),
    ("medicines", "no meds"),
    ("health", "fit as a fiddle"),
    ("legs", "No, I can walk up the stairs without trouble"),
    ("legs", "both legs feel like they always do"),
]

DENIALS_IN_DOUBT = [
    ("nerves", "no, well a bit"),
    ("nerves", "no no yes"),
    ("nerves", "no more than a little"),
    ("nerves", "none except when I sit"),
    ("danger", "no, only sometimes"),
    ("warning", "no but something strange"),
    ("warning", "no, until yesterday"),
    ("danger", "no glorp flemmed"),
]


@pytest.mark.parametrize(("question", "text"), CLEAR_DENIALS)
def test_a_clear_denial_with_a_harmless_rest_stands(question: str, text: str) -> None:
    assert read(text, question).reply.none


@pytest.mark.parametrize(("question", "text"), DENIALS_IN_DOUBT)
def test_a_denial_beside_a_telling_rest_denies_nothing(question: str, text: str) -> None:
    assert not read(text, question).reply.none


@pytest.mark.parametrize("text", ["no fever, numb groin", "2 i think", "call me at 5", "the first two", "", "…?!"])
def test_every_word_has_a_role(text: str) -> None:
    reading = read(text, "nerves")
    assert all(a.role for a in reading.account)
    assert [a.word for a in reading.account] == [a.word for a in read(text).account]


TURNING = st.sampled_from(
    [
        "but a bit",
        "except down there",
        "until last night",
        "apart from my groin",
        "only when I sit",
        "well slightly",
        "yes",
    ]
)
DENYING = st.sampled_from(["no", "none", "nope", "none of these", "nah all good", "no thanks all fine"])


@settings(max_examples=60, deadline=2000)
@given(DENYING, TURNING, st.sampled_from(SIGN_LISTS))
def test_no_denial_stands_beside_what_turns_it_round(denial: str, turn: str, question: str) -> None:
    assert not read(f"{denial}, {turn}", question).reply.none


WORDS = st.lists(
    st.sampled_from(
        ["numb", "weak", "pee", "legs", "both", "chest", "faint", "glorp", "a", "bit", "odd", "feels", "my"]
    ),
    max_size=6,
)


@settings(max_examples=80, deadline=2000)
@given(WORDS, st.sampled_from(SIGN_LISTS))
def test_words_of_signs_are_never_a_denial_of_the_list(words: list[str], question: str) -> None:
    assert not read("no " + " ".join(["numb", *words]), question).reply.none


@pytest.mark.parametrize(
    ("question", "text", "yes"),
    [
        ("movements", "the second one", ("lifting",)),
        ("movements", "1 and 3", ("bending", "standing")),
        ("movements", "last two", ("sitting", "coughing")),
        ("movements", "second last one", ("sitting",)),
        ("legs", "the first two", ("radiates_below_knee", "leg_numbness_tingling")),
        ("course", "option two", ("same",)),
    ],
)
def test_lines_are_named_by_their_place(question: str, text: str, yes: tuple[str, ...]) -> None:
    assert read(text, question).reply.yes == yes


def test_a_row_of_yes_and_no_names_its_line() -> None:
    assert read("n n y n n n", "nerves").reply.yes == ("bilateral_leg_symptoms",)
    assert read("no no no no no no", "nerves").reply.none
    assert read("n n y", "nerves").reply.doubt


def test_names_are_known_by_kind_and_an_unknown_one_is_asked_about() -> None:
    plain = read("candesartan and a multivitamin", "medicines").names
    assert [(n.means, n.ask) for n in plain] == [((), False), ((), False)]
    assert read("rosuva every evening", "medicines").reply.yes == ("statin",)
    unknown = read("zorblaxine", "medicines")
    assert [(n.words, n.ask, n.known) for n in unknown.names] == [("zorblaxine", True, False)]
    assert not read("no, just zorblaxine", "medicines").reply.none
    assert read("warfrin", "medicines").names[0].means == ("anticoagulant",)


def test_dictionaries_hold_thousands_of_medicines_and_hundreds_of_illnesses() -> None:
    names = read_lists(FOLDER / "en").names
    assert sum(len(kind.names) for kind in names["medicines"].values()) >= 3000
    assert sum(len(kind.names) for kind in names["illnesses"].values()) >= 300
    options = {o.id for q in flow().interview.questions for o in q.options}
    assert {o for kinds in names.values() for kind in kinds.values() for o in kind.means} <= options


def test_a_misspelt_name_of_a_word_list_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("opend: {cant: can not}\n", encoding="utf-8")
    with pytest.raises(PatternError, match=r'words\.yaml: "opend" is no name of a word list'):
        read_lists(tmp_path)
    (tmp_path / "words.yaml").write_text("options: {fever: {plian: [hot]}}\n", encoding="utf-8")
    with pytest.raises(PatternError, match=r"options\.fever\.plian"):
        read_lists(tmp_path)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("call an ambulance", "ambulance"),
        ("I've taken 16 paracetamol since yesterday for the pain", "overdose"),
        ("can I speak to a human", "human"),
        ("delete my data please", "delete"),
        ("is it a slipped disc?", "diagnosis"),
        ("what do you mean", "question_back"),
        ("why?", "question_back"),
        ("thanks", "thanks"),
        ("I'm scared", "fear"),
        ("this is ridiculous", "anger"),
    ],
)
def test_what_is_no_answer_is_understood(text: str, asked: str) -> None:
    assert read(text, "movements").request == asked
