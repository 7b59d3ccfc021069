"""What sits between two answers, and what only looks like one: classes that the rounds of replies showed, each with the wordings
beside them that must still be asked about, or count."""

from __future__ import annotations

import pytest

from tests.support.understood import read


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("injected in 2015, nothing since", True),
        ("injected 9 months ago, nothing since", False),  # a year is asked about
        ("injected last summer, nothing since", False),
        ("was shooting up till about june, clean now", False),
        ("injected heroin in march but nothing now", False),
        ("injected back in the spring, nothing since", False),
    ],
)
def test_a_year_that_is_asked_about_is_not_over_after_months(text: str, over: bool) -> None:
    reading = read(text, "health")
    assert reading.reply.none is over
    assert ("iv_drug_use" in [s.option for s in reading.signs]) is not over


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("he had fever with the flu in january, nothing now", True),  # weeks are asked about
        ("had a fever back in the summer but nothing since", True),
        ("had fever with malaria in june but thats all gone", True),
        ("fever in november", False),
        ("fever in october but nothing now", False),
        ("had a fever in june and its back now", False),
        ("fever last year, came back yesterday", False),
        ("had a fever years ago and its back now", False),
    ],
)
def test_a_month_long_ago_is_past_where_weeks_are_asked_about(text: str, over: bool) -> None:
    reading = read(text, "warning")
    assert reading.reply.none is over
    assert ("fever" in [s.option for s in reading.signs]) is not over


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("up to pee a lot at night but thats my prostate, been years", False),
        ("i pee a lot but thats my water tablets, had that for years", False),
        ("only pee a lot cos im on water tablets, had that for years", False),
        ("cant pee since this morning, its my prostate, had that for years", True),
        ("pee a lot, its my water tablets", True),  # since when is not told
        ("i pee a lot but thats my prostate, been years, worse since monday", True),
    ],
)
def test_what_has_long_been_so_of_a_known_cause_is_not_new(text: str, sign: bool) -> None:
    assert bool(read(text, "nerves").signs) is sign


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("only chest pain i had was 5 years ago, they said heartburn", "denied"),
        ("dad had a small heart attack in 2009 but nothing now", "denied"),
        ("only chest pain i had was yesterday", "plain"),
        ("my dad had chest pain this morning", "asked"),
    ],
)
def test_the_only_time_was_long_ago(text: str, kind: str) -> None:
    reading = read(text, "danger")
    assert reading.reply.none is (kind == "denied")
    assert [s.plain for s in reading.signs] == {"denied": [], "plain": [True], "asked": [False]}[kind]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("hes 9, in year 5", 9),
        ("shes 8, in primary 4", 8),
        ("shes in year 4 so 9 or 10", (9, 10)),
        ("mum is 84, 85 at christmas", 84),
        ("81 next birthday", 80),
        ("he is in year 9 at school", None),  # how old that is differs between schools: asked
        ("class 5 now", None),
    ],
)
def test_years_at_school_are_no_age(text: str, age: object) -> None:
    facts = [fact.value for fact in read(text, "age").facts if fact.question == "age"]
    assert facts == ([] if age is None else [age])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fourth time my back has gone since january", False),
        ("this is the 4th time since january my back did this", False),
        ("ms, and my back has gone out like this 4 times since january", False),
        ("my back has gone since tuesday", True),
        ("back pain since january", True),
    ],
)
def test_how_often_since_when_tells_no_beginning(text: str, told: bool) -> None:
    assert any(fact.question == "onset" for fact in read(text, "health").facts) is told


@pytest.mark.parametrize(
    ("question", "text", "perhaps"),
    [
        ("unsteady_why", "dunno, just dont feel right walking", ("legs_weak_or_numb",)),
        ("leg_why", "dont know, it hurts too much to tell", ("hurts",)),
        ("leg_why", "cant tell if its the pain or if its weak", ("hurts",)),
    ],
)
def test_who_begins_with_dunno_chooses_nothing(question: str, text: str, perhaps: tuple[str, ...]) -> None:
    reply = read(text, question).reply
    assert (reply.yes, reply.perhaps) == ((), perhaps)


def test_dunno_is_an_answer_of_its_own_where_it_is_one() -> None:
    assert read("no idea", "how_started").reply.yes == ("nothing_noticed",)


@pytest.mark.parametrize(
    ("question", "text", "options"),
    [
        ("movements", "being on my feet at the sink, or a walk to the shops", ("standing", "walking")),
        ("movements", "bending over the sink", ("bending",)),
        ("movements", "turning round to look behind me in the car", ("twisting",)),
        ("movements", "being stood up all shift", ("standing",)),
        ("eases", "nothing, it hurts whether i sit or stand", ("eases_neither",)),
        ("eases", "nothing stops it, carries on even if i rest", ("eases_neither",)),
        ("function", "my wife has to help me get on the toilet and get dressed", ("unable_to_function",)),
        ("conditions", "underactive thyroid", ("hypothyroid",)),
        ("conditions", "thyroids overactive not under", ()),
        ("conditions", "hes only a carrier for sickle cell, doesnt have it", ()),
        ("conditions", "had diabetes when i was pregnant but it went", ()),
        ("health", "had a mole cut off, a tiny skin cancer they said", ()),
        ("health", "skin cancer on my nose but small, they just cut it off", ()),
        ("fever_more", "the leg is sore, not weak or numb", ()),
        ("dark_urine_more", "havent been watching how much i pee", ()),
    ],
)
def test_lines_that_are_near(question: str, text: str, options: tuple[str, ...]) -> None:
    assert set(read(text, question).reply.yes) == set(options)
