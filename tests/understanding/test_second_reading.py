"""The second reading of replies: what was learnt fits the flow, it never denies a list or touches a sign, and where it parts
from the word lists the patient is asked."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading
from bot.understanding.language import FOLDER
from bot.understanding.patterns.phrases import PatternError
from bot.understanding.reader import LanguageReader, language_reader
from bot.understanding.screen.classifier import ANSWERS, ANY_QUESTION, ASK, FILE, read_classifier
from tests.support.places import TESTS
from tests.support.understood import NOW, flow, read

LEARNT = read_classifier(FOLDER / "en")
BOOKS = [TESTS / "replies" / f"round{number}.yaml" for number in (27, 29, 30)]
REPLIES = [
    (str(group["ask"]), str(reply["me"]))
    for file in BOOKS
    for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    for reply in group["replies"]
]


@pytest.fixture(scope="module")
def by_lists_alone(tmp_path_factory: pytest.TempPathFactory) -> LanguageReader:
    """The reader of the same word lists that has learnt nothing."""
    home = tmp_path_factory.mktemp("languages")
    shutil.copytree(FOLDER / "en", home / "en", ignore=shutil.ignore_patterns(FILE))
    reader = language_reader(flow(), "en", home)
    assert reader is not None
    return reader


@cache
def messages() -> list[str]:
    return sorted({text for _, text in REPLIES})


ASKED = st.sampled_from([q.ask for q in flow().interview.questions])


def is_bolder(one: Reading, other: Reading, question: str) -> bool:
    """Whether a reading denies a list, states a line, or agrees to the chat, where the other does not."""
    kind = flow().questions[question].kind
    states = bool(set(one.reply.yes) - set(other.reply.yes)) and (
        kind is Kind.many or flow().questions[question].consent
    )
    return states or (one.reply.none and not other.reply.none)


@given(st.data(), ASKED)
def test_it_never_denies_a_list_and_never_touches_a_sign(
    by_lists_alone: LanguageReader, data: st.DataObject, question: str
) -> None:
    parts = data.draw(st.lists(st.sampled_from(messages()), min_size=1, max_size=3))
    text = data.draw(st.sampled_from((" ", ", ", ". ", " but "))).join(parts)
    with_it, without = read(text, question), by_lists_alone.read(text, NOW, question)
    assert not is_bolder(with_it, without, question), text
    assert {s.option for s in without.signs} <= {s.option for s in with_it.signs}, text


@given(st.data(), st.sampled_from(["leg_why", "unsteady_why"]))
def test_what_a_sign_has_opened_is_not_doubted_towards_less(
    by_lists_alone: LanguageReader, data: st.DataObject, question: str
) -> None:
    text = data.draw(st.sampled_from(messages()))
    before, after = by_lists_alone.read(text, NOW, question).reply.yes, read(text, question).reply
    worry = {o.id: o.worry or 0 for o in flow().questions[question].options}
    assert after.yes in ((), before) or not before
    if before and after.perhaps:
        assert max(worry[o] for o in after.perhaps) > worry[before[0]]


def test_it_is_of_use(by_lists_alone: LanguageReader) -> None:
    """Of the latest replies it reads some that the lists do not read, and asks about some that they read."""
    settled = asked = 0
    for question, text in REPLIES:
        one, other = read(text, question), by_lists_alone.read(text, NOW, question)
        told, before = (bool(r.reply.yes or r.reply.none or r.said or r.facts) for r in (one, other))
        settled, asked = settled + (told and not before), asked + (before and not told)
    assert settled >= 5
    assert 5 <= asked <= len(REPLIES) // 20


@pytest.mark.parametrize(
    ("question", "text", "perhaps"),
    [
        ("function", "some days ok some days not", ("nearly_as_usual",)),
        ("how_started", "his brother shoved him off the wall", ("fall_or_knock", "lifting_bending_twisting")),
        ("midline_bone_tenderness", "middle ish, but spreads both sides", ()),
    ],
)
def test_where_both_part_the_patient_is_asked(question: str, text: str, perhaps: tuple[str, ...]) -> None:
    reading = read(text, question)
    assert set(perhaps) <= set(reading.reply.perhaps)
    assert not reading.reply.yes
    if flow().questions[question].kind is Kind.yes_no:
        assert reading.said in (None, "not_sure")


@pytest.mark.parametrize("text", ["numb where exactly", "changed since when", "weak in what way do you mean"])
def test_a_question_back_is_no_answer(text: str) -> None:
    for question in ("fever_more", "ms_spasm_changed", "muscle_aches"):
        reading = read(text, question)
        assert (reading.request, reading.reply.yes, reading.said) == ("question_back", (), None)


def test_what_is_set_aside_is_not_settled_on() -> None:
    assert read("not happy", "psychosocial_distress").said is None
    assert read("not getting on fine", "function").reply.yes == ()


def test_of_an_unknown_word_it_has_no_opinion() -> None:
    assert read("bedbound", "function").reply.yes == ("unable_to_function",)
    assert read("nape", "where").reply.yes == ("neck",)


def test_what_was_learnt_fits_the_flow() -> None:
    assert LEARNT.questions[ANY_QUESTION].answers == (ANSWERS, ASK)
    for name, weights in LEARNT.questions.items():
        question = flow().questions.get(name)
        if question is None:
            continue
        known = {*question.option_ids, "yes", "no", "none", "unsure", ASK}
        assert set(weights.answers) & set(question.option_ids or ("yes", "no")), name
        assert len(set(weights.answers) - known) <= 1, name
        assert weights.exclusive is (question.kind is not Kind.many)
        assert all(len(w) == len(weights.answers) == len(weights.bias) for w in weights.features.values())


def test_chances_are_chances() -> None:
    for weights in LEARNT.questions.values():
        chances = weights.chances(dict.fromkeys([*weights.features][:20], 0.2))
        assert all(0 <= chance <= 1 for chance in chances.values())
        assert not weights.exclusive or sum(chances.values()) == pytest.approx(1)


@pytest.mark.parametrize("broken", ["{", '{"questions": {"pain": {"answers": ["yes"]}}}', '{"question": {}}'])
def test_a_broken_file_is_named(tmp_path: Path, broken: str) -> None:
    (tmp_path / FILE).write_text(broken, encoding="utf-8")
    with pytest.raises(PatternError, match=FILE):
        read_classifier(tmp_path)


@pytest.mark.slow
def test_it_is_learnt_from_labelled_replies(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to learn, not to run")
    from bot.understanding.building.classifier import learn

    learn(str(TESTS / "replies"), str(tmp_path / FILE), *(f.name for f in BOOKS))
    course = read_classifier(tmp_path).questions["course"]
    assert set(flow().questions["course"].option_ids) <= set(course.answers)
    worse = dict(zip(course.answers, course.features["worse"], strict=True))
    assert worse["worse"] > max(worse["better"], worse["same"])
