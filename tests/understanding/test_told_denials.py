"""Denials that people tell at length: item by item, beside what is long over or somebody else's; and that what stands beside
them is never denied along with them."""

from __future__ import annotations

import pytest

from tests.support.understood import read

DENIED = {
    "danger": (
        "no fall. no blackout. no tearing pain. legs warm. chest grand",
        "No chest pain. No breathlessness. No blackout. No injury. No tearing pain. Both feet warm, same colour",
        "heart attack in 2014, no chest pain with this and nothing else on the list",
        "there was a bad car accident in 1999 but nothing happened this time, no to all",
        "I collapsed once in 2012, nothing since and none of these now",
        "my husband fainted last week, not me, none of these",
        "no ty", "none hon", "no squire", "nothing like that pet i only tweaked it", "no was just carrying a bag",
        "is there many more of these. no", "negative on every count", "no symptoms of any kind",
        "No. No accidents, chest is fine, havent fainted, both legs the right colour",
    ),
    "nerves": (
        "such problem is not there, urine and motions are fine",
        "I leak when I cough since my twins in 2010, that's not new, the rest is no",
        "leak since babies no different", "bladder weak since prostate op in 2015, no worse. rest no",
        "leaked a bit since the kids, no change", "weak bladder since kids, no change",
        "had cauda equina surgery in 2018, all grand since, none of these now",
        "the hospital asked me the same in 2021, no then and no now",
        "my sister had cauda equina so I keep checking, it's all normal, none of these",
        "my mate had that and I've been checking every time I go to the toilet, all fine, none",
        "nothing like that, I can feel the paper when I wipe", "none of the six",
        "Bladder, bowels, strength and balance all normal", "read all six twice and it's no to every one of them",
    ),
    "dark_urine_more": ("no muscle is swollen, i'm passing plenty, only the colour is off", "nuh", "nu uh", "nuh uh"),
    "pregnancy_signs": ("no blood, waters not gone, nothing coming in waves, baby moving, no burning when i pee",),
    "legs": (
        "No leg pain. No tingling. No weak leg. No sores. Arms fine. No cramp. Walking is no bother.",
        "no problem in my arms, legs or feet", "nothing off that list",
    ),
    "medicines": (
        "no steroids, no thinners, no statins, nothing for diabetes, nothing for my immune system",
        "it's my husband who takes warfarin, not me, I take nothing", "the wife is on a statin, I take nothing",
        "its my wife on statins, not me", "blood pressure tablets, that's the lot", "would not even take an aspirin",
    ),
    "health": (
        "they thought it was cancer in 2014 but the biopsy was clear. nothing else applies",
        "they tested me for osteoporosis in 2020 and it came back normal, none of the others",
        "my mother had osteoporosis, my own scan was normal, no to the rest",
    ),
    "warning": (
        "my aunt's eyelid droops but she's 80, otherwise no",
        "my father had polymyalgia and couldn't get up the stairs, I can no bother, so no",
        "I lost three stone on purpose with Weight Watchers since January. No to the rest",
        "none unless being 80 counts", "number 3 is a no, the others no as well",
    ),
}  # fmt: skip

NOT_DENIED = {
    "danger": (
        "no crash. no fainting. ripping pain. legs warm", "no. no. ripping pain in my back. legs warm",
        "no crash no fainting no. tearing pain", "no was just lifting and passed out", "yeah nah a bit of chest pain",
        "heart attack in 2016 and the chest pain is back", "both legs the right colour but my foot is white",
        "no trouble of any kind but I fainted", "number 3 is a no, number 4 yes",
    ),
    "nerves": (
        "leak since the kids, worse now", "numb down below since my second baby 3 weeks ago no change",
        "leaking since Tuesday, no worse", "leak when I cough since I had my baby last month, no change",
        "my sister had cauda equina and now I'm numb too", "no leaking, no numbness, no I can't feel when I wipe",
        "bladder leaking, bowels, strength and balance all normal", "legs and bladder are not normal",
        "none unless a numb bum counts", "none bar the sore bit between my legs", "the only thing leaking is my bladder",
        "all quiet on that front except the left leg", "she shook her head to all but the third",
    ),
    "dark_urine_more": ("no, only the thigh is swollen", "no muscle is hard, the calf is swollen"),
    "health": (
        "had breast cancer in 2015, the scan was clear", "they thought it was MS in 2015 and the MRI confirmed it",
        "my dad had cancer but not me, I have osteoporosis", "MS since 2015, the last MRI was clear",
    ),
    "medicines": (
        "put me on simvastatin in 2010, came off it in 2011, back on it since 2015",
        "came off warfarin in 2011, now on apixaban", "my wife is on warfarin, I'm on apixaban",
        "its my wife on statins, me too", "blood pressure tablets and warfarin, that's the lot",
    ),
    "legs": (
        "no pain, no cramp, walking brings it on", "the ulcer healed but it came back", "foot ulcer healed, toes hurt in bed",
        "hands perfect, foot numb",
    ),
    "warning": ("I lost two stone, not on purpose. no to the others", "zero out of eight, well maybe the sweats"),
}  # fmt: skip

