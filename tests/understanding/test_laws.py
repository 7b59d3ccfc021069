"""Laws of the reader: any text at all, no exception, always the same, fast, and no fact out of nothing."""

from __future__ import annotations

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.core.model.readings import Reading
from tests.support.places import TESTS
from tests.support.understood import flow, read

PHRASES = TESTS / "phrases"
WORDS = st.sampled_from(
    [
        "no",
        "not",
        "my",
        "leg",
        "legs",
        "numb",
        "weak",
        "pee",
        "cant",
        "feel",
        "wipe",
        "if",
        "should",
        "had",
        "2015",
        "dad",
        "yesterday",
        "tuesday",
        "3",
        "7/10",
        "weeks",
        "ago",
        "since",
        "and",
        "or",
        "but",
        ",",
        ".",
        ":",
        "-",
        "/",
        "\u200b",
        "\u202e",
        "אב",
        "��",
        "12th",
        "november",
        "min",
        "a",
        "half",
        "nope",
        "all",
        "fine",
        "kill",
        "myself",
        "\n",
        "'",
        "́",
    ]
)
QUESTIONS = st.sampled_from([None, "nothing_like_it", *(q.ask for q in flow().interview.questions)])


@settings(deadline=2000)  # longer than that, it hangs
@given(st.text(max_size=400), QUESTIONS)
@example("\ud800", None)
@example("\x00" * 50, "pain")
@example("９９/１０", "pain")
@example("٣ أيام", "onset")
@example("1e999 days", "onset")
@example("99999999999999999999 weeks ago", "onset")
@example("²/10 ½ ⅓ Ⅷ", "pain")
@example("31/2/2026 0/0 29.2.2026 2026-13-45", "onset")
@example("-" * 300, "age")
def test_any_text_is_read(text: str, question: str | None) -> None:
    first = read(text, question)
    assert isinstance(first, Reading)
    assert read(text, question) == first


@settings(deadline=2000)  # longer than that, it hangs
@given(st.lists(WORDS, max_size=60), QUESTIONS)
def test_any_string_of_our_own_words_is_read(words: list[str], question: str | None) -> None:
    text = " ".join(words)
    reading = read(text, question)
    questions = {q.ask: q for q in flow().interview.questions}
    for fact in reading.facts:
        assert fact.question in questions
        if isinstance(fact.value, tuple) and fact.value and isinstance(fact.value[0], str):
            assert set(fact.value) <= set(questions[fact.question].option_ids)
        if isinstance(fact.value, tuple) and len(fact.value) == 2 and isinstance(fact.value[0], int | float):
            assert fact.value[0] <= fact.value[1]
    for sign in reading.signs:
        assert sign.option in {o.id for q in questions.values() for o in q.options if o.sign}


@settings(deadline=2000)  # longer than that, it hangs
@given(st.text(alphabet="\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069", max_size=6))
def test_invisible_characters_hide_no_red_flag(hidden: str) -> None:
    for text in ("cant pee", "numb between my legs"):
        spread = hidden.join(text)
        assert [s.option for s in read(spread).signs] == [s.option for s in read(text).signs]


@settings(deadline=2000)  # longer than that, it hangs
@given(st.text(max_size=60), st.sampled_from(["I can't pee.", "Numb between my legs!", "I fainted."]))
def test_a_sentence_of_its_own_is_found_behind_any_other(before: str, sign: str) -> None:
    quiet = "".join(c for c in before if not c.isalnum())
    assert read(f"{quiet}\n{sign}").signs


_SAID = st.sampled_from(
    [
        *(
            "I take a statin",
            "she takes warfarin",
            "he is on insulin",
            "a sore back",
            "a leg cramp",
            "diabetes",
            "a cold",
            "asthma",
        ),
        *(
            "we have a dog",
            "I lifted boxes",
            "my job",
            "since last week",
            "in the garden",
            "every day",
            "at the weekend",
            "at 9",
        ),
        *("the sofa", "a long drive", "her knee"),
    ]
)
_JOINED = st.sampled_from(
    [" and a ", " and ", " with a ", ", ", " so ", " plus a ", " then ", " as a ", " n a ", " & ", " or a "]
)
_LISTS = st.sampled_from([q.ask for q in flow().interview.questions if q.kind == "many"])


@settings(deadline=2000)  # longer than that, it hangs
@given(st.lists(st.tuples(_SAID, _JOINED), min_size=1, max_size=4), _SAID, _LISTS)
@example([("I take warfarin", " and a ")], "statin", "nerves")
def test_what_says_no_nowhere_denies_no_list(parts: list[tuple[str, str]], last: str, question: str) -> None:
    assume(
        question != "where" or all(said != "her knee" for said in (*(said for said, _ in parts), last))
    )  # another place: an answer
    reply = read("".join(said + joined for said, joined in parts) + last, question).reply
    assert not reply.none
