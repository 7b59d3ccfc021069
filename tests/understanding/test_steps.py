"""What reading may cost is counted in steps: within them every word is read, past them the message is in doubt, never dropped."""

from __future__ import annotations

import pytest

from bot.core.model.readings import Reading
from bot.understanding.reader import LanguageReader, language_reader
from bot.understanding.steps import MOST_STEPS, MOST_WORDS, OutOfStepsError, Steps
from tests.support.nasty_texts import CAP, REPEATED, nasty_texts
from tests.support.talking import Person, listening
from tests.support.understood import NOW, flow, read

PROSE = "my lower back is sore when I bend and it began on a monday, pain 4, no fever, walking is fine. "
SIGN = "I can't pee. "
LINEAR = [
    name
    for name in REPEATED
    if name not in ("one sign that folds into 18", "invisible", "signs of the past", "somebody else's")
]
"""The others are cut short before they have as many words, or by their steps (`Steps`)."""


@pytest.fixture(scope="module")
def reader() -> LanguageReader:
    made = language_reader(flow(), "en")
    assert made is not None
    return made


def cost(reader: LanguageReader, text: str, question: str | None) -> int:
    steps = Steps(10**9)
    reader.read_words(reader.words_of(text), NOW, question, steps)
    return 10**9 - steps.left


def test_the_longest_message_of_telegram_is_read_to_its_end() -> None:
    text = (PROSE * 50)[: CAP - len(SIGN)] + SIGN
    reading = read(text, "nerves")
    assert len(text) == CAP
    assert [sign.option for sign in reading.signs if sign.plain] == ["bladder_or_bowel_change"]
    assert not reading.reply.doubt
    assert reading.facts


@pytest.mark.parametrize("name", LINEAR)
def test_twice_the_words_cost_twice_the_steps(reader: LanguageReader, name: str) -> None:
    phrase = REPEATED[name]
    short, long = (cost(reader, phrase * count, "nerves") for count in (60, 120))
    assert long <= 2.3 * short


@pytest.mark.parametrize("name", nasty_texts())
def test_whatever_is_sent_the_steps_are_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Steps] = []

    class Counted(Steps):
        def __init__(self, most: int) -> None:
            super().__init__(most)
            made.append(self)

    monkeypatch.setattr("bot.understanding.reader.Steps", Counted)
    reading = read(nasty_texts()[name], "nerves")
    assert sum(MOST_STEPS - max(steps.left, 0) for steps in made) < 2 * MOST_STEPS
    assert len(reading.account) <= MOST_WORDS


def test_more_steps_than_there_are_raise(reader: LanguageReader) -> None:
    with pytest.raises(OutOfStepsError):
        reader.read_words(reader.words_of(PROSE), NOW, None, Steps(20))


TOO_LONG = PROSE * 60
TOO_DEAR = "numb bum " * 450


@pytest.mark.parametrize("rest", [TOO_LONG, TOO_DEAR])
def test_a_sign_in_the_part_that_was_read_counts(rest: str) -> None:
    reading = read(SIGN + rest, "age")
    assert "bladder_or_bowel_change" in [sign.option for sign in reading.signs if sign.plain]


@pytest.mark.parametrize("rest", [PROSE.replace(", pain 4", "") * 60, "\u200b" * 20_000])
@pytest.mark.parametrize(
    ("question", "said"),
    [("nerves", "No, none of these. "), ("comes_back", "Yes. "), ("age", "52. "), ("course", "the same. ")],
)
def test_what_goes_on_unread_answers_and_denies_nothing(question: str, said: str, rest: str) -> None:
    reading = read(said + rest, question)
    assert answers(read(said, question))
    assert not answers(reading)
    assert reading.reply.doubt


def answers(reading: Reading) -> bool:
    reply = reading.reply
    return bool(reading.facts or reading.said or reading.polarity or reply.yes or reply.no or reply.none)


def test_such_a_message_is_asked_about() -> None:
    """On a screen of signs item by item; elsewhere the question again. Nothing is taken as answered, nothing is lost."""
    person = Person(listening())
    person.tap("me")
    person.types("52. " + "my back is stiff. " * 400)
    assert person.at == "age"
    assert "age" not in person.session.answers
    person.types("52")
    assert person.at == "nerves"
    person.types("none of these. " + "my back is stiff. " * 400)
    assert "nerves" not in person.session.answers
    assert person.at == "nerves/alone"