OLD = {
    "nerves": (
        "slipped disc in 2015", "leak since the kids no change", "my sister had cauda equina", "since my twins I leak",
        "weak bladder for years", "my wife is the one on warfarin", "nothing new with my leak since 2010",
    ),
    "danger": ("heart attack in 2016", "car crash in 2003", "my dad had a heart attack last year", "I had two stents in 2014"),
}  # fmt: skip

OF_TODAY = {
    "nerves": ("bum numb", "both legs weak", "can't pee", "numb down there", "I wet myself"),
    "danger": ("chest tight", "blacked out", "leg cold and white", "ripping pain in the back", "fell off a ladder"),
}


@pytest.mark.parametrize(("screen", "text"), [(s, t) for s, texts in DENIED.items() for t in texts])
def test_a_denial_told_at_length_stands(screen: str, text: str) -> None:
    reading = read(text, screen)
    assert reading.reply.none, reading.account
    assert not reading.signs


@pytest.mark.parametrize(("screen", "text"), [(s, t) for s, texts in NOT_DENIED.items() for t in texts])
def test_what_is_told_beside_a_denial_is_not_denied(screen: str, text: str) -> None:
    assert not read(text, screen).reply.none


@pytest.mark.parametrize(("screen", "old"), [(s, t) for s, texts in OLD.items() for t in texts])
def test_a_sign_beside_what_is_long_over_or_of_somebody_else_is_never_denied(screen: str, old: str) -> None:
    for joined in (", ", ". ", " and ", " but "):
        for sign in OF_TODAY[screen]:
            for end in ("none of the others", "nothing else", "no change"):
                text = f"{old}{joined}{sign}, {end}"
                assert not read(text, screen).reply.none, text


@pytest.mark.parametrize(
    "text",
    [
        "do you mean me or my family? my brother has ms", "is that for me or the family? my aunt had lupus",
        "does my mother's osteoporosis count?", "do you mean just me or the kids? my son has lupus",
        "is it about me or my wife? she has ms",
    ],
)  # fmt: skip
def test_somebody_elses_illness_in_a_question_back_is_no_answer(text: str) -> None:
    reading = read(text, "health")
    assert (reading.request, reading.reply.yes, reading.reply.perhaps) == ("question_back", (), ())


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("3 now 8 earlier", 8), ("first thing it was a 7, now 2", 7), ("earlier today it was 9, now 5", 9),
        ("an 8 this morning, 3 now", 8), ("was a 9 yesterday, now 4", 4), ("6/7", (6, 7)), ("five or six i reckon", (5, 6)),
    ],
)  # fmt: skip
def test_the_worst_of_today_counts(text: str, score: int | tuple[int, int]) -> None:
    assert [f.value for f in read(text, "pain").facts if f.question == "pain" and f.sure] == [score]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("I shall be 72 on Sunday", 71), ("I shall be sixty next week", 59), ("going to be 64 in March", 63),
        ("shall be 40 in May", 39), ("I will be 55 tomorrow", 54),
    ],
)  # fmt: skip
def test_an_age_to_come_is_a_year_less(text: str, age: int) -> None:
    assert [f.value for f in read(text, "age").facts if f.question == "age"] == [age]
