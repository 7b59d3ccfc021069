"""What is told beside the phone, without a browser: reasons that hold for this patient, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bot.app import equip
from bot.core.conditions.nodes import All, Any_, Named, Node, Not, Ticked
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.workbench.phone.chat import PhoneChat
from bot.workbench.phone.reasons import reason_words, what_holds
from bot.workbench.phone.told import told_beside
from tests.support.flow_edits import BACK_SPASM, SPRAIN, flow_at
from tests.support.nasty_texts import REPEATED
from tests.support.workbench import NOON


def chat_of(flow: Flow, typed: Iterable[str]) -> PhoneChat:
    chat = PhoneChat(equip(flow), "en", NOON).begin()
    for words in typed:
        chat.write(words)
    return chat


def rows(chat: PhoneChat, heading: str) -> list[str]:
    """What stands under a heading, a line for each row."""
    return [
        " | ".join(filter(None, (row.label, row.text, row.says)))
        for section in told_beside(chat) if section.heading == heading for row in section.rows
    ]  # fmt: skip


def test_a_list_that_was_denied_stands_as_none() -> None:
    chat = chat_of(flow_at(SPRAIN), ["me", "none", "none"])
    assert rows(chat, "What stands") == ["answer | for_whom | Me", "answer | danger | none", "answer | warning | none"]


def test_why_a_question_is_asked_names_what_made_it_so_and_the_answer_behind_it() -> None:
    chat = chat_of(flow_at(SPRAIN), ["me", "none", "i have a fever", "done"])
    assert chat.session.at == "fever_more"
    assert rows(chat, "Why this question") == [
        "question | fever_more | It is asked because fever is ticked.", "answered before | warning | Fever",
    ]  # fmt: skip
    assert rows(chat, "Why this level") == [
        "level now | same_day",
        "same_day | fever_at_all | fires because fever is ticked.",
    ]


def test_an_emergency_that_stands_says_what_made_it_one() -> None:
    chat = chat_of(flow_at(SPRAIN), ["me"])
    key = next(b for i in chat.items if i.message for row in i.message.rows for b in row if b.label == "Cold foot")
    chat.press(key.data)
    assert rows(chat, "Why this question") == ["screen | A rule for an emergency fired: nothing else is asked first."]
    level = rows(chat, "Why this level")
    assert level[0] == "level now | emergency"
    assert "The foot is cold or pale" in level[1]
    assert level[2] == "emergency | danger_sign | fires because cold_pale_foot is ticked."


READ = "What was read, word by word"


def understood(chat: PhoneChat) -> list[str]:
    """What the section on words begins with."""
    return rows(chat, READ)[:2]


def test_words_are_told_in_the_order_in_which_they_were_typed_and_alike_together() -> None:
    chat = chat_of(flow_at(BACK_SPASM), ["me", "I am 44 and zorgly"])
    assert rows(chat, READ)[2].startswith("word by word | ")
    read = [row.partition(" | ") for row in rows(chat, READ)[3:]]
    assert " ".join(words for words, _, _ in read) == "i am 44 and zorgly"
    assert ("44", " | ", "answers: age") in read
    assert rows(chat_of(flow_at(SPRAIN), []), READ) == []


TO_THE_REVIEW = ("me", "none", "none", "35", "none", "today", "seconds", "no", "never", "3", "no difference")


@pytest.mark.parametrize(
    ("typed", "as_what", "screen"),
    [
        (("me",), "an answer to \u201cFor\u201d: Me", "read as an answer to | \u201cWho is this about?\u201d"),
        (("me", "none"), "an answer to \u201cDanger\u201d: none", "read as an answer to | \u201cIs any of these so?\u201d"),
        (("me", "zorgly blah"), "nothing sure: each line is asked by itself", "the open screen | \u201cIs any of these so?\u201d"),
        (("me", "why"), "a request to say why", "the open screen | \u201cIs any of these so?\u201d"),
        ((*TO_THE_REVIEW, "as usual"), "the button \u201cAs usual\u201d", "read as an answer to | the review of all answers"),
    ],
)  # fmt: skip
def test_words_are_told_as_what_they_were_understood(typed: tuple[str, ...], as_what: str, screen: str) -> None:
    assert understood(chat_of(flow_at(SPRAIN), typed)) == [f"understood as | {as_what}", screen]


def test_a_sign_that_is_only_asked_about_says_why_no_rule_fires() -> None:
    chat = chat_of(flow_at(BACK_SPASM), ["I can't pee"])
    assert "a sign: " in understood(chat)[0]
    assert rows(chat, "Why this level")[0].endswith("Nothing counts before the patient agrees.")
    chat = chat_of(flow_at(BACK_SPASM), ["me", "44", "I can't pee"])
    assert understood(chat)[0].endswith("which is asked about before anything else")
    assert rows(chat, "Why this level")[0].endswith("until it is answered it makes no rule fire.")
    chat.write("no")
    assert understood(chat)[0] == "understood as | the button \u201cNo\u201d"
    assert rows(chat, "Why this level") == ["level now | none yet: no rule fires"]


COLD, PALE = Ticked("danger", "cold_pale_foot"), Ticked("danger", "bone_through_skin")


@pytest.mark.parametrize(
    ("node", "yes", "not_sure", "said"),
    [
        (COLD, {"cold_pale_foot"}, (), "cold_pale_foot is ticked"),
        (COLD, (), {"cold_pale_foot"}, "cold_pale_foot is unsure"),
        (Any_((COLD, PALE)), {"bone_through_skin"}, (), "bone_through_skin is ticked"),
        (Named("bad", All((COLD, Not(PALE)))), {"cold_pale_foot"}, (),
         "cold_pale_foot is ticked and bone_through_skin is not ticked"),
        (All((COLD, PALE, Not(Ticked("danger", "foot_wont_move")))), {"cold_pale_foot", "bone_through_skin"}, (),
         "cold_pale_foot is ticked, bone_through_skin is ticked and foot_wont_move is not ticked"),
        (All((COLD, Any_((COLD, PALE)))), {"cold_pale_foot"}, (), "cold_pale_foot is ticked"),
        (Any_((COLD, PALE)), (), (), "any of (cold_pale_foot, bone_through_skin) is ticked or unsure"),
    ],
)  # fmt: skip
def test_a_reason_says_what_is_so_and_no_more(node: Node, yes: set[str], not_sure: set[str], said: str) -> None:
    env = {"danger": Many(frozenset(yes), frozenset(not_sure))}
    questions = flow_at(SPRAIN).questions
    assert reason_words(node, env, questions) == said
    assert bool(what_holds(node, env, questions)) is bool(yes or not_sure)


@pytest.mark.parametrize(
    "words", [*REPEATED.values(), "/", "/ ", "//", "/language", "/language xx", "/forget", "\0", "/\u202e"]
)
def test_nothing_that_is_typed_breaks_the_panel(words: str) -> None:
    chat = chat_of(flow_at(SPRAIN), ["me"])
    (chat.order if words.startswith("/") else chat.write)(words * (1 if words.startswith("/") else 20))
    assert told_beside(chat)
    assert chat.script("A title: with <marks> # and\nlines")
    assert chat.person("A person")


def test_every_sentence_of_a_whole_conversation_is_whole() -> None:
    chat = chat_of(flow_at(BACK_SPASM), [])
    agree = next(b for i in chat.items if i.message for row in i.message.rows for b in row)
    chat.press(agree.data)
    words = (
        "44",
        "none",
        "none",
        "none",
        "statins",
        "no",
        "no",
        "yesterday",
        "lifting boxes",
        "low back",
        "numb leg",
        "no",
    )
    for said in words:
        chat.write(said)
        told = {section.heading: section.rows for section in told_beside(chat)}
        sentences = [
            row.says for row in told["Why this question"] + told["Why this level"] if row.label != "answered before"
        ]
        assert all(not sentence or (sentence.endswith(".") and not sentence.endswith("..")) for sentence in sentences)
        assert all("because ." not in sentence and "None" not in sentence for sentence in sentences)
    assert any("fires because" in row.says for row in told["Why this level"])
